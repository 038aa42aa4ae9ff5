"""Name cards, sign-in sheets and the roster as PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery.exports.papers import PAPERS
from gongxue.stage5_delivery.views.frame import frame, office_class


def printing(request: Request, pk: int) -> HttpResponse:
    """What can be printed."""
    tc = office_class(request, pk)
    shown: dict[str, Any] = frame(request, tc, "office.printing")
    shown |= {"days": tc.days_list, "people": len(roster(tc))}
    return render(request, "delivery/printing.html", shown)


def paper_pdf(request: Request, pk: int, paper: str) -> HttpResponseBase:
    """One of the papers, made now from what stands in the books; 404 for a paper that there is not."""
    tc = office_class(request, pk)
    if paper not in PAPERS:
        raise Http404
    try:
        made = PAPERS[paper].make(tc, request.GET, clock.now())
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("office.printing", tc.pk)
    return serve_bytes(made, name=f"{PAPERS[paper].title} {tc.title}.pdf", media_type="application/pdf")
