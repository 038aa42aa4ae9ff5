"""Pages of official forms: the blank sheets that anybody may read, print and take along (TR 脚注⑦)."""

from __future__ import annotations

from functools import lru_cache

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.official_forms.exports import WORD_TYPE, blank_sheet, pdf, word
from gongxue.foundation.official_forms.models import FormVersion
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
    level = parse_level(request.GET.get("level", "")[:4])
    kind = request.GET.get("as", "")
    if kind == "pdf":
        return _pdf(request, version, level)
    if kind == "docx":
        made = _as_word(version.form, level)
        return serve_bytes(made, name=f"{_name(version, level)}.docx", media_type=WORD_TYPE)
    return _page(request, version, level)


def _page(request: HttpRequest, version: FormVersion, level: Level | None) -> HttpResponse:
    leveled = any(item.level for item in version.form.items)
    shown = {
        "sheet": blank_sheet(version.form, level),
        "version": version,
        "filled_by": version.form.filled_by,
        "level": level,
        "levels": [x for x in Level if modules_of(x)] if leveled else [],
    }
    return render(request, "official_forms/blank.html", shown)


def _pdf(request: HttpRequest, version: FormVersion, level: Level | None) -> HttpResponseBase:
    try:
        made = _as_pdf(version.form, level)
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("forms.blank", version.code)
    return serve_bytes(made, name=f"{_name(version, level)}.pdf", media_type="application/pdf")


def _name(version: FormVersion, level: Level | None) -> str:
    return f"{version}{level.title if level else ''}"


# Anybody may ask as often as they like: a blank sheet is made once per process.
@lru_cache(KEPT)
def _as_pdf(form: Form, level: Level | None) -> bytes:
    return pdf(blank_sheet(form, level))


@lru_cache(KEPT)
def _as_word(form: Form, level: Level | None) -> bytes:
    return word(blank_sheet(form, level))
