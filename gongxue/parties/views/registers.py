"""The registers: training institutions with their approvals, technician colleges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, chosen, refusals
from gongxue.parties import actions
from gongxue.parties.forms import ApprovalForm, SchoolForm
from gongxue.parties.models import TrainingApproval
from gongxue.parties.queries import (
    RegisterSearch,
    approvals_in_order,
    institutions,
    institutions_found,
    schools_found,
)
from gongxue.regulations.approvals import RUNS_OUT_DAYS, running_out
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.levels import InstitutionKind, Level
from gongxue.regulations.registers import provinces
from gongxue.regulations.roles import Permission

INSTITUTIONS_PAGE = 60
SCHOOLS_PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One approval as the pages show it."""

    approval: TrainingApproval
    today: date

    @property
    def category(self) -> str:
        """机械类."""
        return category_title(self.approval.category)

    @property
    def level(self) -> str:
        """二级."""
        return Level(self.approval.level).title

    @property
    def tone(self) -> str:
        """good while it holds, bad when it has expired, wait before it begins."""
        if self.today > self.approval.valid_until:
            return "bad"
        return "wait" if self.today < self.approval.valid_from else "good"

    @property
    def standing(self) -> str:
        """The tone in words."""
        return {"good": "有效", "bad": "已过期", "wait": "未生效"}[self.tone]

    @property
    def ends(self) -> str:
        """还有 40 天到期, where it ends within RUNS_OUT_DAYS; else nothing."""
        left = (self.approval.valid_until - self.today).days
        return f"还有 {left} 天到期" if self.tone == "good" and left <= RUNS_OUT_DAYS else ""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One institution of the register with what it may run today."""

    institution: Organisation
    entries: Sequence[Entry]

    @property
    def current(self) -> list[tuple[str, str]]:
        """(level, its categories) of the approvals that hold."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            if entry.tone == "good" and entry.category not in found.setdefault(entry.level, []):
                found[entry.level].append(entry.category)
        return [(level.title, "、".join(found[level.title])) for level in Level if found.get(level.title)]

    @property
    def expired(self) -> int:
        """Approvals that have run out without another that holds for the same category and level."""
        valid = {(e.category, e.level) for e in self.entries if e.tone == "good"}
        return len({(e.category, e.level) for e in self.entries if e.tone == "bad"} - valid)

    @property
    def ending(self) -> int:
        """Approvals that end soon and are not renewed."""
        if not self.entries:
            return 0
        return len(running_out([e.approval.as_rule() for e in self.entries], self.entries[0].today))


def _search(request: Request) -> tuple[dict[str, str], RegisterSearch]:
    fields = chosen(request, "q", "province", "kind", "category", "level")
    words, province, kind, category, level = fields.values()
    return fields, RegisterSearch(words, province, kind, category, level)


def registers(request: Request) -> HttpResponse:
    """The training institutions of MG 附件 1 and later additions, with what each is approved for."""
    fields, search = _search(request)
    page = Paginator(institutions_found(search), INSTITUTIONS_PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    shown = {
        "page": page,
        "rows": [RegisterRow(row, [Entry(a, today) for a in row.approved]) for row in page],  # type: ignore[attr-defined]
        "chosen": fields,
        "provinces": provinces(),
        "kinds": list(InstitutionKind),
        "categories": CATEGORIES.items(),
        "levels": [x for x in Level if x != Level.BACKBONE],
    }
    return render(request, "parties/registers.html", shown)


def _institution(pk: int) -> Organisation:
    found = institutions().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def institution(request: Request, pk: int) -> HttpResponse:
    """One institution: every approval with its dates and basis, and the table of categories and levels."""
    found = _institution(pk)
    today = clock.today()
    entries = [Entry(a, today) for a in approvals_in_order().filter(institution=found)]
    levels = [x for x in Level if x.run_by == InstitutionKind(found.kind) and x != Level.BACKBONE]
    shown = {
        "institution": found,
        "entries": entries,
        "levels": levels,
        "matrix": [
            (title, [(x, _latest(entries, code, x.value)) for x in levels])
            for code, title in CATEGORIES.items()
        ],
        "trains_backbone": found.kind == InstitutionKind.DEVELOPMENT_CENTRE,
    }
    return render(request, "parties/institution.html", shown)


def _latest(entries: Sequence[Entry], category: str, level: str) -> Entry | None:
    """The approval that counts in a cell: one that holds before one that does not, then the latest."""
    found = [e for e in entries if e.approval.category == category and e.approval.level == level]
    return max(found, key=lambda e: (e.tone == "good", e.approval.valid_until), default=None)


def approve(request: Request, pk: int) -> HttpResponse:
    """Register an approval with its dates and its basis."""
    found, role = _institution(pk), request.role
    form = ApprovalForm(request.POST or None, institution=found)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.REGISTER_APPROVAL,
                lambda: str(
                    actions.register_approval(
                        institution=found, **form.cleaned_data, by=role, now=clock.now()
                    ).pk
                ),
            )
            messages.success(request, "获批资格已登记。")
            return redirect("registers.institution", found.pk)
    shown = {"form": form, "institution": found}
    return render(request, "parties/approve.html", shown, status=answer_status(form))


def schools(request: Request) -> HttpResponse:
    """The technician colleges whose teachers may apply."""
    fields, search = _search(request)
    page = Paginator(schools_found(search), SCHOOLS_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "chosen": fields, "provinces": provinces()}
    return render(request, "parties/schools.html", shown)


def add_school(request: Request) -> HttpResponse:
    """Add a technician college to the register."""
    role = request.role
    form = SchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.REGISTER_SCHOOL,
                lambda: str(actions.register_school(**form.cleaned_data, by=role, now=clock.now()).pk),
            )
            messages.success(request, f"“{form.cleaned_data['name']}”已登记。")
            return redirect("schools")
    return render(request, "parties/school_add.html", {"form": form}, status=answer_status(form))
