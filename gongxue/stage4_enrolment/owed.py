"""What stage 4 watches: the end of enrolment, which the notice names (TR 10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from gongxue.regulations.lifecycle import EnrolmentState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.watching import Ask, Watched
from gongxue.stage4_enrolment.models import Enrolment


def ends_of(classes: Iterable[TrainingClass]) -> dict[int, date]:
    """Class → the end of enrolment that its notice names; one query."""
    rows = Enrolment.objects.inside(training_class__in=list(classes)).exclude(state=EnrolmentState.DRAFT)
    return dict(rows.values_list("training_class", "closes_on"))


def watch_enrolments(ask: Ask) -> Iterator[Watched]:
    """Owed from the filed programme until the class begins; it closes by itself once published. One query."""
    rows = Enrolment.objects.inside(training_class__in=ask.classes, state=EnrolmentState.CLOSED)
    closed = set(rows.values_list("training_class", flat=True))
    for tc in ask.classes:
        if tc.stage < 4 or (tc.pk not in closed and ask.today >= tc.first_day):
            continue
        due = ask.dues(tc)["enrolment"]
        yield ask.of_class(tc, due, done_on=due.on if tc.pk in closed else None)
