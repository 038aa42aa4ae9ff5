"""The one-inch photo of form 1: added by the applicant, shown to whoever works with the application."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.photos import MEDIA_TYPE
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.files.uploads import cut_off_breaches
from gongxue.foundation.lifecycle.errors import Refusal, RuleBroken, refuse_if
from gongxue.foundation.official_forms.portraits import NAME, photo_of
from gongxue.foundation.pages.act import visible
from gongxue.regulations.breaches import Breach
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import whole
from gongxue.stage4_enrolment.views.review import check_reader, works_with_applicants
from gongxue.stage4_enrolment.views.trainee import photo_address, photo_refused


@require_POST
def attach(request: Request, pk: int) -> HttpResponseBase:
    """Add or replace the photo of a draft: JSON for the script that has cut it, a page without it."""
    row: Application = visible(Application, pk, request.role)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    photo = request.FILES.get("photo")
    try:
        refuse_if(cut_off_breaches(request))
        if photo is None:
            raise RuleBroken(
                [Breach("upload.missing", "TR 附件1", "没有选择照片。", "请选择 JPG 或 PNG 照片。")]
            )
        row = actions.attach_photo(application=row, photo=photo, by=request.role, now=clock.now())
    except Refusal as refusal:
        if wants_json:
            says = "".join(str(breach) for breach in refusal.breaches)
            return JsonResponse({"says": says}, status=refusal.status)
        return photo_refused(request, row, refusal)
    if wants_json:
        return JsonResponse({"address": photo_address(row), "warnings": list(row.photo_warnings)})
    messages.success(request, "照片已上传。" + "".join(row.photo_warnings))
    return redirect("application", row.pk)


def own(request: Request, pk: int) -> HttpResponseBase:
    """One's own photo."""
    return _photo(whole(visible(Application, pk, request.role)))


def reviewed(request: Request, pk: int) -> HttpResponseBase:
    """An applicant's photo, for the institution and the instructors: whoever works with the applicant."""
    row = whole(visible(Application, pk, request.role))
    check_reader(request, row.training_class)
    if not works_with_applicants(request.role):
        raise PermissionDenied
    return _photo(row)


def _photo(row: Application) -> HttpResponseBase:
    jpeg = photo_of(row.answer)
    if jpeg is None:
        raise Http404
    return serve_bytes(jpeg, name=NAME, media_type=MEDIA_TYPE)
