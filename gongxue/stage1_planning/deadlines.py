"""The daily run of stage 1: before a round closes, whoever has not finished is told, once for each day of the list."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.regulations.planning import REMIND_BEFORE
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import ReportingRound
from gongxue.stage1_planning.queries.completeness import unfinished_institutions, unreviewed_provinces


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Remind of every round that closes in 7, 3 or 1 days or today; running it again tells nobody twice."""
    told = 0
    for round_ in ReportingRound.objects.scope(by).filter(opens_on__lte=today, closes_on__gte=today):
        left = (round_.closes_on - today).days
        if left in REMIND_BEFORE:
            told += remind(round_, left, now)
    return {"reminded": told}


def remind(round_: ReportingRound, left: int, now: datetime) -> int:
    """Institutions with drafts, returned lines or nothing at all; provinces with lines to review. Returns how many."""
    places, waiting = unfinished_institutions(round_), unreviewed_provinces(round_)
    for place, says in places:
        notices.round_closes_for_institution(round_, place, says, left, now)
    for code, lines in waiting:
        notices.round_closes_for_province(round_, code, lines, left, now)
    return len(places) + len(waiting)
