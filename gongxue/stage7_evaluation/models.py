"""Stage 7: anonymous end-of-training evaluation and the closing of the class (TR 13)."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

from gongxue.foundation.identity.models import Account, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.stage1_planning.models import TrainingClass, in_class_scope


def random_id() -> int:
    """A random primary key: it is also SQLite's row id, so the order of storage tells nothing."""
    return secrets.randbelow(2**31 - 1) + 1


class EvaluationParticipation(Scoped):
    """That somebody has answered form 2 for a class. No time, no link to the sheet."""

    REGISTER = True

    id = models.IntegerField(primary_key=True, default=random_id)
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="participations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        db_table = "evaluation_participation"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "account"], name="participation_once")
        ]

    def __str__(self) -> str:
        return "已填写"

    @classmethod
    def scope_for(cls, role: Any) -> models.Q:
        """Only oneself; counts are given by queries with a stated reason."""
        return models.Q(account=role.account)


class AnswerSheet(Scoped):
    """The answers of somebody on form 2. No person, no time, no order. Shown only in sums, from five on."""

    id = models.IntegerField(primary_key=True, default=random_id)
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="answer_sheets")
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    answers = models.JSONField("答案")
    # Sheets are released to the sums in groups of at least five, so that no sheet can be had by subtraction.
    released = models.BooleanField("计入结果", default=False)

    class Meta:
        db_table = "answer_sheet"

    def __str__(self) -> str:
        return "匿名评估表"

    @classmethod
    def scope_for(cls, role: Any) -> models.Q:
        """Nobody reads single sheets."""
        return NOTHING


class Closing(Stateful):
    """The closing of a class: everything filed, archive complete."""

    THING = "closing"
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="closing")
    state = state_field("closing")
    ceremony_on = models.DateField("结业式日期", null=True)
    closed_at = models.DateTimeField("结班时间", null=True)
    closed_by = account_field(null=True)

    class Meta:
        db_table = "closing"
        constraints = [state_constraint("closing_state", "closing")]

    def __str__(self) -> str:
        return f"{self.training_class} 结班"

    @classmethod
    def scope_for(cls, role: Any) -> models.Q:
        """As the class."""
        return in_class_scope(role)
