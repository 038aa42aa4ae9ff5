"""Confirmation, the transcript and its papers, corrections."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.calendar import feedback_due
from gongxue.regulations.id_numbers import mask, mask_phone
from gongxue.regulations.lifecycle import CorrectionState, DeliveryState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of, delivery_of
from gongxue.stage6_assessment import actions
from gongxue.stage6_assessment.exports import transcript_data, transcript_pdf, transcript_workbook
from gongxue.stage6_assessment.exports.as_word import WORD_TYPE, transcript_word
from gongxue.stage6_assessment.forms import (
    ConfirmForm,
    CorrectionForm,
)
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import (
    corrections_visible_to,
    is_confirmed,
    records_of,
    results_of,
    revisions_of,
)
from gongxue.stage6_assessment.queries.appeals import appeals_visible_to
from gongxue.stage6_assessment.queries.second_looks import without_notes
from gongxue.stage6_assessment.queries.versions import Version, versions_of
from gongxue.stage6_assessment.signing import signed

_EXPORTERS = (Duty.INSTITUTION, Duty.CERTIFICATE_OFFICER, Duty.PROVINCE, Duty.CENTRE)  # full ID numbers


def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm the results; whoever could still be assessed is listed and wants a reason."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.CONFIRM_RESULTS,
                lambda: str(
                    actions.confirm_results(
                        training_class=tc, **form.cleaned_data, by=role, now=clock.now()
                    ).pk
                ),
            )
            messages.success(request, "成绩单已确认，并报送省级管理部门和部指导中心。")
            return redirect("transcript", tc.pk)
    records, delivery = records_of(tc), delivery_of(tc)
    due = due_of(tc, feedback_due(tc.last_day, tc.edition))
    shown = {
        "tc": tc,
        "form": form,
        "records": records,
        "open": [r for r in records if r.chance_left],
        "notes": without_notes(tc),
        "qualified": sum(r.qualified for r in records),
        "due": due,
        "late": due.late_by(clock.today()),
        "finished": delivery is not None and delivery.state == DeliveryState.FINISHED,
        "confirmed": is_confirmed(tc),
    }
    return render(request, "assessment/confirm.html", shown, status=answer_status(form))


def _transcript_class(request: Request, pk: int, *duties: Duty) -> TrainingClass:
    """The class for those who may read form 5: the institution, its province, the centre (TR 13)."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if not role.is_(*duties):
        raise PermissionDenied
    return tc


def transcript(request: Request, pk: int) -> HttpResponse:
    """Form 5 on screen as the annex prints it, ID numbers masked; every revision and every correction beside it."""
    tc = _transcript_class(request, pk, *_EXPORTERS, Duty.COORDINATOR, Duty.OVERSIGHT)
    role = request.role
    versions = versions_of(tc)
    sheet, revisions = transcript_data(tc), revisions_of(tc)
    corrections = list(corrections_visible_to(role).filter(training_class=tc))
    rows = [
        (
            replace(row, id_number=mask(row.id_number), phone=mask_phone(row.phone)),
            attendee,
            revisions[attendee.pk],
        )
        for row, attendee in zip(sheet.rows, attendees_of(tc), strict=True)
    ]
    shown = {
        "tc": tc,
        "results": results_of(tc),
        "confirmed": sheet.confirmed,
        "header": sheet.header,
        "rows": rows,
        "corrections": corrections,
        "waiting": {c.attendee_id for c in corrections if c.state == CorrectionState.REQUESTED},
        "own": role.account_id,
        "versions": versions,
        "may_receive": bool(versions)
        and role.may(Permission.RECEIVE_TRANSCRIPT)
        and all(one.organisation_id != role.organisation_id for one in versions[-1].receipts),
        "appeals": appeals_visible_to(role).filter(training_class=tc).count(),
        "may_export": role.is_(*_EXPORTERS),
        "may_correct": role.may(Permission.REQUEST_CORRECTION),
    }
    return render(request, "assessment/transcript.html", shown)


def _version(request: Request, tc: TrainingClass) -> Version | None:
    """The version that the address asks for (?version=1), else the latest; 404 for one that is not."""
    versions = versions_of(tc)
    wanted = request.GET.get("version")
    if wanted is None:
        return versions[-1] if versions else None
    found = next((one for one in versions if str(one.number) == wanted), None)
    if found is None:
        raise Http404
    return found


def transcript_as_pdf(request: Request, pk: int) -> HttpResponseBase:
    """Form 5 as PDF, with full ID numbers; signed by the platform once it is confirmed."""
    tc = _transcript_class(request, pk, *_EXPORTERS)
    version = _version(request, tc)
    try:
        made = transcript_pdf(tc, version)
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("transcript", tc.pk)
    if version is not None:
        made = signed(made, version.at, f"成绩单第 {version.number} 版")
    return serve_bytes(made, name=f"{_file_name(tc, version)}.pdf", media_type="application/pdf")


def transcript_as_workbook(request: Request, pk: int) -> HttpResponseBase:
    """Form 5 in Excel, with full ID numbers."""
    tc = _transcript_class(request, pk, *_EXPORTERS)
    version = _version(request, tc)
    made = transcript_workbook(tc, version)
    return serve_bytes(made, name=f"{_file_name(tc, version)}.xlsx", media_type=MEDIA_TYPE)


def transcript_as_word(request: Request, pk: int) -> HttpResponseBase:
    """Form 5 in Word, with full ID numbers."""
    tc = _transcript_class(request, pk, *_EXPORTERS)
    version = _version(request, tc)
    return serve_bytes(
        transcript_word(tc, version), name=f"{_file_name(tc, version)}.docx", media_type=WORD_TYPE
    )


def _file_name(tc: TrainingClass, version: Version | None) -> str:
    number = f"_第{version.number}版" if version and version.number > 1 else ""
    return f"成绩单_{tc.institution.code}_{tc.level_title}{tc.category_title}_{tc.first_day}{number}"


def request_correction(request: Request, pk: int) -> HttpResponse:
    """The institution asks for the correction of a confirmed mark."""
    role = request.role
    attendee = visible(Attendee, pk, role)
    line: TranscriptLine | None = (
        TranscriptLine.objects.inside(attendee=attendee).order_by("-revision").first()
    )
    tc = attendee.training_class
    if line is None:
        raise Http404
    form = CorrectionForm(request.POST if request.method == "POST" else None, line=line)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.REQUEST_CORRECTION,
                lambda: str(
                    actions.request_correction(
                        attendee=attendee, **form.cleaned_data, by=role, now=clock.now()
                    ).pk
                ),
            )
            messages.success(request, "已提交更正申请，由省级管理部门会签后生效；原成绩永久保留。")
            return redirect("transcript", tc.pk)
    shown = {"tc": tc, "attendee": attendee, "line": line, "form": form}
    return render(request, "assessment/correction.html", shown, status=answer_status(form))
