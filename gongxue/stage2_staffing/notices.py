"""Messages of stage 2."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.parties.queries import centre_roles, province_roles, role_of_person, roles_in
from gongxue.regulations.calendar import said
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage2_staffing.models import Invitation


def invited(invitation: Invitation, now: datetime) -> None:
    """To the teacher: an invitation with its deadline."""
    shown = invitation.training_class
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"邀请函：{shown.institution.name}请您担任{invitation.seat_title}",
        body=f"{shown.title}，{said(shown.first_day)}至{said(shown.last_day)}。请在{said(invitation.answer_by)}前答复。",
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


def withdrawn(invitation: Invitation, reason: str, now: datetime) -> None:
    """To the teacher: the invitation no longer stands."""
    send(
        role_of_person(invitation.person, Duty.BACKBONE),
        subject=f"邀请已撤回：{invitation.training_class}",
        body=reason,
        kind="staffing.withdraw",
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
