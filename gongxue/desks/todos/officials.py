"""What waits at the centre and in the provinces."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from gongxue.certificates.models import MisuseReport
from gongxue.desks.cards import Todo
from gongxue.desks.todos.shapes import Todos, cases_waiting, changes, class_todo, round_todo
from gongxue.foundation.identity.models import Role
from gongxue.regulations.appeals import decision_due
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_cases import CaseKind
from gongxue.regulations.lifecycle import (
    AppealState,
    ChangeState,
    CorrectionState,
    InvitationState,
    MisuseState,
    PlanState,
    ProgrammeState,
    TeamChangeState,
)
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import rounds_visible_to
from gongxue.stage2_staffing.models import Invitation, TeamChange
from gongxue.stage3_programme.models import Programme
from gongxue.stage3_programme.owed import answers_due
from gongxue.stage6_assessment.models import Correction
from gongxue.stage6_assessment.queries.appeals import appeals_visible_to

EXPERTS_SHOWN = 50


def centre(role: Role, today: date) -> Todos:
    """Lists to publish, experts to confirm."""
    reported = TrainingClass.objects.scope(role).filter(state=PlanState.REPORTED)
    counts = dict(reported.values_list("round").annotate(n=Count("pk")))
    todos = [
        round_todo("发布", f"{counts[round_.pk]} 个班次已上报，待发布", round_, PlanState.REPORTED)
        for round_ in rounds_visible_to(role).filter(pk__in=counts)
    ]
    todos += changes(role, "备案", ChangeState.APPROVED)
    experts = Invitation.objects.scope(role).filter(state=InvitationState.NOMINATED)
    rows = experts.select_related("training_class__institution", "person__account").order_by(
        "answer_by", "pk"
    )
    for invitation in rows[:EXPERTS_SHOWN]:
        title = f"确认专家 {invitation}"
        todos.append(
            class_todo("确认", title, invitation.training_class, "staffing", invitation.answer_by, far=True)
        )
    return todos


def province(role: Role, today: date) -> Todos:
    """Plans, programmes and corrections to review."""
    return (
        _plans(role)
        + _teams(role)
        + changes(role, "审核", ChangeState.APPLIED)
        + _programmes(role, today)
        + _corrections(role)
        + _objections(role)
        + cases_waiting(role, CaseKind.REVOCATION)
        + _misuse(role)
    )


def _misuse(role: Role) -> Todos:
    """Reports of misuse that nobody has looked at: one line for all of them."""
    waiting = MisuseReport.objects.scope(role).filter(state=MisuseState.REPORTED).count()
    return [Todo("核查", f"{waiting} 件证书违规线索待核查", reverse("misuse"))] if waiting else []


def _plans(role: Role) -> Todos:
    counts = (
        TrainingClass.objects.scope(role)
        .values("round")
        .annotate(
            waiting=Count("pk", filter=Q(state=PlanState.SUBMITTED)),
            approved=Count("pk", filter=Q(state=PlanState.APPROVED)),
        )
        .order_by("round")
    )
    rounds = {round_.pk: round_ for round_ in rounds_visible_to(role)}
    todos = []
    for row in counts:
        round_ = rounds[row["round"]]
        if row["waiting"]:
            title = f"{row['waiting']} 个计划班次待审核"
            todos.append(round_todo("审核", title, round_, PlanState.SUBMITTED))
        elif row["approved"]:
            title = f"{row['approved']} 个班次已通过，待汇总上报"
            todos.append(round_todo("上报", title, round_, PlanState.APPROVED))
    return todos


def _teams(role: Role) -> Todos:
    rows = TeamChange.objects.scope(role).filter(state=TeamChangeState.REQUESTED)
    rows = rows.select_related("training_class__institution").order_by("training_class__first_day", "pk")
    return [
        class_todo(
            "审核", f"授课人数 {row.before} → {row.wanted} 名", row.training_class, "staffing",
            row.training_class.first_day, far=True,
        )
        for row in rows[:EXPERTS_SHOWN]
    ]  # fmt: skip


def _programmes(role: Role, today: date) -> Todos:
    rows = Programme.objects.scope(role).filter(state=ProgrammeState.SUBMITTED)
    classes = [row.training_class for row in rows.select_related("training_class__institution")]
    due = answers_due(classes, today)
    return [
        class_todo("审核", "培训方案待审核报备", tc, "programme", due.get(tc.pk), far=True) for tc in classes
    ]


def _corrections(role: Role) -> Todos:
    rows = Correction.objects.scope(role).filter(state=CorrectionState.REQUESTED)
    names = ("training_class__institution", "attendee__application__person__account")
    return [
        class_todo("会签", f"成绩更正：{row.attendee}", row.training_class, "transcript", far=True)
        for row in rows.select_related(*names)
    ]


def _objections(role: Role) -> Todos:
    rows = appeals_visible_to(role).filter(state=AppealState.OBJECTED)
    return [
        class_todo(
            "复核", f"裁定异议：{row}", row.training_class, "appeals",
            decision_due(day_of(row.objected_at), row.training_class.edition).on, far=True,
        )
        for row in rows
        if row.objected_at
    ]  # fmt: skip
