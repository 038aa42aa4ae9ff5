"""Entering teachers into the pool of backbone teachers 骨干教师库 (MG 9.1)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, chosen, refusals
from gongxue.parties import actions
from gongxue.parties.forms import BackboneForm
from gongxue.parties.models import Person, PoolMembership
from gongxue.parties.queries import certificates_held, people_like, pool_candidates
from gongxue.parties.views.pool import level_words
from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Permission

FOUND = 30


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
