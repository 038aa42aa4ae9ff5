"""Throttles: how often something failed lately. Lives in the volatile database, shared by all workers."""

from __future__ import annotations

from django.db import models


class Throttle(models.Model):
    """One counter: a hashed key (what was tried against whom), failures, and when the next try is heard."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    heard_from = models.DateTimeField()

    class Meta:
        db_table = "throttle"
        indexes = [models.Index(fields=["last_at"], name="throttle_last_at")]

    def __str__(self) -> str:
        return f"{self.failures} failures"
