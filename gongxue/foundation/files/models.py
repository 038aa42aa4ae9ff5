"""Files: bytes in a content-addressed store, rows that say what they are."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.scope import Scoped


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


class Upload(Scoped):
    """A file on its way in, piece by piece (tus 1.0). How much has come is the size of its file on the disk."""

    class State(models.TextChoices):
        """How far it is."""

        RECEIVING = "receiving", "正在上传"
        CHECKING = "checking", "正在检查"
        READY = "ready", "已收齐"
        REFUSED = "refused", "未通过检查"
        USED = "used", "已提交"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = account_field()
    slot = models.CharField("用途", max_length=40)
    name = models.CharField("文件名", max_length=160)
    size = models.BigIntegerField("字节数")  # as announced; more is not taken
    mark = models.CharField(
        "续传标记", max_length=120, blank=True
    )  # by which its owner's browser knows it again
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVING)
    begun_at = models.DateTimeField("开始时间")
    arrived_at = models.DateTimeField("收齐时间", null=True)
    checked_at = models.DateTimeField("检查时间", null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    digest = models.CharField("SHA-256", max_length=64, blank=True)
    media_type = models.CharField("类型", max_length=80, blank=True)
    facts = models.JSONField("视频信息", default=dict)
    problem = models.CharField("未通过原因", max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "upload"
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1), name="upload_size"),
            models.CheckConstraint(
                condition=Q(state__in=["receiving", "checking", "ready", "refused", "used"]),
                name="upload_state",
            ),
        ]
        indexes = [models.Index(fields=["owner", "slot"], name="upload_owner")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own, whatever one's duty."""
        return Q(owner=role.account)
