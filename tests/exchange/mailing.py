"""Addresses for the tests of e-mail: given and confirmed as people do it."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.actions import confirm_mail, set_mail
from gongxue.exchange.addresses import code_of
from gongxue.exchange.models import Mail, MailAddress
from gongxue.foundation.identity.models import Role

ADDRESS = "zhang.wei@school.example.cn"


def confirmed(role: Role, now: datetime, address: str = ADDRESS) -> MailAddress:
    """An address in force; the letter with its code is taken out of the queue."""
    row = set_mail(address=address, by=role, now=now)
    Mail.objects.inside(address=row).update(state="sent", ended_at=now)
    return confirm_mail(mail_address=row, code=code_of(row), by=role, now=now)


def mails(role: Role) -> list[Mail]:
    """One's letters about messages, the oldest first."""
    return list(Mail.objects.scope(role).exclude(message=None).order_by("pk"))
