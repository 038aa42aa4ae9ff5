"""Reads of stage 5: the roster in class, attendance sheets, products."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.attendance import Presence, absent_periods, allowance_left, barred
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.parallel import is_expected, uncalled
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Delivery, LearningProduct


def delivery_of(training_class: TrainingClass) -> Delivery | None:
    """The delivery of a visible class, or None before it began."""
    found: Delivery | None = Delivery.objects.inside(training_class=training_class).first()
    return found


def attendees_of(training_class: TrainingClass) -> list[Attendee]:
    """The class in roster order."""
    return attendees_of_classes([training_class])


def attendees_of_classes(classes: Collection[TrainingClass]) -> list[Attendee]:
    """Several classes in roster order, in one query."""
    rows = Attendee.objects.inside(training_class__in=classes)
    return list(
        rows.select_related("application__person__account", "application__employer").order_by(
            "application__seat"
        )
    )


def seats_of_attendees(training_class: TrainingClass) -> dict[int, int]:
    """attendee id → seat."""
    rows = Attendee.objects.inside(training_class=training_class)
    return dict(rows.values_list("pk", "application__seat"))


def attendees_visible_to(role: Role) -> QuerySet[Attendee]:
    """Attendees in scope; a trainee sees themselves."""
    rows: QuerySet[Attendee] = Attendee.objects.scope(role)
    return rows.select_related("application__person__account", "training_class__institution")


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


def taught_groups(training_class: TrainingClass) -> int:
    """How many groups the timetable in force has; 0 when everything is for the whole class."""
    rows = CourseSession.objects.inside(training_class=training_class)
    return rows.aggregate(most=Max("group"))["most"] or 0


def expected_in(attendees: Iterable[Attendee], taught: Collection[int], groups: int) -> list[Attendee]:
    """Who sits in a period. taught: the groups it is for; groups: how many the timetable has."""
    return [one for one in attendees if is_expected(one.group, taught, groups)]


def products_visible_to(role: Role) -> QuerySet[LearningProduct]:
    """Learning products in scope."""
    rows: QuerySet[LearningProduct] = LearningProduct.objects.scope(role)
    return rows.select_related("attendee__application__person__account", "file", "training_class").order_by(
        "pk"
    )


def products_of(training_class: TrainingClass) -> dict[int, list[LearningProduct]]:
    """attendee id → products, oldest first."""
    found: dict[int, list[LearningProduct]] = {}
    for row in (
        LearningProduct.objects.inside(training_class=training_class).select_related("file").order_by("pk")
    ):
        found.setdefault(row.attendee_id, []).append(row)
    return found


def has_product(attendee: Attendee, attempt: int) -> bool:
    """Whether work was handed in for an attempt."""
    return LearningProduct.objects.inside(attendee=attendee, attempt=attempt).exists()


def attendee_of(training_class: TrainingClass, account_id: int) -> Attendee | None:
    """Somebody's own place in a class, or None."""
    rows = Attendee.objects.inside(training_class=training_class, application__person__account_id=account_id)
    found: Attendee | None = rows.select_related("application__person__account", "training_class").first()
    return found


def is_running(training_class: TrainingClass) -> bool:
    """Whether the class has begun and its teaching has not ended."""
    delivery = delivery_of(training_class)
    return delivery is not None and delivery.state == DeliveryState.RUNNING


NO_ABSENCE = Absence({p.value: 0 for p in Presence}, 0, 0, False)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One trainee as the class office sees them."""

    attendee: Attendee
    absence: Absence
    tone: str  # "" within the limit, "wait" one period before it and at it, "bad" over it

    @property
    def late(self) -> int:
        """Late arrivals and early departures: recorded, without deduction (AMB-03)."""
        return self.absence.counts[Presence.LATE] + self.absence.counts[Presence.LEFT_EARLY]


def class_rows(training_class: TrainingClass, warn_at: int) -> list[ClassRow]:
    """The class in roster order with everybody's attendance in sum: two queries."""
    absences = absences_of(training_class)
    rows = []
    for attendee in attendees_of(training_class):
        absence = absences.get(attendee.pk, NO_ABSENCE)
        tone = "bad" if absence.barred else "wait" if absence.counted >= warn_at else ""
        rows.append(ClassRow(attendee, absence, tone))
    return rows


def propose_groups(attendees: list[Attendee], number: int) -> dict[int, int]:
    """attendee id → group 1..number: sizes differ by one at most, colleagues and sexes spread over the groups.

    The largest employers are dealt out first, each person to one of the smallest groups, there to the one with the
    fewest colleagues, then with the fewest of the same sex. A proposal: nothing is saved.
    """
    colleagues = Counter(a.application.employer_id for a in attendees)
    order = sorted(
        attendees,
        key=lambda a: (
            -colleagues[a.application.employer_id],
            a.application.employer_id,
            a.application.person.sex,
            a.pk,
        ),
    )
    groups: dict[int, list[Attendee]] = {n: [] for n in range(1, number + 1)}
    for attendee in order:
        groups[min(groups, key=lambda n: _crowding(groups[n], attendee, n))].append(attendee)
    return {attendee.pk: n for n, members in groups.items() for attendee in members}


def _crowding(members: list[Attendee], attendee: Attendee, number: int) -> tuple[int, int, int, int]:
    same_employer = sum(m.application.employer_id == attendee.application.employer_id for m in members)
    same_sex = sum(m.application.person.sex == attendee.application.person.sex for m in members)
    return len(members), same_employer, same_sex, number


def summary_row(attendee: Attendee, absence: Absence | None) -> dict[str, Any]:
    """What a list shows of a trainee."""
    return {
        "seat": attendee.application.seat,
        "name": attendee.application.person.name,
        "employer": attendee.application.employer.name,
        "group": attendee.group,
        "counted": absence.counted if absence else 0,
        "barred": bool(absence and absence.barred),
    }
