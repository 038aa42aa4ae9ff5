"""What the pages of the class office share: who may read them, the tabs, whether the office is open for work."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import visible
from gongxue.regulations.lifecycle import CLOSED_STAGE
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.materials import FROM_ENROLMENT
from gongxue.stage5_delivery.queries.contacts import reads_contacts

TABS = (
    ("office", "报到"), ("office.groups", "分组"), ("office.materials", "资料"), ("office.notices", "通知"),
    ("office.contacts", "通讯录"), ("office.ceremonies", "仪式"), ("office.lodging", "住宿"), ("office.printing", "打印"),
)  # fmt: skip


def reads_lodging(role: Role) -> bool:
    """Where people sleep is for the institution and whoever supervises it."""
    return role.duty_enum.reads_all or role.is_institution_staff or role.is_(Duty.PROVINCE)


def office_class(request: Request, pk: int) -> TrainingClass:
    """The class of an office page: 404 outside the scope, 403 for its trainees."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if request.role.is_(Duty.TRAINEE):
        raise PermissionDenied
    return tc


def frame(request: Request, tc: TrainingClass, current: str) -> dict[str, Any]:
    """What every page of the office shows: the class, its tabs (no tab leads where it is refused), whether it is open."""
    role = request.role
    hidden = set()
    if not reads_lodging(role):
        hidden.add("office.lodging")
    if not (role.is_institution_staff or (role.is_(Duty.BACKBONE) and reads_contacts(tc, role))):
        hidden.add("office.contacts")
    tabs = [
        (title, reverse(name, args=[tc.pk]), name == current) for name, title in TABS if name not in hidden
    ]
    title = next(title for name, title in TABS if name == current)
    is_open = FROM_ENROLMENT <= tc.stage < CLOSED_STAGE
    return {"tc": tc, "tabs": tabs if tc.stage >= FROM_ENROLMENT else [], "tab": title, "open": is_open}
