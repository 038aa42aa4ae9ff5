"""Who is who: approvals, pool members as candidates, bookings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet

from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.parties.models import (
    Booking,
    PeopleImport,
    Person,
    PoolMembership,
    Qualification,
    TrainingApproval,
    Unavailability,
)
from gongxue.parties.queries.ledger import Ledger as Ledger
from gongxue.parties.queries.ledger import Workload as Workload
from gongxue.parties.queries.ledger import jobs_of as jobs_of
from gongxue.parties.queries.ledger import ledger_of as ledger_of
from gongxue.parties.queries.ledger import reads_satisfaction as reads_satisfaction
from gongxue.parties.queries.ledger import teachers_idle as teachers_idle
from gongxue.parties.queries.ledger import workloads as workloads
from gongxue.parties.queries.pool import PoolSearch as PoolSearch
from gongxue.parties.queries.pool import found_keys as found_keys
from gongxue.parties.queries.pool import members_by_key as members_by_key
from gongxue.parties.queries.pool import members_found as members_found
from gongxue.parties.queries.pool import members_visible_to as members_visible_to
from gongxue.parties.queries.standing import Standing as Standing
from gongxue.parties.queries.standing import away_among as away_among
from gongxue.parties.queries.standing import busy_days as busy_days
from gongxue.parties.queries.standing import satisfaction_of as satisfaction_of
from gongxue.parties.queries.standing import satisfaction_so_far as satisfaction_so_far
from gongxue.parties.queries.standing import seats_taken as seats_taken
from gongxue.parties.queries.standing import standings as standings
from gongxue.parties.queries.standing import supply_between as supply_between
from gongxue.regulations.approvals import Approval, approval_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import InstitutionKind, Level
from gongxue.regulations.roles import INSTITUTIONS, Duty, OrganisationKind
from gongxue.regulations.staffing import Seat

# "class/12" is a class of a later part: it says here what its numbers mean.
REFERENCE_NAMES: dict[str, Callable[[Collection[int]], Mapping[int, str]]] = {}


def person_names(keys: Collection[int]) -> dict[int, str]:
    """Names of people whom an entry or a record names by number."""
    rows = Person.objects.unscoped("names of people named in a record").filter(pk__in=keys)
    return dict(rows.values_list("pk", "account__name"))


REFERENCE_NAMES["person"] = person_names


def names_of(references: Iterable[str]) -> dict[str, str]:
    """What references mean; one statement per kind of reference. An unknown one stays as it is."""
    by_kind: dict[str, set[int]] = {}
    for reference in references:
        kind, _, key = reference.partition("/")
        if kind in REFERENCE_NAMES and key.isdigit():
            by_kind.setdefault(kind, set()).add(int(key))
    return {
        f"{kind}/{key}": name
        for kind, keys in by_kind.items()
        for key, name in REFERENCE_NAMES[kind](keys).items()
    }


def institution_kind(institution: Organisation) -> InstitutionKind:
    """The kind as the regulations name it."""
    return InstitutionKind(institution.kind)


def approvals_of(institution: Organisation) -> list[Approval]:
    """Every approval of an institution, expired ones included."""
    return [row.as_rule() for row in TrainingApproval.objects.filter(institution=institution)]


def class_approval_breaches(
    institution: Organisation, level: Level, category: str, first_day: date
) -> list[Breach]:
    """Why the institution may not run such a class (TR 4)."""
    return approval_breaches(
        institution_kind(institution), level, category, first_day, approvals_of(institution)
    )


def institutions() -> QuerySet[Organisation]:
    """The training institutions of MG 附件 1 and later additions, by code."""
    return Organisation.objects.filter(kind__in=[k.value for k in INSTITUTIONS]).order_by("code")


@dataclass(frozen=True, slots=True)
class RegisterSearch:
    """What a register is narrowed by; empty strings narrow nothing."""

    words: str = ""
    province: str = ""
    kind: str = ""
    category: str = ""
    level: str = ""


def institutions_found(search: RegisterSearch) -> QuerySet[Organisation]:
    """The training institutions with `approvals`, by code; two statements for a page of any size."""
    rows = institutions().filter(_place_filter(search))
    if search.kind:
        rows = rows.filter(kind=search.kind)
    if search.category or search.level:
        approved = TrainingApproval.objects.filter(institution=OuterRef("pk"))
        approved = approved.filter(category=search.category) if search.category else approved
        rows = rows.filter(Exists(approved.filter(level=search.level) if search.level else approved))
    return rows.prefetch_related(Prefetch("approvals", approvals_in_order(), to_attr="approved"))


def approvals_in_order() -> QuerySet[TrainingApproval]:
    """Approvals by category, level and age, the newest of each first."""
    return TrainingApproval.objects.select_related("registered_by").order_by(
        "category", "level", "-valid_from"
    )


def schools_found(search: RegisterSearch) -> QuerySet[Organisation]:
    """The technician colleges that are not training institutions, by province and name."""
    rows = Organisation.objects.filter(_place_filter(search), kind=OrganisationKind.SCHOOL)
    return rows.order_by("province_code", "name")


def _place_filter(search: RegisterSearch) -> Q:
    found = Q()
    if search.words:
        found &= Q(name__contains=search.words) | Q(code__startswith=search.words)
    if search.province:
        found &= Q(province_code=search.province)
    return found


@dataclass(frozen=True, slots=True)
class Assignment:
    """One stretch of booked days of a person: which class, in what capacity, from when to when."""

    reference: str
    title: str
    capacity: str
    first: date
    last: date
    days: int

    @property
    def teaches(self) -> bool:
        """Whether it is a job of a backbone teacher, not a training of their own."""
        return self.capacity in (Seat.INSTRUCTOR.short, Seat.EXAMINER.short)


_CAPACITIES = {Seat.INSTRUCTOR.value: "授课", Seat.EXAMINER.value: "考核", "trainee": "参训"}


def assignments_of(person: Person) -> list[Assignment]:
    """What somebody is or was booked for, the latest first; two statements."""
    rows = list(
        Booking.objects.inside(person=person)
        .values("reference", "capacity")
        .annotate(first=Min("day"), last=Max("day"), days=Count("day", distinct=True))
        .order_by("-first", "reference")
    )
    names = names_of(row["reference"] for row in rows)
    return [
        Assignment(
            row["reference"],
            names.get(row["reference"], row["reference"]),
            _CAPACITIES.get(row["capacity"], row["capacity"]),
            row["first"],
            row["last"],
            row["days"],
        )
        for row in rows
    ]


def away_of(person: Person, today: date) -> list[Unavailability]:
    """The days that somebody says they cannot, from today on; only for the teacher themselves."""
    rows: QuerySet[Unavailability] = Unavailability.objects.inside(person=person, last_day__gte=today)
    return list(rows.select_related("person__account").order_by("first_day", "pk"))


def certificates_held(person: Person) -> QuerySet[Qualification]:
    """The certificates that somebody holds, the newest first; the caller has found the person in scope."""
    rows: QuerySet[Qualification] = Qualification.objects.inside(person=person, ended_on=None)
    return rows.select_related("institution").order_by("-issued_on", "-pk")


def memberships_of(role: Role) -> list[PoolMembership]:
    """The entries of whoever acts."""
    rows = PoolMembership.objects.scope(role).filter(person__account=role.account_id)
    return list(rows.select_related("person__account", "person__employer").order_by("category"))


def pool_candidates(role: Role) -> QuerySet[Qualification]:
    """Backbone certificates (level G) whose holders are not in the pool for that category yet (MG 9.1)."""
    entered = PoolMembership.objects.unscoped("who is in the pool").filter(
        person=OuterRef("person"), category=OuterRef("category")
    )
    rows: QuerySet[Qualification] = Qualification.objects.scope(role).filter(
        ~Exists(entered), level=Level.BACKBONE, ended_on=None
    )
    return rows.select_related("person__account", "person__employer").order_by("-issued_on", "pk")


def people_like(role: Role, words: str) -> QuerySet[Person]:
    """People whom a role may see, by part of their name."""
    rows: QuerySet[Person] = Person.objects.scope(role).filter(account__name__contains=words)
    return rows.select_related("account", "employer").order_by("account__name", "pk")


def imports_of(role: Role) -> QuerySet[PeopleImport]:
    """The imports that somebody began, the newest first."""
    rows: QuerySet[PeopleImport] = PeopleImport.objects.scope(role)
    return rows.select_related("job").order_by("-pk")


def person_of(account: Account | int) -> Person | None:
    """The person behind an account, or None for an official without one."""
    pk = account if isinstance(account, int) else account.pk
    return Person.objects.unscoped("who the actor is").filter(account_id=pk).select_related("account").first()


def qualifications_of(reference: str) -> int:
    """How many people were issued a certificate of a class ("class/12"), whatever became of it later."""
    rows = Qualification.objects.unscoped("a count for one class").filter(reference=reference)
    return rows.values("person").distinct().count()


def roles_in(organisation: Organisation | int, *duties: Duty) -> list[Role]:
    """The present holders of duties in an organisation: who is told."""
    held = Role.objects.filter(
        organisation=organisation, duty__in=duties, until=None, account__is_active=True
    )
    return list(held.select_related("account", "organisation"))


def role_of_person(person: Person, duty: Duty) -> list[Role]:
    """The role in which a person is told something about their own part."""
    return list(roles_of_people([person], duty).values())


def roles_of_people(people: Iterable[Person], duty: Duty) -> dict[int, Role]:
    """The roles in which people are told something, in one query: person id → role, of several the oldest."""
    person_of = {person.account_id: person.pk for person in people}
    held = Role.objects.filter(account__in=list(person_of), duty=duty, until=None)
    rows = held.select_related("account", "organisation").order_by("-pk")
    return {person_of[role.account_id]: role for role in rows}


def province_roles(province_code: str) -> list[Role]:
    """Staff of a province-level department."""
    held = Role.objects.filter(
        organisation__province_code=province_code, duty=Duty.PROVINCE, until=None, account__is_active=True
    )
    return list(held.select_related("account", "organisation"))


def centre_roles() -> list[Role]:
    """Staff of the centre."""
    held = Role.objects.filter(duty=Duty.CENTRE, until=None, account__is_active=True)
    return list(held.select_related("account", "organisation"))


def phone_breaches(phone: str) -> list[Breach]:
    """Eleven digits beginning with 1, or empty."""
    if not phone or (len(phone) == 11 and phone.isascii() and phone.isdigit() and phone[0] == "1"):
        return []
    return [Breach("person.phone", "TR 附件1", "手机号码应为 11 位数字。", "请检查后重新输入。")]


def system_role() -> Role:
    """The role in which the daily run acts."""
    return Role.objects.select_related("account", "organisation").get(duty=Duty.SYSTEM)


def as_row(person: Person) -> dict[str, Any]:
    """What lists show of a person: no personal value."""
    return {"id": person.pk, "name": person.name, "employer": person.employer.name, "sex": person.sex}
