"""The blank sheets that anybody may read, print and take along (TR 脚注⑦)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.official_forms.exports import WORD_TYPE, blank_sheet, pdf, word
from gongxue.foundation.official_forms.queries import version_on, versions_on
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.levels import Level, modules_of, parse_level
from gongxue.regulations.official_forms import Form

ALL = "all"  # no form has this code
KEPT = 100  # six forms at five choices of level, as two kinds of file, and room for an older version


def blank(request: HttpRequest, code: str) -> HttpResponseBase:
    """The blank sheet in force today, for one level or, as the annex prints it, for all; `as=pdf` or `as=docx`: the file.

    The code `all`: the list of the forms in force. One public address for both.
    """
    if code == ALL:
        return render(request, "official_forms/list.html", {"versions": versions_on(clock.today())})
    version = version_on(code, clock.today())
    if version is None:
        raise Http404
    if made := sheet_file(request, version.form, str(version), back=request.path):
        return made
    shown = {**sheet_shown(request, version.form), "version": version, "filled_by": version.form.filled_by}
    return render(request, "official_forms/blank.html", shown)


def sheet_shown(request: HttpRequest, form: Form) -> dict[str, Any]:
    """A blank sheet and its choice of level, for a template."""
    level = parse_level(request.GET.get("level", "")[:4])
    leveled = any(item.level for item in form.items)
    return {
        "sheet": blank_sheet(form, level),
        "level": level,
        "levels": [x for x in Level if modules_of(x)] if leveled else [],
    }


def sheet_file(request: HttpRequest, form: Form, name: str, back: str) -> HttpResponseBase | None:
    """The blank sheet as the file that the address asks for, or None; what cannot be set is said at `back`."""
    kind, level = request.GET.get("as", ""), parse_level(request.GET.get("level", "")[:4])
    name = f"{name}{level.title if level else ''}"
    if kind == "docx":
        return serve_bytes(_as_word(form, level), name=f"{name}.docx", media_type=WORD_TYPE)
    if kind != "pdf":
        return None
    try:
        return serve_bytes(_as_pdf(form, level), name=f"{name}.pdf", media_type="application/pdf")
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect(back)


# Anybody may ask as often as they like: a blank sheet is made once per process.
@lru_cache(KEPT)
def _as_pdf(form: Form, level: Level | None) -> bytes:
    return pdf(blank_sheet(form, level))


@lru_cache(KEPT)
def _as_word(form: Form, level: Level | None) -> bytes:
    return word(blank_sheet(form, level))
