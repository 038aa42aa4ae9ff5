"""Messages of stage 2."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.notices import send
from gongxue.parties.queries import centre_roles, province_roles, role_of_person, roles_in
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation, TeamChange


def invited(invitation: Invitation, now: datetime) -> None:
    """To the teacher: an invitation with its deadline; in a hurry with its hour, and that others are asked too."""
    shown, until = invitation.training_class, invitation.answer_until
    begins = invitation.serves_from or shown.first_day
    by = (
        f"{until.astimezone(SHANGHAI):%m月%d日%H:%M}前答复，先接受者任职"
        if until
        else f"{said(invitation.answer_by)}前答复"
    )
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"{'应急补位' if until else ''}邀请函：{shown.institution.name}请您担任{invitation.seat_title}",
        body=f"{shown.title}，{said(begins)}至{said(shown.last_day)}。请在{by}。",
        kind="staffing.invite",
        link=f"/invitations/{invitation.pk}/",
        now=now,
    )


def answered(invitation: Invitation, now: datetime) -> None:
    """To the institution: the answer."""
    shown = invitation.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{invitation.person.name}{invitation.state_title}：{shown.title}",
        body=invitation.answer_reason,
        kind="staffing.answer",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def seat_event(invitation: Invitation, now: datetime, *, cancelled: bool = False) -> CalendarEvent:
    """The days of a seat for the teacher's calendar; a later version of invitation or class has a higher number."""
    shown, days = invitation.training_class, invitation.days
    teaches = invitation.seat == Seat.INSTRUCTOR
    journey = "含往返各一天；" if teaches else "线上评分；"
    return CalendarEvent(
        uid=f"invitation-{invitation.pk}@gongxue",
        title=f"{Seat(invitation.seat).short}：{shown}",
        first_day=days[0],
        last_day=days[-1],
        stamp=now,
        sequence=invitation.version + shown.version,
        place=shown.institution.name if teaches else "",
        description=f"{journey}培训时间{said(shown.first_day)}至{said(shown.last_day)}。",
        cancelled=cancelled,
    )


def accepted(invitation: Invitation, now: datetime) -> None:
    """To the teacher: what was promised, for the calendar."""
    days = invitation.days
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"您已接受邀请，日期已留出：{invitation.training_class}",
        body=f"占用{said(days[0])}至{said(days[-1])}，其他培训班不能再约。",
        kind="staffing.accept",
        link=f"/invitations/{invitation.pk}/",
        now=now,
        event=seat_event(invitation, now),
    )


def withdrawn(invitation: Invitation, reason: str, now: datetime, *, booked: bool = False) -> None:
    """To the teacher: the invitation no longer stands; days that were booked are free again."""
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"邀请已撤回：{invitation.training_class}",
        body=reason + ("　原留出的日期已释放。" if booked else ""),
        kind="staffing.withdraw",
        link=f"/invitations/{invitation.pk}/",
        now=now,
        event=seat_event(invitation, now, cancelled=True) if booked else None,
    )


def left(gone: Invitation, now: datetime) -> None:
    """To the province (TR 8 note 5): somebody who had accepted is no longer of the class."""
    shown = gone.training_class
    served = f"任职至{said(gone.served_until)}。" if gone.served_until else ""
    send(
        province_roles(shown.province_code),
        subject=f"{gone.seat_title}{gone.person.name}不再任职：{shown}",
        body=f"{served}理由：{gone.answer_reason}。培训机构另请他人，到位后再告知。",
        kind="staffing.left",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def replaced(came: Invitation, gone: Invitation, now: datetime) -> None:
    """To the province (TR 8 note 5): who came in whose place, from when and why."""
    shown = came.training_class
    since = f"自{said(came.serves_from)}起" if came.serves_from else ""
    send(
        province_roles(shown.province_code),
        subject=f"{came.person.name}接替{gone.person.name}担任{came.seat_title}：{shown}",
        body=f"{came.person.name}（{came.person.employer.name}）{since}任职。原任离任理由：{gone.answer_reason}",
        kind="staffing.replaced",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def avoidance(lift: AvoidanceLift, now: datetime) -> None:
    """To the province: a teacher of the host institution may serve in its class, with the reason; or no longer."""
    shown, ended = lift.training_class, lift.revoked_at is not None
    send(
        province_roles(shown.province_code),
        subject=f"{'恢复' if ended else '解除'}本机构教师回避：{lift.person.name}，{shown}",
        body="原解除的回避已恢复。" if ended else f"理由：{lift.reason}",
        kind="staffing.avoidance",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def rescue_begun(sent: list[Invitation], now: datetime) -> None:
    """To the province: a seat is empty close to the day, so many are asked for it."""
    first = sent[0]
    shown, until = first.training_class, first.answer_until
    assert until is not None  # a rescue counts in hours
    send(
        province_roles(shown.province_code),
        subject=f"{first.seat_title} {first.number}空缺，正在应急补位：{shown}",
        body=f"已同时邀请{'、'.join(i.person.name for i in sent)}，{until.astimezone(SHANGHAI):%m月%d日%H:%M}前答复，先接受者任职。",
        kind="staffing.rescue",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def rescue_reminded(invitation: Invitation, left: str, now: datetime) -> None:
    """To the teacher, once, in the last hour."""
    shown = invitation.training_class
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"应急补位邀请{left}：{shown.institution.name}",
        body=f"请您担任{shown.title}{invitation.seat_title}，逾时未答复的，邀请失效。",
        kind="staffing.rescue_remind",
        link=f"/invitations/{invitation.pk}/",
        now=now,
        once=f"invitation/{invitation.pk}/hour",
    )


def rescue_failed(last: Invitation, now: datetime) -> None:
    """To the institution and the province: nobody of those who were asked comes."""
    shown = last.training_class
    send(
        [*roles_in(shown.institution_id, Duty.INSTITUTION), *province_roles(shown.province_code)],
        subject=f"{last.seat_title} {last.number}补位未成，席位仍空缺：{shown}",
        body="同时邀请的教师都已婉拒或逾时。培训机构可再邀请其他人、放宽到较远的教师，或与省级管理部门商定后续安排。",
        kind="staffing.rescue_failed",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def reminded(invitation: Invitation, today: date, now: datetime) -> None:
    """To the teacher, the day before the last day to answer and on it: once each."""
    shown, last = invitation.training_class, invitation.answer_by == today
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"{'今天' if last else '明天'}是答复期限：{shown.institution.name}的邀请函",
        body=f"请您担任{shown.title}{invitation.seat_title}。逾期未答复的，邀请失效，由候补人选递补。",
        kind="staffing.remind",
        link=f"/invitations/{invitation.pk}/",
        now=now,
        once=f"invitation/{invitation.pk}/{'on' if last else 'before'}",
    )


def substituted(asked: Invitation, gone: Invitation, rank: int, now: datetime) -> None:
    """To the institution: whom the platform asked in whose place."""
    shown = asked.training_class
    why = f"（{gone.answer_reason}）" if gone.answer_reason else ""
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"已自动邀请候补{asked.person.name}：{shown.title}",
        body=f"{gone.person.name}{gone.state_title}{why}。已请推荐名单第 {rank} 位{asked.person.name}担任{asked.seat_title}，"
        f"{said(asked.answer_by)}前答复。不需要自动递补时，可在骨干教师页关闭。",
        kind="staffing.substitute",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def list_exhausted(shown: TrainingClass, seat: Seat, found: bool, now: datetime) -> None:
    """To the institution: nobody is left on the list; the platform has recommended anew, or knows nobody."""
    body = (
        "原候补名单已没有可邀请的人，平台已按现在的情况重新推荐，请发邀请函。"
        if found
        else "骨干教师库中暂无合格且有空的人选。可写明理由邀请本机构教师，或申请调整开班日期、授课人数。"
    )
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{seat.title}候补已用完：{shown.title}",
        body=body,
        kind="staffing.exhausted",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def recommended(training_class: TrainingClass, now: datetime) -> None:
    """To the institution: the recommendation is there."""
    send(
        roles_in(training_class.institution_id, Duty.INSTITUTION),
        subject=f"平台已推荐骨干教师，请发邀请函：{training_class.title}",
        kind="staffing.recommend",
        link=f"{class_link(training_class)}staffing/",
        now=now,
    )


def nominated(training_class: TrainingClass, now: datetime) -> None:
    """To the centre: experts wait for confirmation."""
    send(
        centre_roles(),
        subject=f"请确认骨干教师培训专家：{training_class}",
        kind="staffing.nominate",
        link=f"{class_link(training_class)}staffing/",
        now=now,
    )


def staffed(training_class: TrainingClass, now: datetime) -> None:
    """To the institution and the province: all seats are taken."""
    send(
        [
            *roles_in(training_class.institution_id, Duty.INSTITUTION),
            *province_roles(training_class.province_code),
        ],
        subject=f"师资已到位：{training_class}",
        kind="staffing.staffed",
        link=class_link(training_class),
        now=now,
    )


def team_requested(change: TeamChange, now: datetime) -> None:
    """To the province: another number of instructors waits for its approval."""
    shown = change.training_class
    send(
        province_roles(shown.province_code),
        subject=f"请审核授课人数调整（{change.before} → {change.wanted} 名）：{shown}",
        body=f"理由：{change.reason}",
        kind="staffing.request_team",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )


def team_decided(change: TeamChange, now: datetime) -> None:
    """To the institution the decision, and to the centre for the record when it was granted."""
    shown, granted = change.training_class, change.state == "approved"
    send(
        [*roles_in(shown.institution_id, Duty.INSTITUTION), *(centre_roles() if granted else [])],
        subject=f"授课人数调整{change.state_title}（{change.before} → {change.wanted} 名）：{shown}",
        body=change.decision or f"理由：{change.reason}",
        kind="staffing.team",
        link=f"{class_link(shown)}staffing/",
        now=now,
    )
