"""Believable answers to the official forms."""

from __future__ import annotations

import random
from typing import Any

from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_1, FORM_2, Item, ItemKind, items_for
from gongxue.regulations.official_forms.definition import is_asked
from gongxue.rehearsal.names import ETHNIC

_TEXTS: dict[str, tuple[str, ...]] = {
    "6": ("讲师", "高级讲师", "一级实习指导教师", "助理讲师/教研室主任"),
    "9": ("学院路1号教师公寓", "工业大道88号", "人民路12号"),
    "12": ("2023年省级职业技能大赛教师组二等奖", "2024年院级教学能力比赛一等奖"),
    "15": ("2023年9月起参与本校工学一体化专业申报材料撰写，负责课程设置部分，证明人：教务处处长。",),
    "17a": ("2022年8月，常州，机电一体化",),
    "18": ("2024年参与校本课程标准转化，承担两个学习任务设计，证明人：系主任。",),
    "20": (
        "希望多安排示范课观摩，课后能拿到案例。",
        "希望结合本专业讲解学习任务设计，安排清真餐。",
        "希望提前发放学习资料，住宿安静一些。",
        "希望分组讨论时间充足，有教师点评。",
    ),
}
# Category → what its teachers have studied, hold, teach and how they describe it (items 10a, 11, 13 and 16 of form 1).
_TRADES: dict[str, dict[str, tuple[str, ...]]] = {
    "机械类": {
        "10a": ("机械设计制造及其自动化", "材料成型及控制工程"), "11": ("高级技师（钳工）", "技师（数控车工）"),
        "13": ("数控加工", "模具制造", "机床切削加工"), "16": ("讲授“零件钳加工”“零件数控车加工”等课程，高级工阶段，每学期两个班。",),
    },
    "电工电子类": {
        "10a": ("电气工程及其自动化", "电子信息工程"), "11": ("高级技师（电工）", "技师（电工）"),
        "13": ("电气自动化设备安装与维修", "机电一体化技术"), "16": ("讲授“电气控制线路安装与调试”等课程，高级工阶段，每学期两个班。",),
    },
    "信息类": {
        "10a": ("计算机科学与技术", "软件工程"), "11": ("高级工（计算机程序设计员）", "技师（网络与信息安全管理员）"),
        "13": ("计算机网络应用", "计算机程序设计", "物联网应用技术"), "16": ("讲授“小型局域网构建”“网站设计与制作”等课程，每学期三个班。",),
    },
    "交通类": {
        "10a": ("汽车服务工程", "交通运输"), "11": ("技师（汽车维修工）", "高级工（汽车维修工）"),
        "13": ("汽车维修", "新能源汽车检测与维修", "城市轨道交通运输与管理"), "16": ("讲授“汽车发动机检修”“汽车底盘检修”等课程，高级工阶段，每学期两个班。",),
    },
    "服务类": {
        "10a": ("烹饪与营养教育", "旅游管理"), "11": ("高级技师（中式烹调师）", "技师（餐厅服务员）"),
        "13": ("烹饪（中式烹调）", "酒店管理", "护理"), "16": ("讲授“冷菜制作”“热菜制作”等课程，高级工阶段，每学期两个班。",),
    },
    "财经商贸类": {
        "10a": ("工商管理", "会计学"), "11": ("高级工（电子商务师）", "技师（物流服务师）"),
        "13": ("电子商务", "会计", "现代物流"), "16": ("讲授“网店运营”“商品信息采编”等课程，高级工阶段，每学期三个班。",),
    },
    "工业综合与农业类": {
        "10a": ("化学工程与工艺", "园林"), "11": ("技师（化工总控工）", "高级工（园艺工）"),
        "13": ("化工工艺", "建筑施工", "园林技术"), "16": ("讲授“化工单元操作”等课程，高级工阶段，每学期两个班。",),
    },
    "文化艺术与综合类": {
        "10a": ("视觉传达设计", "学前教育"), "11": ("高级工（室内装饰设计员）", "技师（工艺美术品设计师）"),
        "13": ("美术设计与制作", "幼儿教育", "室内设计"), "16": ("讲授“平面设计”“室内空间设计”等课程，高级工阶段，每学期两个班。",),
    },
}  # fmt: skip
_GAINS = ("理清了学习任务设计的思路", "掌握了工作页编写的方法", "看到了一体化示范课的完整过程")
_WISHES = ("希望学校提供更多实训工位", "希望有后续的线上答疑", "希望共享优秀教学案例")


def form1_answers(level: Level, dice: random.Random, category: str = "机械类") -> dict[str, Any]:
    """Form 1 as a teacher of that category would fill it."""
    texts = _TEXTS | _TRADES[category]
    answers: dict[str, Any] = {
        "3": dice.choice(ETHNIC),
        "8": f"teacher{dice.randrange(10**6)}@example.edu.cn",
    }
    for item in items_for(FORM_1, level):
        if item.derived or item.code in answers or not is_asked(item, answers):
            continue
        answers[item.code] = _answer(item, texts, dice)
    return {code: value for code, value in answers.items() if value not in (None, "")}


def _answer(item: Item, texts: dict[str, tuple[str, ...]], dice: random.Random) -> Any:
    if item.kind == ItemKind.DECLARE:
        return True
    if item.kind == ItemKind.SCALE and len(item.options) == 4:
        return dice.choices(item.options, (2, 5, 4, 1))[0]
    if item.kind == ItemKind.YES_NO:
        return dice.choices(item.options, (1, 2))[0]
    if item.options:
        return dice.choices(item.options, range(len(item.options), 0, -1))[0]
    if not item.required and dice.random() < 0.4:
        return ""
    return dice.choice(texts.get(item.code, ("详见附件",)))


def form2_answers(level: Level, dice: random.Random) -> dict[str, Any]:
    """Form 2 as a mostly satisfied trainee would fill it."""
    answers: dict[str, Any] = {}
    for item in items_for(FORM_2, level):
        if item.derived or not is_asked(item, answers):
            continue
        if item.kind == ItemKind.SCALE:
            answers[item.code] = dice.choices(item.options, (14, 5, 1))[0]
        elif item.kind == ItemKind.YES_NO:
            answers[item.code] = dice.choices(item.options, (2, 1))[0]
        elif item.options:
            answers[item.code] = dice.choice(item.options)
        elif item.code == "11":
            answers[item.code] = dice.choice(_GAINS)
        elif item.code == "12" and dice.random() < 0.5:
            answers[item.code] = dice.choice(_WISHES)
        elif item.asked_if:
            answers[item.code] = "希望增加交流时间"
    return answers
