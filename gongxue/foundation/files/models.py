"""Files: bytes in a content-addressed store, rows that say what they are."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field


class StoredFile(models.Model):
    """One file. Who may read it is asked of the thing it belongs to, at each reading."""

    REGISTER = True

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField("SHA-256", max_length=64)  # of the bytes as stored
    size = models.BigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=80)
    name = models.CharField("文件名", max_length=160)
    sealed = models.BooleanField("加密存放", default=False)
    stored_by = account_field(null=True)
    stored_at = models.DateTimeField("存放时间")

    class Meta:
        db_table = "stored_file"
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="stored_file_size")]
        indexes = [models.Index(fields=["digest"], name="stored_file_digest")]

    def __str__(self) -> str:
        return self.name
