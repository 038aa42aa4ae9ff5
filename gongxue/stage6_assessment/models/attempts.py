"""Attempts: one trainee at one assessment, once or twice (TR 12)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models import Attendee

PART_CHOICES = [(part.value, part.title) for part in Part]


def mark_range(field: str, name: str) -> models.CheckConstraint:
    """A mark is 0 to 100."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 0, f"{field}__lte": 100}), name=name)


class Attempt(Scoped):
    """One attempt of one trainee at one assessment; the second never touches the first."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="attempts")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="attempts")
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    number = models.PositiveSmallIntegerField("第几次")
    opened_at = models.DateTimeField("开始时间")
    complete_at = models.DateTimeField(
        "评分齐备时间", null=True
    )  # the seal opens: everybody may read the sheets
    mean = models.DecimalField("平均分", max_digits=5, decimal_places=2, null=True)
    noted_at = models.DateTimeField("复看说明齐备时间", null=True)  # of sheets far apart: the notes open

    class Meta:
        db_table = "attempt"
        constraints = [
            models.UniqueConstraint(fields=["attendee", "part", "number"], name="attempt_once"),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]), name="attempt_number"
            ),  # TR 12: one second try
            models.CheckConstraint(condition=Q(part__in=[p.value for p in Part]), name="attempt_part"),
        ]
        indexes = [models.Index(fields=["training_class", "part"], name="attempt_class")]

    def __str__(self) -> str:
        return f"{self.attendee} {Part(self.part).title} 第{self.number}次"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)
