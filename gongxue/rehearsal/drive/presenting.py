"""Stage 6, prepared while the class runs: when and in which order the final assessment is held."""

from __future__ import annotations

from datetime import datetime

from gongxue.regulations.roles import Duty
from gongxue.rehearsal.drive.run import Run
from gongxue.stage6_assessment import actions as assessment

_HOURS = {"starts_at": "09:00", "minutes": "12", "gap": "3", "rest_from": "12:00", "rest_to": "13:30"}


def plan_order(run: Run, now: datetime) -> None:
    """The coordinator plans the last day and draws the order; everybody hears their time."""
    by = run.staff(Duty.COORDINATOR)
    day = assessment.plan_presentations(
        training_class=run.tc,
        session=1,
        day=run.tc.last_day,
        times=_HOURS,
        place="实训楼 301 报告厅",
        by=by,
        now=now,
    )
    assessment.draw_order(presentation_day=day, by=by, now=now)
