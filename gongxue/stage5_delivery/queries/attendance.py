"""Attendance: sums of a trainee, the state of a class's roll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from gongxue.regulations.attendance import Presence, absent_periods, allowance_left, barred
from gongxue.regulations.editions import Edition
from gongxue.regulations.parallel import uncalled
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage5_delivery.models import AttendanceMark, Attendee


@dataclass(frozen=True, slots=True)
class Absence:
    """One trainee's attendance in sum."""

    counts: dict[str, int]  # presence value → periods
    counted: int  # periods against the limit
    left: int
    barred: bool


def absence_of(marks: list[Presence], edition: Edition) -> Absence:
    """The sum of some marks."""
    counted = absent_periods(marks, edition)
    counts = {p.value: marks.count(p) for p in Presence}
    return Absence(counts, counted, allowance_left(counted, edition), barred(counted, edition))


def absences_of(training_class: TrainingClass, only: Collection[int] | None = None) -> dict[int, Absence]:
    """attendee id → attendance in sum, of everybody or of some; who has no mark is not in the answer."""
    return absences_of_classes([training_class], only)


def absences_of_classes(
    classes: Collection[TrainingClass], only: Collection[int] | None = None
) -> dict[int, Absence]:
    """attendee id → attendance in sum over several classes, in one query."""
    if only is not None and not only:
        return {}
    editions = {tc.pk: tc.edition for tc in classes}
    rows = AttendanceMark.objects.inside(training_class__in=list(editions))
    if only is not None:
        rows = rows.filter(attendee__in=only)
    grouped: dict[tuple[int, int], list[Presence]] = defaultdict(list)
    for tc, attendee, presence in rows.values_list("training_class_id", "attendee_id", "presence"):
        grouped[tc, attendee].append(Presence(presence))
    return {attendee: absence_of(marks, editions[tc]) for (tc, attendee), marks in grouped.items()}


def absence_of_attendee(attendee: Attendee, edition: Edition) -> Absence:
    """One trainee's attendance in sum."""
    rows = AttendanceMark.objects.inside(attendee=attendee).values_list("presence", flat=True)
    return absence_of([Presence(p) for p in rows], edition)


def marks_at(training_class: TrainingClass, day: date, period: int) -> dict[int, str]:
    """attendee id → presence in one lesson period."""
    rows = AttendanceMark.objects.inside(training_class=training_class, day=day, period=period)
    return dict(rows.values_list("attendee_id", "presence"))


@dataclass(frozen=True, slots=True)
class RollPeriod:
    """One lesson period as the roll call's chooser shows it."""

    sessions: tuple[CourseSession, ...]  # several where groups are taught in parallel
    called: bool  # of everybody who sits there
    ahead: bool  # its day has not come

    @property
    def session(self) -> CourseSession:
        """The first of what is taught in this period."""
        return self.sessions[0]

    @property
    def title(self) -> str:
        """第 3 课时."""
        return f"第 {self.session.period} 课时"


def roll_days(training_class: TrainingClass, today: date) -> dict[date, list[RollPeriod]]:
    """The timetable by day, each period with whether its roll has been called: two queries, one more with groups."""
    sessions = sessions_of(training_class)
    lessons = [((one.day, one.period), one.group) for one in sessions]
    waiting = set(_states({training_class.pk: lessons})[training_class.pk].waiting)
    held: dict[tuple[date, int], list[CourseSession]] = defaultdict(list)
    for session in sessions:
        held[session.day, session.period].append(session)
    days: dict[date, list[RollPeriod]] = {}
    for place, rows in held.items():
        row = RollPeriod(tuple(rows), place not in waiting, place[0] > today)
        days.setdefault(place[0], []).append(row)
    return days


def roll_due(days: dict[date, list[RollPeriod]]) -> RollPeriod | None:
    """The earliest period that should have been called and was not, else the last one called."""
    rows = [row for periods in days.values() for row in periods if not row.ahead]
    waiting = [row for row in rows if not row.called]
    return waiting[0] if waiting else rows[-1] if rows else None


def called_periods(training_class: TrainingClass) -> set[tuple[date, int]]:
    """The lesson periods whose roll has been called, of the whole class or of one of its groups."""
    rows = AttendanceMark.objects.inside(training_class=training_class)
    return set(rows.values_list("day", "period").distinct())


@dataclass(frozen=True, slots=True)
class RollState:
    """How far the roll of a class has come; a period of several groups is one period."""

    planned: int
    waiting: list[tuple[date, int]]  # not complete, in order
    groups: int  # taught in parallel; 0: everything is for the whole class

    @property
    def called(self) -> int:
        """Periods whose roll is complete."""
        return self.planned - len(self.waiting)


_Lessons = dict[int, list[tuple[tuple[date, int], int]]]


def rolls_of(classes: Collection[TrainingClass], until: date | None = None) -> dict[int, RollState]:
    """Class → the roll of its timetable, to a day or whole: two queries, one more where groups are taught apart."""
    rows = CourseSession.objects.inside(training_class__in=[tc.pk for tc in classes])
    if until is not None:
        rows = rows.filter(day__lte=until)
    lessons: _Lessons = {tc.pk: [] for tc in classes}
    for pk, day, period, group in rows.values_list("training_class_id", "day", "period", "group"):
        lessons[pk].append(((day, period), group))
    return _states(lessons)


def _states(lessons: _Lessons) -> dict[int, RollState]:
    groups = {pk: max((group for _, group in rows), default=0) for pk, rows in lessons.items()}
    apart = [pk for pk, most in groups.items() if most]
    names = ["training_class_id", "day", "period", *(["attendee__group"] if apart else [])]
    marked: dict[int, set[tuple[tuple[date, int], int | None]]] = defaultdict(set)
    marks = AttendanceMark.objects.inside(training_class__in=list(lessons))
    for pk, day, period, *group in marks.values_list(*names).distinct():
        marked[pk].add(((day, period), group[0] if group else None))
    people: dict[int, set[int | None]] = defaultdict(set)
    if apart:
        rows = Attendee.objects.inside(training_class__in=apart)
        for pk, one in rows.values_list("training_class_id", "group"):
            people[pk].add(one)
    return {
        pk: RollState(len(dict(rows)), uncalled(rows, marked[pk], people[pk]), groups[pk])
        for pk, rows in lessons.items()
    }


NO_ABSENCE = Absence({p.value: 0 for p in Presence}, 0, 0, False)
