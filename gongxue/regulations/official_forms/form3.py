"""Form 3, 工学一体化教师培训骨干教师反馈表 (TR 附件 3): who teaches and who examines answer different items."""

from __future__ import annotations

from datetime import date

from .definition import YES_NO, Form, Furniture, Item, ItemKind, Place, Section

INSTRUCTOR, EXAMINER = "instructor", "examiner"
_GOOD, _SCORES = ("很好", "一般", "很差"), (3, 2, 1)
_REVERSED = ("否", "是")  # reading: AMB-16 the printed order is kept
_ONLINE = ("1.6", "1.11")  # reading: AMB-18 examiners score online and may not know


def _roles(code: str) -> tuple[str, ...]:
    """TR 附件 3 填表说明: instructors all but 1.7 and 1.8, examiners 1.6 to 4."""
    if code in ("1.7", "1.8"):
        return (EXAMINER,)
    return (INSTRUCTOR,) if code in ("1.1", "1.2", "1.3", "1.4", "1.5") else ()


def _judged(
    code: str,
    label: str,
    words: str = "请说明情况",
    options: tuple[str, str] = YES_NO,
    adverse: str = "否",
    names: str = "",
) -> tuple[Item, Item]:
    """A question answered with 是 or 否 and the words that the annex asks for behind its second option."""
    roles = _roles(code)
    asked = Item(
        code,
        label,
        ItemKind.YES_NO,
        options,
        roles=roles,
        unsure=(EXAMINER,) if code in _ONLINE else (),
        adverse=adverse,
        names=names,
        place=Place.SIDE,
    )
    # reading: AMB-16 the words are optional
    return asked, Item(
        f"{code}a", words, ItemKind.TEXT, required=False, roles=roles, asked_if=f"{code}={options[1]}"
    )


def _rated(code: str, label: str, names: str = "") -> Item:
    unsure = (EXAMINER,) if code in _ONLINE else ()
    return Item(code, label, ItemKind.SCALE, _GOOD, _SCORES, unsure=unsure, adverse="很差", names=names)


_PLACE = "教师培训基地（或师资研修中心）"
_INSTITUTION = Section(
    f"1.请对{_PLACE}进行评价",
    (
        *_judged(
            "1.1", f"{_PLACE}是否在开班前与授课骨干教师按照工学一体化教师培训标准中的参训条件进行审核？"
        ),
        *_judged("1.2", f"{_PLACE}是否在开班前向授课骨干教师咨询开班注意事项及技术要求?"),
        *_judged("1.3", f"{_PLACE}是否在开班前准备好所有培训材料？"),
        *_judged("1.4", f"{_PLACE}在培训过程中是否派班主任全程跟班，辅助教学及考核工作?"),
        *_judged("1.5", f"{_PLACE}是否举办了开班式?"),
        *_judged("1.6", f"{_PLACE}是否举办了结业式?"),
        *_judged("1.7", f"{_PLACE}是否提前与考核骨干教师沟通终结性考核具体安排？", options=_REVERSED),
        *_judged(
            "1.8",
            f"{_PLACE}是否及时将本次培训的教师信息及终结性考核所需材料发给考核骨干教师?",
            "请说明具体情况",
        ),
        *_judged("1.9", f"{_PLACE}是否干预骨干教师对考勤及考核结果的评分？", options=_REVERSED, adverse="是"),
        *_judged("1.10", f"{_PLACE}是否了解工学一体化教师培训组织实施技术规程等管理要求?", "请说明具体情况"),
        _rated("1.11", f"如何评价{_PLACE}对本次培训所提供的工作支持和后勤保障?"),
    ),
    heading=f"1.请对{_PLACE}进行评价",
)
_PARTNER = Section(
    "2.请对搭档骨干教师进行评价",
    (
        *_judged(
            "2.1",
            "搭档骨干教师是否在授课前或考核前沟通培训考核方案、授课或考核分工等细节安排？",
            names="partner_1",
        ),
        *_judged(
            "2.2", "搭档骨干教师是否按照教师培训标准及组织实施技术规程执行授课或考核任务?", names="partner_1"
        ),
        _rated("2.3", "您对搭档骨干教师授课或考核水平的评价?", "partner_1"),
        _rated("2.4", "您对搭档骨干教师合作情况的评价?", "partner_1"),
    ),
    heading="2.请对搭档骨干教师进行评价",
    repeats="partner",  # reading: AMB-18 one for instructors, two for examiners
)
_WORDS = Section(
    "3-4 困难与建议",
    (
        Item(
            "3",
            "您在授课或考核过程中遇到哪些困难，有哪些建议？",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=18,
        ),
        Item(
            "4",
            "您认为部中心开展工学一体化教师培训管理服务工作需要完善的地方：",
            ItemKind.LONG,
            required=False,
            limit=1000,
            room=18,
        ),
    ),
)

FORM_3 = Form(
    code="form3",
    version=1,
    title="工学一体化教师培训骨干教师反馈表",
    article="TR 附件3",
    filled_by="骨干教师",
    effective_from=date(2022, 1, 1),
    sections=(_INSTITUTION, _PARTNER, _WORDS),
    furniture=Furniture(
        "附件 3",
        "填表说明：此表由骨干教师填写。2 名授课骨干教师分别填写除 1.7、1.8 题之外的所有题目；"
        "3 名考核骨干教师分别填写 1.6-4 题。",
    ),
)
