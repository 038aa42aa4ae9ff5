"""Workbooks on their way through the check: sealed while they wait, gone when the answer was fetched or an hour is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Sum

from gongxue.certificates.checking import Sheet, answered, answered_workbook, counted, sheet_from
from gongxue.certificates.models import CheckedWorkbook
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.jobs.backend import advance
from gongxue.foundation.lifecycle.acts import check_permission
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.certificate_checks import ARTICLE
from gongxue.regulations.roles import Duty, Permission

KEPT = timedelta(hours=1)
PLACE = "checked_workbook.lines"  # what the sealed lines are bound to
State = CheckedWorkbook.State


def checked_today(place: Organisation, now: datetime) -> tuple[int, int]:
    """How many workbooks and lines an organisation has checked since midnight."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = CheckedWorkbook.objects.unscoped("the limits are the organisation's").filter(organisation=place)
    sums = rows.filter(uploaded_at__gte=midnight).aggregate(files=Count("pk"), lines=Sum("lines"))
    return sums["files"], sums["lines"] or 0


def keep(row: CheckedWorkbook, sheet: Sheet) -> None:
    """Seal the lines under the key of whoever sent them; the caller saves."""
    row.sealed = row.account.seal(sheet.as_json(), PLACE)


def opened(row: CheckedWorkbook) -> Sheet:
    """The lines again."""
    return sheet_from(row.account.unseal(bytes(row.sealed), PLACE))


def enrolled_from(by: Role) -> int | None:
    """A school asks only after those who were enrolled from it.  # reading: AMB-76"""
    return by.organisation_id if by.is_(Duty.SCHOOL) else None


def answer(pk: int, by: Role) -> dict[str, int]:
    """Answer every line of a workbook that waits; once done, or forgotten, nothing happens."""
    check_permission(by, Permission.CHECK_LIST)
    waiting = CheckedWorkbook.objects.scope(by).filter(pk=pk, state=State.RUNNING).exclude(sealed=b"")
    row = waiting.select_related("account").first()
    if row is None:
        return {"checked": 0}
    sheet = answered(opened(row), enrolled_from(by), advance)
    keep(row, sheet)
    done = waiting.update(sealed=row.sealed, counts=counted(sheet), state=State.READY)
    return {"checked": len(sheet.lines) if done else 0}


def take(workbook: CheckedWorkbook, by: Role, now: datetime) -> bytes:
    """The answered workbook, once: what was kept of it is gone afterwards. RuleBroken when it is not there."""
    with transaction.atomic():
        check_permission(by, Permission.CHECK_LIST)
        row = lock(workbook, by)
        if row.state != State.READY:
            says = f"这份名单{row.get_state_display()}，不能下载。"
            way_out = "核验结果只保留一小时，下载后即删除；需要时请重新上传核验。"
            raise RuleBroken([Breach("check.gone", ARTICLE, says, way_out)])
        made = answered_workbook(opened(row), now)
        row.state, row.sealed = State.GONE, b""
        row.save(update_fields=["state", "sealed"])
    return made


def forget_old(now: datetime) -> int:
    """Drop what nobody fetched within an hour; returns how many workbooks."""
    old = CheckedWorkbook.objects.unscoped("personal values are not kept").filter(uploaded_at__lt=now - KEPT)
    return int(old.exclude(state=State.GONE).update(state=State.GONE, sealed=b""))
