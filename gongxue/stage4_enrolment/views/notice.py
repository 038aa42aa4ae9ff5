"""The enrolment notice: its editor and its public page (TR 10)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from gongxue.exchange.calendars import MIME
from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.official_forms.filling import version_seen
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, differences, is_conflict, refusals
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.discipline import RULES
from gongxue.regulations.enrolment import notice_breaches
from gongxue.regulations.lifecycle import EnrolmentState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import is_filed
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.card_picture import SHAPES, card_data, digest_of, picture
from gongxue.stage4_enrolment.exports import code_of, notice_calendar
from gongxue.stage4_enrolment.forms import NoticeForm
from gongxue.stage4_enrolment.models import Enrolment
from gongxue.stage4_enrolment.queries import (
    counts_of,
    enrolment_of,
    is_applying_open,
    own_application,
    published_notice,
)


def edit_notice(request: Request, pk: int) -> HttpResponse:
    """The institution writes the notice; publishing is another act."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    enrolment = enrolment_of(tc)
    form = NoticeForm(request.POST or None, training_class=tc, enrolment=enrolment)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(request, Permission.EDIT_NOTICE, lambda: _save(request, tc, form))
            messages.success(request, "招生通知已保存。")
            return redirect(Permission.EDIT_NOTICE.value, tc.pk)
    if is_conflict(form):
        enrolment = enrolment_of(tc)  # as it is now
    if enrolment is not None:
        enrolment.training_class = tc
    shown = {
        "tc": tc,
        "form": form,
        "enrolment": enrolment,
        "over": enrolment is not None and enrolment.state == EnrolmentState.CLOSED,
        "not_yet": notice_breaches(is_filed(tc)),
        "counts": counts_of(tc),
        "differences": differences(form, enrolment),
        "seen": _seen(request, enrolment, form),
        **_notice_words(enrolment),
    }
    return render(request, "enrolment/edit_notice.html", shown, status=answer_status(form))


def _seen(request: Request, enrolment: Enrolment | None, form: NoticeForm) -> int:
    """What was seen stays what was seen, until the page has shown what has changed."""
    if request.method == "POST" and not is_conflict(form):
        return version_seen(request)
    return enrolment.version if enrolment is not None else 0


def _save(request: Request, tc: TrainingClass, form: NoticeForm) -> str:
    saved = actions.edit_notice(
        training_class=tc,
        **form.cleaned_data,
        seen=version_seen(request),
        by=request.role,
        now=clock.now(),
    )
    return str(saved.pk)


def _notice_words(enrolment: Enrolment | None) -> dict[str, Any]:
    """What the notice shows beside its own text."""
    today = clock.today()
    return {
        "today": today,
        "discipline": RULES,
        "open": enrolment is not None and is_applying_open(enrolment, today),
    }


def notice(request: OpenRequest, pk: int) -> HttpResponseBase:
    """The public page of a published notice: what, when, where, for whom, how to apply, the discipline text.

    `?as=calendar` is its days as an .ics file, `?as=card` a small page with a QR code to pass on or print,
    `?as=card.png` and `?as=card-5x4.png` that card as a picture.
    """
    enrolment = published_notice(pk)
    if enrolment is None:
        raise Http404
    address = request.build_absolute_uri(reverse("notice", args=[pk]))
    if request.GET.get("as") == "calendar":
        site = request.build_absolute_uri("/").rstrip("/")
        made = notice_calendar(enrolment, site, address)
        return serve_bytes(made, name=f"招生通知 {enrolment.training_class.title}.ics", media_type=MIME)
    if (shape := request.GET.get("as")) in SHAPES:
        return _card_picture(request, enrolment, address, shape)
    if shape == "card":
        shown = {
            "enrolment": enrolment,
            "tc": enrolment.training_class,
            "address": address,
            "code": code_of(address),
        }
        return render(request, "enrolment/card.html", shown | _notice_words(enrolment))
    return _notice_page(request, enrolment, address)


def _card_picture(request: OpenRequest, enrolment: Enrolment, address: str, shape: str) -> HttpResponseBase:
    """The card as PNG for messengers, known again by its content; without fonts there is none, the page says all."""
    data = card_data(enrolment, address, shape, is_applying_open(enrolment, clock.today()))
    mark = f'"{digest_of(data)}"'
    headers = {"ETag": mark, "Cache-Control": "public, max-age=600"}
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304, headers=headers)
    try:
        made = picture(data)
    except CannotTypeset as problem:
        raise Http404 from problem
    name = content_disposition_header(False, f"招生通知 {enrolment.training_class.title}.png") or "inline"
    return HttpResponse(made, content_type="image/png", headers=headers | {"Content-Disposition": name})


def _notice_page(request: OpenRequest, enrolment: Enrolment, address: str) -> HttpResponse:
    role = request.role
    tc = enrolment.training_class
    apply = reverse(Permission.SAVE_APPLICATION.value, args=[tc.pk])
    shown = {
        "enrolment": enrolment,
        "tc": tc,
        "address": address,
        "apply": apply,
        "back_here": urlencode({"next": apply}),
        "mine": own_application(tc, role) if role and role.is_(Duty.TRAINEE) else None,
        "may_report": role is not None
        and role.may(Permission.REPORT_APPLICANTS)
        and (not role.is_(Duty.INSTITUTION) or role.organisation_id == tc.institution_id),
        "may_apply": role is not None and role.may(Permission.SAVE_APPLICATION),
        "writes": role is not None
        and role.may(Permission.EDIT_NOTICE)
        and role.organisation_id == tc.institution_id,
        **_notice_words(enrolment),
    }
    return render(request, "enrolment/notice.html", shown)
