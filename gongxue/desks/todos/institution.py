"""What waits in an institution: its staff, its coordinator, its certificate officer. So many queries per desk, not
per class."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count
from django.urls import reverse

from gongxue.certificates.models import Certificate
from gongxue.desks.cards import Button, Todo
from gongxue.desks.todos.shapes import Todos, class_todo, classes_by_id
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import feedback_due, opening_due, programme_due
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import (
    CLOSED_STAGE,
    ApplicationState,
    DeliveryState,
    EnrolmentState,
    OpeningState,
    PlanState,
    ProgrammeState,
    ResultsState,
    RetakeState,
)
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import rounds_visible_to
from gongxue.stage2_staffing.models import Opening
from gongxue.stage3_programme.models import CourseSession, Programme
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage5_delivery.models import AttendanceMark, Delivery
from gongxue.stage6_assessment.models import Results, Retake, TranscriptLine

OPENING_SHOWN = timedelta(days=30)  # an opening application is on the desk so long before its last day


def institution_plans(role: Role, today: date) -> Todos:
    """Lines to correct or submit; open rounds without a line."""
    lines = TrainingClass.objects.scope(role)
    editable = lines.filter(state__in=[PlanState.DRAFT, PlanState.RETURNED])
    counts = dict(editable.values_list("round").annotate(n=Count("pk")))
    any_line = set(lines.values_list("round", flat=True).distinct())
    # By its dates, not its state: a round with a published edition still takes lines until it closes.
    open_now = rounds_visible_to(role).filter(opens_on__lte=today, closes_on__gte=today)
    todos = []
    for round_ in open_now:
        where = reverse("planning.round", args=[round_.pk])
        if counts.get(round_.pk):
            title = f"{counts[round_.pk]} 个计划班次待提交或修改"
            todos.append(Todo("提交", title, where, round_.closes_on, str(round_)))
        elif round_.pk not in any_line:
            todos.append(Todo("填报", f"{round_}已开启，本机构尚未填报", where, round_.closes_on))
    return todos


def institution_classes(role: Role, today: date) -> Todos:
    """What each of the institution's classes waits for, stage by stage."""
    classes = classes_by_id(role)
    published = [tc for tc in classes.values() if tc.state == PlanState.PUBLISHED and tc.stage < CLOSED_STAGE]
    openings = {o.training_class_id: o for o in Opening.objects.scope(role)}
    programmes = {p.training_class_id: p for p in Programme.objects.scope(role)}
    enrolments = {
        e.training_class_id: e
        for e in Enrolment.objects.inside(training_class__in=[tc.pk for tc in published])
    }
    todos: Todos = []
    for tc in published:
        for found in (
            _opening_todo(tc, openings.get(tc.pk), today),
            _programme_todo(tc, openings.get(tc.pk), programmes.get(tc.pk)),
            _enrolment_todo(tc, enrolments.get(tc.pk), today),
        ):
            if found:
                todos.append(found)
    return todos


def _opening_todo(tc: TrainingClass, opening: Opening | None, today: date) -> Todo | None:
    if tc.first_day <= today:
        return None
    if opening is None:
        due = opening_due(tc.first_day, tc.edition)
        if due.on - today > OPENING_SHOWN:
            return None
        sub = f"开班前 {tc.edition.opening_days} 天，逾期须准予延期"
        return class_todo("开班", "提出开班申请", tc, "staffing.open", due.on, sub=sub)
    if opening.state == OpeningState.STAFFED:
        return None
    due_on = programme_due(tc.first_day, tc.edition).on
    if tc.level_enum == Level.BACKBONE:
        return class_todo("专家", "授课考核专家未到位，请提名或等待确认", tc, "staffing", due_on)
    if opening.state == OpeningState.FILED:
        return class_todo("推荐", "开班申请已提出，等待平台推荐骨干教师", tc, "staffing", due_on)
    return class_todo("邀请", "骨干教师未到位，请发邀请或递补", tc, "staffing", due_on)


def _programme_todo(tc: TrainingClass, opening: Opening | None, programme: Programme | None) -> Todo | None:
    if opening is None or tc.stage > 3 or opening.state == OpeningState.FILED:
        return None
    due = programme_due(tc.first_day, tc.edition).on
    if programme is None or programme.state == ProgrammeState.DRAFT:
        sub = f"开班前 {tc.edition.programme_days} 天报省级审核"
        return class_todo("方案", "编写并报送培训方案", tc, "programme", due, sub=sub)
    if programme.state == ProgrammeState.RETURNED:
        sub = f"退回意见：{programme.returned_reason}"
        return class_todo("方案", "培训方案被退回，请修改后重报", tc, "programme", due, sub=sub)
    return None


def _enrolment_todo(tc: TrainingClass, enrolment: Enrolment | None, today: date) -> Todo | None:
    if tc.stage != 4:
        return None
    if enrolment is None or enrolment.state == EnrolmentState.DRAFT:
        return class_todo("招生", "发布招生通知", tc, "enrolment.edit_notice", tc.first_day)
    if tc.first_day - timedelta(days=1) <= today:
        return class_todo(
            "开班", "办理开班", tc, "class", tc.first_day, rest="#stage-5", button=start_button(tc)
        )
    return None


def start_button(tc: TrainingClass) -> Button:
    """Beginning the class."""
    return Button(P.START_CLASS, tc, {"kind": "main", "ask": "开班后名单即定，不再录取。"})


def finish_button(tc: TrainingClass) -> Button:
    """Ending the teaching."""
    return Button(P.FINISH_CLASS, tc, {"kind": "main", "ask": "全部课时点名后方可结束教学。"})


def institution_applicants(role: Role, today: date) -> Todos:
    """Applications to decide, class by class."""
    waiting = (
        Application.objects.scope(role)
        .filter(state=ApplicationState.SUBMITTED, training_class__stage=4)
        .values_list("training_class")
        .annotate(n=Count("pk"))
    )
    counts = dict(waiting)
    return [
        class_todo("审核", f"{counts[pk]} 份参训申请待审核", tc, "applicants", tc.first_day)
        for pk, tc in classes_by_id(role).items()
        if pk in counts
    ]


def institution_results(role: Role, today: date) -> Todos:
    """Results to confirm, retakes to allow, classes to close."""
    todos = []
    applied = Retake.objects.scope(role).filter(state=RetakeState.APPLIED)
    for retake in applied.select_related(
        "training_class__institution", "attendee__application__person__account"
    ):
        title = f"{retake.attendee}申请二次终结性考核"
        todos.append(class_todo("考核", title, retake.training_class, "assessment"))
    finished = Delivery.objects.scope(role).filter(
        state=DeliveryState.FINISHED, training_class__stage__in=[6, 7]
    )
    results = Results.objects.scope(role).filter(state=ResultsState.CONFIRMED)
    confirmed = set(results.values_list("training_class_id", flat=True))
    for delivery in finished.select_related("training_class__institution"):
        tc = delivery.training_class
        due = feedback_due(tc.last_day, tc.edition).on
        if tc.pk not in confirmed:
            todos.append(class_todo("成绩", "确认并报送成绩单", tc, "assessment", due))
        else:
            todos.append(class_todo("结班", "发证后结班归档", tc, "evaluation", due))
    return todos


def coordinator(role: Role, today: date) -> Todos:
    """Today's roll calls and lessons that were not called."""
    running = Delivery.objects.scope(role).filter(state=DeliveryState.RUNNING)
    classes = [d.training_class for d in running.select_related("training_class__institution")]
    until_today = {"training_class__in": [tc.pk for tc in classes], "day__lte": today}
    lesson = ("training_class_id", "day", "period")
    planned = set(CourseSession.objects.inside(**until_today).values_list(*lesson))
    called = set(AttendanceMark.objects.inside(**until_today).values_list(*lesson).distinct())
    missing = sorted(planned - called)
    todos = []
    for tc in classes:
        waiting = [(day, period) for pk, day, period in missing if pk == tc.pk]
        if waiting:
            day, period = waiting[0]
            title = f"{len(waiting)} 个课时待点名"
            todos.append(class_todo("考勤", title, tc, "roll", day, rest=f"?day={day}&period={period}"))
        elif today >= tc.last_day:
            button = finish_button(tc)
            todos.append(
                class_todo("教学", "结束教学", tc, "class", tc.last_day, rest="#stage-5", button=button)
            )
    return todos


def certificate_officer(role: Role, today: date) -> Todos:
    """Confirmed classes with certificates to issue."""
    confirmed = Results.objects.scope(role).filter(state=ResultsState.CONFIRMED, training_class__stage=7)
    classes = [r.training_class for r in confirmed.select_related("training_class__institution")]
    qualified, issued = _qualified(classes), _issued(classes)
    return [
        class_todo(
            "发证", f"{qualified[tc.pk] - issued[tc.pk]} 人待发证", tc, "class_certificates",
            feedback_due(tc.last_day, tc.edition).on,
        )
        for tc in classes
        if qualified[tc.pk] > issued[tc.pk]
    ]  # fmt: skip


def _qualified(classes: list[TrainingClass]) -> Counter[int]:
    """class id → how many qualified, by the last revision of each line."""
    lines = TranscriptLine.objects.inside(training_class__in=classes).order_by("revision")
    last = {
        (tc, attendee): ok
        for tc, attendee, ok in lines.values_list("training_class", "attendee", "qualified")
    }
    return Counter(tc for (tc, _), ok in last.items() if ok)


def _issued(classes: list[TrainingClass]) -> Counter[int]:
    rows = Certificate.objects.inside(training_class__in=classes)
    return Counter(rows.values_list("training_class_id", flat=True))
