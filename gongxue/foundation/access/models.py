"""Throttles, how often something failed lately, and presence, who is at a page. Lives in the volatile database, shared by all workers."""

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


class Presence(models.Model):
    """Somebody at a page that shows who else is there; an account id without a key into the books."""

    page = models.CharField(max_length=40)
    account = models.BigIntegerField()
    name = models.CharField(max_length=40)
    organisation = models.CharField(max_length=100)
    part = models.CharField(max_length=40, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "presence"
        constraints = [models.UniqueConstraint(fields=["page", "account"], name="presence_once")]
        indexes = [models.Index(fields=["seen_at"], name="presence_seen_at")]

    def __str__(self) -> str:
        return f"{self.name} {self.page}"
