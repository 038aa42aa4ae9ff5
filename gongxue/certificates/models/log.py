"""The transparency log of certificates: a Merkle tree of its own over what the ledger says of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.certificates.models.register import LedgerEntry
from gongxue.foundation.lifecycle.scope import EVERYTHING, Scoped


class LogLeaf(Scoped):
    """A leaf: the hash of the canonical data of one entry about a certificate."""

    REGISTER = True

    index = models.PositiveBigIntegerField("序号", primary_key=True)  # from 0
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="leaf")
    digest = models.BinaryField(max_length=32)
    data = models.BinaryField()  # what was hashed: it can be shown when the books have long moved on

    class Meta:
        db_table = "certificate_log_leaf"

    def __str__(self) -> str:
        return f"{self.index}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the ledger."""
        return Q(entry__in=LedgerEntry.objects.scope(role).values("pk"))


class LogCheckpoint(Scoped):
    """A signed head of the log; every institution and province may keep it."""

    REGISTER = True

    size = models.PositiveBigIntegerField("叶数", primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    note = models.TextField("签名校验点")
    horizon = models.PositiveBigIntegerField()  # no entry up to this one can appear any more
    at = models.DateTimeField("时间")

    class Meta:
        db_table = "certificate_log_checkpoint"

    def __str__(self) -> str:
        return f"{self.size}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Everybody: a head names nobody."""
        return EVERYTHING
