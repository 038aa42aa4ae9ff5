"""Applicants side by side, item by item, for whoever reviews them (TR 10, MG 4.4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from gongxue.foundation.access.requests import Request
from gongxue.regulations.official_forms.definition import Item, ItemKind
from gongxue.stage4_enrolment.queries import ReviewRow, review_rows
from gongxue.stage4_enrolment.views.posted import picked_in
from gongxue.stage4_enrolment.views.review import reviewed_class

MOST = 4  # side by side; more do not fit on a screen


def compare(request: Request, pk: int) -> HttpResponse:
    """Two to four applicants of a class beside each other; the list posts its ticks, the address keeps them.

    Whoever is not an applicant of this class falls away, personal items are not shown.
    """
    tc = reviewed_class(request, pk)
    if request.method == "POST":
        ticks = urlencode([("pick", number) for number in picked_in(request.POST)])
        return redirect(f"{reverse('applicants.compare', args=[tc.pk])}?{ticks}")
    chosen = picked_in(request.GET)
    rows = [row for row in review_rows(tc, request.role) if row.application.pk in chosen]
    if not 2 <= len(rows) <= MOST:
        messages.error(request, f"请勾选 2 至 {MOST} 名报名教师再比较，现在选了 {len(rows)} 名。")
        return redirect("applicants", tc.pk)
    return render(request, "enrolment/compare.html", {"tc": tc, "rows": rows, "lines": _lines(rows)})


def _lines(rows: list[ReviewRow]) -> list[dict[str, Any]]:
    """Every item of form 1 that at least one has answered, with the answers in order of the columns."""
    form, level = rows[0].application.answer.version.form, rows[0].application.training_class.level
    items = [i for i in form.items if not i.derived and not i.personal and i.kind != ItemKind.DECLARE]
    lines = []
    for item in items:
        if item.level not in ("", level):
            continue
        said = [str(row.application.answer.items.get(item.code) or "") for row in rows]
        if any(said):
            lines.append({"label": _label(item), "said": said, "differs": len(set(said)) > 1})
    return lines


def _label(item: Item) -> str:
    return f"{item.code}. {item.label.partition('（')[0]}"
