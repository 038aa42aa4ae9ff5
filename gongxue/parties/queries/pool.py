"""Looking through the pool: who fits, who is free, who is near, who still owes jobs (MG 9.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Booking, PoolMembership, Unavailability
from gongxue.parties.queries.ledger import Workload, workloads
from gongxue.regulations.geography import distance_km
from gongxue.regulations.registers import provinces

DISTANCES = (300, 600, 1000, 1500)  # km that a search offers; ours
JOBS = ("0", "1", "2")
SORTS = {"": "省份", "jobs": "本年任务少的在前", "near": "路近的在前", "since": "入库早的在前"}


def members_visible_to(role: Role) -> QuerySet[PoolMembership]:
    """The pool as a role may look it up."""
    rows: QuerySet[PoolMembership] = PoolMembership.objects.scope(role)
    return rows.select_related("person__account", "person__employer").order_by(
        "-active", "province_code", "id"
    )


@dataclass(frozen=True, slots=True)
class PoolSearch:
    """What the pool is narrowed by; empty values narrow nothing."""

    words: str = ""
    category: str = ""
    level: str = ""
    province: str = ""
    active: str = ""  # yes, no or both
    within: int = 0  # km from `home`
    home: str = ""  # province from which distances are counted
    free_from: date | None = None
    free_until: date | None = None
    jobs: str = ""  # 0, 1 or 2 (and more) this year
    sort: str = ""


def members_found(role: Role, search: PoolSearch) -> QuerySet[PoolMembership]:
    """The part of the pool that is searched for, without the jobs."""
    rows = members_visible_to(role)
    if search.words:
        rows = rows.filter(
            Q(person__account__name__contains=search.words) | Q(person__employer__name__contains=search.words)
        )
    if search.category:
        rows = rows.filter(category=search.category)
    if search.level:
        rows = rows.filter(levels__contains=search.level).exclude(paused__contains=search.level)
    if search.province:
        rows = rows.filter(province_code=search.province)
    if search.active in ("yes", "no"):
        rows = rows.filter(active=search.active == "yes")
    if search.within and search.home:
        near = [p.code for p in provinces() if distance_km(p.code, search.home) <= search.within]
        rows = rows.filter(province_code__in=near)
    return rows.filter(_free(search.free_from, search.free_until))


def _free(first: date | None, last: date | None) -> Q:
    """Neither booked nor away on any day between two days."""
    first, last = first or last, last or first
    if first is None or last is None:
        return Q()
    first, last = min(first, last), max(first, last)
    booked = Booking.objects.unscoped("free or not free").filter(
        person=OuterRef("person"), day__range=(first, last)
    )
    away = Unavailability.objects.unscoped("free or not free, never why").filter(
        person=OuterRef("person"), first_day__lte=last, last_day__gte=first
    )
    return ~Exists(booked) & ~Exists(away)


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as a list of keys: enough to narrow by jobs and to sort; rows are read for one page only."""

    pk: int
    person: int
    province: str
    active: bool
    since: date
    workload: Workload


def found_keys(role: Role, search: PoolSearch, year: int) -> list[Found]:
    """Everything found, in order; two statements whatever the size of the pool, one when jobs do not matter."""
    rows = members_found(role, search)
    wanted = search.jobs in JOBS or search.sort in ("jobs", "near")
    jobs = workloads(rows.order_by().values("person"), year) if wanted else {}
    found = [
        Found(pk, person, province, active, since, jobs.get(person, Workload()))
        for pk, person, province, active, since in rows.values_list(
            "pk", "person_id", "province_code", "active", "registered_on"
        )
    ]
    if search.jobs in JOBS:
        found = [f for f in found if min(f.workload.taught, 2) == int(search.jobs)]
    order = _ORDERS.get(search.sort)
    return sorted(found, key=lambda f: order(f, search.home)) if order else found


def _distance(found: Found, home: str) -> int:
    return distance_km(found.province, home) if home else 0


_ORDERS: dict[str, Callable[[Found, str], tuple[int, ...]]] = {
    "jobs": lambda f, home: (not f.active, f.workload.taught, f.workload.examined, _distance(f, home), f.pk),
    "near": lambda f, home: (not f.active, _distance(f, home), f.workload.taught, f.pk),
    "since": lambda f, home: (not f.active, f.since.toordinal(), f.pk),
}


_CHUNK = 1000  # keys in one statement
# What lists show of an entry: whole accounts and organisations of thousands would take seconds.
_SHOWN = (
    "person_id", "category", "levels", "paused", "active", "registered_on", "certificate_number", "province_code",
    "person__account__name", "person__employer__name",
)  # fmt: skip


def members_by_key(role: Role, keys: list[int]) -> list[PoolMembership]:
    """Entries in the order of their keys; one statement per thousand, longer lists make SQLite scan whole tables."""
    rows: dict[int, PoolMembership] = {}
    for start in range(0, len(keys), _CHUNK):
        found = members_visible_to(role).filter(pk__in=keys[start : start + _CHUNK]).order_by()
        rows |= {row.pk: row for row in found.only(*_SHOWN)}
    return [rows[key] for key in keys if key in rows]
