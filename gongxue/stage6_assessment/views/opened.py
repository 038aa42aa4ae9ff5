"""Sheets after the last one is in: every attempt with its criteria, comments and fingerprints, for those who may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.act import visible
from gongxue.regulations.roles import Duty
from gongxue.regulations.rubrics import Criterion
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import Attempt, CriterionMark, ScoreSheet
from gongxue.stage6_assessment.queries.sealed import canonical_form, criteria_of, is_intact
from gongxue.stage6_assessment.queries.sheets import opened_sheets_of

NO_SHEETS = (Duty.TRAINEE, Duty.SCHOOL)  # they read means, never single sheets


@dataclass(frozen=True, slots=True)
class Opened:
    """One sheet as it was signed: its canonical form, and whether the rows still say the same."""

    sheet: ScoreSheet
    canonical: str
    intact: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One complete attempt: criteria down, scorers across."""

    attempt: Attempt
    sheets: Sequence[Opened]
    rows: Sequence[tuple[Criterion, Sequence[CriterionMark | None]]]


def sheets(request: Request, pk: int) -> HttpResponse:
    """Every complete attempt of one trainee, the second beside the first."""
    role = request.role
    attendee: Attendee = visible(Attendee, pk, role)
    if role.is_(*NO_SHEETS):
        raise PermissionDenied
    found = opened_sheets_of(role, attendee)
    marks = criteria_of(found)
    tables = [_table(list(group), marks) for _, group in groupby(found, key=lambda one: one.attempt_id)]
    shown = {"tc": attendee.training_class, "attendee": attendee, "tables": tables}
    return render(request, "assessment/sheets.html", shown)


def _table(rows: list[ScoreSheet], marks: dict[int, dict[str, CriterionMark]]) -> Table:
    attempt = rows[0].attempt
    criteria = attempt.rubric.rubric.criteria if attempt.rubric else ()
    opened = []
    for sheet in rows:
        own = marks[sheet.pk].values()
        sealed = canonical_form(sheet, own).decode() if sheet.commitment else ""
        opened.append(Opened(sheet, sealed, is_intact(sheet, own)))
    return Table(attempt, opened, [(one, [marks[row.pk].get(one.code) for row in rows]) for one in criteria])


def sealed(request: Request, pk: int) -> HttpResponseBase:
    """The very bytes whose SHA-256 is the fingerprint: `sha256sum` of the file prints it. 404 while the seal holds."""
    row: ScoreSheet = visible(ScoreSheet, pk, request.role)
    if row.attempt.complete_at is None or not row.commitment:
        raise Http404
    data = canonical_form(row, criteria_of([row])[row.pk].values())
    return serve_bytes(data, name=f"sheet-{row.pk}.json", media_type="application/json")
