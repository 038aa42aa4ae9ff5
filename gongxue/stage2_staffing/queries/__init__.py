"""Reads of stage 2: candidates, seats, invitations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Max, Q, QuerySet

from gongxue.foundation.identity.models import Account, Role
from gongxue.parties.models import Booking, Person, PoolMembership
from gongxue.parties.queries import busy_days, members_visible_to, satisfaction_so_far
from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import Edition
from gongxue.regulations.invitations import serves_from
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.registers import provinces
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Candidate, Demand, Seat, seat_breaches
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.inputs import HELD, last_jobs
from gongxue.stage2_staffing.models import Invitation, Opening, Preference, Recommendation, TeamChange
from gongxue.stage2_staffing.queries.personnel import lifted

FOUND = 20  # as many as one looks through; more letters narrow the search


def opening_of(training_class: TrainingClass) -> Opening | None:
    """The opening application of a visible class."""
    return Opening.objects.inside(training_class=training_class).select_related("filed_by").first()


def invitations_visible_to(role: Role) -> QuerySet[Invitation]:
    """Invitations in scope: a teacher's own, an institution's of its classes."""
    rows: QuerySet[Invitation] = Invitation.objects.scope(role)
    return rows.select_related("training_class__institution", "person__account", "person__employer").order_by(
        "-pk"
    )


def invitations_of(training_class: TrainingClass) -> list[Invitation]:
    """Every invitation of a visible class, by seat."""
    rows = Invitation.objects.inside(training_class=training_class)
    return list(rows.select_related("person__account", "person__employer").order_by("-seat", "number", "pk"))


def accepted(training_class: TrainingClass, seat: Seat | None = None) -> list[Invitation]:
    """Accepted invitations in seat order: the teaching team 授课 and the examiners 考核."""
    rows = Invitation.objects.inside(training_class=training_class, state=InvitationState.ACCEPTED)
    if seat:
        rows = rows.filter(seat=seat)
    return list(rows.select_related("person__account", "person__employer").order_by("-seat", "number"))


def seat_of(training_class: TrainingClass, account: Account | int, seat: Seat) -> Invitation | None:
    """The accepted seat that an account holds in a class, or None."""
    pk = account if isinstance(account, int) else account.pk
    rows = Invitation.objects.inside(
        training_class=training_class, state=InvitationState.ACCEPTED, seat=seat, person__account_id=pk
    )
    return rows.select_related("person__account").first()


def is_staffed(training_class: TrainingClass, edition: Edition) -> bool:
    """Whether all seats are taken."""
    held = Invitation.objects.inside(training_class=training_class, state=InvitationState.ACCEPTED).count()
    return held >= sum(seat.wanted(edition) for seat in Seat)


def demand_of(training_class: TrainingClass) -> Demand:
    """What the class needs, as plain values."""
    preferred = Preference.objects.inside(training_class=training_class).order_by("rank")
    return Demand(
        level=training_class.level_enum,
        category=training_class.category,
        first_day=training_class.first_day,
        last_day=training_class.last_day,
        institution=training_class.institution_id,
        province=training_class.province_code,
        preferred=tuple(preferred.values_list("person_id", flat=True)),
    )


def demand_from(training_class: TrainingClass, seat: str, today: date) -> Demand:
    """What a seat needs of somebody who is asked today: while the class runs, only what is left of it."""
    demand = demand_of(training_class)
    if seat not in list(Seat):
        return demand
    begins = serves_from(Seat(seat), today, demand.first_day, demand.last_day)
    return replace(demand, first_day=begins) if begins else demand


def candidates_for(training_class: TrainingClass, people: list[int] | None = None) -> list[Candidate]:
    """The pool (or some of it) as plain values: as many queries whatever its size."""
    members = PoolMembership.objects.unscoped("the recommendation weighs the whole pool")
    if people is not None:
        members = members.filter(person__in=people)
    grouped: dict[int, list[PoolMembership]] = defaultdict(list)
    for member in members.select_related("person__account"):
        grouped[member.person_id].append(member)
    ids = list(grouped)
    days = demand_of(training_class).days
    busy = busy_days(ids, min(days), max(days))
    jobs = _jobs(ids, training_class.first_day.year)
    latest = last_jobs(training_class.first_day, ids)
    liked = satisfaction_so_far(ids, training_class.first_day.year)
    return [
        _candidate(
            training_class.category,
            rows,
            busy.get(person, set()),
            jobs.get(person, (0, 0)),
            latest.get(person),
            liked[person],
        )
        for person, rows in grouped.items()
    ]


def _candidate(
    category: str,
    rows: list[PoolMembership],
    busy: set[date],
    jobs: tuple[int, int],
    last: tuple[date, int] | None,
    satisfaction: float | None,
) -> Candidate:
    """One teacher. The levels are those of the category asked for: a level registered for another one is no help."""
    active = [row for row in rows if row.active]
    fitting = [row for row in active if row.category == category]
    first = rows[0]
    return Candidate(
        person=first.person_id,
        name=first.person.name,
        categories=frozenset(row.category for row in active or rows),
        levels=frozenset(Level(code) for row in fitting or active or rows for code in row.open_levels),
        active=bool(active),
        province=first.province_code,
        employer=first.person.employer_id,
        jobs_this_year=jobs[0],
        satisfaction=satisfaction,
        last_job_on=last and last[0],
        busy=frozenset(busy),
        examined_this_year=jobs[1],
        last_institution=last and last[1],
    )


def _jobs(people: list[int], year: int) -> dict[int, tuple[int, int]]:
    """Accepted jobs of a year per person, teaching and examining; who left while a class ran has had it."""
    rows = Invitation.objects.unscoped("duty ledger of the pool").filter(
        HELD, person__in=people, training_class__first_day__year=year
    )
    counted = Counter(rows.values_list("person_id", "seat"))
    return {
        person: (counted[person, Seat.INSTRUCTOR.value], counted[person, Seat.EXAMINER.value])
        for person, _ in counted
    }


def latest_recommendation(training_class: TrainingClass) -> list[Recommendation]:
    """The last run, chosen first, with the people; the reader is somebody who may see the class."""
    rows = Recommendation.objects.inside(training_class=training_class)
    run = rows.aggregate(run=Max("run"))["run"]
    if run is None:
        return []
    return list(
        rows.filter(run=run).select_related("person__account", "person__employer").order_by("-seat", "rank")
    )


def experts_for(training_class: TrainingClass, search: str = "") -> list[Person]:
    """People who hold the backbone duty and may be named for a level G class (AMB-70), by name.

    search: words of the name, the employer or the province.
    """
    rows = Person.objects.unscoped("names offered for nomination").filter(
        account__roles__duty=Duty.BACKBONE, account__roles__until=None, account__is_active=True
    )
    rows = rows.filter(naming(search, ""))
    return list(rows.select_related("account", "employer").distinct().order_by("account__name", "pk")[:100])


@dataclass(frozen=True, slots=True)
class SeatView:
    """One of the five seats as the page shows it."""

    seat: Seat
    number: int
    invitation: Invitation | None
    others: int = 0  # asked for the same seat at the same time: the first to accept has it

    @property
    def title(self) -> str:
        """授课骨干教师 1."""
        return f"{self.seat.title} {self.number}"


def seats_of(training_class: TrainingClass, invitations: list[Invitation] | None = None) -> list[SeatView]:
    """The seats with who holds or was asked for them; of several who are asked in a hurry the first.

    invitations: all of the class, when they are known already.
    """
    rows = invitations_of(training_class) if invitations is None else invitations
    live: dict[tuple[str, int], list[Invitation]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.state != InvitationState.ACCEPTED, row.pk)):
        if row.state in Invitation.LIVE:
            live[row.seat, row.number].append(row)
    return [
        SeatView(seat, n, held[0] if held else None, max(0, len(held) - 1))
        for seat in Seat
        for n in range(1, seat.wanted(training_class.edition) + 1)
        for held in [live[seat.value, n]]
    ]


def naming(search: str, path: str) -> Q:
    """Every word stands in the name, the employer or the province of a person reached by `path`."""
    found = Q()
    for word in search.split()[:4]:
        codes = [p.code for p in provinces() if len(word) > 1 and word in p.full_name]
        found &= (
            Q(**{f"{path}account__name__contains": word})
            | Q(**{f"{path}employer__name__contains": word})
            | Q(**{f"{path}province_code__in": codes})
        )
    return found


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody one may choose, with what stands against it now."""

    person: Person
    obstacles: tuple[Breach, ...]


def _with_obstacles(people: list[Person], training_class: TrainingClass) -> list[Teacher]:
    demand = demand_of(training_class)
    candidates = {c.person: c for c in candidates_for(training_class, [p.pk for p in people])}
    return [
        Teacher(p, tuple(seat_breaches(candidates[p.pk], demand)) if p.pk in candidates else ())
        for p in people
    ]


def teachers_for(training_class: TrainingClass, role: Role, search: str = "") -> list[Teacher]:
    """Active members of the pool for the category and level of a class, found by name, employer or province."""
    rows = (
        members_visible_to(role)
        .filter(
            naming(search, "person__"),
            active=True,
            category=training_class.category,
            levels__contains=training_class.level,
        )
        .exclude(paused__contains=training_class.level)
    )
    rows = rows.order_by("province_code", "person__account__name", "person_id")
    return _with_obstacles([member.person for member in rows[:FOUND]], training_class)


def teachers_by_number(training_class: TrainingClass, people: list[int]) -> list[Teacher]:
    """The same people again in the order of their numbers as given; unknown numbers are left out."""
    known = Person.objects.unscoped("a form that is shown again").filter(
        pk__in=people, memberships__active=True
    )
    rows = {p.pk: p for p in known.select_related("account", "employer").distinct()}
    return _with_obstacles([rows[pk] for pk in people if pk in rows], training_class)


def team_changes_of(training_class: TrainingClass) -> list[TeamChange]:
    """Applications for another number of instructors of a visible class, the latest first."""
    return list(TeamChange.objects.inside(training_class=training_class).order_by("-pk"))


def preferences_of(training_class: TrainingClass) -> list[Preference]:
    """The preferred instructors, best first."""
    rows = Preference.objects.inside(training_class=training_class)
    return list(rows.select_related("person__account", "person__employer").order_by("rank"))


@dataclass(frozen=True, slots=True)
class RankedView:
    """A recommended teacher or substitute as things stand now."""

    row: Recommendation
    asked: Invitation | None  # the latest invitation to this class
    obstacles: tuple[Breach, ...]  # what has come between since the recommendation

    @property
    def open(self) -> bool:
        """Nobody asked them yet and nothing has come between."""
        return self.asked is None and not self.obstacles


def hindrances(candidate: Candidate, demand: Demand, may_own: Container[int]) -> tuple[Breach, ...]:
    """What stands against a teacher now. may_own: people of the host institution for whom its avoidance is lifted."""
    found = seat_breaches(candidate, demand)
    return tuple(b for b in found if not (b.rule == "seat.own" and candidate.person in may_own))


def ranking_of(training_class: TrainingClass, invitations: list[Invitation]) -> list[RankedView]:
    """The latest recommendation by seat and rank, with what has become of each."""
    asked = {row.person_id: row for row in sorted(invitations, key=lambda row: row.pk)}
    rows = latest_recommendation(training_class)
    demand = demand_of(training_class)
    people = list(
        {row.person_id for row in rows} - {p for p, i in asked.items() if i.state in Invitation.LIVE}
    )
    may_own = lifted(training_class)
    against = {c.person: hindrances(c, demand, may_own) for c in candidates_for(training_class, people)}
    return [RankedView(row, asked.get(row.person_id), against.get(row.person_id, ())) for row in rows]


def next_to_invite(seats: list[SeatView], ranking: list[RankedView]) -> list[RankedView]:
    """The best open people for the free seats, at first 2 + 3, later the substitutes; everybody once."""
    found: list[RankedView] = []
    for seat in Seat:
        free = sum(1 for view in seats if view.seat == seat and view.invitation is None)
        taken = {view.row.person_id for view in found}
        waiting = [v for v in ranking if v.row.seat == seat and v.open and v.row.person_id not in taken]
        found += waiting[:free]
    return found


@dataclass(frozen=True, slots=True)
class Clash:
    """Days on which somebody is already taken by another class."""

    title: str
    first: date
    last: date


def clashes_of(invitation: Invitation, role: Role) -> list[Clash]:
    """One's own bookings on the days that accepting would take, by class."""
    days = invitation.days
    rows = Booking.objects.scope(role).filter(person=invitation.person_id, day__in=days).order_by("day")
    found: dict[str, list[date]] = defaultdict(list)
    for reference, day in rows.values_list("reference", "day"):
        found[reference].append(day)
    numbers = [int(r.removeprefix("class/")) for r in found if r.removeprefix("class/").isdigit()]
    classes = TrainingClass.objects.unscoped("titles of one's own bookings").filter(pk__in=numbers)
    titles = {f"class/{tc.pk}": str(tc) for tc in classes.select_related("institution")}
    return [
        Clash(titles.get(reference, "其他任务"), min(held), max(held)) for reference, held in found.items()
    ]
