"""Pages of stage 6: scoring under seal, progress, a trainee's own standing, confirmation, the transcript."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.calendar import feedback_due
from gongxue.regulations.id_numbers import mask, mask_phone
from gongxue.regulations.lifecycle import CorrectionState, DeliveryState, RetakeState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendee_of, attendees_of, delivery_of
from gongxue.stage6_assessment import actions
from gongxue.stage6_assessment.actions.scoring import submitted_breach
from gongxue.stage6_assessment.exports import transcript_data, transcript_pdf, transcript_workbook
from gongxue.stage6_assessment.forms import (
    MARK_WIDTH,
    ConfirmForm,
    CorrectionForm,
    ScoreForm,
    TypedScore,
    typed_scores,
)
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import (
    corrections_visible_to,
    is_confirmed,
    opened_attempts,
    record_of,
    records_of,
    results_of,
    revisions_of,
    score_rows,
)

_SCORES = {Part.PROCESS: actions.score_process, Part.FINAL: actions.score_final}
_CODES = {Part.PROCESS: Permission.SCORE_PROCESS, Part.FINAL: Permission.SCORE_FINAL}
_EXPORTERS = (Duty.INSTITUTION, Duty.CERTIFICATE_OFFICER, Duty.PROVINCE, Duty.CENTRE)  # full ID numbers


def assessment(request: Request, pk: int) -> HttpResponse:
    """The assessments as the role works on them: sheets to fill, one's own standing, or the progress of the class."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _own_standing(request, tc)
    if role.is_(Duty.BACKBONE):
        part = _part_of(request, tc)
        return (
            render(request, "assessment/no_seat.html", {"tc": tc})
            if part is None
            else _scoring(request, tc, part)
        )
    return _progress(request, tc)


# Scoring ------------------------------------------------------------------------------------------------------------


def _part_of(request: Request, tc: TrainingClass) -> Part | None:
    """Which assessment this teacher scores in this class; instructor and examiner are never the same person."""
    account = request.role.account_id
    return next((part for part in Part if seat_of(tc, account, part.scored_by)), None)


def _scoring(
    request: Request, tc: TrainingClass, part: Part, typed: list[TypedScore] | None = None, **more: Any
) -> HttpResponse:
    rows = score_rows(request.role, tc, part)
    scores = typed_scores(rows, {}) if typed is None else typed
    by_attendee = {score.row.attendee.pk: score for score in scores}
    shown = {
        "tc": tc,
        "part": part,
        "rows": [(row, by_attendee.get(row.attendee.pk)) for row in rows],
        "waiting": sum(row.to_score for row in rows),
        "sent": sum(row.mine is not None and not row.decided for row in rows),
        "decided": sum(row.decided for row in rows),
        "closed": sum(bool(row.breaches) and not row.decided for row in rows),
        "confirmed": is_confirmed(tc),
        "mark_width": MARK_WIDTH,
        "problems": more.get("problems", ()),
    }
    return render(request, "assessment/scoring.html", shown, status=more.get("status", 200))


@require_POST
def save_score(request: Request, pk: int) -> HttpResponseBase:
    """Keep one unfinished sheet while it is being typed; answers in JSON."""
    role = request.role
    attendee = visible(Attendee, pk, role)
    form = ScoreForm(request.POST)
    if not form.is_valid():
        return JsonResponse(
            {"says": "；".join(str(e) for errors in form.errors.values() for e in errors)}, status=422
        )
    try:
        draft = actions.save_score(
            attendee=attendee,
            part=request.POST.get("part", ""),
            **form.cleaned_data,
            by=role,
            now=clock.now(),
        )
    except Refusal as refusal:
        return JsonResponse({"says": "；".join(b.says for b in refusal.breaches)}, status=refusal.status)
    return JsonResponse({"saved": localtime(draft.saved_at).strftime("%H:%M")})


@require_POST
def score_process(request: Request, pk: int) -> HttpResponse:
    """An instructor saves, checks or submits sheets of the process assessment."""
    return _submit(request, pk, Part.PROCESS)


@require_POST
def score_final(request: Request, pk: int) -> HttpResponse:
    """An examiner saves, checks or submits sheets of the final assessment."""
    return _submit(request, pk, Part.FINAL)


def _submit(request: Request, pk: int, part: Part) -> HttpResponse:
    """First everything typed is kept as a draft, then shown once more, then submitted for good."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if seat_of(tc, role.account_id, part.scored_by) is None:
        raise Http404
    typed = typed_scores(score_rows(role, tc, part), request.POST)
    only = request.POST.get("only")
    chosen = [t for t in typed if not t.is_empty and (not only or str(t.row.attendee.pk) == only)]
    wrong = [t for t in chosen if t.breaches or (not t.mark and request.POST.get("do") != "save")]
    if wrong:
        return _scoring(request, tc, part, typed, problems=_problems(wrong), status=422)
    if request.POST.get("do") == "submit":
        return _score_all(request, tc, part, chosen)
    left = _save_all(request, part, chosen)
    if left or not chosen:
        problems = left or [("没有可提交的评分", "请先填写分数。")]
        return _scoring(request, tc, part, typed, problems=problems, status=422)
    if request.POST.get("do") == "save":
        messages.success(request, f"已暂存 {len(chosen)} 份。提交前只有您自己能看到。")
        return redirect("assessment", tc.pk)
    return render(request, "assessment/check.html", {"tc": tc, "part": part, "scores": chosen})


def _problems(wrong: list[TypedScore]) -> list[tuple[str, str]]:
    return [
        (str(t.row.attendee), t.breaches[0].says if t.breaches else "写了评语，还没有填分数。") for t in wrong
    ]


def _save_all(request: Request, part: Part, chosen: list[TypedScore]) -> list[tuple[str, str]]:
    left = []
    for score in chosen:
        try:
            actions.save_score(
                attendee=score.row.attendee, part=part, mark=score.mark, comment=score.comment,
                by=request.role, now=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            left.append((str(score.row.attendee), str(refusal)))
    return left


def _score_all(request: Request, tc: TrainingClass, part: Part, chosen: list[TypedScore]) -> HttpResponse:
    left: dict[str, list[str]] = {}  # reason → names: a message for each would not fit into the cookie
    done: list[str] = []

    def work() -> str:
        for score in chosen:
            try:
                _SCORES[part](
                    attendee=score.row.attendee, mark=score.mark, comment=score.comment,
                    by=request.role, now=clock.now(),
                )  # fmt: skip
                done.append(str(score.row.attendee))
            except Refusal as refusal:
                left.setdefault(str(refusal), []).append(str(score.row.attendee))
        return str(len(done))

    count, _ = answer_once(request, _CODES[part], work)
    if count != "0":
        messages.success(
            request, f"已提交 {count} 份评分，提交后不能修改。评分齐备后本页显示各位的评分和平均分。"
        )
    elif not left:  # everything sent was decided already
        messages.error(request, f"没有可提交的评分：{submitted_breach()}")
    for reason, names in left.items():
        messages.error(request, f"{'、'.join(names)}未提交：{reason}")
    return redirect("assessment", tc.pk)


# Progress and standing ----------------------------------------------------------------------------------------------


def _progress(request: Request, tc: TrainingClass) -> HttpResponse:
    role = request.role
    records = records_of(tc) if delivery_of(tc) else []
    opened = opened_attempts(role, tc)
    results = results_of(tc)
    shown = {
        "tc": tc,
        "results": results,
        "rows": [
            (r, opened.get((r.attendee.pk, "process"), []), opened.get((r.attendee.pk, "final"), []))
            for r in records
        ],
        "process_done": sum(r.process.complete for r in records),
        "final_done": sum(r.final.complete for r in records),
        "qualified": sum(r.qualified for r in records),
        "barred": sum(r.barred for r in records),
        "retakes": [r for r in records if r.retake and r.retake.state == RetakeState.APPLIED],
        "confirmed": is_confirmed(tc),
        "may_confirm": role.may(Permission.CONFIRM_RESULTS) and not is_confirmed(tc),
        "due": due_of(tc, feedback_due(tc.last_day, tc.edition)).on,
        "today": clock.today(),
        "absence_limit": tc.edition.absence_limit,
    }
    return render(request, "assessment/progress.html", shown)


def _own_standing(request: Request, tc: TrainingClass) -> HttpResponse:
    role = request.role
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        return render(request, "assessment/standing.html", {"tc": tc, "record": None})
    record = record_of(attendee)
    shown = {
        "tc": tc,
        "record": record,
        "limit": tc.edition.absence_limit,
        "may_retake": record.may_apply_again and not is_confirmed(tc),
        "confirmed": is_confirmed(tc),
    }
    return render(request, "assessment/standing.html", shown)


# Confirmation and transcript ----------------------------------------------------------------------------------------


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
        "may_export": role.is_(*_EXPORTERS),
        "may_correct": role.may(Permission.REQUEST_CORRECTION),
    }
    return render(request, "assessment/transcript.html", shown)


def transcript_as_pdf(request: Request, pk: int) -> HttpResponseBase:
    """Form 5 as PDF, with full ID numbers."""
    tc = _transcript_class(request, pk, *_EXPORTERS)
    try:
        made = transcript_pdf(tc)
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("transcript", tc.pk)
    return serve_bytes(made, name=f"{_file_name(tc)}.pdf", media_type="application/pdf")


def transcript_as_workbook(request: Request, pk: int) -> HttpResponseBase:
    """Form 5 in Excel, with full ID numbers."""
    tc = _transcript_class(request, pk, *_EXPORTERS)
    return serve_bytes(transcript_workbook(tc), name=f"{_file_name(tc)}.xlsx", media_type=MEDIA_TYPE)


def _file_name(tc: TrainingClass) -> str:
    return f"成绩单_{tc.institution.code}_{tc.level_title}{tc.category_title}_{tc.first_day}"


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
