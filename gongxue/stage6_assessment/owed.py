"""What stage 6 watches: the transcript, form 5, within a week of the end (TR 13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gongxue.parties.queries import roles_of_people
from gongxue.regulations.appeals import answer_due, decision_due
from gongxue.regulations.calendar import day_of
from gongxue.regulations.deadlines import second_due
from gongxue.regulations.lifecycle import ResultsState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.queries.watching import Ask, Watched
from gongxue.stage6_assessment.models import Appeal, Results
from gongxue.stage6_assessment.queries.second_dates import owing, second_dates_of


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


def watch_second_attempts(ask: Ask) -> Iterator[Watched]:
    """Work to be handed in again, retakes to be held: where the institution has named days and somebody owes it.

    One query, eight more when there are such classes.
    """
    running = [tc for tc in ask.classes if tc.stage in (5, 6)]
    dates = second_dates_of(running) if running else {}
    if not dates:
        return
    missing = owing([tc for tc in running if tc.pk in dates])
    late = [a for one in missing.values() for a in (*one.resubmission, *one.retake)]
    roles = roles_of_people([a.application.person for a in late], Duty.TRAINEE)
    for tc in running:
        row = dates.get(tc.pk)
        if row is None:
            continue
        for key, on, people in (
            ("resubmission", row.resubmit_by, missing[tc.pk].resubmission),
            ("retake", row.retake_by, missing[tc.pk].retake),
        ):
            if on is not None and people:
                item = ask.of_class(tc, second_due(key, on))
                told = tuple(
                    roles[a.application.person_id] for a in people if a.application.person_id in roles
                )
                yield replace(item, about=f"{tc.title}：{'、'.join(map(str, people))}", told=told)


def watch_appeals(ask: Ask) -> Iterator[Watched]:
    """Appeals to answer and objections to decide; one query."""
    classes = {tc.pk: tc for tc in ask.classes if tc.stage >= 7}
    if not classes:
        return
    rows = Appeal.objects.inside(training_class__in=list(classes))
    for row in rows.select_related("attendee__application__person__account").order_by("pk"):
        tc = classes[row.training_class_id]
        times = [(answer_due(day_of(row.applied_at), tc.edition), row.answered_at)]
        if row.objected_at:
            times.append((decision_due(day_of(row.objected_at), tc.edition), row.decided_at))
        for due, at in times:
            item = ask.of_class(tc, due, done_on=day_of(at) if at else None)
            yield replace(
                item, thing=f"appeal/{row.pk}", about=f"{tc.title}：{row}", where=f"/classes/{tc.pk}/appeals/"
            )
