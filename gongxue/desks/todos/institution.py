"""What waits in an institution: its staff, its coordinator, its certificate officer. So many queries per desk, not
per class."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from gongxue.certificates.models import Certificate
from gongxue.certificates.queries.reconciliation import unsigned_month
from gongxue.desks.cards import Button, Todo
from gongxue.desks.todos.shapes import (
    Deadlines,
    Todos,
    cases_waiting,
    changes,
    class_todo,
    classes_by_id,
    round_todo,
)
from gongxue.foundation.identity.models import Role
from gongxue.regulations.appeals import answer_due
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_cases import CaseKind, month_said
from gongxue.regulations.invitations import is_rescue_time
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import (
    CLOSED_STAGE,
    AppealState,
    ApplicationState,
    ChangeState,
    DeliveryState,
    EnrolmentState,
    OpeningState,
    PlanState,
    ProgrammeState,
    ResultsState,
    RetakeState,
)
from gongxue.regulations.roles import Permission as P
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import rounds_visible_to
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage3_programme.models import Programme
from gongxue.stage3_programme.owed import corrections_due
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Delivery
from gongxue.stage5_delivery.queries import rolls_of, waiting_for
from gongxue.stage6_assessment.models import Results, Retake, TranscriptLine
from gongxue.stage6_assessment.queries.appeals import appeals_visible_to

OPENING_SHOWN = timedelta(days=30)  # an opening application is on the desk so long before its last day


def institution_plans(role: Role, today: date) -> Todos:
    """Lines to correct or submit; open rounds without a line; returned changes."""
    rows = TrainingClass.objects.scope(role).values_list("round", "state").annotate(n=Count("pk"))
    counts = {(round_, state): n for round_, state, n in rows.order_by("round", "state")}
    begun = {round_ for round_, _ in counts}
    todos = []
    for round_ in rounds_visible_to(role).filter(opens_on__lte=today):
        # By its dates, not its state: a round with a published edition still takes lines until it closes, and what
        # came back from the review may be corrected afterwards.
        open_ = round_.is_open_on(today)
        states = (PlanState.DRAFT, PlanState.RETURNED) if open_ else (PlanState.RETURNED,)
        if waiting := sum(counts.get((round_.pk, state), 0) for state in states):
            todos.append(round_todo("提交", f"{waiting} 个计划班次待提交或修改", round_, *states))
        elif open_ and round_.pk not in begun:
            todos.append(round_todo("填报", "本轮已开启，本机构尚未填报", round_))
    return todos + changes(role, "变更", ChangeState.RETURNED)


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
    unstaffed = [
        tc for tc in published if tc.pk in openings and openings[tc.pk].state != OpeningState.STAFFED
    ]
    deadlines, admitted, asked = Deadlines(published), _admitted(published), _asked(unstaffed)
    corrections = corrections_due(published)
    todos: Todos = []
    for tc in published:
        for found in (
            _opening_todo(tc, openings.get(tc.pk), asked[tc.pk], deadlines, today),
            _programme_todo(
                tc, openings.get(tc.pk), programmes.get(tc.pk), deadlines, corrections.get(tc.pk)
            ),
            _enrolment_todo(tc, enrolments.get(tc.pk), admitted[tc.pk], today),
        ):
            if found:
                todos.append(found)
    return todos


def _admitted(classes: list[TrainingClass]) -> Counter[int]:
    """class id → how many are admitted, while it enrols."""
    enrolling = [tc.pk for tc in classes if tc.stage == 4]
    rows = Application.objects.inside(training_class__in=enrolling, state=ApplicationState.ADMITTED)
    return Counter(rows.values_list("training_class_id", flat=True))


def _asked(unstaffed: list[TrainingClass]) -> Counter[int]:
    """class id → seats for which somebody is asked or has accepted, while not all are taken."""
    rows = Invitation.objects.inside(training_class__in=unstaffed, state__in=Invitation.LIVE)
    seats = set(rows.values_list("training_class_id", "seat", "number"))
    return Counter(number for number, _, _ in seats)


def _opening_todo(
    tc: TrainingClass, opening: Opening | None, asked: int, deadlines: Deadlines, today: date
) -> Todo | None:
    if opening is not None and is_rescue_time(today, tc.first_day, tc.last_day):
        return _rescue_todo(tc, opening, asked, today)
    if tc.first_day <= today:
        return None
    if opening is None:
        due_on = deadlines.on(tc, "opening")
        if due_on - today > OPENING_SHOWN:
            return None
        sub = f"开班前 {tc.edition.opening_days} 天，逾期须准予延期"
        return class_todo("开班", "提出开班申请", tc, "staffing.open", due_on, sub=sub)
    free = sum(seat.wanted(tc.edition) for seat in Seat) - asked
    if (
        opening.state == OpeningState.STAFFED or free <= 0
    ):  # else all have been asked: their answers are waited for
        return None
    due_on = deadlines.on(tc, "programme")
    if tc.level_enum == Level.BACKBONE:
        return class_todo("专家", f"还有 {free} 个席位，请提名授课考核专家", tc, "staffing", due_on)
    if opening.state == OpeningState.FILED:
        return class_todo("推荐", "开班申请已提出，等待平台推荐骨干教师", tc, "staffing", due_on)
    return class_todo("邀请", f"还有 {free} 个席位，请邀请骨干教师", tc, "staffing", due_on)


def _rescue_todo(tc: TrainingClass, opening: Opening, asked: int, today: date) -> Todo | None:
    """A seat is empty close to the day, or while the class runs; level G names its experts anew (AMB-70)."""
    free = sum(seat.wanted(tc.edition) for seat in Seat) - asked
    if opening.state == OpeningState.STAFFED or free <= 0:
        return None
    due_on = max(today, tc.first_day - timedelta(days=1))
    if tc.level_enum == Level.BACKBONE:
        return class_todo("专家", f"还有 {free} 个席位，请提名授课考核专家", tc, "staffing", due_on)
    if opening.state == OpeningState.FILED:
        return class_todo("推荐", "开班申请已提出，等待平台推荐骨干教师", tc, "staffing", due_on)
    return class_todo("补位", f"还有 {free} 个席位空缺，请应急补位", tc, "staffing.rescue", due_on)


def _programme_todo(
    tc: TrainingClass, opening: Opening | None, programme: Programme | None, deadlines: Deadlines,
    again_by: date | None,
) -> Todo | None:  # fmt: skip
    if programme is not None and programme.is_change:
        return _change_todo(tc, programme, again_by)
    if opening is None or tc.stage > 3 or opening.state == OpeningState.FILED:
        return None
    due = deadlines.on(tc, "programme")
    if programme is None or programme.state == ProgrammeState.DRAFT:
        sub = f"开班前 {tc.edition.programme_days} 天报省级审核"
        return class_todo("方案", "编写并报送培训方案", tc, "programme", due, sub=sub)
    if programme.state == ProgrammeState.RETURNED:
        sub = f"退回意见：{programme.returned_reason}"
        return class_todo("方案", "培训方案被退回，请修改后重报", tc, "programme", again_by or due, sub=sub)
    return None


def _change_todo(tc: TrainingClass, programme: Programme, again_by: date | None) -> Todo | None:
    """A filed programme is being changed, whatever link the class has come to; only what came back has a day."""
    if programme.state == ProgrammeState.CHANGING:
        sub = f"变更理由：{programme.change_reason}"
        return class_todo("方案", "方案变更编写中，请报送或撤销", tc, "programme", sub=sub)
    if programme.state == ProgrammeState.RETURNED:
        sub = f"退回意见：{programme.returned_reason}"
        return class_todo("方案", "方案变更被退回，请修改后重报", tc, "programme", again_by, sub=sub)
    return None


def _enrolment_todo(
    tc: TrainingClass, enrolment: Enrolment | None, admitted: int, today: date
) -> Todo | None:
    if tc.stage != 4:
        return None
    if enrolment is None or enrolment.state == EnrolmentState.DRAFT:
        return class_todo("招生", "发布招生通知", tc, "enrolment.edit_notice", tc.first_day)
    if today < tc.first_day - timedelta(days=1):
        return None
    if enrolment.state != EnrolmentState.CLOSED:
        return class_todo("招生", "截止报名，以便开班", tc, "enrolment.edit_notice", tc.first_day)
    if not admitted:
        return class_todo("招生", "还没有录取参训教师，不能开班", tc, "applicants", tc.first_day)
    return class_todo("开班", "办理开班", tc, "class", tc.first_day, button=start_button(tc))


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
    applied = Retake.objects.scope(role).filter(state=RetakeState.APPLIED, training_class__stage__lt=7)
    for retake in applied.select_related(
        "training_class__institution", "attendee__application__person__account"
    ):
        title = f"{retake.attendee}申请二次终结性考核"
        todos.append(class_todo("考核", title, retake.training_class, "assessment"))
    todos += _appeals(role)
    finished = Delivery.objects.scope(role).filter(
        state=DeliveryState.FINISHED, training_class__stage__in=[6, 7]
    )
    results = Results.objects.scope(role).filter(state=ResultsState.CONFIRMED)
    confirmed = set(results.values_list("training_class_id", flat=True))
    classes = [delivery.training_class for delivery in finished.select_related("training_class__institution")]
    deadlines, uncertified = Deadlines(classes), _uncertified([tc for tc in classes if tc.pk in confirmed])
    for tc in classes:
        due = deadlines.on(tc, "feedback")
        if tc.pk not in confirmed:
            todos.append(class_todo("成绩", "确认并报送成绩单", tc, "assessment", due))
        elif not uncertified[tc.pk]:
            todos.append(class_todo("结班", "结班归档", tc, "evaluation", due))
    return todos


def _appeals(role: Role) -> Todos:
    """Appeals to answer, and upheld ones whose correction is still to be asked for: one query."""
    waiting = Q(state=AppealState.APPLIED) | Q(state=AppealState.UPHELD, correction=None)
    todos = []
    for row in appeals_visible_to(role).filter(waiting):
        if row.state == AppealState.APPLIED:
            due = answer_due(day_of(row.applied_at), row.training_class.edition).on
            todos.append(class_todo("复核", f"答复{row}申请", row.training_class, "appeals", due))
        else:
            todos.append(class_todo("更正成绩", f"{row}成立，请申请更正", row.training_class, "appeals"))
    return todos


def coordinator(role: Role, today: date) -> Todos:
    """Who has not arrived, lessons that were not called, the end of the teaching."""
    rows = Delivery.objects.scope(role).filter(training_class__stage__in=[5, 6])
    deliveries = list(rows.select_related("training_class__institution"))
    classes = [one.training_class for one in deliveries if one.state == DeliveryState.RUNNING]
    waiting = _leaves(role, [one.training_class for one in deliveries])
    return _arrivals(classes) + _lessons(classes, today) + waiting


def _leaves(role: Role, classes: list[TrainingClass]) -> Todos:
    """Leaves to answer, corrections of the roll that somebody else has proposed."""
    waiting = waiting_for(role) if classes else Counter()
    todos = []
    for tc in classes:
        if leaves := waiting[tc.pk, "leave"]:
            todos.append(class_todo("请假", f"{leaves} 个请假申请待批", tc, "leaves"))
        if marks := waiting[tc.pk, "mark"]:
            todos.append(class_todo("更正", f"{marks} 处考勤更正待您同意", tc, "leaves"))
    return todos


def _arrivals(classes: list[TrainingClass]) -> Todos:
    """Trainees to check in; who has been noted as not coming, absent or on leave is not waited for."""
    expected = Attendee.objects.inside(training_class__in=classes, arrived_at=None, no_show_at=None)
    away = AttendanceMark.objects.inside(
        training_class__in=classes, presence__in=[Presence.ABSENT, Presence.LEAVE]
    )
    missing = expected.exclude(pk__in=away.values("attendee"))
    counts = Counter(missing.values_list("training_class_id", flat=True))
    return [
        class_todo("报到", f"{counts[tc.pk]} 人待报到", tc, "office", tc.first_day)
        for tc in classes
        if counts[tc.pk]
    ]


def _lessons(classes: list[TrainingClass], today: date) -> Todos:
    """Lessons to call, up to today; after the last one the end of the teaching."""
    missing = rolls_of(classes, today)
    todos = []
    for tc in classes:
        if waiting := missing[tc.pk].waiting:
            day, period = waiting[0]
            title = f"{len(waiting)} 个课时待点名"
            todos.append(class_todo("考勤", title, tc, "roll", day, rest=f"?day={day}&period={period}"))
        elif today >= tc.last_day:
            todos.append(class_todo("教学", "结束教学", tc, "class", tc.last_day, button=finish_button(tc)))
    return todos


def certificate_officer(role: Role, today: date) -> Todos:
    """Confirmed classes with certificates to issue, a month to reconcile."""
    confirmed = Results.objects.scope(role).filter(state=ResultsState.CONFIRMED, training_class__stage=7)
    classes = [r.training_class for r in confirmed.select_related("training_class__institution")]
    deadlines, uncertified = Deadlines(classes), _uncertified(classes)
    return [
        class_todo(
            "发证", f"{uncertified[tc.pk]} 人待发证", tc, "class_certificates", deadlines.on(tc, "feedback")
        )
        for tc in classes
        if uncertified[tc.pk]
    ] + _month_to_sign(role, today)


def _month_to_sign(role: Role, today: date) -> Todos:
    month = unsigned_month(role, today)
    if month is None:
        return []
    title = f"{month_said(month)}证书对账"
    return [Todo("对账", title, reverse("reconciliation"), sub="编号、证书、库存逐月核对")]


def certificate_cases(role: Role, today: date) -> Todos:
    """Replacements, corrections and voids that the institution's staff decides."""
    return cases_waiting(role, CaseKind.REPLACEMENT, CaseKind.CORRECTION, CaseKind.VOID)


def _uncertified(classes: list[TrainingClass]) -> Counter[int]:
    """class id → how many qualified and have no certificate yet."""
    return _qualified(classes) - _issued(classes)


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
