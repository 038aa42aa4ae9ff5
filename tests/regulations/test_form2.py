"""Form 2 word by word against TR 附件2."""

from __future__ import annotations

import pytest

from gongxue.regulations.official_forms import FORM_2, Item, ItemKind

UNDERSTOOD = [  # J04-J21
    "课程标准校本转化",
    "课程学习任务设计",
    "课程考核方案设计",
    "终结性考核试题设计",
    "教师专业技能指导",
    "教师教学实施指导",
    "学习任务分析",
    "学习任务教学活动策划",
    "学习任务考核设计",
    "学习任务工作页设计与编写",
    "学习任务信息页设计与编写",
    "一体化示范课设计与实施",
    "课程教学进度计划编制",
    "学习任务教学活动设计",
    "课堂教学活动组织与实施",
    "学习任务过程性考核实施",
    "课程终结性考核组织与实施",
    "教学场地和设施使用管理",
]
TEACHING = [  # J25-J31, J33-J39
    "授课结构是否清晰，表达逻辑是否准确",
    "授课内容是否包括了教师培训标准中该级别应教授的所有内容",
    "教学方法是否恰当满足教学需求，是否有创新点",
    "是否有足够的互动，并有效激励学员",
    "培训时间管理是否把控得当",
    "培训过程中是否遵守法律法规和职业道德，尊重、关心学员，为人师表",
    "其他（请具体指出）",
]
THREE = "3/2/1"

# code, printed words, options in printed order (of a scale: 3, 2, 1), asked after, required
ITEMS = [
    *((f"1.{i}", title, THREE, "", True) for i, title in enumerate(UNDERSTOOD, 1)),  # J03
    ("2", "请指出您是否对上述问题需要后续培训", "是/否", "", True),  # J22
    ("2a", "如果是，您需要", "个人辅导/小组辅导/其他", "2=是", True),  # J23
    ("2b", "请说明", "", "2a=其他", True),
    ("3.1", "骨干教师1（请填写姓名及分工课程）", "", "", True),  # J24
    *((f"3.1.{i}", label, THREE if i < 7 else "", "", i < 7) for i, label in enumerate(TEACHING, 1)),
    ("3.2", "骨干教师2（请填写姓名及分工课程）", "", "", True),  # J32
    *((f"3.2.{i}", label, THREE if i < 7 else "", "", i < 7) for i, label in enumerate(TEACHING, 1)),
    ("4.1", "培训环境及食宿条件", THREE, "", True),  # J40
    ("4.2", "保障服务", THREE, "", True),  # J41
    ("4.3", "其他（请具体指出）", "", "", False),  # J42
    (
        "5",
        "您在培训期间提出的问题、意见和建议是否得到主办方和授课骨干教师的答复？",
        "所有/部分/没有",
        "",
        True,
    ),  # J43
    ("5a", "具体问题是", "", "5=没有", True),
    (
        "6",
        "您在培训期间与其他参训教师交流经验和问题的机会是否充分？",
        "充分/比较充分/不充分",
        "",
        True,
    ),  # J44
    ("6a", "您认为可以怎样提高和改进学员学习交流的机会", "", "6=不充分", True),
    ("7", "授课骨干教师是否对您的过程性考核成果提出了有用的反馈意见？", "有/一些/完全没有", "", True),  # J45
    (
        "8",
        "考核骨干教师在终结性考核过程中是否严格按照教师培训标准进行考核，并体现公平公正？",
        "是/还可以/完全没有",
        "",
        True,
    ),  # J46
    ("9", "考核骨干教师是否对您的终结考核成果提出了有用的反馈意见？", "有/一些/完全没有", "", True),  # J47
    ("10", "您是否有信心将培训所学应用到工作及教学实践中？", "有/不充分/完全没有", "", True),  # J48
    ("10a", "您觉得哪方面还有欠缺", "", "10=完全没有", True),
    ("11", "您参加此次培训的最大收获是什么？请简要列出。", "", "", False),  # J49
    (
        "12",
        "您对回到工作岗位开展工学一体化工作和教学实践还希望获得哪些实质性的支持和帮助？请具体列出。",
        "",
        "",
        False,
    ),  # J50
    ("13", "您对工学一体化教师培训还有哪些意见和建议？", "", "", False),  # J51
]
SCALES = [item for item in FORM_2.items if item.kind == ItemKind.SCALE]


def test_the_form_has_the_title_of_the_annex() -> None:  # J01, AMB-14
    assert (FORM_2.title, FORM_2.article, FORM_2.filled_by) == (
        "工学一体化教师培训结束评估表",
        "TR 附件2",
        "参训教师",
    )


def test_the_items_are_those_of_the_annex_in_their_order() -> None:
    found = [
        (item.code, item.label, "/".join(item.options), item.asked_if, item.required) for item in FORM_2.items
    ]
    assert found == ITEMS


@pytest.mark.parametrize("item", SCALES, ids=lambda item: item.code)
def test_every_scale_is_worth_three_two_one(item: Item) -> None:  # J02
    assert item.scores == (3, 2, 1)


def test_the_scales_are_those_with_printed_scores() -> None:
    without = {item.code for item in FORM_2.items} - {item.code for item in SCALES}
    assert without == {
        "2", "2a", "2b", "3.1", "3.1.7", "3.2", "3.2.7", "4.3", "5a", "6a", "10a", "11", "12", "13",
    }  # fmt: skip


def test_the_instructors_are_named_by_the_platform() -> None:
    assert {item.code: item.derived for item in FORM_2.items if item.derived} == {
        "3.1": "instructor_1",
        "3.2": "instructor_2",
    }


def test_the_room_for_words_is_ours() -> None:
    room = {
        item.code: item.limit
        for item in FORM_2.items
        if item.kind.value in ("text", "long") and not item.derived
    }
    long = {"11", "12", "13"}
    assert {code for code, limit in room.items() if limit == 1000} == long
    assert {code for code, limit in room.items() if limit == 500} == set(room) - long


def test_nothing_in_the_form_is_personal() -> None:
    assert not [item.code for item in FORM_2.items if item.personal]


def test_the_modules_stand_beside_their_courses() -> None:
    courses = [item.course for item in FORM_2.items if item.code.startswith("1.")]
    assert len(set(courses)) == 10
    assert all(courses)
