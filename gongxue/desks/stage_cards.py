"""The seven cards of a class in the order of TR 6, as one role sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from gongxue.desks.cards import NOT_BEGUN, Button, StageCard
from gongxue.desks.class_file import ClassFile, is_accepted
from gongxue.desks.todos.institution import finish_button, start_button
from gongxue.foundation.lifecycle.engine import Stateful
from gongxue.foundation.pages.templatetags.kit import day as shown_day
from gongxue.parties.queries import qualifications_of
from gongxue.regulations.calendar import said
from gongxue.regulations.evaluation import closing_breaches
from gongxue.regulations.invitations import is_rescue_time
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import (
    DeliveryState,
    EnrolmentState,
    OpeningState,
    PlanState,
    ProgrammeState,
)
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.regulations.roles import Permission as P
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.models import Opening
from gongxue.stage2_staffing.progress import progress_of
from gongxue.stage2_staffing.queries import SeatView, opening_of
from gongxue.stage2_staffing.queries.personnel import Replacement, replacements_in
from gongxue.stage3_programme.queries import (
    OPEN_STATES,
    programme_breaches,
    programme_of,
    unconfirmed,
    written_sessions,
)
from gongxue.stage5_delivery.queries import delivery_of, rolls_of
from gongxue.stage6_assessment.queries import results_of
from gongxue.stage7_evaluation.queries import answered_count, certificates_due, closing_of, has_answered


def cards_of(file: ClassFile) -> list[StageCard]:
    """The seven cards."""
    return [make(file) for make in _MAKERS]


def _planning(file: ClassFile) -> StageCard:
    tc = file.training_class
    card = file.card(1, "培训机构 → 省级管理部门 → 部指导中心", tc)
    card.when = f"{tc.round.period.title}"
    card.facts = [("招生范围", tc.scope), ("计划人数", f"{tc.headcount} 人"), ("培训天数", f"{tc.days} 天")]
    if tc.is_cancelled:
        card.missing = ["已从全国培训信息中取消"]
    elif tc.state != PlanState.PUBLISHED:
        card.missing = [f"计划班次现为“{tc.state_title}”，发布后方可申请开班"]
    if not file.is_(Duty.BACKBONE, Duty.TRAINEE):
        card.links = [("本轮报送", reverse("planning.round", args=[tc.round_id]))]
    return card


def _staffing(file: ClassFile) -> StageCard:
    tc = file.training_class
    opening = opening_of(tc)
    card = file.card(2, "培训机构、平台、骨干教师", opening)
    held = [seat for seat in file.seats if is_accepted(seat)]
    card.when = shown_day(opening.filed_at) if opening else ""
    if file.is_(Duty.TRAINEE) or opening is None:
        card.facts = [("骨干教师", f"{len(held)}/{len(file.seats)} 人已接受")]
    else:
        card.facts = [("骨干教师", progress_of(file.seats, file.today).words)]
    if file.is_(Duty.TRAINEE):
        return card
    card.facts += _changes(file)
    file.add_due(card, "opening")
    if tc.level_enum != Level.BACKBONE:  # level G is not recommended: the institution names its experts
        file.add_due(card, "recommendation")
    card.links = [("骨干教师与邀请", file.url("staffing"))]
    if opening is None:
        if tc.state == PlanState.PUBLISHED:
            card.missing = ["尚未提出开班申请"]
            if file.is_(Duty.INSTITUTION):
                card.links = [("提出开班申请", file.url("staffing.open"))]
    elif opening.state != OpeningState.STAFFED:
        card.missing = [_seat_words(seat) for seat in file.seats if seat not in held]
        if opening.state == OpeningState.FILED and tc.level_enum != Level.BACKBONE:
            card.buttons = [Button(P.RECOMMEND, tc, {"label": "现在推荐", "kind": "main"})]
        elif _needs_rescue(file, opening):
            card.links.append(("应急补位", file.url("staffing.rescue")))
    return card


def _needs_rescue(file: ClassFile, opening: Opening) -> bool:
    """Whether a seat is empty close to the day and the reader is who looks for help."""
    tc = file.training_class
    return (
        file.may(P.RESCUE)
        and opening.state == OpeningState.RECOMMENDED
        and tc.level_enum != Level.BACKBONE
        and is_rescue_time(file.today, tc.first_day, tc.last_day)
    )


def _changes(file: ClassFile) -> list[tuple[str, str]]:
    """Who came for whom, for the institution and officials (TR 8 note 5)."""
    if file.is_(Duty.BACKBONE):
        return []
    return [("人员调整", _change_words(one)) for one in replacements_in(file.invitations)]


def _change_words(change: Replacement) -> str:
    """授课 王某 → 李某（2023-06-14）."""
    came = change.came.person.name if change.came else "待补"
    kind = Seat(change.gone.seat).short
    return f"{kind} {change.gone.person.name} → {came}（{shown_day(change.gone.withdrawn_at)}）"


def _seat_words(seat: SeatView) -> str:
    if seat.invitation is None:
        return f"{seat.title}：尚未邀请"
    return f"{seat.title}：{seat.invitation.person.name}{seat.invitation.state_title}"


def _programme(file: ClassFile) -> StageCard:
    tc = file.training_class
    programme = programme_of(tc)
    card = file.card(3, "培训机构与授课骨干教师，省级管理部门审核", programme)
    card.when = shown_day(programme.submitted_at) if programme and programme.submitted_at else ""
    if file.is_(Duty.TRAINEE):
        return card
    file.add_due(card, "programme")
    file.add_owed(card, "review", "correction")
    card.links = [("培训方案", file.url("programme"))]
    if programme is None:
        card.missing = ["尚未编写培训方案"] if tc.stage >= 2 else []
        return card
    if programme.late_days:
        card.facts.append(("报送", f"逾期 {programme.late_days} 天"))
    if programme.returned_reason:
        card.facts.append(("退回意见", programme.returned_reason))
    if programme.state in OPEN_STATES:
        programme.training_class = tc
        card.missing = [b.says for b in programme_breaches(programme, written_sessions(programme))]
    elif programme.state == ProgrammeState.SUBMITTED:
        card.missing = ["等待省级管理部门审核"]
    if waiting := (unconfirmed(programme) if programme.state != ProgrammeState.FILED else []):
        card.facts.append(("待确认", "、".join(waiting)))
    return card


def _enrolment(file: ClassFile) -> StageCard:
    tc = file.training_class
    enrolment, counts = file.enrolment, file.counts
    card = file.card(4, "培训机构与授课骨干教师", enrolment)
    if file.ready_to_start:
        card.tone, card.status = "done", "录取完成"
    total = sum(n for state, n in counts.items() if state not in ("draft", "withdrawn"))
    card.facts = [
        ("报名", f"{total} 人"),
        ("已录取", f"{counts.get('admitted', 0)}/{tc.headcount} 人（上限 {tc.edition.class_size}）"),
        ("待审核", f"{counts.get('submitted', 0)} 人"),
        ("候补", f"{counts.get('waiting', 0)} 人"),
    ]
    if enrolment:
        card.when = f"截止 {shown_day(enrolment.closes_on)}"
    if file.is_(Duty.TRAINEE):
        card.facts, card.links = [], [("我的报名", reverse("my_applications"))]
        return card
    file.add_due(card, "enrolment")
    if file.reviews:
        card.links = [("报名审核", file.url("applicants")), ("需求分析", file.url("needs"))]
    if file.may(P.EDIT_NOTICE) and tc.stage >= 4:
        card.links.insert(0, ("招生通知", file.url("enrolment.edit_notice")))
    if enrolment and enrolment.state == EnrolmentState.PUBLISHED:
        card.buttons = [
            Button(P.CLOSE_ENROLMENT, enrolment, {"ask": "截止后不再接受报名，已提交的仍可审核。"})
        ]
    if tc.stage == 4:
        card.missing = file.enrolment_missing
    return card


def _delivery(file: ClassFile) -> StageCard:
    tc = file.training_class
    delivery = delivery_of(tc)
    card = file.card(5, "培训机构、班务管理教师、授课骨干教师", delivery)
    card.when = f"{tc.first_day:%m-%d} 至 {tc.last_day:%m-%d}"
    if delivery is None and file.ready_to_start:
        card.tone, card.status = "now", "待开班"
        card.buttons = [start_button(tc)]
        if file.today < tc.first_day - timedelta(days=1):
            card.buttons, card.missing = (
                [],
                [f"名单已定，最早{said(tc.first_day - timedelta(days=1))}办理开班"],
            )
    if file.is_(Duty.TRAINEE):
        card.links = [("我的班级", file.url("my_class"))]
    elif file.is_(Duty.BACKBONE) and file.sits:
        card.links = [("纪律承诺", file.url("my_class"))]
    if delivery is None:
        if tc.stage == 4 and not file.is_(Duty.TRAINEE):
            card.links.insert(0, ("班务", file.url("office")))  # what can be prepared while people apply
        return card
    _roll_facts(file, card, delivery)
    card.links.append(("学习成果", file.url("products")))
    if file.is_(Duty.TRAINEE):
        card.links.insert(1, ("我的考勤", file.url("my_attendance")))
    else:
        card.links.insert(0, ("班务", file.url("office")))
    if file.may(P.CALL_ROLL):
        card.links[1:1] = [("考勤点名", file.url("roll")), ("请假和更正", file.url("leaves"))]
    return card


def _roll_facts(file: ClassFile, card: StageCard, delivery: Stateful) -> None:
    """How much of the roll is called; ending the teaching once everything is."""
    tc = file.training_class
    rolls = rolls_of([tc])[tc.pk]
    waiting = rolls.waiting
    card.facts = [("学员", f"{len(file.records)} 人"), ("考勤", f"{rolls.called}/{rolls.planned} 课时已点名")]
    if delivery.state != DeliveryState.RUNNING:
        return
    behind = [day for day, _ in waiting if day < file.today]
    if behind:
        card.missing.append(f"{len(behind)} 个课时尚未点名")
    if file.today >= tc.last_day:
        card.buttons = [finish_button(tc)] if not waiting else []


def _assessment(file: ClassFile) -> StageCard:
    tc, records = file.training_class, file.records
    results = results_of(tc)
    scorers = "、".join(f"{part.scored_by.title} {part.scored_by.wanted(tc.edition)} 人" for part in Part)
    card = file.card(6, scorers, results)
    if results and results.confirmed_at:
        card.when = f"确认 {shown_day(results.confirmed_at)}"
    if file.is_(Duty.TRAINEE):
        return _own_assessment(file, card)
    file.add_due(card, "feedback")
    if not records:
        return card
    card.facts = [
        ("过程性考核", f"{sum(r.process.complete for r in records)}/{len(records)} 人评分齐备"),
        ("终结性考核", f"{sum(r.final.complete for r in records)}/{len(records)} 人评分齐备"),
        ("合格", f"{sum(r.qualified for r in records)} 人"),
        ("缺课超限", f"{sum(r.barred for r in records)} 人"),
    ]
    card.links = [("评分" if file.is_(Duty.BACKBONE) else "考核进度", file.url("assessment"))]
    if card.tone == "done" and not file.is_(Duty.BACKBONE):
        card.links.append(("成绩单", file.url("transcript")))
    open_ = sum(r.chance_left for r in records)
    if open_ and tc.stage == 6:
        card.missing = [f"{open_} 人尚未考完"]
    elif tc.stage == 6:
        card.missing = ["考核已全部完成，成绩单待培训机构确认并报送"]
    return card


def _own_assessment(file: ClassFile, card: StageCard) -> StageCard:
    """What a trainee sees: their own standing, nobody else's."""
    if file.mine is not None:
        limit = file.training_class.edition.absence_limit
        card.facts = [
            ("我的考核", file.mine.outcome),
            ("我的缺课", f"{file.mine.missed} 课时（超过 {limit} 课时不能参加考核）"),
        ]
        card.links = [("我的考核", file.url("assessment"))]
    return card


def _evaluation(file: ClassFile) -> StageCard:
    tc = file.training_class
    card = file.card(7, "参训教师、培训机构", closing_of(tc))
    if tc.stage < 6:
        return card
    if card.tone == "now" and card.status == NOT_BEGUN:
        card.status = "评估与发证中"
    if file.is_(Duty.TRAINEE):
        return _own_evaluation(file, card)
    card.facts = [
        ("结束评估表", f"{answered_count(tc)}/{len(file.records)} 人已填"),
        ("证书", f"已发 {qualifications_of(f'class/{tc.pk}')} 张"),
    ]
    if file.reviews:  # form 2 is read by the same people (TR 13)
        card.links = [("评估结果", file.url("evaluation"))]
    if not file.is_(Duty.BACKBONE):
        card.links.append(("证书", file.url("class_certificates")))
    if tc.stage == 7:  # reached by confirming the results
        card.missing = [breach.says for breach in closing_breaches(True, certificates_due(tc))]
        if not card.missing and file.is_(Duty.INSTITUTION):
            card.links.insert(0, ("结班归档", file.url("evaluation")))
    return card


def _own_evaluation(file: ClassFile, card: StageCard) -> StageCard:
    if has_answered(file.training_class, file.role.account_id):
        card.facts = [("结束评估表", "您已填写，谢谢")]
    else:
        card.links = [("填写结束评估表", file.url("evaluation.answer"))]
    if file.mine is not None and file.mine.qualified and file.training_class.stage >= 7:
        card.links.append(("我的证书", reverse("my_certificates")))
    return card


_MAKERS: tuple[Callable[[ClassFile], StageCard], ...] = (
    _planning, _staffing, _programme, _enrolment, _delivery, _assessment, _evaluation,
)  # fmt: skip
