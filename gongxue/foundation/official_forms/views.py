"""Pages of official forms: the blank sheets that anybody may print (TR 脚注⑦)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.official_forms.queries import version_on
from gongxue.foundation.official_forms.rendering import blank_form
from gongxue.regulations.levels import Level, modules_of, parse_level


def blank(request: HttpRequest, code: str) -> HttpResponse:
    """The blank sheet of the version in force today, for one level or, as the annex prints it, for all."""
    version = version_on(code, clock.today())
    if version is None:
        raise Http404
    level = parse_level(request.GET.get("level", "")[:4])
    leveled = any(item.level for item in version.form.items)
    shown = {
        "form": blank_form(version.form, level),
        "version": version,
        "filled_by": version.form.filled_by,
        "level": level,
        "levels": [x for x in Level if modules_of(x)] if leveled else [],
    }
    return render(request, "official_forms/blank.html", shown)
