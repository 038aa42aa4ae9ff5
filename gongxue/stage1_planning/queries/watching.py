"""Who owes what by when: a list that each stage fills with what it watches, read the same way by the class page, the
desks, the overdue list and the daily run. Each watch takes a constant number of queries, whatever the number of classes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import Due, day_of
from gongxue.regulations.deadline_table import RULES, DeadlineRule
from gongxue.regulations.deadlines import Grant, Reckoned, Stop, Timetable, consequence, reckon
from gongxue.regulations.lifecycle import CLOSED_STAGE, PlanState
from gongxue.stage1_planning.models import DeadlineException, TrainingClass

Grants = dict[tuple[int, str], list[Grant]]


def grants_of(classes: Iterable[TrainingClass]) -> Grants:
    """(class, deadline) → its extensions with their grantors; one query for any number of classes."""
    rows = DeadlineException.objects.inside(training_class__in=[row.pk for row in classes])
    found: Grants = defaultdict(list)
    for row in rows.select_related("granted_by").order_by("pk"):
        grant = Grant(row.until, row.granted_by.name, day_of(row.granted_at))
        found[row.training_class_id, row.deadline].append(grant)
    return found


def timetable_of(tc: TrainingClass, closes_on: date | None = None) -> Timetable:
    """What the class's deadlines hang on. closes_on: the end of enrolment that its notice names."""
    return Timetable(tc.first_day, tc.last_day, tc.edition, closes_on)


def reckoned(
    due: Due, tc: TrainingClass, grants: Grants, today: date, stops: Iterable[Stop] = ()
) -> Reckoned:
    """A deadline of a class as it stands today."""
    eve = None if due.on >= tc.first_day else timetable_of(tc).eve
    return reckon(due, today, stops, grants.get((tc.pk, due.key), ()), eve)


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing that somebody owes by a day."""

    due: Due
    thing: (
        str  # class/12 · round/3/40 (institution 40) · approval/7: with the deadline's key it names the thing
    )
    about: str  # in words
    where: str  # its page
    province_code: str
    institution_id: int | None = None
    institution: str = ""
    class_id: int | None = None
    done_on: date | None = None
    late_when_done: int | None = None  # as it was judged then; None: by the due day
    standing: bool = False  # the file is back for correction: the clock stands
    grant: Grant | None = None
    timetable: Timetable | None = None
    told: tuple[Role, ...] = ()  # people who are reminded beside the office that owes it

    @property
    def rule(self) -> DeadlineRule:
        """Its row of the table."""
        return RULES[self.due.key]

    def late(self, today: date) -> int:
        """Days over the due day: until it was done, else until today; none while the clock stands."""
        if self.done_on is not None:
            return self.due.late_by(self.done_on) if self.late_when_done is None else self.late_when_done
        return 0 if self.standing else self.due.late_by(today)

    def slips(self, today: date) -> str:
        """What slips, in dates."""
        return consequence(self.due, self.done_on or today, self.timetable)


@dataclass
class Ask:
    """Whose deadlines are asked for; what several watches need is read once."""

    role: Role
    today: date
    classes: list[TrainingClass]
    whole: bool = True  # also what belongs to no class: rounds, approvals
    closes: dict[int, date] = field(
        default_factory=dict
    )  # class → the end of enrolment that its notice names
    _dues: dict[int, dict[str, Due]] = field(default_factory=dict)

    @cached_property
    def grants(self) -> Grants:
        """Every extension of the classes."""
        return grants_of(self.classes)

    def dues(self, tc: TrainingClass) -> dict[str, Due]:
        """Its deadlines before stops and extensions, worked out once for all watches."""
        if tc.pk not in self._dues:
            self._dues[tc.pk] = self.timetable(tc).dues
        return self._dues[tc.pk]

    def timetable(self, tc: TrainingClass) -> Timetable:
        """What its deadlines hang on."""
        return timetable_of(tc, self.closes.get(tc.pk))

    def of_class(
        self, tc: TrainingClass, due: Due, *, done_on: date | None = None, late: int | None = None,
        stops: Iterable[Stop] = (),
    ) -> Watched:  # fmt: skip
        """A deadline of a class. late: as it was judged when it was done."""
        found = reckoned(due, tc, self.grants, done_on or self.today, stops)
        return Watched(
            found.due, f"class/{tc.pk}", tc.title, f"/classes/{tc.pk}/", tc.province_code, tc.institution_id,
            tc.institution.name, tc.pk, done_on, late, found.standing and done_on is None, found.grant, self.timetable(tc),
        )  # fmt: skip


Watch = Callable[[Ask], Iterable[Watched]]
WATCHED: list[Watch] = []  # each stage adds its own in its AppConfig.ready
ENDS: list[
    Callable[[Iterable[TrainingClass]], dict[int, date]]
] = []  # class → the end of enrolment of its notice


def watched(ask: Ask) -> list[Watched]:
    """Everything that is owed or was done, the soonest first."""
    for ends in ENDS:
        ask.closes |= ends(ask.classes)
    found = [item for watch in WATCHED for item in watch(ask)]
    return sorted(found, key=lambda item: (item.due.on, item.province_code, item.institution, item.thing))


def running_classes(role: Role) -> list[TrainingClass]:
    """Published classes that are not closed, with their institutions: one query."""
    rows = TrainingClass.objects.scope(role).filter(state=PlanState.PUBLISHED, stage__lt=CLOSED_STAGE)
    return list(rows.select_related("institution").order_by("first_day", "pk"))


def classes_of_year(role: Role, year: int) -> list[TrainingClass]:
    """Published classes that begin in a year, closed ones too: one query."""
    rows = TrainingClass.objects.scope(role).filter(state=PlanState.PUBLISHED, first_day__year=year)
    return list(rows.select_related("institution").order_by("first_day", "pk"))


def watched_of_class(tc: TrainingClass, role: Role, today: date) -> list[Watched]:
    """The deadlines of one class whose turn has come."""
    return watched(Ask(role, today, [tc], whole=False))
