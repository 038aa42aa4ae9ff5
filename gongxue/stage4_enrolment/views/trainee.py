"""One's own applications: begin, fill in with autosave, submit, follow, withdraw (TR 10, TR 附件1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.official_forms.filling import Filling, saved, version_seen
from gongxue.foundation.pages.act import visible
from gongxue.parties.queries import person_of, roles_in
from gongxue.regulations.breaches import Breach
from gongxue.regulations.discipline import RULES
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.waiting_list import offer_words
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage4_enrolment.queries import (
    applications_visible_to,
    enrolment_of,
    is_applying_open,
    own_application,
    published_notice,
    waiting_place,
    whole,
)
from gongxue.stage4_enrolment.queries.reused import form1_facts, reused_in
from gongxue.stage4_enrolment.queries.substituting import in_naming, naming_of

PAGE = 50


def my_applications(request: Request) -> HttpResponse:
    """One's applications, the newest first, each with what to do."""
    role = request.role
    rows = applications_visible_to(role).select_related("training_class__enrolment").order_by("-pk")
    rows = rows.annotate(in_naming=in_naming())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    shown = {
        "page": page,
        "rows": [(row, _what_to_do(row, today, bool(getattr(row, "in_naming", False)))) for row in page],
        "today": today,
    }
    return render(request, "enrolment/my_applications.html", shown)


def _what_to_do(row: Application, today: date, named: bool) -> str:
    if row.state == ApplicationState.DRAFT:
        if named:
            return "单位提名您顶替同事，请尽快填好提交"
        is_open = is_applying_open(row.training_class.enrolment, today)
        return "请填好后提交" if is_open else "报名已截止，未提交"
    if row.state == ApplicationState.SUBMITTED and not row.is_endorsed:
        return "等待单位意见，也可上传盖章扫描件"
    return {
        ApplicationState.SUBMITTED: "等待审核",
        ApplicationState.WAITING: "候补中，有人退出时依次递补",
        ApplicationState.OFFERED: "可以递补录取，请在时限前答复",
        ApplicationState.ADMITTED: "请按时报到",
        ApplicationState.REJECTED: "可报名其他班次",
        ApplicationState.WITHDRAWN: "—",
    }[ApplicationState(row.state)]


# Beginning and autosave -----------------------------------------------------------------------------------------------


def save(request: Request, pk: int) -> HttpResponseBase:
    """Begin an application for a class (GET explains, POST begins) and save it while it is filled in."""
    enrolment = published_notice(pk)
    if enrolment is None:
        raise Http404
    role = request.role
    mine = own_application(enrolment.training_class, role)
    if mine is None:
        return _begin(request, enrolment)
    if request.method != "POST" or "filled" not in request.POST:
        return redirect("application", mine.pk)
    return _autosave(request, enrolment, mine)


def _begin(request: Request, enrolment: Enrolment) -> HttpResponse:
    role = request.role
    tc = enrolment.training_class
    breaches: Iterable[Breach] = ()
    if request.method == "POST":
        try:
            begun = actions.save_application(enrolment=enrolment, answers={}, by=role, now=clock.now())
            return redirect("application", begun.pk)
        except Refusal as refusal:
            if twin := own_application(tc, role):  # a double click: the other request was faster
                return redirect("application", twin.pk)
            breaches = refusal.breaches
    today = clock.today()
    shown = {
        "tc": tc,
        "enrolment": enrolment,
        "person": person_of(role.account_id),
        "open": is_applying_open(enrolment, today),
        "today": today,
        "discipline": RULES,
        "breaches": breaches,
    }
    return render(request, "enrolment/begin.html", shown, status=422 if breaches else 200)


def _filling(row: Application) -> Filling:
    return Filling(row.answer, form1_facts(row), row.version)


def _autosave(request: Request, enrolment: Enrolment, mine: Application) -> HttpResponseBase:
    mine = whole(mine)
    act = partial(actions.save_application, enrolment=enrolment, by=request.role, now=clock.now())
    return saved(
        request,
        _filling(mine),
        lambda answers, seen: act(answers=answers, seen=seen).version,
        again=lambda answers, refusal: _form_page(request, mine, answers=answers, refusal=refusal),
        stay=reverse("application", args=[mine.pk]),
    )


# The page of one application ------------------------------------------------------------------------------------------


def application(request: Request, pk: int) -> HttpResponse:
    """Form 1 to fill in while it is a draft, then the sheet with what happens to it."""
    row = whole(visible(Application, pk, request.role))
    if row.state == ApplicationState.DRAFT:
        return _form_page(request, row)
    return _sheet_page(request, row)


def _form_page(
    request: Request,
    row: Application,
    *,
    answers: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
    scan_breaches: Iterable[Breach] = (),
    photo_breaches: Iterable[Breach] = (),
) -> HttpResponse:
    row = whole(row)
    enrolment, today = enrolment_of(row.training_class), clock.today()
    filling = _filling(row)
    failed = [*scan_breaches, *photo_breaches]
    named, _ = naming_of(row)
    shown = {
        "application": row,
        "tc": row.training_class,
        "enrolment": enrolment,
        "open": enrolment is not None and (is_applying_open(enrolment, today) or named is not None),
        "named": named,
        "form": filling.bound(answers, refusal.breaches if refusal else ()),
        "seen": filling.seen(request, refusal),
        "today": today,
        "reused": reused_in(row.answer),
        "photo_url": photo_address(row),
        "scan_breaches": scan_breaches,
        "photo_breaches": photo_breaches,
        **_endorsing(row),
    }
    status = refusal.status if refusal else Refusal.status if failed else 200
    return render(request, "enrolment/application_form.html", shown, status=status)


def _sheet_page(
    request: Request, row: Application, *, scan_breaches: Iterable[Breach] = (), status: int = 200
) -> HttpResponse:
    place = waiting_place(row) if row.state == ApplicationState.WAITING else 0
    named, successor = naming_of(row)
    shown = {
        "application": row,
        "tc": row.training_class,
        "form": _filling(row).bound(),
        "signer": row.person.name,
        "signed_on": row.submitted_at.date() if row.submitted_at else "",
        "opinion": endorsement_words(row),
        "photo_url": photo_address(row),
        "steps": _steps(row, place),
        "named": named,
        "successor": successor,
        "scan_breaches": scan_breaches,
        **_endorsing(row),
    }
    return render(request, "enrolment/application.html", shown, status=status)


def photo_address(row: Application) -> str:
    """Where one's own photo is, another address for each photo; empty without one."""
    number = row.answer.portrait_id
    return f"{reverse('application.photo', args=[row.pk])}?v={number}" if number else ""


def _endorsing(row: Application) -> dict[str, Any]:
    """Who could endorse, and whether a scan may still be uploaded."""
    awaited = row.state in (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.WAITING)
    may_upload = awaited and (not row.is_endorsed or row.endorsement_scan_id is not None)
    return {
        "may_upload": may_upload,
        "has_school": bool(may_upload and roles_in(row.employer_id, Duty.SCHOOL)),
    }


def endorsement_words(row: Application) -> str:
    """The employer's opinion as the sheet prints it."""
    if row.endorsed_at is None:
        return "尚未出具"
    day = f"{localtime(row.endorsed_at):%Y-%m-%d}"
    return f"已上传盖章扫描件　{day}" if row.endorsement_scan_id else f"{row.employer.name}已同意推荐　{day}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way, for the timeline."""

    title: str
    tone: str  # done, now, todo
    at: datetime | None = None
    says: str = ""


def _steps(row: Application, place: int) -> list[Step]:
    """Submitted → endorsed → reviewed → decided. What instructors think is not for the applicant."""
    decided = row.state in (ApplicationState.ADMITTED, ApplicationState.REJECTED)
    over = row.state == ApplicationState.WITHDRAWN
    steps = [Step("提交申请", "done" if row.submitted_at else "todo", row.submitted_at)]
    if row.is_endorsed or not over:
        tone = "done" if row.is_endorsed else "now"
        steps.append(Step("单位意见", tone, row.endorsed_at, "" if row.is_endorsed else "等待您所在单位出具"))
    if over:
        return [*steps, Step("已退出报名", "done", None, row.decision_reason)]
    waits = "授课骨干教师和培训机构审核中" if row.is_endorsed else "单位意见齐备后审核"
    review = (
        "done"
        if decided or row.state in (ApplicationState.WAITING, ApplicationState.OFFERED)
        else "now"
        if row.is_endorsed
        else "todo"
    )
    steps.append(Step("审核", review, None, waits if review != "done" else ""))
    return [*steps, _decision(row, place)]


def _decision(row: Application, place: int) -> Step:
    if row.state == ApplicationState.ADMITTED:
        return Step("已录取", "done", row.decided_at, f"名单序号 {row.seat}")
    if row.state == ApplicationState.REJECTED:
        return Step("未录取", "done", row.decided_at, row.decision_reason)
    if row.state == ApplicationState.OFFERED and row.offer_until:
        return Step("待确认递补", "now", None, f"请在{offer_words(row.offer_until)}前答复")
    if row.state == ApplicationState.WAITING:
        return Step("候补", "now", row.decided_at, f"现排第 {place} 位，有人退出时依次递补")
    return Step("录取结果", "todo")


# Submitting, the scan -------------------------------------------------------------------------------------------------


@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    """Save what stands in the form, then submit it; what was saved stays when the submission is refused."""
    role = request.role
    row = visible(Application, pk, role)
    if row.state != ApplicationState.DRAFT:
        messages.info(request, f"申请已经提交，现为“{row.state_title}”。")
        return redirect("application", row.pk)
    enrolment = published_notice(row.training_class_id)
    if enrolment is None:
        raise Http404
    answers, now = _filling(whole(row)).posted(request), clock.now()
    try:
        row = actions.save_application(
            enrolment=enrolment, answers=answers, by=role, now=now, seen=version_seen(request)
        )
        actions.submit_application(application=row, by=role, now=now)
    except Refusal as refusal:
        row = visible(Application, pk, role)
        if row.state == ApplicationState.SUBMITTED:  # a double click: the other request was faster
            return redirect("application", row.pk)
        return _form_page(request, row, answers=answers, refusal=refusal)
    messages.success(request, "申请已提交。下一步：等待单位意见和审核，结果会发消息通知您。")
    return redirect("application", row.pk)


def photo_refused(request: Request, row: Application, refusal: Refusal) -> HttpResponse:
    """The form again with the reason beside the photo."""
    row = whole(row)
    if row.state != ApplicationState.DRAFT:
        raise refusal
    return _form_page(request, row, photo_breaches=refusal.breaches)


def scan_refused(request: Request, row: Application, refusal: Refusal) -> HttpResponse:
    """The page again with the reason beside the upload."""
    row = whole(row)
    if row.state == ApplicationState.DRAFT:
        return _form_page(request, row, scan_breaches=refusal.breaches)
    return _sheet_page(request, row, scan_breaches=refusal.breaches, status=refusal.status)
