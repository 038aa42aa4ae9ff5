"""Jobs: long work outside the request, and what the clock starts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Role


class Job(models.Model):
    """One piece of work, enqueued in the transaction of the act that asked for it. Every effect is idempotent."""

    class State(models.TextChoices):
        """Where a job stands."""

        READY = "ready", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    path = models.CharField("任务", max_length=120)
    inputs = models.JSONField("输入")
    for_role = models.ForeignKey(
        Role, models.PROTECT, null=True, related_name="+"
    )  # asked again when it runs
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READY)
    priority = models.SmallIntegerField(default=0)
    run_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True)
    done_steps = models.PositiveIntegerField("已完成", default=0)
    all_steps = models.PositiveIntegerField("共", default=0)
    result = models.JSONField("结果", null=True)
    error = models.TextField("错误", blank=True)
    slot = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 — NULLs are distinct: periodic jobs only
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["ready", "running", "done", "failed"]), name="job_state"
            )
        ]
        indexes = [
            models.Index(fields=["run_after"], condition=Q(state="ready"), name="job_ready"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_running"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.get_state_display()}"
