"""The pool of backbone teachers 骨干教师库: search, one member, one's own record, registration (MG 9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, chosen, refusals
from gongxue.parties import actions
from gongxue.parties.forms import BackboneForm
from gongxue.parties.models import Person, PoolMembership
from gongxue.parties.queries import (
    PoolSearch,
    Workload,
    assignments_of,
    booked_days,
    certificates_held,
    members_found,
    memberships_of,
    people_like,
    person_of,
    pool_candidates,
    workloads,
)
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import province_name, provinces
from gongxue.regulations.roles import Permission

PAGE = 50
FOUND = 30


def level_words(codes: str) -> str:
    """ "23" → 二级、三级."""
    return "、".join(level.title for level in (Level.ONE, Level.TWO, Level.THREE) if level.value in codes)


def pool(request: Request) -> HttpResponse:
    """The pool, searched by name or school, category, level, province and standing."""
    role, today = request.role, clock.today()
    fields = chosen(request, "q", "category", "level", "province", "active")
    words, category, level, province, active = fields.values()
    search = PoolSearch(words, category, level, province, active)
    page = Paginator(members_found(role, search), PAGE).get_page(request.GET.get("page"))
    jobs = workloads([member.person_id for member in page], today.year)
    shown = {
        "page": page,
        "rows": [_row(member, jobs.get(member.person_id, Workload())) for member in page],
        "duty_jobs": edition_on(today).duty_jobs,
        "year": today.year,
        "chosen": fields,
        "categories": CATEGORIES.items(),
        "levels": [Level.ONE, Level.TWO, Level.THREE],
        "provinces": provinces(),
        "may_register": role.may(Permission.REGISTER_BACKBONE),
    }
    return render(request, "parties/pool.html", shown)


def _row(member: PoolMembership, workload: Workload) -> dict[str, Any]:
    return {
        "member": member,
        "category": category_title(member.category),
        "levels": level_words(member.levels),
        "province": province_name(member.province_code),
        "workload": workload,
    }


def member(request: Request, pk: int) -> HttpResponse:
    """One backbone teacher: certificates from our own register, jobs, booked days."""
    found = visible(PoolMembership, pk, request.role)
    others = PoolMembership.objects.inside(person=found.person).order_by("category")
    shown = {"member": found, **_record(found.person, others, clock.today())}
    return render(request, "parties/member.html", shown)


def me(request: OpenRequest) -> HttpResponse:
    """The teacher's own record."""
    role = request.role
    if role is None:
        return redirect("desk")
    person = person_of(role.account)
    shown: dict[str, Any] = {"person": person}
    if person is not None:
        shown |= _record(person, memberships_of(role), clock.today())
    return render(request, "parties/me.html", shown)


def _record(person: Person, memberships: Iterable[PoolMembership], today: date) -> dict[str, Any]:
    """What a member's page and one's own page show alike."""
    return {
        "person": person,
        "province": province_name(person.province_code),
        "memberships": [(m, category_title(m.category), level_words(m.levels)) for m in memberships],
        "workload": workloads([person.pk], today.year).get(person.pk, Workload()),
        "duty_jobs": edition_on(today).duty_jobs,
        "year": today.year,
        "today": today,
        "months": _months(booked_days(person, today.replace(day=1))),
        "assignments": assignments_of(person),
        "certificates": [
            (c, Level(c.level).title, category_title(c.category)) for c in certificates_held(person)
        ],
    }


def _months(days: Iterable[date]) -> list[tuple[str, list[date]]]:
    """Days by month: ("2023年6月", [12, 13 …])."""
    return [
        (f"{year}年{month}月", list(found))
        for (year, month), found in groupby(days, key=lambda d: (d.year, d.month))
    ]


def register(request: Request) -> HttpResponse:
    """Enter a teacher into the pool: holders of a backbone certificate first, anybody else by name."""
    role = request.role
    wanted = request.GET.get("person", "")
    if wanted or request.method == "POST":
        return _register_one(request, visible(Person, wanted or request.POST.get("person"), role))
    words = chosen(request, "q")["q"]
    candidates = [
        (row, category_title(row.category), f"?person={row.person_id}&category={row.category}")
        for row in pool_candidates(role)[:FOUND]
    ]
    shown = {
        "candidates": candidates,
        "words": words,
        "people": people_like(role, words)[:FOUND] if words else [],
    }
    return render(request, "parties/pool_register.html", shown)


def _register_one(request: Request, person: Person) -> HttpResponse:
    role = request.role
    held = list(certificates_held(person).filter(level=Level.BACKBONE))
    category = request.GET.get("category", held[0].category if held else "")
    number = next((row.certificate_number for row in held if row.category == category), "")
    initial = {"category": category, "certificate_number": number, "levels": ["1", "2", "3"]}
    form = BackboneForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer, _ = answer_once(
                request,
                Permission.REGISTER_BACKBONE,
                lambda: str(
                    actions.register_backbone(person=person, **form.cleaned_data, by=role, now=clock.now()).pk
                ),
            )
            messages.success(request, f"{person.name}已登记入库。")
            return redirect("pool.member", int(answer))
    shown = {
        "form": form,
        "person": person,
        "memberships": [
            (m, category_title(m.category), level_words(m.levels))
            for m in PoolMembership.objects.inside(person=person).order_by("category")
        ],
        "certificates": [
            (c, Level(c.level).title, category_title(c.category)) for c in certificates_held(person)
        ],
    }
    return render(request, "parties/pool_register_one.html", shown, status=answer_status(form))
