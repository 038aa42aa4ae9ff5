"""What the national recommendation needs to know, read in a fixed number of statements and handed on as plain values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import combinations

from django.db.models import Q
from django.db.models.functions import Coalesce

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import PoolMembership
from gongxue.parties.queries import busy_days, satisfaction_so_far
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, OpeningState
from gongxue.regulations.staffing import TRAVEL_DAYS, Demand, Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation, Opening, Preference, Recommendation
from gongxue.stage2_staffing.optimisation.model import Job, OpenClass, Problem, Teacher

# Who has a job: whoever accepted, and whoever was there for a day before somebody else took over.
HELD = Q(state=InvitationState.ACCEPTED) | Q(state=InvitationState.WITHDRAWN, served_until__isnull=False)

# Later stages say whose teachers sit in a class: class ids → employers of its trainees, for those that are known.
TRAINEE_EMPLOYERS: list[Callable[[list[int]], dict[int, set[int]]]] = []


def classes_waiting(role: Role, again_on: date | None = None) -> list[TrainingClass]:
    """Classes in scope that want a recommendation, by first day: filed ones; again_on: those with empty seats too that
    begin after that day. What is empty while a class runs is filled from nearby (`rescue`)."""
    wanted = Q(state=OpeningState.FILED)
    if again_on is not None:
        wanted |= Q(state=OpeningState.RECOMMENDED, training_class__first_day__gt=again_on)
    rows = Opening.objects.scope(role).filter(wanted).exclude(training_class__level=Level.BACKBONE)
    found = [o.training_class for o in rows.select_related("training_class__institution")]
    return sorted(found, key=lambda tc: (tc.first_day, tc.pk))


def problem_for(classes: list[TrainingClass], reserve: bool = True) -> Problem:
    """The classes, the whole pool and what is fixed. As many statements whatever the number of either.

    Whoever was asked by another class is busy on its days and has one job more; so is, with `reserve`, whoever another
    class may still ask from its latest recommendation. An invitation of these classes that still stands is fixed.
    """
    if not classes:
        return Problem((), ())
    ids = [tc.pk for tc in classes]
    first = min(tc.first_day for tc in classes) - timedelta(days=TRAVEL_DAYS)
    last = max(tc.last_day for tc in classes) + timedelta(days=TRAVEL_DAYS)
    fixed, barred = _asked(ids)
    busy, jobs = _elsewhere(ids, first, last, reserve)
    edition = edition_on(first)
    return Problem(
        classes=_open_classes(classes, barred),
        teachers=_teachers(first, last, busy, jobs, min(tc.first_day for tc in classes)),
        fixed=fixed,
        duty_jobs=edition.duty_jobs,
        duty_satisfaction=float(edition.duty_satisfaction),
        met=partners_lately(min(tc.first_day for tc in classes), ids),
    )


def _open_classes(classes: list[TrainingClass], barred: dict[int, set[int]]) -> tuple[OpenClass, ...]:
    ids = [tc.pk for tc in classes]
    wishes: dict[int, list[int]] = defaultdict(list)
    preferred = Preference.objects.unscoped("wishes of the classes that are staffed").filter(
        training_class__in=ids
    )
    for number, person in preferred.order_by("rank").values_list("training_class_id", "person_id"):
        wishes[number].append(person)
    own: dict[int, set[int]] = defaultdict(set)
    lifts = AvoidanceLift.objects.unscoped("own teachers who may be proposed").filter(
        training_class__in=ids, revoked_at=None
    )
    for number, person in lifts.values_list("training_class_id", "person_id"):
        own[number].add(person)
    employers: dict[int, set[int]] = defaultdict(set)
    for known in TRAINEE_EMPLOYERS:
        for number, found in known(ids).items():
            employers[number] |= found
    return tuple(
        OpenClass(
            number=tc.pk,
            demand=Demand(
                tc.level_enum, tc.category, tc.first_day, tc.last_day, tc.institution_id, tc.province_code,
                tuple(wishes[tc.pk]),
            ),
            instructors=Seat.INSTRUCTOR.wanted(tc.edition),
            examiners=Seat.EXAMINER.wanted(tc.edition),
            barred=frozenset(barred[tc.pk]),
            own_allowed=frozenset(own[tc.pk]),
            trainee_employers=frozenset(employers[tc.pk]),
        )
        for tc in classes
    )  # fmt: skip


def _asked(ids: list[int]) -> tuple[frozenset[Job], dict[int, set[int]]]:
    """Live invitations of the classes, and who declined or was withdrawn; whoever let one lapse may be asked again.

    Of several who are asked at once for one seat the first stands for it, the others are not proposed meanwhile; that
    somebody else was faster says nothing about them afterwards.
    """
    rows = Invitation.objects.unscoped("invitations of the classes that are staffed").filter(
        training_class__in=ids
    )
    fixed: set[Job] = set()
    barred: dict[int, set[int]] = defaultdict(set)
    seats: set[tuple[int, str, int]] = set()
    told = rows.exclude(state=InvitationState.EXPIRED).exclude(
        state=InvitationState.WITHDRAWN, origin=Invitation.Origin.RESCUE, answered_at=None
    )
    columns = ("training_class_id", "seat", "number", "person_id", "state")
    for class_id, seat, number, person, state in told.order_by("pk").values_list(*columns):
        if state in Invitation.LIVE and (class_id, seat, number) not in seats:
            seats.add((class_id, seat, number))
            fixed.add(Job(class_id, Seat(seat), person))
        else:
            barred[class_id].add(person)
    return frozenset(fixed), barred


def fixed_of(training_class: int) -> set[tuple[str, int]]:
    """What is fixed in one class: kind of seat and person."""
    return {(job.seat.value, job.person) for job in _asked([training_class])[0]}


Busy = dict[int, set[date]]
Jobs = dict[int, Counter[tuple[int, Seat]]]


def _elsewhere(ids: list[int], first: date, last: date, reserve: bool) -> tuple[Busy, Jobs]:
    """Days and jobs of everybody in other classes: asked or accepted, and what may still be asked."""
    years = range(first.year, last.year + 1)
    live = Invitation.objects.unscoped("duty ledger of the pool").filter(
        HELD | Q(state__in=Invitation.LIVE), training_class__first_day__year__in=years
    )
    columns = (
        "person_id",
        "seat",
        "training_class_id",
        Coalesce("serves_from", "training_class__first_day"),
        Coalesce("served_until", "training_class__last_day"),
    )
    rows = list(live.exclude(training_class__in=ids).values_list(*columns))
    if reserve:
        rows += _still_open(ids, first, last)
    busy: Busy = defaultdict(set)
    jobs: Jobs = defaultdict(Counter)
    seen: set[tuple[int, int]] = set()
    for person, seat, number, begins, ends in rows:
        if (person, number) in seen:
            continue
        seen.add((person, number))
        jobs[person][begins.year, Seat(seat)] += 1
        begin = begins - timedelta(days=TRAVEL_DAYS)
        busy[person] |= {begin + timedelta(n) for n in range((ends - begins).days + 1 + 2 * TRAVEL_DAYS)}
    return busy, jobs


Held = tuple[int, str, int, date, date]


def _still_open(ids: list[int], first: date, last: date) -> list[Held]:
    """First choices of other classes' latest recommendations that the class has not asked yet."""
    rows = Recommendation.objects.unscoped("one person is not proposed to two classes at once").filter(
        chosen=True,
        training_class__opening__state=OpeningState.RECOMMENDED,
        training_class__first_day__lte=last,
        training_class__last_day__gte=first,
    )
    asked = set(
        Invitation.objects.unscoped("who has been asked")
        .filter(training_class__opening__state=OpeningState.RECOMMENDED)
        .values_list("training_class_id", "person_id")
    )
    latest: dict[int, int] = {}
    found: list[tuple[int, Held]] = []
    for run, *held in rows.exclude(training_class__in=ids).values_list(
        "run",
        "person_id",
        "seat",
        "training_class_id",
        "training_class__first_day",
        "training_class__last_day",
    ):
        person, seat, number, begins, ends = held
        latest[number] = max(run, latest.get(number, 0))
        if (number, person) not in asked:
            found.append((run, (person, seat, number, begins, ends)))
    return [held for run, held in found if run == latest[held[2]]]


def _teachers(first: date, last: date, busy: Busy, jobs: Jobs, before: date) -> tuple[Teacher, ...]:
    members = PoolMembership.objects.unscoped("the recommendation weighs the whole pool").filter(active=True)
    skills: dict[int, set[tuple[str, Level]]] = defaultdict(set)
    places: dict[int, tuple[str, int]] = {}
    for person, category, levels, province, employer in members.order_by("person_id", "pk").values_list(
        "person_id", "category", "levels", "province_code", "person__employer_id"
    ):
        skills[person] |= {(category, Level(code)) for code in levels}
        places.setdefault(person, (province, employer))
    ids = list(skills)
    booked = busy_days(members.values("person"), first, last)
    liked = satisfaction_so_far(ids, before.year)
    latest = last_jobs(before)
    return tuple(
        Teacher(
            person=person,
            name="",
            province=places[person][0],
            employer=places[person][1],
            skills=frozenset(skills[person]),
            jobs=_by_year(jobs.get(person, Counter())),
            satisfaction=liked[person],
            last_job_on=latest.get(person, (None, None))[0],
            last_institution=latest.get(person, (None, None))[1],
            busy=frozenset(
                day for day in booked.get(person, set()) | busy.get(person, set()) if first <= day <= last
            ),
        )
        for person in ids
    )


def _by_year(
    jobs: Iterable[tuple[int, Seat]] | Counter[tuple[int, Seat]],
) -> tuple[tuple[int, int, int], ...]:
    counted = Counter(jobs)
    years = sorted({year for year, _ in counted})
    return tuple((y, counted[y, Seat.INSTRUCTOR], counted[y, Seat.EXAMINER]) for y in years)


def partners_lately(day: date, without: Iterable[int] = ()) -> frozenset[tuple[int, int]]:
    """Who has taught one class together, or is to, in the year of a day and the one before: people, the smaller first.

    without: classes that do not count.
    """
    asked = Q(state__in=Invitation.LIVE) & ~Q(
        origin=Invitation.Origin.RESCUE
    )  # of several only one will come
    rows = Invitation.objects.unscoped("partners of the pool").filter(
        HELD | asked,
        seat=Seat.INSTRUCTOR,
        training_class__first_day__year__in=(day.year - 1, day.year),
    )
    taught: dict[int, set[int]] = defaultdict(set)
    for number, person in rows.exclude(training_class__in=without).values_list(
        "training_class_id", "person_id"
    ):
        taught[number].add(person)
    return frozenset(pair for people in taught.values() for pair in combinations(sorted(people), 2))


def last_jobs(before: date, people: list[int] | None = None) -> dict[int, tuple[date, int]]:
    """Last day and institution of everybody's latest accepted job that ended before a day; one statement."""
    rows = Invitation.objects.unscoped("duty ledger of the pool").filter(
        HELD, training_class__last_day__lt=before
    )
    if people is not None:
        rows = rows.filter(person__in=people)
    found = rows.order_by("training_class__last_day", "pk").values_list(
        "person_id", "training_class__last_day", "training_class__institution_id"
    )
    return {person: (day, institution) for person, day, institution in found}
