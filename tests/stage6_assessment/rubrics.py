"""A rubric that is in force when a class begins, for the tests of stage 6."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gongxue.foundation.identity.models import Role
from gongxue.regulations.rubrics import USUAL_BANDS, Criterion, Rubric, Wish
from gongxue.stage6_assessment.actions import begin_rubric, publish_rubric, save_rubric
from gongxue.stage6_assessment.models import RubricVersion
from tests.cast import ClassAt, at

LEVELS = ("目标明确", "目标较明确", "有目标", "没有目标")
RUBRIC = Rubric(
    "三级过程性考核评分标准", "测试用", False, USUAL_BANDS,
    (
        Criterion("1", "教学目标", 40, "看工作页", Wish.MAY, LEVELS),
        Criterion("2", "学习任务", 60, "", Wish.MUST, LEVELS),
    ),
)  # fmt: skip
MARKS, COMMENTS = {"1": "80", "2": "75.5"}, {"1": "目标清楚", "2": "任务完整"}  # 77.3


def published(
    centre: Role, c: ClassAt, part: str = "process", days: int = -5, rubric: Rubric = RUBRIC
) -> RubricVersion:
    """A rubric of the class's level, in force from so many days after its first one."""
    day = c.tc.first_day + timedelta(days=days)
    now = at(day - timedelta(days=1))
    draft = begin_rubric(level=c.tc.level, part=part, by=centre, now=now)
    draft = save_rubric(draft=draft, definition=replace(rubric).as_data(), by=centre, now=now)
    return publish_rubric(draft=draft, effective_from=day, by=centre, now=now, seen=draft.version)
