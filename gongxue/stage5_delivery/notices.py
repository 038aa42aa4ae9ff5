"""Messages of stage 5."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.timezone import localtime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.parties.queries import role_of_person, roles_in, roles_of_people
from gongxue.regulations.calendar import day_of
from gongxue.regulations.discipline import reminder_text
from gongxue.regulations.lifecycle import MarkCorrectionState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage5_delivery.models import (
    Assignment,
    Attendee,
    ClassNotice,
    LearningProduct,
    Leave,
    MarkCorrection,
    ProductComment,
)


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


# Learning products ----------------------------------------------------------------------------------------------------


def _products_link(training_class: TrainingClass) -> str:
    return f"/classes/{training_class.pk}/products/"


def _tell_class(
    row: Assignment, attendees: list[Attendee], subject: str, body: str, kind: Permission, now: datetime
) -> None:
    people = [attendee.application.person for attendee in attendees]
    roles = roles_of_people(people, Duty.TRAINEE).values()
    link = _products_link(row.training_class)
    send(roles, subject=subject, body=body, kind=kind.value, link=link, now=now)


def _due(row: Assignment) -> str:
    return f"截止时间：{localtime(row.due_at):%Y-%m-%d %H:%M}（{row.mode_title}）。"


def assigned(row: Assignment, attendees: list[Attendee], now: datetime) -> None:
    """To every trainee of a class that has begun: something is to be handed in."""
    _tell_class(row, attendees, f"成果任务：{row.title}", _due(row), Permission.ASSIGN_PRODUCT, now)


def assignment_changed(row: Assignment, attendees: list[Attendee], now: datetime) -> None:
    """To every trainee: what is asked for has changed."""
    subject = f"成果任务有修改：{row.title}"
    _tell_class(row, attendees, subject, _due(row), Permission.CHANGE_ASSIGNMENT, now)


def assignment_withdrawn(row: Assignment, attendees: list[Attendee], reason: str, now: datetime) -> None:
    """To every trainee: it is asked for no longer; what was handed in counts."""
    body = f"原因：{reason}。已提交的成果保留有效。"
    subject = f"成果任务已撤销：{row.title}"
    _tell_class(row, attendees, subject, body, Permission.WITHDRAW_ASSIGNMENT, now)


def handed_in_for(product: LearningProduct, others: list[Attendee], now: datetime) -> None:
    """To the other members of a group: one of them has handed in for all."""
    people = [attendee.application.person for attendee in others]
    send(
        roles_of_people(people, Duty.TRAINEE).values(),
        subject=f"{product.attendee}已代表第 {product.group} 组提交“{product.title}”",
        body="对本组每位成员有效；如需修改，可由任一成员提交新版。",
        kind=Permission.HAND_IN.value,
        link=_products_link(product.training_class),
        now=now,
    )


def commented(
    comment: ProductComment,
    title: str,
    authors: Mapping[Attendee, int],
    answered: Collection[int],
    now: datetime,
) -> None:
    """Of what an instructor says: to the authors. Of what an author says: to the instructors who may read it.

    authors: attendee → the row of the work that is theirs; answered: the account whose remark is answered, if one is.
    """
    kind, subject = (
        Permission.COMMENT_PRODUCT.value,
        f"“{title}”有新的{'回复' if comment.answers_id else '评语'}",
    )
    if comment.by_author:
        seats = accepted(comment.training_class, Seat.INSTRUCTOR)
        people = [seat.person for seat in seats if not answered or seat.person.account_id in answered]
        roles = roles_of_people(people, Duty.BACKBONE).values()
        send(roles, subject=subject, kind=kind, link=f"/products/{comment.product_id}/", now=now)
        return
    for attendee, product in authors.items():
        roles_ = role_of_person(attendee.application.person, Duty.TRAINEE)
        send(roles_, subject=subject, kind=kind, link=f"/products/{product}/", now=now)
