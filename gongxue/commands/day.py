"""What the calendar demands of every part, once a day; running it again does nothing."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

KEEP_ANSWERS = timedelta(days=7)  # a repeated request is answered from memory for a week


@dataclass(slots=True)
class Day:
    """What a daily run did: counts by name, and what did not work."""

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def step(self, name: str, act: Callable[[], dict[str, int]]) -> None:
        """Do one part's work; a part that fails does not keep the others from theirs."""
        try:
            self.done |= {f"{name} {what}": number for what, number in act().items()}
        except Exception:  # noqa: BLE001 — whatever it is, it is reported and the exit code tells
            self.failed[name] = traceback.format_exc(limit=-3)


def run_day(today: date, now: datetime) -> Day:
    """Every part's deadlines, then housekeeping, then sealing. Idempotent; `today` is a day in Shanghai."""
    from gongxue.foundation.trail.sealing import seal
    from gongxue.parties import deadlines as pool
    from gongxue.parties.queries import system_role
    from gongxue.stage1_planning import deadlines as planning
    from gongxue.stage1_planning import reminders
    from gongxue.stage2_staffing import deadlines as staffing
    from gongxue.stage4_enrolment import deadlines as enrolment
    from gongxue.stage5_delivery import deadlines as delivery

    # Every part that has deadlines; reminders last: nobody is reminded of what the platform has just done itself.
    parts = {
        "骨干教师库": pool.run,
        "培训信息报送": planning.run,
        "骨干教师选择": staffing.run,
        "招生报名": enrolment.run,
        "培训实施": delivery.run,
        "期限": reminders.run,
    }
    day, by = Day(), system_role()
    for name, run in parts.items():
        day.step(name, lambda run=run: run(today=today, by=by, now=now))  # type: ignore[misc]
    day.step("清理", lambda: purge(now))
    day.step("优化", _optimise)
    day.step("留痕", lambda: {"sealed": seal(now)})
    return day


def _optimise() -> dict[str, int]:
    from gongxue.foundation.databases import optimise

    optimise()
    return {}


def purge(now: datetime) -> dict[str, int]:
    """Remove what is only kept for a while: answered requests, throttles, who was at a page, ended sessions."""
    from django.contrib.sessions.models import Session

    from gongxue.foundation.access.presence import forget_gone
    from gongxue.foundation.access.throttle import forget_old
    from gongxue.foundation.lifecycle.models import AnsweredRequest

    return {
        "answers": AnsweredRequest.objects.filter(answered_at__lt=now - KEEP_ANSWERS).delete()[0],
        "throttles": forget_old(now),
        "presences": forget_gone(now),
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
    }
