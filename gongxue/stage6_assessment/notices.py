"""Messages of stage 6. None of them says a mark before all sheets are in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.notices import send
from gongxue.parties.models import Person
from gongxue.parties.queries import centre_roles, province_roles, role_of_person, roles_in, roles_of_people
from gongxue.regulations.calendar import said
from gongxue.regulations.marks import Part, Standing
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import (
    Appeal,
    Attempt,
    Correction,
    PresentationDay,
    ScoreSheet,
    SecondDates,
)

_SAYS = {
    (Part.PROCESS, Standing.PASSED): "过程性考核合格，请准备终结性考核",
    (Part.PROCESS, Standing.SECOND): "过程性考核低于 60 分，请二次提交学习成果",
    (Part.PROCESS, Standing.FAILED): "过程性考核二次评分仍低于 60 分，视为不合格",
    (Part.FINAL, Standing.PASSED): "终结性考核合格",
    (Part.FINAL, Standing.SECOND): "终结性考核低于 60 分，可申请二次考核",
    (Part.FINAL, Standing.FAILED): "终结性考核二次评分仍低于 60 分，视为不合格",
}


def part_decided(attendee: Attendee, part: Part, state: Standing, now: datetime) -> None:
    """To the trainee: one assessment is decided."""
    send(
        role_of_person(attendee.application.person, Duty.TRAINEE),
        subject=_SAYS[part, state],
        kind="assessment.decided",
        link=class_link(attendee.training_class),
        now=now,
    )


def retake_applied(attendee: Attendee, now: datetime) -> None:
    """To the institution: a second final assessment is asked for."""
    shown = attendee.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{attendee}申请二次终结性考核：{shown.title}",
        kind="assessment.apply_retake",
        link=f"{class_link(shown)}assessment/",
        now=now,
    )


def retake_allowed(attendee: Attendee, now: datetime) -> None:
    """To the trainee: the second final assessment may take place."""
    send(
        role_of_person(attendee.application.person, Duty.TRAINEE),
        subject="已同意您进行二次终结性考核",
        kind="assessment.allow_retake",
        link=class_link(attendee.training_class),
        now=now,
    )


def confirmed(training_class: TrainingClass, late_days: int, now: datetime) -> None:
    """To province and centre: the transcript is filed (TR 13)."""
    late = f"（逾期 {late_days} 天）" if late_days else ""
    send(
        [*province_roles(training_class.province_code), *centre_roles()],
        subject=f"成绩单已报送{late}：{training_class}",
        kind="assessment.confirm",
        link=f"{class_link(training_class)}transcript/",
        now=now,
    )


def certificates_wanted(training_class: TrainingClass, qualified: int, now: datetime) -> None:
    """To the certificate officer: the results stand, certificates may be issued."""
    send(
        roles_in(training_class.institution_id, Duty.CERTIFICATE_OFFICER),
        subject=f"成绩已确认，{qualified} 人待发证：{training_class.title}",
        kind="assessment.confirm",
        link=f"{class_link(training_class)}certificates/",
        now=now,
    )


def correction_decided(correction: Correction, reason: str, now: datetime) -> None:
    """To the institution: what the province has decided, and why not."""
    shown = correction.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"成绩更正{correction.state_title}：{correction.attendee} {shown.title}",
        body=reason,
        kind="assessment.correction",
        link=f"{class_link(shown)}transcript/",
        now=now,
    )


def correction_requested(correction: Correction, now: datetime) -> None:
    """To the province: a correction waits for its signature."""
    shown = correction.training_class
    send(
        province_roles(shown.province_code),
        subject=f"请会签成绩更正：{shown}",
        kind="assessment.request_correction",
        link=f"{class_link(shown)}transcript/",
        now=now,
    )


def second_look_wanted(attempt: Attempt, now: datetime) -> None:
    """To each scorer: the sheets are far apart, a note on a second look is wanted."""
    shown = attempt.training_class
    people = Person.objects.unscoped("the scorers of one attempt").filter(
        pk__in=ScoreSheet.objects.inside(attempt=attempt).values("scorer")
    )
    send(
        [role for person in people.order_by("pk") for role in role_of_person(person, Duty.BACKBONE)],
        subject=f"评分相差较大，请复看并提交说明：{attempt}",
        kind="assessment.second_look_wanted",
        link=f"{class_link(shown)}second-looks/",
        now=now,
    )


def second_looks_in(attempt: Attempt, now: datetime) -> None:
    """To institution and province: every note of an attempt is in and may be read."""
    shown = attempt.training_class
    send(
        [*roles_in(shown.institution_id, Duty.INSTITUTION), *province_roles(shown.province_code)],
        subject=f"复看说明已齐：{attempt} {shown}",
        kind="assessment.second_look",
        link=f"{class_link(shown)}second-looks/",
        now=now,
    )


def presentation_time(
    row: PresentationDay, person: Person, event: CalendarEvent, turn: str, now: datetime
) -> None:
    """To a trainee: their own time, for their calendar too. turn: 说课，09:15，第 2 位."""
    send(
        role_of_person(person, Duty.TRAINEE),
        subject=f"{said(row.day)} {turn}",
        body="；".join(filter(None, [row.place, row.link, "时间随进度前后浮动，请提前 15 分钟候考"])),
        kind="assessment.presentation",
        link=f"{class_link(row.training_class)}waiting-room/",
        now=now,
        event=event,
    )


def second_dates_set(
    row: SecondDates, resubmission: Iterable[Attendee], retake: Iterable[Attendee], now: datetime
) -> None:
    """To whoever owes a second attempt: by which day."""
    for on, people, words, page in (
        (row.resubmit_by, resubmission, "二次提交学习成果", "products/"),
        (row.retake_by, retake, "二次终结性考核", "assessment/"),
    ):
        if on is not None:
            send(
                roles_of_people([a.application.person for a in people], Duty.TRAINEE).values(),
                subject=f"{words}截止 {said(on)}",
                kind="assessment.second_dates",
                link=f"{class_link(row.training_class)}{page}",
                now=now,
            )


def appealed(appeal: Appeal, now: datetime) -> None:
    """To the institution: a review is asked for."""
    shown = appeal.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"请答复成绩复核申请：{appeal} {shown.title}",
        body=appeal.grounds,
        kind="assessment.appeal",
        link=f"{class_link(shown)}appeals/",
        now=now,
    )


def appeal_answered(appeal: Appeal, now: datetime) -> None:
    """To the trainee: what the institution answers."""
    send(
        role_of_person(appeal.attendee.application.person, Duty.TRAINEE),
        subject=f"成绩复核答复：{appeal.state_title}",
        body=appeal.answer,
        kind="assessment.appeal_answered",
        link=f"{class_link(appeal.training_class)}my-results/",
        now=now,
    )


def appeal_objected(appeal: Appeal, now: datetime) -> None:
    """To the province: it has to decide."""
    shown = appeal.training_class
    send(
        province_roles(shown.province_code),
        subject=f"请裁定成绩复核异议：{appeal} {shown}",
        body=appeal.objection,
        kind="assessment.appeal_objected",
        link=f"{class_link(shown)}appeals/",
        now=now,
    )


def appeal_decided(appeal: Appeal, now: datetime) -> None:
    """To the trainee and the institution: what the province has decided."""
    shown = appeal.training_class
    send(
        role_of_person(appeal.attendee.application.person, Duty.TRAINEE),
        subject=f"成绩复核裁定：{appeal.state_title}",
        body=appeal.decision,
        kind="assessment.appeal_decided",
        link=f"{class_link(shown)}my-results/",
        now=now,
    )
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"成绩复核裁定：{appeal.state_title}：{appeal} {shown.title}",
        body=appeal.decision,
        kind="assessment.appeal_decided",
        link=f"{class_link(shown)}appeals/",
        now=now,
    )


def transcript_changed(correction: Correction, now: datetime) -> None:
    """To centre and province: a correction has made another version of the transcript."""
    shown = correction.training_class
    send(
        [*province_roles(shown.province_code), *centre_roles()],
        subject=f"成绩单有新版本，请签收：{shown}",
        body=f"{correction}：{correction.old:.2f} → {correction.new:.2f}。{correction.reason}",
        kind="assessment.transcript_changed",
        link=f"{class_link(shown)}transcript/",
        now=now,
    )
