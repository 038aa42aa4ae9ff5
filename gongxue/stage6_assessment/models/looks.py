"""That somebody above has looked at a pattern in the marks of a class."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope


class PatternLook(Scoped):
    """Who looked at a pattern and what they found; one row for each look."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="pattern_looks")
    key = models.CharField("线索", max_length=60)
    note = models.CharField("核查情况", max_length=500)
    account = account_field()
    at = models.DateTimeField("核查时间")

    class Meta:
        db_table = "pattern_look"
        indexes = [models.Index(fields=["training_class", "key"], name="pattern_look_class")]

    def __str__(self) -> str:
        return f"{self.training_class} 评分线索核查"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Province and centre; nobody in the class."""
        if role.duty_enum.reads_all or role.is_(Duty.PROVINCE):
            return in_class_scope(role)
        return NOTHING
