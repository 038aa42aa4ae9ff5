"""The public checkpoint: what a witness fetches and keeps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from gongxue.foundation.trail.models import Checkpoint


def checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest signed note as text; 404 before the first sealing."""
    note = Checkpoint.objects.order_by("-size").values_list("note", flat=True).first()
    if note is None:
        return HttpResponse("尚无校验点。\n", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
