"""Messages of stage 5."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.parties.queries import role_of_person, roles_in, roles_of_people
from gongxue.regulations.calendar import day_of
from gongxue.regulations.discipline import reminder_text
from gongxue.regulations.lifecycle import MarkCorrectionState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage5_delivery.models import Attendee, ClassNotice, Leave, MarkCorrection


def absence_warned(attendee: Attendee, counted: int, is_barred: bool, now: datetime) -> None:
    """To the trainee: close to the limit, or over it (TR 12)."""
    says = "已超过规定，不能参加考核" if is_barred else "再缺课将不能参加考核"
    send(
        role_of_person(attendee.application.person, Duty.TRAINEE),
        subject=f"您已缺课 {counted} 课时，{says}",
        body="如与实际不符，请联系班务管理教师核对考勤。",
        kind="delivery.call_roll",
        link=class_link(attendee.training_class),
        now=now,
    )


def begun(training_class: TrainingClass, attendees: list[Attendee], now: datetime) -> None:
    """To every admitted trainee: the class has begun."""
    people = [attendee.application.person for attendee in attendees]
    send(
        roles_of_people(people, Duty.TRAINEE).values(),
        subject=f"已开班：{training_class}",
        body="请按时报到并签署纪律承诺。",
        kind="delivery.start",
        link=class_link(training_class),
        now=now,
    )


# Attendance ----------------------------------------------------------------------------------------------------------


def _office(training_class: TrainingClass) -> list[Role]:
    """Who keeps the roll: the coordinators and the staff of the institution."""
    place = training_class.institution_id
    return [*roles_in(place, Duty.COORDINATOR), *roles_in(place, Duty.INSTITUTION)]


def leave_asked(leave: Leave, effect: str, now: datetime) -> None:
    """To who keeps the roll: somebody asks for leave, and what it does to their allowance."""
    shown = leave.training_class
    send(
        _office(shown),
        subject=f"{leave}：{shown.title}",
        body=f"{leave.says}。{effect}",
        kind="delivery.ask_leave",
        link=f"{class_link(shown)}leaves/",
        now=now,
    )


def leave_decided(leave: Leave, now: datetime) -> None:
    """To the trainee: the answer to their request."""
    shown = leave.training_class
    send(
        role_of_person(leave.attendee.application.person, Duty.TRAINEE),
        subject=f"请假{leave.state_title}：{leave.says}"[:120],
        body=leave.answer,
        kind="delivery.leave_decided",
        link=f"{class_link(shown)}my-attendance/",
        now=now,
    )


def leave_withdrawn(leave: Leave, now: datetime) -> None:
    """To who keeps the roll: it does not take place."""
    shown = leave.training_class
    send(
        _office(shown),
        subject=f"{leave.attendee}撤回请假：{shown.title}",
        body=leave.says,
        kind="delivery.withdraw_leave",
        link=f"{class_link(shown)}leaves/",
        now=now,
    )


def marks_proposed(training_class: TrainingClass, number: int, by: Role, now: datetime) -> None:
    """To the others who keep the roll: corrections wait for one of them."""
    send(
        [role for role in _office(training_class) if role.account_id != by.account_id],
        subject=f"请复核 {number} 处考勤更正：{training_class.title}",
        body="考核已经开始，更正由另一人同意后生效。",
        kind="delivery.propose_marks",
        link=f"{class_link(training_class)}leaves/",
        now=now,
    )


def mark_decided(correction: MarkCorrection, now: datetime) -> None:
    """To the others who keep the roll, and to the trainee whose mark has changed."""
    shown = correction.training_class
    send(
        [role for role in _office(shown) if role.account_id != correction.decided_by_id],
        subject=f"考勤更正{correction.state_title}：{correction}"[:120],
        body=correction.answer,
        kind="delivery.mark_decided",
        link=f"{class_link(shown)}leaves/",
        now=now,
    )
    if correction.state == MarkCorrectionState.CONFIRMED:
        send(
            role_of_person(correction.attendee.application.person, Duty.TRAINEE),
            subject=f"您的考勤已更正：{correction}"[:120],
            body=f"理由：{correction.reason}",
            kind="delivery.mark_decided",
            link=f"{class_link(shown)}my-attendance/",
            now=now,
        )


# The class office ------------------------------------------------------------------------------------------


def class_notice(notice: ClassNotice, people: list[Person], now: datetime) -> None:
    """To those whom a notice of the class office addresses; each at most once."""
    text = f"{notice.text}\n\n{reminder_text()}" if notice.discipline else notice.text
    send(
        roles_of_people(people, Duty.TRAINEE).values(),
        subject=notice.title,
        body=text,
        kind="delivery.send_notice",
        link=f"{class_link(notice.training_class)}mine/",
        once=notice.message_key,
        now=now,
    )


def discipline_reminded(
    training_class: TrainingClass, trainees: list[Person], team: list[Person], now: datetime
) -> None:
    """To everybody in the class, trainees and the teaching team: the discipline of MG 10-15, once a day."""
    for people, duty in ((trainees, Duty.TRAINEE), (team, Duty.BACKBONE)):
        send(
            roles_of_people(people, duty).values(),
            subject=f"请遵守培训纪律：{training_class}",
            body=reminder_text(),
            kind="delivery.remind",
            link=class_link(training_class),
            once=f"discipline/{training_class.pk}/{day_of(now)}",
            now=now,
        )
