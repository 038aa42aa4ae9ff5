"""What stage 3 watches: the programme, the province's answer, the corrected programme (TR 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from gongxue.regulations.calendar import day_of
from gongxue.regulations.deadlines import (
    DECIDED,
    RETURNED,
    SUBMITTED,
    Moment,
    correction_due,
    first_handed_in,
    last_returned,
    latest_round,
    reckon,
    review_due,
    stops_of,
)
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.watching import Ask, Watched
from gongxue.stage2_staffing.models import Opening
from gongxue.stage3_programme.models import Programme, ProgrammeVersion

_Cause = ProgrammeVersion.Cause
_WHAT = {
    _Cause.SUBMITTED: SUBMITTED, _Cause.RETURNED: RETURNED, _Cause.FILED: DECIDED, _Cause.DROPPED: DECIDED,
}  # fmt: skip
WITH_PROVINCE = (ProgrammeState.SUBMITTED, ProgrammeState.RETURNED)


def moments_of(classes: Iterable[TrainingClass]) -> dict[int, list[Moment]]:
    """Class → when its programme was handed in, given back, decided, in order; one query for any number of classes."""
    rows = ProgrammeVersion.objects.inside(
        training_class__in=[tc.pk for tc in classes], cause__in=list(_WHAT)
    )
    found: dict[int, list[Moment]] = defaultdict(list)
    for pk, cause, at in rows.order_by("pk").values_list("training_class", "cause", "at"):
        found[pk].append(Moment(day_of(at), _WHAT[_Cause(cause)]))
    return found


def watch_programmes(ask: Ask) -> Iterator[Watched]:
    """The programme is owed from the opening application on; three queries."""
    opened = Opening.objects.inside(training_class__in=ask.classes)
    owing = set(opened.values_list("training_class", flat=True))
    rows = Programme.objects.inside(training_class__in=ask.classes).only(
        "training_class", "state", "first_submitted_at", "late_days"
    )
    programmes = {row.training_class_id: row for row in rows}
    moments = moments_of(ask.classes)
    for tc in ask.classes:
        programme = programmes.get(tc.pk)
        if tc.pk in owing:
            yield _handed_in(ask, tc, programme)
        if programme is not None:
            yield from _answered(ask, tc, programme, moments.get(tc.pk, []))


def _handed_in(ask: Ask, tc: TrainingClass, programme: Programme | None) -> Watched:
    """The first submission counts, as it was judged then."""
    at = programme.first_submitted_at if programme else None
    late = programme.late_days if programme and at else None
    done = day_of(at) if at else None
    return ask.of_class(tc, ask.dues(tc)["programme"], done_on=done, late=late)


def _answered(
    ask: Ask, tc: TrainingClass, programme: Programme, moments: Sequence[Moment]
) -> Iterator[Watched]:
    """The province's answer, whose clock stands while the programme is back, and the correction while it is owed."""
    round_ = latest_round(moments)
    first = first_handed_in(round_)
    if first is None:
        return
    decided = round_[-1].day if round_[-1].what == DECIDED else None
    if decided is not None or programme.state in WITH_PROVINCE:
        due = review_due(first, tc.edition)
        yield ask.of_class(tc, due, done_on=decided, stops=stops_of(round_))
    back = last_returned(round_)
    if back is not None and programme.state == ProgrammeState.RETURNED:
        yield ask.of_class(tc, correction_due(back, tc.edition))


def answers_due(classes: Sequence[TrainingClass], today: date) -> dict[int, date]:
    """Class → the day by which the province answers its programme; one query."""
    found, editions = {}, {tc.pk: tc.edition for tc in classes}
    for pk, moments in moments_of(classes).items():
        round_ = latest_round(moments)
        first = first_handed_in(round_)
        if first is not None:
            found[pk] = reckon(review_due(first, editions[pk]), today, stops_of(round_)).due.on
    return found


def corrections_due(classes: Sequence[TrainingClass]) -> dict[int, date]:
    """Class → the day by which a returned programme comes again; one query."""
    editions = {tc.pk: tc.edition for tc in classes}
    back = {pk: last_returned(moments) for pk, moments in moments_of(classes).items()}
    return {pk: correction_due(day, editions[pk]).on for pk, day in back.items() if day is not None}
