"""Messages of this part."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.regulations.approvals import Approval
from gongxue.regulations.calendar import said
from gongxue.regulations.categories import category_title

APPROVAL_ENDS = "registers.ends"  # the kind of a message


def many_reveals(to: list[Role], role: Role, usual: int, now: datetime) -> None:
    """Somebody has looked at unusually many full ID numbers today: the centre looks into it."""
    who = f"{role.account.name}（{role.title}，{role.place}）"
    send(
        to,
        subject=f"{role.account.name}今日查看完整证件号码超过 {usual} 个",
        body=f"{who}今天查看的完整证件号码已超过 {usual} 个。请在操作留痕中核对理由，必要时停用账号。",
        link=f"/trail/?code=people.reveal&actor={role.account.name}",
        kind="people.reveal",
        now=now,
    )


def idle_soon(to: list[Role], full_on: date, days: int, today: date, now: datetime) -> None:
    """Two years without a job are nearly full; each warning reaches a teacher once."""
    left = (full_on - today).days
    send(
        to,
        subject=f"距离两年未承担任务还有 {left} 天",
        body=f"到{said(full_on)}，您将满两年没有承担授课或考核任务，部指导中心可能取消骨干教师资格（管理指南第九条）。"
        "请接受近期的邀请；可在“我的档案”中核对愿承担的级别和不便日期。",
        link="/pool/me/",
        kind="pool.idle",
        now=now,
        once=f"pool.idle/{full_on}/{days}",
    )


def approval_ends(to: list[Role], approval: Approval, now: datetime) -> None:
    """An approval ends and has no renewal; told once for each end."""
    name = f"{category_title(approval.category)}{approval.level.title}"
    send(
        to,
        subject=f"{name}培训的获批资格{said(approval.valid_until)}到期",
        body="到期后开班的班次不能列入计划。请及时办理续批，并请部指导中心登记新的批准文件。",
        kind=APPROVAL_ENDS,
        link="/registers/",
        now=now,
        once=f"approval-ends/{approval.category}/{approval.level}/{approval.valid_until}",
    )
