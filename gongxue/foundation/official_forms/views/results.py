"""What was answered on one version, in sum and as Excel: sums never mix versions (TR 脚注⑦)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.official_forms.exports import AnswerRow, answers_workbook
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.queries import submitted_answers
from gongxue.foundation.official_forms.summaries import SectionSummary, summary_of
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.levels import Level, parse_level
from gongxue.regulations.official_forms import Form
from gongxue.regulations.official_forms.statistics import item_results


def results(request: Request, pk: int) -> HttpResponseBase:
    """Everything that was submitted on a version, of one level at a time: sums of every item; `as=xlsx`: the answers.

    Personal items are in neither; what is known and not asked (names, employers) is not in these answers at all.
    """
    version: FormVersion = visible(FormVersion, pk, request.role)
    answers = submitted_answers(version)
    counts = Counter(level for level, _ in answers)
    level = parse_level(request.GET.get("level", "")[:4]) or _fullest(counts)
    sheets = [items for own, items in answers if own == level]
    if request.GET.get("as") == "xlsx":
        rows = [AnswerRow(version.form, items, {}) for items in sheets]
        made = answers_workbook(rows, level, clock.now())
        return serve_bytes(made, name=f"{version}{level.title}答案.xlsx", media_type=MEDIA_TYPE)
    shown = {
        "version": version,
        "level": level,
        "levels": [(x, counts[x]) for x in Level],
        "number": len(sheets),
        "sections": _sections(version.form, level, sheets),
    }
    return render(request, "official_forms/results.html", shown)


def _sections(form: Form, level: Level, sheets: list[dict[str, Any]]) -> list[SectionSummary]:
    return summary_of(form, item_results(form, level, sheets), counted=True) if sheets else []


def _fullest(counts: Counter[str]) -> Level:
    """The level with the most answers."""
    return max(Level, key=lambda level: counts[level])
