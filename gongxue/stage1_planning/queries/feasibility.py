"""Whether the pool suffices for planned classes: what they still need, what the pool holds (ours; TR 8, MG 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from gongxue.foundation.identity.models import Role
from gongxue.parties.queries import seats_taken, supply_between
from gongxue.regulations.feasibility import (
    NEARBY_WEEKS,
    Need,
    Shortage,
    Supply,
    shortages,
    weeks_that_fit,
)
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import ReportingRound, TrainingClass

STAFFED_STAGE = 3  # from here on all seats are taken (TR 6: the third link follows the second)
UNSUBMITTED = (PlanState.DRAFT, PlanState.RETURNED)
_MARGIN = timedelta(weeks=NEARBY_WEEKS)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The classes of a half-year that still need teachers, and the pool they share."""

    first: date
    last: date
    classes: dict[int, TrainingClass]
    needs: list[Need]
    supply: Supply

    def shortages(self) -> list[Shortage]:
        """Every week and kind in which the pool is too small."""
        return shortages(self.needs, self.supply)


def outlook_of(round_: ReportingRound, role: Role, today: date) -> Outlook:
    """What a half-year asks of the pool nationwide; an institution's own drafts are counted as if submitted.

    Six statements whatever the number of classes. Level G needs no pool.  # reading: AMB-70
    """
    first, last = round_.period.first_day, round_.period.last_day
    rows = TrainingClass.objects.unscoped("seats of the whole nation, as numbers").filter(
        Q(first_day__lte=last + _MARGIN, last_day__gte=max(first - _MARGIN, today)),
        ~Q(state__in=UNSUBMITTED) | Q(institution=role.organisation_id),
        stage__lt=STAFFED_STAGE,
    )
    rows = rows.exclude(level=Level.BACKBONE).select_related("institution")
    classes = {row.pk: row for row in rows.order_by("first_day", "pk")}
    taken = seats_taken(first - 2 * _MARGIN, last + 2 * _MARGIN)
    needs = [_need(row, taken) for row in classes.values()]
    return Outlook(first, last, classes, needs, supply_between(first - 2 * _MARGIN, last + 2 * _MARGIN))


def _need(row: TrainingClass, taken: dict[tuple[str, str], int]) -> Need:
    def left(seat: Seat) -> int:
        return max(0, seat.wanted(row.edition) - taken.get((f"class/{row.pk}", seat.value), 0))

    return Need(
        row.pk, row.category, row.level_enum, row.first_day, row.last_day, left(Seat.INSTRUCTOR), left(Seat.EXAMINER)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class HitLine:
    """A line of one's own that a shortage hits, with first days nearby on which it would lack nobody."""

    line: TrainingClass
    nearby: list[date]


@dataclass(frozen=True, slots=True)
class Hit:
    """A shortage with the lines that the reader may see, and how many others share it."""

    shortage: Shortage
    lines: list[HitLine]
    others: int


def hits_of(outlook: Outlook, mine: Iterable[int]) -> list[Hit]:
    """The shortages that hit classes of one's own, each with weeks nearby that would do."""
    own, suggested = set(mine), {}
    found = []
    for shortage in outlook.shortages():
        hit = sorted(own & shortage.keys)
        for key in hit:
            if key not in suggested:
                suggested[key] = _nearby(outlook, key)
        if hit:
            lines = [HitLine(outlook.classes[key], suggested[key]) for key in hit]
            found.append(Hit(shortage, lines, len(shortage.keys) - len(hit)))
    return found


def _nearby(outlook: Outlook, key: int) -> list[date]:
    """Only for lines that can still be moved by their institution."""
    if outlook.classes[key].state not in UNSUBMITTED:
        return []
    need = next(n for n in outlook.needs if n.key == key)
    others = [n for n in outlook.needs if n.key != key]
    return weeks_that_fit(need, others, outlook.supply, outlook.first, outlook.last)


@dataclass(frozen=True, slots=True)
class LineOutlook:
    """One class by itself: the seats still free, and how many teachers could take one of them on all its days."""

    line: TrainingClass
    seats: int
    able: int


def lines_outlook(outlook: Outlook, mine: Iterable[int]) -> list[LineOutlook]:
    """Classes of one's own with the teachers who are registered for them and free, by day."""
    own = set(mine)
    return [
        LineOutlook(
            outlook.classes[need.key], need.instructors + need.examiners,
            outlook.supply.free([(need.category, need.level)], outlook.classes[need.key].days_list).bit_count(),
        )
        for need in outlook.needs
        if need.key in own
    ]  # fmt: skip


def own_keys(outlook: Outlook, round_: ReportingRound, role: Role) -> list[int]:
    """The classes of a round that still need teachers and that the reader may see."""
    seen = TrainingClass.objects.scope(role).filter(round=round_).values_list("pk", flat=True)
    return [key for key in seen if key in outlook.classes]
