"""Form 5, 工学一体化教师培训成绩单 (TR 附件 5): written by the platform from its own records, nothing is asked."""

from __future__ import annotations

from datetime import date

from .definition import Form, Furniture, Item, ItemKind, Section

ROWS = 30  # TR 附件5 prints thirty rows, as many as a class holds (TR 11.3)


def _known(code: str, label: str, span: int = 24, course: str = "", personal: bool = False) -> Item:
    return Item(code, label, ItemKind.TEXT, derived=code, span=span, course=course, personal=personal)


_CLASS = Section(
    "培训班",
    (
        _known("first_day", "培训时间"),
        _known("last_day", "培训时间（至）"),
        _known("place", "培训地点"),
        _known("headcount", "培训人数"),
        _known("institution", "教师培训基地（或师资研修中心）"),
        _known("level", "培训级别"),
        _known("category", "专业大类"),
        _known("instructors", "授课骨干教师"),
        _known("examiners", "考核骨干教师"),
    ),
    prose=(
        "培训时间：{first_day|　　年　　月　　日}——{last_day|　　年　　月　　日}；"
        "培训地点：{place|　　　　省　　　　市}；培训人数：{headcount|　　　}人；",
        "教师培训基地（或师资研修中心）：{institution|　　　　　　　　　　　　　}"
        "培训级别：{level|　　　　　}；专业大类：{category|　　　　　　　}；",
        "授课骨干教师：{instructors|　　　　　　　　　　　　}；考核骨干教师：{examiners|　　　　　　　　　　　　}",
    ),
)
_LIST = Section(
    "成绩",
    (
        _known("order", "序号", 1),
        _known("name", "姓名", 2),
        _known("sex", "性别", 1),
        _known("id_number", "身份证号码", 4, personal=True),
        _known("employer", "单　位", 5),
        _known("phone", "联系电话", 3, personal=True),
        _known("process", "过程性考核", 2, "成　绩"),
        _known("final", "终结性考核", 2, "成　绩"),
        _known("certificate_number", "证书编号", 4),
    ),
    rows=ROWS,
)

FORM_5 = Form(
    code="form5",
    version=1,
    title="工学一体化教师培训成绩单",
    article="TR 附件5",
    filled_by="师资研修中心或教师培训基地",
    effective_from=date(2022, 1, 1),
    sections=(_CLASS, _LIST),
    furniture=Furniture("附件 5", landscape=True),
)
