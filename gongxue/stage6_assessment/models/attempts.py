"""Attempts: one trainee at one assessment, once or twice (TR 12)."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models import Attendee

PART_CHOICES = [(part.value, part.title) for part in Part]


def random_key() -> int:
    """A primary key that tells nothing about what was written before it: numbers in order would count the sheets of
    colleagues. Below 10**15, which every reader of JSON keeps exactly."""
    return 10**14 + secrets.randbelow(9 * 10**14)


def random_key_field() -> models.BigAutoField[int, int]:
    """Primary keys of what stands under the seal."""
    return models.BigAutoField(primary_key=True, default=random_key)


def mark_range(field: str, name: str) -> models.CheckConstraint:
    """A mark is 0 to 100."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 0, f"{field}__lte": 100}), name=name)


class Attempt(Scoped):
    """One attempt of one trainee at one assessment; the second never touches the first."""

    id = random_key_field()
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="attempts")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="attempts")
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    number = models.PositiveSmallIntegerField("第几次")
    opened_at = models.DateTimeField("开始时间")
    # What its sheets ask, fixed for ever; None: no rubric was in force, a sheet is one mark.
    rubric = models.ForeignKey("RubricVersion", models.PROTECT, null=True, related_name="attempts")
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
