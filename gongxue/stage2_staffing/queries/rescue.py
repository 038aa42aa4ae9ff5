"""Who can step in for an empty seat close to the day: near people first, the others with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.geography import distance_km
from gongxue.regulations.invitations import seat_days
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.rescue import Circumstances, helper_breaches
from gongxue.regulations.staffing import Candidate, Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.inputs import problem_for
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.optimisation.model import Problem, Teacher
from gongxue.stage2_staffing.optimisation.weights import MAX_JOBS
from gongxue.stage2_staffing.queries import SeatView, demand_from, seats_of


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody of the pool for an empty seat: how far away, and what stands against them."""

    person: Person
    candidate: Candidate
    km: int
    obstacles: tuple[Breach, ...]


def helpers_for(training_class: TrainingClass, seat: Seat, today: date) -> list[Helper]:
    """Teachers of the class's category who are not of the class: those who can come first, the nearest before the
    others. As many queries whatever the size of the pool. The reader is of the institution of the class."""
    problem = problem_for([training_class], reserve=False)
    here = {job.person for job in problem.fixed} | _asked_here(training_class)
    able = [
        t for t in problem.teachers
        if t.person not in here and any(category == training_class.category for category, _ in t.skills)
    ]  # fmt: skip
    known = Person.objects.unscoped("an empty seat is offered to the whole pool").filter(
        pk__in=[t.person for t in able]
    )
    people = known.select_related("account", "employer").in_bulk()
    found = [_helper(problem, t, people[t.person], training_class, seat, today) for t in able]
    return sorted(found, key=_order)


def _asked_here(training_class: TrainingClass) -> set[int]:
    rows = Invitation.objects.inside(training_class=training_class, state__in=Invitation.LIVE)
    return set(rows.values_list("person_id", flat=True))


def _helper(
    problem: Problem, teacher: Teacher, person: Person, training_class: TrainingClass, seat: Seat, today: date
) -> Helper:
    (shown,) = problem.classes
    demand = demand_from(training_class, seat, today)
    candidate = replace(teacher.candidate(demand), name=person.name)
    at = Circumstances(
        km=distance_km(teacher.province, training_class.province_code),
        own_allowed=teacher.person in shown.own_allowed,
        barred=teacher.person in shown.barred,
        own_trainees=teacher.employer in shown.trainee_employers,
        full_year=sum(teacher.had(demand.first_day.year)) >= MAX_JOBS,
    )
    return Helper(person, candidate, at.km, tuple(helper_breaches(candidate, demand, seat, at, today)))


def _order(helper: Helper) -> tuple[bool, int, int, float, int]:
    one = helper.candidate
    return bool(helper.obstacles), helper.km, one.jobs_this_year, -(one.satisfaction or 0), one.person


@dataclass(frozen=True, slots=True)
class EmptySeat:
    """A seat that nobody holds and nobody but helpers in a hurry is asked for."""

    seat: Seat
    number: int
    asked: tuple[Invitation, ...]  # those who may still answer, the soonest first
    gone: Invitation | None  # who left it last

    @property
    def title(self) -> str:
        """授课骨干教师 1."""
        return f"{self.seat.title} {self.number}"

    @property
    def key(self) -> str:
        """instructor-1, in addresses."""
        return f"{self.seat.value}-{self.number}"


def empty_seats(training_class: TrainingClass, invitations: Collection[Invitation]) -> list[EmptySeat]:
    """The seats of a class that may be filled in a hurry, from all of its invitations."""
    views: list[SeatView] = seats_of(training_class, list(invitations))
    return [
        EmptySeat(
            view.seat,
            view.number,
            tuple(row for row in invitations if is_open_rescue(row) and _sits(row, view)),
            _last_left(view, invitations),
        )
        for view in views
        if view.invitation is None or is_open_rescue(view.invitation)
    ]


def _sits(row: Invitation, view: SeatView) -> bool:
    return (row.seat, row.number) == (view.seat.value, view.number)


def _last_left(view: SeatView, invitations: Collection[Invitation]) -> Invitation | None:
    left = [row for row in invitations if _sits(row, view) and row.has_left]
    return max(left, key=lambda row: (row.withdrawn_at, row.pk), default=None)


def is_open_rescue(row: Invitation) -> bool:
    """Whether an invitation is one of several for a seat and still waits for its answer."""
    return row.is_rescue and row.state == InvitationState.SENT


def served_days(training_class: TrainingClass, seat: Seat, today: date) -> list[date]:
    """The days that a helper who is asked today would give, with the journey."""
    demand = demand_from(training_class, seat, today)
    return seat_days(seat, demand.first_day, demand.last_day)
