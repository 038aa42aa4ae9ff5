"""Who has reported in a round, who has not, since when: the nation by province, a province by institution."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min

from gongxue.foundation.identity.models import Organisation
from gongxue.parties.queries import institutions
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.registers import provinces
from gongxue.stage1_planning.models import (
    ProvinceReport,
    ReportingRound,
    ReturnedLine,
    SubmittedLine,
    TrainingClass,
)

HANDED_IN = [s for s in PlanState if s != PlanState.DRAFT]
WHY = "how many lines stand where, not what they say"
# Where provinces stand on the page, as people know the map: a row of tiles from the north to the south.
TILES = (
    ". . . . . . . 23", "65 . . . . 15 . 22", "66 62 64 . 11 12 . 21", "63 . 61 14 13 37 . .", "54 51 50 41 34 32 31 .",
    ". . 52 42 36 33 . .", ". 53 . 43 . 35 . .", ". . 45 44 . . . .", ". . . 46 . . . .",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a province or an institution is."""

    key: str  # code of the province, or number of the institution
    name: str
    says: str
    tone: str
    since: date | None
    counts: dict[str, int] = field(default_factory=dict)  # state → lines
    handed: int = 0  # institutions that have handed in …
    of: int = 0  # … of all

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        """(state, its title, lines) in the order of a line's way."""
        return [(state.value, state.title, self.counts.get(state.value, 0)) for state in PlanState]


def _counts(round_: ReportingRound, by: str, **only: Any) -> dict[Any, dict[str, int]]:
    rows = TrainingClass.objects.unscoped(WHY).filter(round=round_, **only)
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, state, n in rows.order_by().values_list(by, "state").annotate(n=Count("pk")):
        found[key][state] = n
    return found


def nation(round_: ReportingRound, today: date) -> list[Standing]:
    """Every province and the 兵团, by code: on time, late or silent; four queries for any number of lines."""
    counts = _counts(round_, "province_code")
    reports = ProvinceReport.objects.unscoped(WHY).filter(round=round_).order_by()
    first = dict(reports.values_list("province_code").annotate(at=Min("reported_at")))
    all_of = dict(
        institutions().filter(is_active=True).order_by().values_list("province_code").annotate(n=Count("pk"))
    )
    rows = TrainingClass.objects.unscoped(WHY).filter(round=round_, state__in=HANDED_IN).order_by()
    handed = dict(rows.values_list("province_code").annotate(n=Count("institution", distinct=True)))
    return [
        Standing(
            p.code, p.name, *_timeliness(first.get(p.code), round_, today), counts.get(p.code, {}),
            handed.get(p.code, 0), all_of.get(p.code, 0),
        )
        for p in provinces()
    ]  # fmt: skip


def _timeliness(
    reported_at: datetime | None, round_: ReportingRound, today: date
) -> tuple[str, str, date | None]:
    if reported_at is not None:
        day = day_of(reported_at)
        return ("按时上报", "good", day) if day <= round_.closes_on else ("逾期上报", "wait", day)
    return ("逾期未报", "bad", round_.closes_on) if today > round_.closes_on else ("未上报", "quiet", None)


def tiles(standings: Iterable[Standing]) -> list[list[Standing | None]]:
    """The provinces where they lie on the map, row by row."""
    by_code = {standing.key: standing for standing in standings}
    return [[by_code.get(code) for code in row.split()] for row in TILES]


def tally(standings: Iterable[Standing]) -> list[tuple[str, str]]:
    """(words with how many, tone) for each standing that occurs, the worst first."""
    found = Counter((standing.says, standing.tone) for standing in standings)
    worst = ("bad", "wait", "quiet", "run", "good")
    rows = sorted(found.items(), key=lambda row: worst.index(row[0][1]))
    return [(f"{says} {n}", tone) for (says, tone), n in rows]


def province(round_: ReportingRound, province_code: str, today: date) -> list[Standing]:
    """Every institution of a province, by code: how far it is, since when; five queries for any number of lines.

    Drafts are counted, not shown: a province learns that something is being written.
    """
    places = list(institutions().filter(province_code=province_code, is_active=True))
    counts = _counts(round_, "institution", province_code=province_code)
    inside = {"training_class__round": round_, "training_class__province_code": province_code}
    entered = TrainingClass.objects.unscoped(WHY).filter(round=round_, province_code=province_code).order_by()
    sent = SubmittedLine.objects.unscoped(WHY).filter(**inside).order_by()
    back = ReturnedLine.objects.unscoped(WHY).filter(**inside, by_centre=False).order_by()
    times = {
        "draft": dict(entered.values_list("institution").annotate(at=Max("created_at"))),
        "submitted": dict(sent.values_list("training_class__institution").annotate(at=Max("submitted_at"))),
        "returned": dict(back.values_list("institution").annotate(at=Max("returned_at"))),
    }
    return [_institution(place, counts.get(place.pk, {}), times, round_, today) for place in places]


# What of an institution's lines decides how it stands, the first that it has: (state, words, tone, time).
_WORST = (
    (PlanState.RETURNED, "退回待改", "bad", "returned"),
    (PlanState.SUBMITTED, "待省级审核", "wait", "submitted"),
    (PlanState.DRAFT, "草稿未提交", "wait", "draft"),
    (PlanState.APPROVED, "已通过", "run", "submitted"),
    (PlanState.REPORTED, "已上报", "good", "submitted"),
    (PlanState.PUBLISHED, "已发布", "good", "submitted"),
)


def _institution(
    place: Organisation, counts: dict[str, int], times: dict[str, dict[int, datetime]], round_: ReportingRound, today: date
) -> Standing:  # fmt: skip
    for state, says, tone, time in _WORST:
        if counts.get(state):
            at = times[time].get(place.pk)
            return Standing(str(place.pk), place.name, says, tone, day_of(at) if at else None, counts)
    if today > round_.closes_on:
        return Standing(str(place.pk), place.name, "未填报", "bad", round_.closes_on)
    return Standing(str(place.pk), place.name, "未填报", "quiet", None)


def unfinished_institutions(round_: ReportingRound) -> list[tuple[int, str]]:
    """(institution, what is left to do) for each with drafts or returned lines, or with nothing reported; two queries."""
    counts = _counts(round_, "institution")
    found = []
    for pk in institutions().filter(is_active=True).values_list("pk", flat=True):
        own = counts.get(pk, {})
        parts = [
            f"{own[state]} 个班次{words}"
            for state, words in ((PlanState.DRAFT, "尚未提交"), (PlanState.RETURNED, "退回待改"))
            if own.get(state)
        ]
        if parts or not own:
            found.append((pk, "，".join(parts) or "尚未填报计划班次"))
    return found


def unreviewed_provinces(round_: ReportingRound) -> list[tuple[str, int]]:
    """(province, lines that wait for its review) by code; one query."""
    rows = TrainingClass.objects.unscoped(WHY).filter(round=round_, state=PlanState.SUBMITTED)
    grouped = rows.order_by().values_list("province_code").annotate(n=Count("pk"))
    return list(grouped.order_by("province_code"))
