"""Requests that have been answered: a retry gets the same answer and has no second effect."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AnsweredRequest(models.Model):
    """One idempotency key of one account, written in the transaction of the act it belongs to."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)  # of the request body: the same key with another body is refused
    answer = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "answered_request"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="answered_request_once")]
        indexes = [models.Index(fields=["answered_at"], name="answered_request_at")]

    def __str__(self) -> str:
        return f"{self.act} {self.key}"
