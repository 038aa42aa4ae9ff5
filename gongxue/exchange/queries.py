"""One's inbox."""

from __future__ import annotations

from django.db.models import QuerySet

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role


def messages_visible_to(role: Role) -> QuerySet[Message]:
    """The inbox, newest first."""
    rows: QuerySet[Message] = Message.objects.scope(role)
    return rows.order_by("-pk")


def unread_count(role: Role) -> int:
    """Unread messages; the number on the bell."""
    return Message.objects.scope(role).filter(read_at=None).count()
