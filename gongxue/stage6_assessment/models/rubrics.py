"""Rubrics 评分标准 as versioned data: what a sheet asks, per level and assessment (TR 12.1)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import RubricDraftState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.regulations.rubrics import Rubric, rubric_from_data
from gongxue.stage6_assessment.models.attempts import PART_CHOICES

LEVEL_CHOICES = [(level.value, level.title) for level in Level]
_LEVELS = Q(level__in=[level.value for level in Level])
_PARTS = Q(part__in=[part.value for part in Part])


def slot_title(level: str, part: str) -> str:
    """三级 过程性考核."""
    return f"{Level(level).title}{Part(part).title}"


class RubricVersion(Scoped):
    """One published version; attempts that opened under it keep it."""

    REGISTER = True

    level = models.CharField("级别", max_length=1, choices=LEVEL_CHOICES)
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    number = models.PositiveSmallIntegerField("版本")
    effective_from = models.DateField("启用日期")
    definition = models.JSONField("定义")
    published_at = models.DateTimeField("发布时间")
    published_by = account_field()

    class Meta:
        db_table = "rubric_version"
        constraints = [
            models.UniqueConstraint(fields=["level", "part", "number"], name="rubric_version_once"),
            # Which rubric is in force on a day has one answer.
            models.UniqueConstraint(fields=["level", "part", "effective_from"], name="rubric_version_day"),
            models.CheckConstraint(condition=_LEVELS, name="rubric_version_level"),
            models.CheckConstraint(condition=_PARTS, name="rubric_version_part"),
        ]

    def __str__(self) -> str:
        return f"{slot_title(self.level, self.part)}评分标准第 {self.number} 版"

    @cached_property
    def rubric(self) -> Rubric:
        """The definition as plain data."""
        return rubric_from_data(self.definition)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Everybody who has signed in: what is asked is shown before anybody is scored."""
        return EVERYTHING


class RubricDraft(Stateful):
    """A version while the centre writes it; one for each level and assessment at a time."""

    THING = "rubric_draft"
    READ_WITH = ("base",)

    level = models.CharField("级别", max_length=1, choices=LEVEL_CHOICES)
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    base = models.ForeignKey(
        RubricVersion, models.PROTECT, null=True, related_name="+", verbose_name="起草自"
    )
    state = state_field("rubric_draft")
    definition = models.JSONField("定义")
    begun_at = models.DateTimeField("起草时间")
    begun_by = account_field()
    changed_at = models.DateTimeField("修改时间")
    changed_by = account_field()
    became = models.OneToOneField(RubricVersion, models.PROTECT, null=True, related_name="draft")

    class Meta:
        db_table = "rubric_draft"
        constraints = [
            state_constraint("rubric_draft_state", "rubric_draft"),
            models.CheckConstraint(condition=_LEVELS, name="rubric_draft_level"),
            models.CheckConstraint(condition=_PARTS, name="rubric_draft_part"),
            models.UniqueConstraint(
                fields=["level", "part"],
                condition=Q(state=RubricDraftState.DRAFT.value),
                name="rubric_draft_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{slot_title(self.level, self.part)}评分标准草稿"

    @property
    def rubric(self) -> Rubric:
        """The definition as plain data, as it is written now."""
        return rubric_from_data(self.definition)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The centre's own work; everybody reads what is published."""
        return EVERYTHING if role.is_(Duty.CENTRE) else NOTHING
