"""Form 6, 培训机构工学一体化教师培训工作总结 (TR 附件 6): figures from the platform's records, two parts in words."""

from __future__ import annotations

from datetime import date

from ..levels import Level
from .definition import Form, Furniture, Item, ItemKind, Section

_GAP = "　　　"


def _known(code: str, label: str) -> Item:
    return Item(code, label, ItemKind.TEXT, derived=code)


def _blanks(text: str) -> str:
    """{code} with the room that the blank sheet leaves for it."""
    return text.replace("}", f"|{_GAP}}}")


_TOTAL = (
    _known("year", "年度"),
    _known("classes", "开办培训班"),
    _known("people", "培训人次"),
    _known("passed", "培训合格"),
    _known("pass_rate", "培训合格率"),
    _known("plan_rate", "培训计划执行率"),
    _known("not_executed", "未执行的培训计划班次"),
    _known("reasons", "未执行的原因"),
)
_FIGURES = (("classes", "培训班"), ("people", "培训人次"), ("passed", "培训合格"), ("pass_rate", "合格率"))
_LEVELS = tuple(
    _known(f"{code}_{level.value}", f"{level.title}{label}")
    for level in (Level.ONE, Level.TWO, Level.THREE)
    for code, label in _FIGURES
)
_EACH_LEVEL = "；".join(
    f"{level.title}培训班{{classes_{level.value}}}个，共培训{{people_{level.value}}}人次，"
    f"培训合格{{passed_{level.value}}}人，合格率达{{pass_rate_{level.value}}}"
    for level in (Level.ONE, Level.TWO, Level.THREE)
)
_BASICS = Section(
    "一、基本情况",
    (*_TOTAL, *_LEVELS),
    heading="一、基本情况",
    prose=(
        _blanks(
            "截至{year}年底，共开办培训班{classes}个，合计共培训{people}人次，培训合格{passed}人，培训合格率达{pass_rate}。"
            "培训计划执行率达{plan_rate}，{not_executed}个培训计划班次未执行，具体原因是{reasons}。"
        ),
        _blanks(f"其中，{_EACH_LEVEL}。"),
    ),
)
_CATEGORY = Section(
    "各专业大类",
    tuple(_known(f"category_{code}", label) for code, label in (("title", "专业大类"), *_FIGURES)),
    prose=(
        _blanks(
            "其中，{category_title}专业大类的培训班{category_classes}个，共培训{category_people}人次，"
            "培训合格{category_passed}人，合格率达{category_pass_rate}。"
        ),
    ),
    repeats="category",
)
_REVIEW = Section(
    "二、工作回顾",
    (
        Item(
            "2",
            "本年度本机构在开展技工院校工学一体化教师培训工作中的经验总结、创新做法、存在问题及思考举措等。",
            ItemKind.LONG,
            limit=5000,
        ),
    ),
    heading="二、工作回顾",
    prose=("{2}",),
)
_ADVICE = Section(
    "三、工作建议",
    (
        Item(
            "3",
            "对技工院校工学一体化教师培训工作及推进工学一体化技能人才培养模式的建议。",
            ItemKind.LONG,
            limit=5000,
        ),
    ),
    heading="三、工作建议",
    prose=("{3}",),
)

FORM_6 = Form(
    code="form6",
    version=1,
    title="培训机构工学一体化教师培训工作总结",
    article="TR 附件6",
    filled_by="师资研修中心或教师培训基地",
    effective_from=date(2022, 1, 1),
    sections=(_BASICS, _CATEGORY, _REVIEW, _ADVICE),
    furniture=Furniture("附件 6", subtitle="（参考模板）"),
)
