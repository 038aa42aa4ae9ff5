"""Score sheets: drafts of their author alone, submitted ones under seal (TR 12)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage6_assessment.models.attempts import Attempt, mark_range, random_key_field


class DraftSheet(Scoped):
    """A scorer's unfinished sheet: theirs alone, gone when it is submitted."""

    id = random_key_field()
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="drafts")
    scorer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mark = models.CharField("分数", max_length=5, blank=True)
    comment = models.CharField("评语", max_length=500, blank=True)
    criteria = models.JSONField("逐项评分", default=dict)  # code → [mark as typed, comment]
    saved_at = models.DateTimeField("暂存时间")

    class Meta:
        db_table = "draft_sheet"
        constraints = [models.UniqueConstraint(fields=["attempt", "scorer"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.scorer} 暂存"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only the scorer."""
        return Q(scorer__account=role.account)


class ScoreSheet(Scoped):
    """A submitted sheet: never changed. Nobody but its scorer reads it before the attempt is complete."""

    REGISTER = True

    id = random_key_field()
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="sheets")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="sheets")
    scorer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mark = models.DecimalField("分数", max_digits=4, decimal_places=1)
    comment = models.CharField("评语", max_length=500, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    # SHA-256 over the canonical form of the sheet with this salt (docs/sealed-sheets.md); empty: signed before there were any.
    salt = models.CharField("随机盐", max_length=64, blank=True)
    commitment = models.CharField("封存指纹", max_length=64, blank=True)

    class Meta:
        db_table = "score_sheet"
        constraints = [
            models.UniqueConstraint(fields=["attempt", "scorer"], name="sheet_once"),
            mark_range("mark", "sheet_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.scorer} {self.attempt}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The seal: one's own sheets always, others' only once all are in; trainees never see single sheets."""
        if role.is_(Duty.SYSTEM):
            return EVERYTHING
        if role.is_(Duty.TRAINEE, Duty.SCHOOL):
            return NOTHING
        opened = Q(attempt__complete_at__isnull=False)
        return (in_class_scope(role) & opened) | Q(scorer__account=role.account)


class CriterionMark(Scoped):
    """One criterion of a submitted sheet: trainee, assessment, attempt, examiner and criterion are its key."""

    REGISTER = True

    id = random_key_field()
    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="criteria")
    code = models.CharField("评分项", max_length=4)
    weight = models.PositiveSmallIntegerField("权重")
    mark = models.DecimalField("分数", max_digits=4, decimal_places=1)
    comment = models.CharField("评语", max_length=300, blank=True)

    class Meta:
        db_table = "criterion_mark"
        constraints = [
            models.UniqueConstraint(fields=["sheet", "code"], name="criterion_mark_once"),
            mark_range("mark", "criterion_mark_range"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.code}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As its sheet: under the same seal."""
        sheets = ScoreSheet.objects.unscoped("the subquery of the scope").filter(ScoreSheet.scope_for(role))
        return Q(sheet__in=sheets.values("pk"))
