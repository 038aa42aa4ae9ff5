"""Public pages of the editions of the national list and of what changed between any two (TR 7, MG 25.4)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render

from gongxue.foundation.access.requests import OpenRequest
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.national_list import KIND_TITLES, change_words
from gongxue.stage1_planning.models import PublishedEdition
from gongxue.stage1_planning.national_files import changes_workbook, edition_workbook
from gongxue.stage1_planning.queries.editions import (
    Comparison,
    compare,
    edition_json,
    editions,
    editions_of,
    listing_of,
    previous,
)
from gongxue.stage1_planning.views import read_version

PAGE = 50  # rows of a list


def edition_list(request: OpenRequest) -> HttpResponse:
    """Every edition of every round, the newest first."""
    page = Paginator(editions(), PAGE).get_page(request.GET.get("page"))
    return render(request, "planning/editions.html", {"page": page})


def _edition(pk: int) -> PublishedEdition:
    return get_object_or_404(PublishedEdition.objects.select_related("round", "published_by"), pk=pk)


def _compared(request: OpenRequest, edition: PublishedEdition) -> Comparison:
    """Against the edition that is asked for, otherwise against the one before."""
    asked = request.GET.get("against", "")
    other = PublishedEdition.objects.select_related("round").filter(
        round=edition.round_id, number=read_version(asked)
    )
    return compare(edition, (other.first() if asked else None) or previous(edition))


def edition_page(request: OpenRequest, pk: int) -> HttpResponseBase:
    """An edition: what it changed, in words and by item, and the complete list as it was on that day; (`as`) as a file."""
    edition = _edition(pk)
    if form := request.GET.get("as"):
        return _file(request, edition, form)
    found = _compared(request, edition)
    shown = {
        "edition": edition,
        "found": found,
        "told": [(change["kind"], KIND_TITLES[change["kind"]], change_words(change)) for change in found.changes],
        "page": Paginator(listing_of(edition), PAGE).get_page(request.GET.get("page")),
        "others": [other for other in editions_of(edition.round) if other.pk != edition.pk],
    }  # fmt: skip
    return render(request, "planning/edition.html", shown)


def _file(request: OpenRequest, edition: PublishedEdition, form: str) -> HttpResponseBase:
    """list.json, list.xlsx, changes.json, changes.xlsx of an edition; 404 for anything else."""
    if form == "list.json":
        return _json(edition_json(edition))
    if form == "changes.json":
        return _json(_compared(request, edition).as_json())
    if form == "list.xlsx":
        made = edition_workbook(edition)
    elif form == "changes.xlsx":
        made = changes_workbook(_compared(request, edition))
    else:
        raise Http404
    return serve_bytes(made, name=f"全国培训信息 {edition} {form}", media_type=MEDIA_TYPE)


def _json(data: object) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False}, safe=False)
