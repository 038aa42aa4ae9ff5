"""Form 2, 工学一体化教师培训结束评估表 (TR 附件 2): thirteen items, scale 3 / 2 / 1."""

from __future__ import annotations

from datetime import date

from ..levels import MODULES
from .definition import Form, Furniture, Item, ItemKind, Place, Section

_SCORES = (3, 2, 1)
_THREE = ("3", "2", "1")


def _scale(code: str, label: str, options: tuple[str, ...] = _THREE) -> Item:
    place = Place.COLUMNS if options == _THREE else Place.SIDE
    return Item(code, label, ItemKind.SCALE, options, _SCORES, place=place)


def _remark(code: str) -> Item:
    return Item(code, "其他（请具体指出）", ItemKind.TEXT, required=False, colon=False)


def _why(code: str, label: str, asked_if: str) -> Item:
    """The words that the annex asks for behind an answer, as in 没有（1分），具体问题是."""
    return Item(code, label, ItemKind.TEXT, asked_if=asked_if)


_UNDERSTANDING = Section(
    "1.您对下列内容的了解程度",
    tuple(
        Item(
            f"1.{i}",
            module.title,
            ItemKind.SCALE,
            _THREE,
            _SCORES,
            level=module.level.value,
            course=module.course,
            place=Place.COLUMNS,
        )
        for i, module in enumerate(MODULES, 1)
    ),
    note="请对应参加的培训级别的内容打“√”评价",
    heading="1.您对下列内容的了解程度（请对应参加的培训级别的内容打“√”评价）",
    over=("评分要点", "分项得分"),
    over_first=True,
)
_FOLLOW_UP = Section(
    "2.后续培训",
    (
        Item("2", "请指出您是否对上述问题需要后续培训", ItemKind.YES_NO, ("是", "否")),
        Item("2a", "如果是，您需要", ItemKind.CHOICE, ("个人辅导", "小组辅导", "其他"), asked_if="2=是"),
        Item("2b", "请说明", ItemKind.TEXT, asked_if="2a=其他", behind="（请说明）："),
    ),
)
_TEACHERS = "3.您对两位授课骨干教师的评价"
_TEACHING = (
    "授课结构是否清晰，表达逻辑是否准确",
    "授课内容是否包括了教师培训标准中该级别应教授的所有内容",
    "教学方法是否恰当满足教学需求，是否有创新点",
    "是否有足够的互动，并有效激励学员",
    "培训时间管理是否把控得当",
    "培训过程中是否遵守法律法规和职业道德，尊重、关心学员，为人师表",
)


def _instructor(n: int) -> Section:
    who = Item(
        f"3.{n}",
        f"骨干教师{n}（请填写姓名及分工课程）",
        ItemKind.TEXT,
        derived=f"instructor_{n}",
        place=Place.COLUMNS,
        new_page=n == 2,  # who is rated stands on the page of the ratings
    )
    items = tuple(_scale(f"3.{n}.{i}", label) for i, label in enumerate(_TEACHING, 1))
    return Section(
        f"3.{n} 骨干教师{n}",
        (who, *items, _remark(f"3.{n}.7")),
        note=_TEACHERS,
        heading=_TEACHERS if n == 1 else "",
    )


_SERVICES = Section(
    "4.您对培训基地（或师资研修中心）环境及保障服务的评价",
    (_scale("4.1", "培训环境及食宿条件"), _scale("4.2", "保障服务"), _remark("4.3")),
    heading="4.您对培训基地（或师资研修中心）环境及保障服务的评价",
)
_EXPERIENCE = Section(
    "5-10 培训过程",
    (
        _scale(
            "5",
            "您在培训期间提出的问题、意见和建议是否得到主办方和授课骨干教师的答复？",
            ("所有", "部分", "没有"),
        ),
        _why("5a", "具体问题是", asked_if="5=没有"),
        _scale(
            "6", "您在培训期间与其他参训教师交流经验和问题的机会是否充分？", ("充分", "比较充分", "不充分")
        ),
        _why("6a", "您认为可以怎样提高和改进学员学习交流的机会", asked_if="6=不充分"),
        _scale("7", "授课骨干教师是否对您的过程性考核成果提出了有用的反馈意见？", ("有", "一些", "完全没有")),
        _scale(
            "8",
            "考核骨干教师在终结性考核过程中是否严格按照教师培训标准进行考核，并体现公平公正？",
            ("是", "还可以", "完全没有"),
        ),
        _scale("9", "考核骨干教师是否对您的终结考核成果提出了有用的反馈意见？", ("有", "一些", "完全没有")),
        _scale("10", "您是否有信心将培训所学应用到工作及教学实践中？", ("有", "不充分", "完全没有")),
        _why("10a", "您觉得哪方面还有欠缺", asked_if="10=完全没有"),
    ),
)
_WORDS = Section(
    "11-13 收获与建议",
    (
        Item(
            "11",
            "您参加此次培训的最大收获是什么？请简要列出。",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=22,
        ),
        Item(
            "12",
            "您对回到工作岗位开展工学一体化工作和教学实践还希望获得哪些实质性的支持和帮助？请具体列出。",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=22,
        ),
        Item(
            "13",
            "您对工学一体化教师培训还有哪些意见和建议？",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=22,
        ),
    ),
)

FORM_2 = Form(
    code="form2",
    version=1,
    title="工学一体化教师培训结束评估表",
    article="TR 附件2",
    filled_by="参训教师",  # reading: AMB-14
    effective_from=date(2022, 1, 1),
    sections=(_UNDERSTANDING, _FOLLOW_UP, _instructor(1), _instructor(2), _SERVICES, _EXPERIENCE, _WORDS),
    furniture=Furniture("附件 2", "填表说明：此表由参训教师填写。"),
)
