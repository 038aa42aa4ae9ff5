"""The pool of backbone teachers 骨干教师库: search, one member, one's own record (MG 9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.parties.exports import pool_workbook
from gongxue.parties.models import Person, PoolMembership
from gongxue.parties.queries import (
    PoolSearch,
    Workload,
    assignments_of,
    busy_days,
    certificates_held,
    found_keys,
    ledger_of,
    members_by_key,
    memberships_of,
    person_of,
    reads_satisfaction,
    workloads,
)
from gongxue.parties.queries.pool import DISTANCES, SORTS
from gongxue.parties.views.months import Month, chart_of, months_from
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.pool import satisfaction_word
from gongxue.regulations.registers import province_name, provinces
from gongxue.regulations.roles import Duty, Permission

PAGE = 50
MONTHS_SHOWN = 3
FIELDS = ("q", "category", "level", "province", "active", "within", "home", "from", "to", "jobs", "sort")
MORE = ("within", "from", "to", "jobs", "active", "sort")  # behind 更多条件


def level_words(codes: str) -> str:
    """ "23" → 二级、三级."""
    return "、".join(level.title for level in (Level.ONE, Level.TWO, Level.THREE) if level.value in codes)


def _search(request: HttpRequest, role: Role) -> tuple[PoolSearch, dict[str, str]]:
    """What is searched for, as values and as the form shows it; what cannot be read narrows nothing."""
    fields = chosen(request, *FIELDS)
    known = {p.code for p in provinces()}
    if fields["home"] not in known:
        fields["home"] = role.organisation.province_code if not role.duty_enum.reads_all else ""
    within = int(fields["within"]) if fields["within"] in map(str, DISTANCES) else 0
    search = PoolSearch(
        fields["q"], fields["category"], fields["level"], fields["province"], fields["active"], within, fields["home"],
        _day(fields["from"]), _day(fields["to"]), fields["jobs"], fields["sort"],
    )  # fmt: skip
    return search, fields


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_GET
def pool(request: Request) -> HttpResponse:
    """The pool, searched by name or school, category, level, place, free days, jobs of the year and standing."""
    role, today = request.role, clock.today()
    search, fields = _search(request, role)
    page = Paginator(found_keys(role, search, today.year), PAGE).get_page(request.GET.get("page"))
    members = members_by_key(role, [found.pk for found in page])
    jobs = workloads([member.person_id for member in members], today.year)
    shown = {
        "page": page,
        "rows": [_row(member, jobs.get(member.person_id, Workload())) for member in members],
        "duty_jobs": edition_on(today).duty_jobs,
        "year": today.year,
        "chosen": fields,
        "more": any(fields[name] for name in MORE),
        "categories": CATEGORIES.items(),
        "levels": [Level.ONE, Level.TWO, Level.THREE],
        "provinces": provinces(),
        "distances": DISTANCES,
        "sorts": SORTS.items(),
        "may_register": role.may(Permission.REGISTER_BACKBONE),
        "may_export": _may_export(role),
    }
    return render(request, "parties/pool.html", shown)


def _may_export(role: Role) -> bool:
    """Lists leave the platform with those who manage the teachers (MG 8.4, MG 9.1); ours."""
    return role.is_(Duty.CENTRE, Duty.OVERSIGHT, Duty.PROVINCE)


@require_GET
def pool_as_workbook(request: Request) -> HttpResponseBase:
    """What was searched for as Excel: the centre's of the nation, a province's of its own teachers."""
    role, now, today = request.role, clock.now(), clock.today()
    if not _may_export(role):
        raise PermissionDenied
    search, _ = _search(request, role)
    own = role.organisation.province_code if role.is_(Duty.PROVINCE) else ""
    keys = [found.pk for found in found_keys(role, search, today.year) if not own or found.province == own]
    made = pool_workbook(members_by_key(role, keys), today, now)
    return serve_bytes(made, name=f"骨干教师库_{today}.xlsx", media_type=MEDIA_TYPE)


def _row(member: PoolMembership, workload: Workload) -> dict[str, Any]:
    return {
        "member": member,
        "category": category_title(member.category),
        "levels": level_words(member.open_levels) or "暂不承担",
        "province": province_name(member.province_code),
        "workload": workload,
    }


def member(request: Request, pk: int) -> HttpResponse:
    """One backbone teacher: certificates from our own register, duty ledger, free days."""
    found = visible(PoolMembership, pk, request.role)
    others = PoolMembership.objects.inside(person=found.person).order_by("category")
    shown = {"member": found, **_record(found.person, others, request.role, clock.today())}
    return render(request, "parties/member.html", shown)


def me(request: OpenRequest) -> HttpResponse:
    """The teacher's own record."""
    role = request.role
    if role is None:
        return redirect("desk")
    person = person_of(role.account)
    shown: dict[str, Any] = {"person": person, "own": True}
    if person is not None:
        shown |= _record(person, memberships_of(role), role, clock.today())
        shown["in_pool"] = role.is_(Duty.BACKBONE) and bool(shown["memberships"])
    return render(request, "parties/me.html", shown)


def _record(person: Person, memberships: Iterable[PoolMembership], role: Role, today: date) -> dict[str, Any]:
    """What a member's page and one's own page show alike; means and trainings only to whom they concern."""
    ledger, edition = ledger_of(person, today), edition_on(today)
    whole = reads_satisfaction(role, person)
    assignments = [a for a in assignments_of(person) if whole or a.teaches]
    this_year = ledger.standings.get(today.year)
    return {
        "person": person,
        "province": province_name(person.province_code),
        "memberships": [
            (m, category_title(m.category), level_words(m.levels), level_words(m.paused)) for m in memberships
        ],
        "ledger": ledger,
        "whole": whole,
        "ledger_open": role.duty_enum.reads_all and role.may(Permission.SEE_LEDGER),
        "duty_jobs": edition.duty_jobs,
        "duty_satisfaction": edition.duty_satisfaction,
        "satisfaction_word": satisfaction_word(this_year.mean if this_year else None, edition),
        "this_year": this_year,
        "year": today.year,
        "today": today,
        "months": _free_or_not(person, today),
        "chart": chart_of(ledger.jobs, today),
        "years": _by_year(assignments),
        "certificates": [
            (c, Level(c.level).title, category_title(c.category)) for c in certificates_held(person)
        ],
    }


def _by_year(assignments: list[Any]) -> list[tuple[int, list[Any]]]:
    years = sorted({a.first.year for a in assignments}, reverse=True)
    return [(year, [a for a in assignments if a.first.year == year]) for year in years]


def _free_or_not(person: Person, today: date) -> list[Month]:
    """The next months, a day free or not free: never with whom or why."""
    months = months_from(today.replace(day=1), MONTHS_SHOWN)
    taken = busy_days([person.pk], months[0].first, months[-1].last).get(person.pk, set())
    return [month.marked(dict.fromkeys(taken, "taken"), today) for month in months]
