"""Messages of stage 3."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.parties.queries import centre_roles, province_roles, roles_in, roles_of_people
from gongxue.regulations.programme_change import Moved
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.notices import class_link
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.models import FiledProgramme, Programme


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


def change_begun(programme: Programme, by: Role, now: datetime) -> None:
    """To the institution and both instructors, except whoever begins: a change to write together."""
    shown = programme.training_class
    writers = roles_in(shown.institution_id, Duty.INSTITUTION)
    writers += roles_of_people([i.person for i in accepted(shown, Seat.INSTRUCTOR)], Duty.BACKBONE).values()
    send(
        [role for role in writers if role.account_id != by.account_id],
        subject=f"开始变更培训方案：{shown}",
        body=programme.change_reason,
        kind="programme.change",
        link=f"{class_link(shown)}programme/",
        now=now,
    )


def changed(filed: FiledProgramme, moved: Sequence[Moved], now: datetime) -> None:
    """A change is in force: to the province, when it was not asked; to the examiners, when an assessment moved."""
    shown = filed.training_class
    body = "\n".join([f"变更理由：{filed.reason}", *filed.moved])
    link = f"{class_link(shown)}programme/filed/{filed.version}/"
    if not filed.material:
        send(
            [*province_roles(shown.province_code), *centre_roles()],
            subject=f"培训方案变更已报备（不涉及需省级审核的内容）：{shown}",
            body=body,
            kind="programme.file_change",
            link=link,
            now=now,
        )
    if any(one.kind in ("assessments", "days", "mode") for one in moved):
        examiners = [i.person for i in accepted(shown, Seat.EXAMINER)]
        send(
            roles_of_people(examiners, Duty.BACKBONE).values(),
            subject=f"考核安排有变更：{shown}",
            body=body,
            kind="programme.changed",
            link=class_link(shown),
            now=now,
        )
