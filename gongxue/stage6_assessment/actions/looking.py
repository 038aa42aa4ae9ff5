"""Province and centre note that they have looked at a pattern in marks."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.appeals import words_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import PatternLook
from gongxue.stage6_assessment.queries.severity import pattern_rows


@action(Permission.LOOK_AT_PATTERN)
def look_at_pattern(
    *, training_class: TrainingClass, key: str, note: str, by: Role, now: datetime
) -> PatternLook:
    """That a pattern was looked at and what was found; it stays in the list, as looked at. Refused: no such pattern."""
    row = lock(training_class, by)
    if all(key != one.pattern.key for one in pattern_rows(by, row.first_day.year, [row.pk])):
        says = "本班没有这条评分线索，或者内容已经变化。"
        raise RuleBroken([Breach("pattern.unknown", "MG 13", says, "请刷新页面后再登记。")])
    refuse_if(words_breaches("核查情况", note))
    made = PatternLook.objects.create(
        training_class=row, key=key, note=note.strip(), account=by.account, at=now
    )
    record(Permission.LOOK_AT_PATTERN, by=by, now=now, about=made, reason=note)
    return made
