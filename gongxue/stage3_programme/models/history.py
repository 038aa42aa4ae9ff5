"""What a programme said at points worth comparing."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope


class ProgrammeVersion(Scoped):
    """A programme as it stood: when it was submitted, returned, filed, dropped, or left to another writer.

    `content` is null where it is the same as in the row before, so that a submission that is filed is kept once.
    """

    class Cause(models.TextChoices):
        """Why it is kept."""

        SAVED = "saved", "编写"
        SUBMITTED = "submitted", "报送"
        RETURNED = "returned", "退回"
        FILED = "filed", "报备"
        DROPPED = "dropped", "撤销变更"

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="programme_versions")
    version = models.PositiveIntegerField("版本")
    cause = models.CharField("缘由", max_length=10, choices=Cause.choices)
    content = models.JSONField("内容", null=True)
    by = account_field(null=True)
    at = models.DateTimeField("时间")

    class Meta:
        db_table = "programme_version"
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=["saved", "submitted", "returned", "filed", "dropped"]),
                name="programme_version_cause",
            ),
            models.UniqueConstraint(
                fields=["training_class", "version", "cause"], name="programme_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} 第{self.version}版"

    @property
    def cause_title(self) -> str:
        """报送, 退回 …"""
        return ProgrammeVersion.Cause(self.cause).label

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees read what is filed."""
        return NOTHING if role.is_(Duty.TRAINEE) else in_class_scope(role)
