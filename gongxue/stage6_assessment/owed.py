"""What stage 6 watches: the transcript, form 5, within a week of the end (TR 13)."""

from __future__ import annotations

from collections.abc import Iterator

from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import ResultsState
from gongxue.stage1_planning.queries.watching import Ask, Watched
from gongxue.stage6_assessment.models import Results


def watch_transcripts(ask: Ask) -> Iterator[Watched]:
    """Owed by every class that has begun; one query."""
    rows = Results.objects.inside(training_class__in=ask.classes, state=ResultsState.CONFIRMED)
    done = {
        pk: (at, late) for pk, at, late in rows.values_list("training_class", "confirmed_at", "late_days")
    }
    for tc in ask.classes:
        if tc.stage < 5:
            continue
        at, late = done.get(tc.pk, (None, None))
        due = ask.dues(tc)["feedback"]
        yield ask.of_class(tc, due, done_on=day_of(at) if at else None, late=late)
