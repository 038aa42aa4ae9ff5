"""The review by institution and instructors: list, one application, opinions, decisions, needs (TR 10, MG 4.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.store import read
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.official_forms.rendering import bound_form
from gongxue.foundation.pages.act import answer_once, next_page, visible
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.breaches import Breach
from gongxue.regulations.enrolment import RejectReason
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme.queries import is_filed
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.exports import applicants_workbook
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import (
    ReviewRow,
    enrolment_of,
    experience_of,
    latest_opinions,
    needs_of,
    next_to_decide,
    periods_suggested,
    requests_of,
    review_row,
    review_rows,
    reviewers_of,
    usual_periods,
    waiting_place,
    whole,
)
from gongxue.stage4_enrolment.queries.reused import form1_facts
from gongxue.stage4_enrolment.queries.substituting import naming_of
from gongxue.stage4_enrolment.views.posted import Left, do_each, done_and_left, picked
from gongxue.stage4_enrolment.views.trainee import endorsement_words, scan_refused

PAGE = 50
TO_DECIDE = (ApplicationState.SUBMITTED, ApplicationState.WAITING)
DECISIONS = (Permission.ADMIT, Permission.WAIT, Permission.REJECT)
HIDDEN = "仅本班培训机构和授课骨干教师可见"
OPINION_FILTERS = {
    "ready": "可以录取",
    "missing": "意见不齐",
    "against": "有不同意见",
    "agreed": "全部同意",
    "mine": "待我审核",
}


def check_reader(request: Request, tc: TrainingClass) -> None:
    """Who is inside the class but no reviewer of its applicants: trainees, examiners."""
    role = request.role
    if role.is_(Duty.TRAINEE) or (
        role.is_(Duty.BACKBONE) and seat_of(tc, role.account_id, Seat.INSTRUCTOR) is None
    ):
        raise PermissionDenied


def reviewed_class(request: Request, pk: int) -> TrainingClass:
    """A visible class, for whoever reads its applicants; 403 for trainees and examiners."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    check_reader(request, tc)
    return tc


# The list -------------------------------------------------------------------------------------------------------------


def applicants(request: Request, pk: int) -> HttpResponse:
    """Everybody who applied for a class, filtered by state, endorsement and opinions."""
    return _list_page(request, reviewed_class(request, pk))


def _list_page(request: Request, tc: TrainingClass, left: Left = (), done: int = 0) -> HttpResponse:  # type: ignore[assignment]
    role = request.role
    rows = review_rows(tc, role)
    counts = Counter(row.application.state for row in rows)
    chosen = request.GET
    page = Paginator(_filtered(rows, chosen, role.account_id), PAGE).get_page(chosen.get("page"))
    reviews = role.is_(Duty.BACKBONE)
    shown = {
        "tc": tc,
        "page": page,
        "chosen": chosen,
        "enrolment": enrolment_of(tc),
        "tabs": [("", "全部", len(rows))]
        + [(s.value, s.title, counts[s]) for s in ApplicationState if s != ApplicationState.DRAFT],
        "opinion_filters": [(k, v) for k, v in OPINION_FILTERS.items() if reviews or k != "mine"],
        "admitted": counts[ApplicationState.ADMITTED],
        "waiting": counts[ApplicationState.WAITING],
        "offered": counts[ApplicationState.OFFERED],
        "submitted": counts[ApplicationState.SUBMITTED],
        "size": tc.edition.class_size,
        "free": max(0, tc.edition.class_size - sum(counts[state] for state in Application.SEATED)),
        "today": clock.today(),
        "decides": role.may(Permission.ADMIT) and tc.stage == 4,
        "reviews": reviews,
        "reports": role.may(Permission.REPORT_APPLICANTS) and tc.stage == 4,
        "reasons": list(RejectReason),
        "left": left,
        "done": done,
    }
    return render(request, "enrolment/applicants.html", shown)


def _filtered(rows: list[ReviewRow], chosen: Any, account_id: int) -> list[ReviewRow]:
    """Only these fields can be filtered by; anything else in the address is ignored."""
    if state := chosen.get("state"):
        rows = [row for row in rows if row.application.state == state]
    if (endorsed := chosen.get("endorsed")) in ("yes", "no"):
        rows = [row for row in rows if row.application.is_endorsed == (endorsed == "yes")]
    tests = {
        "ready": lambda row: not row.lacks and not row.against and row.application.state in TO_DECIDE,
        "missing": lambda row: not row.complete,
        "against": lambda row: row.against,
        "agreed": lambda row: row.complete and not row.against,
        "mine": lambda row: account_id not in row.answered_by and row.application.state in TO_DECIDE,
    }
    if (why := chosen.get("why", "")) in list(RejectReason):
        rows = [row for row in rows if row.application.decision_code == why]
    if test := tests.get(chosen.get("opinion", "")):
        rows = [row for row in rows if test(row)]
    if name := chosen.get("q", "").strip()[:40]:
        rows = [
            row
            for row in rows
            if name in row.application.person.name or name in row.application.employer.name
        ]
    return rows


@require_POST
def decide_selected(request: Request, pk: int) -> HttpResponse:
    """Admit, put on the waiting list or reject the selected; what could not be done is listed with its reason."""
    code = request.POST.get("act", "")
    if code not in DECISIONS:
        raise Http404
    # Against an instructor's opinion nobody is admitted in passing: that reason is written at the application.
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    more = (
        {"reason": reason, "code": request.POST.get("code") or "other"} if code == Permission.REJECT else {}
    )
    return _batch(request, pk, Permission(code), more)


@require_POST
def agree_selected(request: Request, pk: int) -> HttpResponse:
    """An instructor agrees to the selected applicants."""
    return _batch(request, pk, Permission.GIVE_OPINION, {"agrees": True})


def _batch(request: Request, pk: int, act: Permission, more: dict[str, Any]) -> HttpResponse:
    role, now = request.role, clock.now()
    tc = reviewed_class(request, pk)
    chosen = set(picked(request))
    rows = [row.application for row in review_rows(tc, role) if row.application.pk in chosen]
    rows.sort(
        key=lambda row: (row.submitted_at is None, row.submitted_at, row.pk)
    )  # first come, first served
    work = [
        (row.person.name, partial(ACTS[act].function, application=row, by=role, now=now, **more))
        for row in rows
    ]
    answer, _ = answer_once(request, act, lambda: do_each(work))
    done, left = done_and_left(answer)
    if left:
        return _list_page(request, tc, left, done)
    if done:
        messages.success(request, f"已{act.title} {done} 人。")
    else:
        messages.error(request, "没有选择报名教师。请先勾选。")
    return redirect(next_page(request, f"/classes/{tc.pk}/applicants/"))


# One application ------------------------------------------------------------------------------------------------------


def applicant(request: Request, pk: int) -> HttpResponse:
    """Form 1 as submitted, beside opinions, endorsement and the decision."""
    row = visible(Application, pk, request.role)
    return _applicant_page(request, row)


def _applicant_page(
    request: Request, row: Application, scan_breaches: Iterable[Breach] = (), status: int = 200
) -> HttpResponse:
    role = request.role
    row = whole(row)
    tc = row.training_class
    check_reader(request, tc)
    to_decide = row.state in TO_DECIDE
    named, successor = naming_of(row)
    shown = {
        "application": row,
        "tc": tc,
        "form": _sheet_of(row, full=works_with_applicants(role)),
        "photo_url": reverse("applicant.photo", args=[row.pk])
        if row.answer.portrait_id and works_with_applicants(role)
        else "",
        "signer": row.person.name,
        "signed_on": row.submitted_at.date() if row.submitted_at else "",
        "opinion": endorsement_words(row),
        "review": review_row(row, reviewers_of(tc), latest_opinions(row)),
        "reviews": to_decide and role.is_(Duty.BACKBONE),
        "decides": to_decide and role.may(Permission.ADMIT) and tc.stage == 4,
        "may_upload": to_decide
        and role.may(Permission.ATTACH_ENDORSEMENT)
        and (not row.is_endorsed or row.endorsement_scan_id is not None),
        "place": waiting_place(row) if row.state == ApplicationState.WAITING else 0,
        "next_one": next_to_decide(row, role),
        "named": named,
        "successor": successor,
        "reasons": list(RejectReason),
        "scan_breaches": scan_breaches,
    }
    return render(request, "enrolment/applicant.html", shown, status=status)


def _sheet_of(row: Application, full: bool) -> Any:
    """The sheet; address and mail only for those who work with the applicant, the ID number masked for everybody."""
    return bound_form(row.answer.version, row.answer.level, answers_shown(row, full), form1_facts(row))


def works_with_applicants(role: Role) -> bool:
    """Who needs the address and the mail of an applicant."""
    return role.is_institution_staff or role.is_(Duty.BACKBONE)


def answers_shown(row: Application, full: bool) -> dict[str, Any]:
    """The answers of form 1, the personal ones only when they are shown in full."""
    answer = row.answer
    hidden = {item.code: HIDDEN for item in answer.version.form.items if item.personal and not item.derived}
    return answer.all_items() if full else {**answer.items, **hidden}


@require_POST
def attach_scan(request: Request, pk: int) -> HttpResponse:
    """The stamped opinion as a file, by the applicant or by the institution for them."""
    role = request.role
    row = visible(Application, pk, role)
    scan = request.FILES.get("scan")
    try:
        if scan is None:
            raise Refusal(
                [Breach("upload.missing", "TR 附件1", "没有选择文件。", "请选择 PDF、JPG 或 PNG 文件。")]
            )
        actions.attach_endorsement(application=row, scan=scan, by=role, now=clock.now())
    except Refusal as refusal:
        if role.is_(Duty.TRAINEE):
            return scan_refused(request, row, refusal)
        return _applicant_page(request, row, refusal.breaches, refusal.status)
    messages.success(request, "盖章的单位意见已上传。")
    return redirect("application" if role.is_(Duty.TRAINEE) else "applicant", row.pk)


def scan(request: Request, pk: int) -> HttpResponse:
    """The stamped scan, for the applicant and for whoever reviews."""
    role = request.role
    row = visible(Application, pk, role)
    if not role.is_(Duty.TRAINEE):
        check_reader(request, row.training_class)
    stored = actions.scan_of(row, role)
    headers = {"Content-Disposition": content_disposition_header(True, stored.name)}
    return HttpResponse(read(stored), content_type=stored.media_type, headers=headers)


def applicants_sheet(request: Request, pk: int) -> HttpResponse:
    """The applicants as an Excel list, without ID numbers and phones."""
    tc = reviewed_class(request, pk)
    made = applicants_workbook(tc, review_rows(tc, request.role), clock.now())
    name = content_disposition_header(True, f"报名教师 {tc.title}.xlsx")
    return HttpResponse(made, content_type=MEDIA_TYPE, headers={"Content-Disposition": name})


# Needs ----------------------------------------------------------------------------------------------------------------


def needs(request: Request, pk: int) -> HttpResponse:
    """Self-ratings per module, the weakest first, beside the programme's periods; requests; experience (TR 10)."""
    tc = reviewed_class(request, pk)
    rows = needs_of(tc)
    shown = {
        "tc": tc,
        "needs": list(zip(rows, periods_suggested(rows), strict=True)),
        "usual": usual_periods(rows),
        "adjusts": request.role.may(Permission.EDIT_PROGRAMME) and tc.stage in (3, 4),
        "most_periods": max((need.periods for need in rows), default=0),
        "answers": max((need.total for need in rows), default=0),
        "experience": experience_of(tc),
        "requests": requests_of(tc),
        "filed": is_filed(tc),
    }
    return render(request, "enrolment/needs.html", shown)
