"""One's inbox."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role

# The first part of a message's kind → the words of the filter. What is not named here is found under 全部.
KINDS: dict[str, str] = {
    "planning": "培训信息", "staffing": "骨干教师", "programme": "培训方案", "enrolment": "招生报名",
    "delivery": "培训实施", "assessment": "考核成绩", "certificates": "证书",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InboxSearch:
    """What the inbox is narrowed by; empty strings narrow nothing."""

    kind: str = ""  # a key of KINDS
    unread: str = ""  # "yes"


def messages_visible_to(role: Role, search: InboxSearch | None = None) -> QuerySet[Message]:
    """The inbox, newest first."""
    rows: QuerySet[Message] = Message.objects.scope(role)
    if search and search.unread == "yes":
        rows = rows.filter(read_at=None)
    if search and search.kind in KINDS:
        rows = rows.filter(kind__startswith=f"{search.kind}.")
    return rows.order_by("-pk")


def unread_count(role: Role) -> int:
    """Unread messages; the number on the bell."""
    return Message.objects.scope(role).filter(read_at=None).count()


def event_of(message: Message) -> CalendarEvent | None:
    """The event that goes with a message, or None."""
    return CalendarEvent.from_data(message.event) if message.event else None
