"""Messages inside the platform: written in the act's own transaction, so that none is lost."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Role, account_field
from gongxue.foundation.lifecycle.scope import Scoped

SUBJECT_LENGTH = 120
ONCE_LENGTH = 120


class Message(Scoped):
    """One message to one role: what happened, what is asked, where to do it."""

    to = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="收件人")
    account = account_field()
    subject = models.CharField("标题", max_length=SUBJECT_LENGTH)
    body = models.TextField("内容", blank=True)
    link = models.CharField("链接", max_length=200, blank=True)
    kind = models.CharField("类别", max_length=40)
    once = models.CharField("只发一次", max_length=ONCE_LENGTH, blank=True)
    event = models.JSONField("日程", null=True)  # a CalendarEvent as data
    sent_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True)

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint(fields=["to", "once"], condition=~Q(once=""), name="message_once")
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="message_inbox"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own inbox, whatever role one acts in."""
        return Q(account=role.account)
