"""Who was reminded of what."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.scope import Scoped


class Reminder(Scoped):
    """A role was reminded of one thing at one step; the constraint keeps it to once."""

    to = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="收件人")
    key = models.CharField("事项", max_length=80)
    sent_at = models.DateTimeField("时间")

    class Meta:
        db_table = "reminder"
        constraints = [models.UniqueConstraint(fields=["to", "key"], name="reminder_once")]
        indexes = [models.Index(fields=["sent_at"], name="reminder_age")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own."""
        return Q(to=role)
