"""Rubrics of the demonstration: invented and marked as such; the official ones stand in 《培训指导手册》, 待录入."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.levels import Level
from gongxue.regulations.marks import Part
from gongxue.regulations.rubrics import USUAL_BANDS, Criterion, Rubric, Wish
from gongxue.rehearsal.timeline import at
from gongxue.stage6_assessment.actions import begin_rubric, publish_rubric, save_rubric
from gongxue.stage6_assessment.models import RubricVersion, slot_title

SOURCE = "演示数据，非官方评分标准；官方标准见《培训指导手册》，待录入"
BEGINS = timedelta(days=25)  # so many days before today: classes before have one mark a sheet

_PROCESS = (
    ("工作任务描述", 20, "任务来自企业实际，要求清楚", Wish.MAY,
     ("任务真实完整，要求可检验", "任务真实，要求基本清楚", "任务笼统，要求不全", "没有工作任务或与专业无关")),
    ("学习活动设计", 30, "六个环节齐全，时间合理", Wish.MUST,
     ("环节齐全，学生主体突出", "环节齐全，个别活动偏讲授", "缺一个环节或时间失衡", "仍按讲授组织")),
    ("学习资源", 20, "工作页、引导问题、素材", Wish.MAY,
     ("工作页引导充分，可直接使用", "工作页可用，引导一般", "资源不成套", "没有工作页")),
    ("考核方案", 15, "过程与结果并重", Wish.MAY,
     ("指标可测，权重合理", "指标可测，权重需调整", "指标笼统", "没有考核方案")),
    ("展示交流", 15, "表达、应答、合作", Wish.NONE,
     ("条理清楚，应答准确", "条理清楚，应答一般", "照稿宣读", "未展示")),
)  # fmt: skip
_FINAL = (
    ("课程与任务分析", 25, "", Wish.MAY,
     ("分析透彻，依据充分", "分析较清楚", "分析不全", "没有分析")),
    ("教学实施设计", 35, "突出行动导向", Wish.MUST,
     ("环环相扣，可实施", "总体可实施", "部分环节不可实施", "不可实施")),
    ("教学评价", 20, "", Wish.MAY,
     ("评价多元，反馈及时", "评价较完整", "评价单一", "没有评价")),
    ("说课表现", 20, "时间、语言、答辩", Wish.NONE,
     ("表达流畅，答辩准确", "表达清楚", "表达一般", "超时或答非所问")),
)  # fmt: skip


def demonstration_rubric(part: Part) -> Rubric:
    """The invented rubric of level 3."""
    rows = _PROCESS if part == Part.PROCESS else _FINAL
    criteria = tuple(
        Criterion(str(n), title, weight, hint, wish.value, levels)
        for n, (title, weight, hint, wish, levels) in enumerate(rows, 1)
    )
    title = f"{slot_title(Level.THREE, part)}评分标准（演示用）"
    return Rubric(title, SOURCE, False, USUAL_BANDS, criteria)


def publish_rubrics(centre: Role, today: date) -> None:
    """Both assessments of level 3; the other slots stay empty."""
    day = today - BEGINS
    now = at(day - timedelta(days=6))
    for part in Part:
        draft = begin_rubric(level=Level.THREE.value, part=part.value, by=centre, now=now)
        definition = demonstration_rubric(part).as_data()
        draft = save_rubric(draft=draft, definition=definition, by=centre, now=now)
        publish_rubric(draft=draft, effective_from=day, by=centre, now=now, seen=draft.version)


_SAYS = (
    "依据充分，可再精简。",
    "环节完整，个别时间偏紧。",
    "引导问题具体，学生能独立完成。",
    "评价指标还可细化。",
)


def sheet_of(rubric: RubricVersion | None, mark: str, dice: random.Random) -> dict[str, Any]:
    """A sheet around a mark as the acts take it: one mark, or marks and comments by criterion."""
    if rubric is None:
        return {"mark": mark}
    around = float(mark)
    low, high = (40.0, 58.0) if around < 60 else (60.0, 100.0)
    criteria = rubric.rubric.criteria
    marks = {one.code: f"{min(high, max(low, around + dice.uniform(-3, 3))):.1f}" for one in criteria}
    comments = {one.code: dice.choice(_SAYS) for one in criteria if one.comment == Wish.MUST}
    return {"marks": marks, "comments": comments}


def started_sheet(rubric: RubricVersion | None, mark: str, dice: random.Random) -> dict[str, Any]:
    """The first criteria of a sheet that is not finished."""
    whole = sheet_of(rubric, mark, dice)
    if rubric is None:
        return whole
    return {"marks": dict(list(whole["marks"].items())[:2]), "comments": {}}
