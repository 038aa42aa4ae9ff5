"""Form 1 of a class in sum, item by item, every version for itself: for whoever reviews its applicants (TR 10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation.access.requests import Request
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.summaries import summary_of
from gongxue.regulations.official_forms.statistics import item_results
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import in_question
from gongxue.stage4_enrolment.views.review import reviewed_class


def answers(request: Request, pk: int) -> HttpResponse:
    """The sums of every item over everybody who may come; personal items are left out."""
    tc = reviewed_class(request, pk)
    by_version: dict[FormVersion, list[Application]] = {}
    for application in in_question(tc, request.role):
        by_version.setdefault(application.answer.version, []).append(application)
    parts = []
    for version, rows in sorted(by_version.items(), key=lambda pair: pair[0].number):
        form = version.form
        found = item_results(form, tc.level, [row.answer.items for row in rows])
        parts.append((version, len(rows), summary_of(form, found, counted=True)))
    return render(request, "enrolment/answers.html", {"tc": tc, "parts": parts})
