"""Messages of stage 3."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.parties.queries import centre_roles, province_roles, roles_in
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.notices import class_link
from gongxue.stage3_programme.models import Programme


def submitted(programme: Programme, now: datetime) -> None:
    """To the province: a programme to review."""
    shown = programme.training_class
    late = f"（逾期 {programme.late_days} 天）" if programme.late_days else ""
    send(
        province_roles(shown.province_code),
        subject=f"请审核培训方案{late}：{shown}",
        kind="programme.submit",
        link=f"{class_link(shown)}programme/",
        now=now,
    )


def returned(programme: Programme, reason: str, now: datetime) -> None:
    """To the institution: the programme came back."""
    shown = programme.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"培训方案被退回：{shown.title}",
        body=reason,
        kind="programme.return",
        link=f"{class_link(shown)}programme/",
        now=now,
    )


def filed(programme: Programme, now: datetime) -> None:
    """To the institution: enrolment may begin; to the centre: on record."""
    shown = programme.training_class
    send(
        [*roles_in(shown.institution_id, Duty.INSTITUTION), *centre_roles()],
        subject=f"培训方案已报备：{shown}",
        kind="programme.file",
        link=class_link(shown),
        now=now,
    )
