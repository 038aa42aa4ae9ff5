"""Form 4, 工学一体化教师培训机构反馈表 (TR 附件 4): the institution on its five backbone teachers."""

from __future__ import annotations

from datetime import date

from .definition import YES_NO, Form, Furniture, Item, ItemKind, Place, Section

_GOOD, _SCORES = ("很好", "一般", "很差"), (3, 2, 1)
_PLACE = "教师培训基地（或师资研修中心）"


def _judged(code: str, label: str, words: str = "请说明情况") -> tuple[Item, Item]:
    asked = Item(code, label, ItemKind.YES_NO, YES_NO, adverse="否", place=Place.SIDE)
    return asked, Item(f"{code}a", words, ItemKind.TEXT, required=False, asked_if=f"{code}=否")


_SEATS = (
    ("授课骨干教师1", "instructor_1"),
    ("授课骨干教师2", "instructor_2"),
    ("考核骨干教师3", "examiner_1"),
    ("考核骨干教师4", "examiner_2"),
    ("考核骨干教师5", "examiner_3"),
)
_TEACHERS = Section(
    "1-10 骨干教师履职情况",
    (
        *_judged("1", f"授课骨干教师是否在开班前与{_PLACE}按照工学一体化教师培训标准中的参训条件进行审核？"),
        *_judged("2", f"授课骨干教师是否在开班前与{_PLACE}沟通，讲解注意事项及技术要求?"),
        *_judged("3", f"授课骨干教师是否为{_PLACE}提供了本次培训方案及考核方案?"),
        *_judged("4", f"授课骨干教师是否指导{_PLACE}准备培训材料?"),
        # 标准课 is printed so
        *_judged("5", "授课骨干教师是否按照工学一体化教师培训标准课执行培训授课及过程性考核任务?"),
        *_judged("6", "授课骨干教师是否及时与班主任沟通对接工作？"),
        *_judged("7", f"考核骨干教师是否提前与{_PLACE}沟通终结性考核具体安排？"),
        *_judged("8", "考核骨干教师是否及时了解参训教师信息及终结性考核所需材料?", "请说明具体情况"),
        *_judged("9", "骨干教师是否按要求如实填写工学一体化教师培训成绩单?", "请说明原因"),
        *_judged("10", "骨干教师是否了解工学一体化教师培训组织实施技术规程等管理要求?", "请说明具体情况"),
    ),
)
_RATED = Section(
    "11.请评价骨干教师在本次培训授课及考核任务中的表现?",
    tuple(
        Item(f"11-{i}", f"{title}（请写姓名）", ItemKind.SCALE, _GOOD, _SCORES, adverse="很差", names=who)
        for i, (title, who) in enumerate(_SEATS, 1)
    ),
    heading="11.请评价骨干教师在本次培训授课及考核任务中的表现?",
)
_WORDS = Section(
    "12-13 困难与建议",
    (
        Item(
            "12",
            "您在组织培训过程中遇到哪些困难，有哪些建议？",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=38,
        ),
        Item(
            "13",
            "您认为部中心开展工学一体化教师培训管理服务工作需要完善的地方：",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=38,
        ),
    ),
)

FORM_4 = Form(
    code="form4",
    version=1,
    title="工学一体化教师培训机构反馈表",
    article="TR 附件4",
    filled_by="师资研修中心或教师培训基地",
    effective_from=date(2022, 1, 1),
    sections=(_TEACHERS, _RATED, _WORDS),
    furniture=Furniture("附件 4", "填表说明：此表由师资研修中心或教师培训基地填写。"),
)
