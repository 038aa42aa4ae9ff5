"""Form 1, 工学一体化教师培训参训申请表 (TR 附件 1): twenty items, declaration, employer's opinion."""

from __future__ import annotations

from datetime import date

from ..levels import MODULES
from .definition import Form, Furniture, Item, ItemKind, Place, Section

_T, _L = ItemKind.TEXT, ItemKind.LONG
SELF_RATING = ("较差", "一般", "较好", "很好")  # 附件1-19
RATING_SCORES = (1, 2, 3, 4)
DECLARATION = (
    "我承诺填写内容真实准确。在培训期间，我将保证全程参加，并按照授课和考核骨干教师及教师培训基地（或师资研修中心）"
    "要求，认真并按时完成作业成果等考核任务。培训结束后，我将按照工学一体化教师培训标准，将工学一体化教师培训所学内容"
    "应用到工学一体化实践教学中。"
)
ENDORSEMENT = (
    "我单位同意推荐该同志参加工学一体化教师培训，并支持其在培训期间全程参与，按时保质完成相关培训及考核任务。"
)

_PERSON = Section(
    "基本情况",
    (
        Item("0", "申请人姓名", _T, derived="name"),
        Item("0a", "申请专业大类", _T, derived="category"),
        Item("0b", "申请培训级别", _T, derived="level"),
        Item("1", "性别", _T, derived="sex", span=4, room=9),
        Item("2", "年龄", _T, derived="age", span=4),
        Item("3", "民族", _T, limit=10, span=4),
        Item("4", "身份证号码", _T, derived="id_number", personal=True, span=8),
        Item("5", "单位名称", _T, derived="employer", span=12, room=9),
        Item("6", "职称/职务", _T, limit=40, span=8),
        Item("7", "手机", _T, derived="phone", personal=True, span=8, room=9),
        Item("8", "电子邮件", _T, limit=100, required=False, personal=True, span=12),
        Item("9", "通信地址", _T, limit=100, personal=True, span=20, room=9),
        Item("10", "教育背景", ItemKind.CHOICE, ("博士", "硕士", "本科", "大专及以下")),
        Item("10a", "专业", _T, limit=40, beside="10"),
        Item("11", "职业技能水平情况", _T, limit=300, room=16),
        Item("12", "相关竞赛获奖情况", _T, limit=300, required=False, room=16),
        Item("13", "目前所在专业", _T, limit=40, span=10),
        # reading: AMB-33 the label stays as printed
        Item("14", "是否为第一阶段申报专业", ItemKind.YES_NO, ("是", "否"), span=14),
    ),
)
_WORK = Section(
    "工作经历",
    (
        Item(
            "15",
            "简要介绍您在工学一体化院校建设和专业建设等方面承担的工作（如撰写过工学一体化专业申报材料等，"
            "请写明时间、具体承担的工作、工作成效及证明人等）",
            _L,
            limit=1000,
            required=False,
            room=53,
            colon=False,
        ),
        Item(
            "16",
            "简要介绍您在工学一体化教学方面承担过的工作（请写明教授专业、教授课程、教授学生所在阶段等）",
            _L,
            limit=1000,
            room=53,
            colon=False,
        ),
        Item(
            "17",
            "是否参加过2013年起我部组织的各类工学一体化相关的教师培训",
            ItemKind.YES_NO,
            ("是", "否"),
            room=30,
            new_page=True,
            colon=False,
        ),
        Item(
            "17a",
            "请写明时间、地点、专业",
            _T,
            limit=300,
            asked_if="17=是",
            behind="，（请写明时间、地点、专业）；",
        ),
        Item(
            "18",
            "是否参与过部、省、市或院校组织的工学一体化相关技术开发工作（如参与过工学一体化课程标准开发或转化等，"
            "请写明具体时间、具体承担任务、证明人等）",
            _L,
            limit=1000,
            required=False,
            room=50,
            colon=False,
        ),
    ),
)
_RATING = Section(
    "能力自评",
    tuple(
        Item(
            f"19.{module.code}",
            module.title,
            ItemKind.SCALE,
            SELF_RATING,
            RATING_SCORES,
            level=module.level.value,
            course=module.course,
            place=Place.COLUMNS,
        )
        for module in MODULES
    ),
    note="请您对自己的工学一体化相关能力做一个评价（请对应自己即将参加的培训级别的内容打“√”评价）",
    heading="19.请您对自己的工学一体化相关能力做一个评价（请对应自己即将参加的培训级别的内容打“√”评价）",
    over=("级别", "内容", "自我评价"),
)
_NEEDS = Section(
    "培训需求与声明",
    (
        Item(
            "20",
            "请写明您对本次培训在教学和保障方面的需求",
            _L,
            limit=1000,
            required=False,
            room=110,
            new_page=True,
            colon=False,
        ),
        Item("declaration", DECLARATION, ItemKind.DECLARE, course="申请人声明"),
    ),
)

FORM_1 = Form(
    code="form1",
    version=1,
    title="工学一体化教师培训参训申请表",
    article="TR 附件1",
    filled_by="参训教师",
    effective_from=date(2022, 1, 1),
    sections=(_PERSON, _WORK, _RATING, _NEEDS),
    furniture=Furniture(
        "附件 1", head=("0", "0a", "0b"), beside_photo=9, opinions=(("工作单位意见", ENDORSEMENT),)
    ),
)
