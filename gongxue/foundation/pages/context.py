"""What every page needs: who acts, the menu, the site's name, a fresh idempotency key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gongxue.foundation.identity.models import roles_of
from gongxue.regulations.roles import Duty


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    title: str
    where: str
    icon: str = ""


_CLASSES = Entry("培训班", "/classes/", "class")
_PLANNING = Entry("计划报送", "/planning/", "plan")
_NATIONAL = Entry("全国培训信息", "/national/", "list")
_POOL = Entry("骨干教师库", "/pool/", "people")
_RUNS = Entry("统一推荐", "/staffing/runs/", "people")
_LEDGER = Entry("证书台账", "/ledger/", "seal")
_REGISTERS = Entry("机构名录", "/registers/", "building")
_HOURS = Entry("模块最低课时", "/programmes/hours/", "list")
_TEMPLATES = Entry("方案模板", "/programmes/templates/", "form")
_FORMS = Entry("官方表单", "/official-forms/", "form")
_RUBRICS = Entry("评分标准", "/rubrics/", "form")
_ROOMS = Entry("培训场地", "/programmes/rooms/", "building")
_DEADLINES = Entry("期限一览", "/deadlines/", "clock")
_SEVERITY = Entry("评分核查", "/assessment/severity/", "list")
_TRAIL = Entry("操作留痕", "/trail/", "trail")
_REPORTS = Entry("报送参训教师", "/reports/", "people")
_DESK = Entry("工作台", "/desk/", "desk")

MENUS: dict[Duty, tuple[Entry, ...]] = {
    Duty.CENTRE: (
        _DESK, _PLANNING, _CLASSES, _DEADLINES, _NATIONAL, _POOL, _RUNS, _LEDGER, _REGISTERS, Entry("用户账号", "/accounts/", "key"), Entry("邮件发送", "/mail/", "mail"), _HOURS, _TEMPLATES, _FORMS, _RUBRICS,
        _SEVERITY, _TRAIL,
    ),
    Duty.OVERSIGHT: (_DESK, _CLASSES, _DEADLINES, _NATIONAL, _POOL, _RUNS, _LEDGER, _REGISTERS, _SEVERITY),
    Duty.PROVINCE: (_DESK, _PLANNING, _CLASSES, _DEADLINES, _NATIONAL, _REPORTS, _POOL, _RUNS, _LEDGER, _REGISTERS, _SEVERITY, _TRAIL),
    Duty.INSTITUTION: (_DESK, _PLANNING, _CLASSES, _DEADLINES, _NATIONAL, _POOL, _LEDGER, _REGISTERS, _TEMPLATES, _ROOMS, _TRAIL),
    Duty.COORDINATOR: (_DESK, _CLASSES, _NATIONAL),
    Duty.CERTIFICATE_OFFICER: (_DESK, _CLASSES, _LEDGER, _NATIONAL),
    Duty.BACKBONE: (_DESK, Entry("我的邀请", "/invitations/", "mail"), _CLASSES, Entry("我的档案", "/pool/me/", "people"), _RUBRICS, _NATIONAL),
    Duty.TRAINEE: (
        _DESK, Entry("我的报名", "/my/applications/", "form"), Entry("我的培训", "/classes/", "class"),
        Entry("我的证书", "/my/certificates/", "seal"), _NATIONAL,
    ),
    Duty.SCHOOL: (_DESK, Entry("单位意见", "/endorsements/", "form"), _REPORTS, Entry("核验证书", "/certificates/checks/", "seal"), _NATIONAL),
    Duty.SYSTEM: (),
}  # fmt: skip


def menu_of(duty: Duty) -> tuple[Entry, ...]:
    """The menu of a duty."""
    return MENUS[duty]


def page(request: HttpRequest) -> dict[str, Any]:
    """Variables of every template."""
    role = getattr(request, "role", None)
    shown: dict[str, Any] = {
        "site": {"name": settings.SITE_NAME, "body": settings.SITE_BODY, "icp": settings.SITE_ICP},
        "role": role,
        "once": uuid.uuid4().hex,
        "menu": (),
        "roles": (),
    }
    if role is not None:
        shown["menu"] = [(e, _is_current(request.path, e.where)) for e in menu_of(role.duty_enum)]
        shown["roles"] = roles_of(role.account)
    return shown


def _is_current(path: str, where: str) -> bool:
    return path == where or (len(where) > 1 and path.startswith(where) and where != "/desk/")
