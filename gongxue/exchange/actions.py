"""Reading one's messages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role


def mark_read(*, message: Message, by: Role, now: datetime) -> None:
    """Note that a message was opened. No act of the regulations: it leaves no trail entry."""
    with transaction.atomic():
        Message.objects.scope(by).filter(pk=message.pk, read_at=None).update(read_at=now)


def mark_all_read(*, by: Role, now: datetime) -> int:
    """Note that every message was seen; returns how many."""
    with transaction.atomic():
        return Message.objects.scope(by).filter(read_at=None).update(read_at=now)
