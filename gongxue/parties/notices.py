"""Messages of this part."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role


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
