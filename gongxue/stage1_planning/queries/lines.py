"""What became of plan lines: what changed since a reviewer last sent them back, why lines came back, their history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.foundation.trail.models import Event, of_class
from gongxue.regulations.calendar import said
from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.regulations.planning import ReturnReason
from gongxue.stage1_planning.models import (
    LINE_FIELDS,
    ReportingRound,
    ReturnedLine,
    SubmittedLine,
    TrainingClass,
)

Cells = dict[str, str]  # field → what it said before, in words


def submission_numbers(lines: Iterable[TrainingClass]) -> dict[int, int]:
    """Line → how often it has been submitted; one query."""
    rows = SubmittedLine.objects.inside(training_class__in=[line.pk for line in lines])
    return dict(
        rows.values_list("training_class").annotate(n=Max("number")).values_list("training_class", "n")
    )


def changed_since_returned(lines: Sequence[TrainingClass], by_centre: bool) -> dict[int, Cells]:
    """Line → its cells that differ from what the province (or the centre) last sent back; two queries.

    A line that nobody has sent back is not in it. An empty dict: it came again unchanged.
    """
    keys = [line.pk for line in lines]
    returns = ReturnedLine.objects.inside(training_class__in=keys, by_centre=by_centre).order_by("pk")
    seen: dict[int, int] = dict(returns.values_list("training_class", "number"))
    if not seen:
        return {}
    rows = SubmittedLine.objects.inside(training_class__in=list(seen))
    said_then = {(row.training_class_id, row.number): row.values for row in rows}
    found = {}
    for line in lines:
        before = said_then.get((line.pk, seen.get(line.pk, 0)))
        if before is not None:
            found[line.pk] = _differing(before, line.said_values())
    return found


def _differing(before: dict[str, Any], after: dict[str, Any]) -> Cells:
    return {
        name: cell_words(name, before.get(name))
        for name in LINE_FIELDS
        if before.get(name) != after.get(name)
    }


def cell_words(name: str, value: Any) -> str:
    """A value of a line as its page says it."""
    if value in (None, ""):
        return "（空）"
    if name == "level" and value in list(Level):
        return Level(value).title
    if name == "category":
        return category_title(str(value))
    return said(date.fromisoformat(value)) if name in ("first_day", "last_day") else str(value)


def returned_by_reason(round_: ReportingRound, role: Role) -> list[tuple[str, list[int], int]]:
    """(institution, returns by reason in the order of the list, all) for each institution with returns; one query."""
    rows = ReturnedLine.objects.scope(role).filter(round=round_)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    grouped = rows.values_list("institution__name", "code").annotate(n=Count("pk"))
    for name, code, n in grouped.order_by("institution__code"):
        counts[name][code] += n
    return [(name, [c[r] for r in ReturnReason], sum(c.values())) for name, c in counts.items()]


@dataclass(frozen=True, slots=True)
class Step:
    """One submission or return in the life of a line."""

    at: datetime
    who: str
    says: str
    note: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()  # (field, before, after)


def steps_of(line: TrainingClass) -> list[Step]:
    """Every submission with what changed since the one before, and every return with its reason; two queries."""
    steps: list[tuple[int, int, Step]] = []  # (submission, its return after it, …): the order of events
    before = None
    submissions = SubmittedLine.objects.inside(training_class=line).select_related("submitted_by")
    for row in submissions.order_by("number"):
        changes = () if before is None else tuple(_pairs(before, row.values))
        note = "内容没有变化" if before is not None and not changes else ""
        step = Step(row.submitted_at, row.submitted_by.name, str(row), note, changes)
        steps.append((row.number, 0, step))
        before = row.values
    returns = ReturnedLine.objects.inside(training_class=line).select_related("returned_by")
    for sent in returns.order_by("pk"):
        says = f"{'部指导中心退回' if sent.by_centre else '省级退回'}：{sent.get_code_display()}"
        steps.append(
            (sent.number, sent.pk, Step(sent.returned_at, sent.returned_by.name, says, sent.comment))
        )
    return [step for *_, step in sorted(steps, key=lambda step: step[:2])]


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    for name in _differing(before, after):
        yield name, cell_words(name, before.get(name)), cell_words(name, after.get(name))


def entries_of(line: TrainingClass) -> QuerySet[Event]:
    """The trail of a line that was itself fetched in scope, the latest first."""
    rows: QuerySet[Event] = Event.objects.inside().filter(of_class(line.pk))
    return rows.order_by("-pk")


def same_as(line: TrainingClass) -> QuerySet[TrainingClass]:
    """Other lines of the institution in the round with the same level, category and days."""
    rows: QuerySet[TrainingClass] = TrainingClass.objects.inside(
        round=line.round_id, institution=line.institution_id, level=line.level, category=line.category,
        first_day=line.first_day, last_day=line.last_day,
    )  # fmt: skip
    return rows.exclude(pk=line.pk)
