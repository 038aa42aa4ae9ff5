"""Form 1 word by word against TR 附件1."""

from __future__ import annotations

import pytest

from gongxue.regulations.official_forms import FORM_1, ItemKind
from gongxue.regulations.official_forms.form1 import DECLARATION, ENDORSEMENT

# code, printed words (without the dotted lines), kind, asked (not derived), required
ITEMS = [
    ("0", "申请人姓名", "text", False, True),  # I01
    ("0a", "申请专业大类", "text", False, True),  # I02
    ("0b", "申请培训级别", "text", False, True),  # I03
    ("1", "性别", "text", False, True),  # I04
    ("2", "年龄", "text", False, True),  # I05, AMB-34
    ("3", "民族", "text", True, True),  # I06
    ("4", "身份证号码", "text", False, True),  # I07
    ("5", "单位名称", "text", False, True),  # I09
    ("6", "职称/职务", "text", True, True),  # I10
    ("7", "手机", "text", False, True),  # I11
    ("8", "电子邮件", "text", True, False),  # I12
    ("9", "通信地址", "text", True, True),  # I13
    ("10", "教育背景", "choice", True, True),  # I14-I17
    ("10a", "专业", "text", True, True),  # I14-I17
    ("11", "职业技能水平情况", "text", True, True),  # I18
    ("12", "相关竞赛获奖情况", "text", True, False),  # I19
    ("13", "目前所在专业", "text", True, True),  # I20
    ("14", "是否为第一阶段申报专业", "yes_no", True, True),  # I21, AMB-33
    (
        "15",
        "简要介绍您在工学一体化院校建设和专业建设等方面承担的工作（如撰写过工学一体化专业申报材料等，"
        "请写明时间、具体承担的工作、工作成效及证明人等）",
        "long",
        True,
        False,
    ),  # I22 I23
    (
        "16",
        "简要介绍您在工学一体化教学方面承担过的工作（请写明教授专业、教授课程、教授学生所在阶段等）",
        "long",
        True,
        True,
    ),  # I24 I25
    ("17", "是否参加过2013年起我部组织的各类工学一体化相关的教师培训", "yes_no", True, True),  # I26
    ("17a", "请写明时间、地点、专业", "text", True, True),  # I27
    (
        "18",
        "是否参与过部、省、市或院校组织的工学一体化相关技术开发工作（如参与过工学一体化课程标准开发或转化等，"
        "请写明具体时间、具体承担任务、证明人等）",
        "long",
        True,
        False,
    ),  # I28
    ("20", "请写明您对本次培训在教学和保障方面的需求", "long", True, False),  # I49
    (
        "declaration",
        "我承诺填写内容真实准确。在培训期间，我将保证全程参加，并按照授课和考核骨干教师及教师培训基地"
        "（或师资研修中心）要求，认真并按时完成作业成果等考核任务。培训结束后，我将按照工学一体化教师培训"
        "标准，将工学一体化教师培训所学内容应用到工学一体化实践教学中。",
        "declare",
        True,
        True,
    ),  # I50
]
RATED = [  # I31-I48: item 19, in printed order
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
ITEM = {item.code: item for item in FORM_1.items}


def test_the_form_has_the_title_of_the_annex() -> None:  # E03
    assert (FORM_1.title, FORM_1.article, FORM_1.filled_by) == (
        "工学一体化教师培训参训申请表",
        "TR 附件1",
        "参训教师",
    )


def test_the_items_are_those_of_the_annex_in_their_order() -> None:
    found = [
        (item.code, item.label, item.kind.value, not item.derived, item.required)
        for item in FORM_1.items
        if not item.code.startswith("19.")
    ]
    assert found == ITEMS


def test_item_19_lists_the_eighteen_modules_between_18_and_20() -> None:
    codes = [item.code for item in FORM_1.items]
    rated = [item for item in FORM_1.items if item.code.startswith("19.")]
    assert [item.label for item in rated] == RATED
    assert [item.code for item in rated] == [f"19.{level}-{i}" for level in "123" for i in range(1, 7)]
    assert codes.index("18") + 1 == codes.index("19.1-1") == codes.index("20") - 18


@pytest.mark.parametrize("code", [code for code in ITEM if code.startswith("19.")])
def test_item_19_is_rated_from_poor_to_very_good(code: str) -> None:  # I30
    item = ITEM[code]
    assert item.kind == ItemKind.SCALE
    assert dict(zip(item.options, item.scores, strict=True)) == {"较差": 1, "一般": 2, "较好": 3, "很好": 4}
    assert list(item.options) == ["较差", "一般", "较好", "很好"]
    assert item.course


def test_choices_and_what_follows_them_are_printed_so() -> None:
    assert ITEM["10"].options == ("博士", "硕士", "本科", "大专及以下")
    assert ITEM["14"].options == ITEM["17"].options == ("是", "否")
    assert ITEM["17a"].asked_if == "17=是"


def test_known_facts_are_not_asked_again() -> None:
    derived = {item.code: item.derived for item in FORM_1.items if item.derived}
    assert derived == {
        "0": "name",
        "0a": "category",
        "0b": "level",
        "1": "sex",
        "2": "age",
        "4": "id_number",
        "5": "employer",
        "7": "phone",
    }


def test_the_room_for_words_is_ours() -> None:
    room = {
        item.code: item.limit
        for item in FORM_1.items
        if item.kind.value in ("text", "long") and not item.derived
    }
    assert room == {
        "3": 10, "6": 40, "8": 100, "9": 100, "10a": 40, "11": 300, "12": 300, "13": 40,
        "15": 1000, "16": 1000, "17a": 300, "18": 1000, "20": 1000,
    }  # fmt: skip


def test_number_phone_and_addresses_are_personal() -> None:
    assert {item.code for item in FORM_1.items if item.personal} == {"4", "7", "8", "9"}


def test_the_declaration_and_the_employers_opinion_are_those_of_the_annex() -> None:  # I50 I52
    assert ITEM["declaration"].label == DECLARATION
    assert ENDORSEMENT == (
        "我单位同意推荐该同志参加工学一体化教师培训，并支持其在培训期间全程参与，"
        "按时保质完成相关培训及考核任务。"
    )
