"""The versions of a programme: any two side by side, to read and to print."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.comparing import compare
from gongxue.stage3_programme.queries.history import Kept, content_at, kept_versions


@require_GET
def versions(request: Request, pk: int) -> HttpResponse:
    """Two versions chosen from all that are kept; without a choice the last one and the one before."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if request.role.is_(Duty.TRAINEE):  # inside their scope, but they read what is filed
        raise PermissionDenied
    kept = kept_versions(tc, request.role)
    if not kept:
        raise Http404
    before, after = _chosen(request, kept)
    shown: dict[str, Any] = {"tc": tc, "kept": kept, "before": before, "after": after}
    contents = [content_at(tc, one.pk) for one in (before, after)]
    if contents[0] and contents[1]:
        shown["comparison"] = compare(contents[0], contents[1])
    return render(request, "programme/versions_page.html", shown)


def _chosen(request: Request, kept: list[Kept]) -> tuple[Kept, Kept]:
    """The two versions in order of time, whichever way they were chosen."""
    by_pk = {str(one.pk): n for n, one in enumerate(kept)}
    places = [
        by_pk.get(request.GET.get(name, ""), default)
        for name, default in (("before", min(1, len(kept) - 1)), ("after", 0))
    ]
    return kept[max(places)], kept[min(places)]
