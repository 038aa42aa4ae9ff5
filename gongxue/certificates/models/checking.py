"""Who checks many certificates: workbooks on their way, keys of employers and how often they are used (MG 18.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.roles import Duty


class CheckedWorkbook(Scoped):
    """A workbook on its way through the check. Its lines are sealed, and gone once the answer was fetched.

    What stays is how many were checked: it is counted against the limits of the day.
    """

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "running", "正在核验"
        READY = "ready", "待下载"
        GONE = "gone", "已删除"

    account = account_field()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=160)
    uploaded_at = models.DateTimeField("上传时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    lines = models.PositiveIntegerField("行数")
    counts = models.JSONField("结果", default=dict)  # word of the answer → how many lines
    sealed = models.BinaryField("内容", default=bytes)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "checked_workbook"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "ready", "gone"]), name="checked_workbook_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="gone") | Q(sealed=b""), name="checked_workbook_gone_is_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-uploaded_at"], name="checked_workbook_place"),
            models.Index(fields=["account", "-id"], name="checked_workbook_own"),
        ]

    def __str__(self) -> str:
        return f"批量核验 {self.lines} 行"

    @property
    def failed(self) -> bool:
        """Whether its job has given up."""
        return (
            self.state == self.State.RUNNING and self.job is not None and self.job.state == Job.State.FAILED
        )

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only whoever uploaded it, in the role it was uploaded in."""
        return Q(account=role.account, organisation=role.organisation)


class QueryKey(Scoped):
    """A key with which the program of an employer asks the public query. Only its hash is kept."""

    secret = ""  # the key itself, while it is being given and never again

    body = models.CharField("使用单位", max_length=80)
    purpose = models.CharField("用途", max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField("密钥开头", max_length=12)  # by which people tell keys apart
    expires_on = models.DateField("有效期至")
    per_day = models.PositiveIntegerField("每日次数")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2, blank=True)
    issued_by = account_field()
    issued_at = models.DateTimeField("发放时间")
    revoked_at = models.DateTimeField("停用时间", null=True)
    revoked_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        db_table = "query_key"
        constraints = [models.CheckConstraint(condition=Q(per_day__gte=1), name="query_key_per_day")]
        indexes = [models.Index(fields=["organisation", "-id"], name="query_key_place")]

    def __str__(self) -> str:
        return f"{self.body} {self.begins}…"

    def is_live(self, today: date) -> bool:
        """Whether it is heard."""
        return self.revoked_at is None and today <= self.expires_on

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The centre all, a province those that it gave."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        return Q(organisation=role.organisation) if role.is_(Duty.PROVINCE) else NOTHING


class QueryKeyUse(Scoped):
    """How often a key was used on a day: the limit holds against this row, whoever asks in parallel."""

    key = models.ForeignKey(QueryKey, models.PROTECT, related_name="uses")
    day = models.DateField("日期")
    asked = models.PositiveIntegerField("次数")

    class Meta:
        db_table = "query_key_use"
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="query_key_use_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.asked}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the key."""
        return Q(key__in=QueryKey.objects.scope(role).values("pk"))
