"""What happens to plan lines on their way: submissions, returns, workbooks that were uploaded."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.planning import ReturnReason
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models.classes import (
    ReportingRound,
    TrainingClass,
    in_class_scope,
)

RETURN_CHOICES = [(reason.value, reason.title) for reason in ReturnReason]


class SubmittedLine(Scoped):
    """What a plan line said each time it went to the province: what its reviewers saw, kept for comparison.

    A returned line may be deleted, what was submitted stays: so the reference is not enforced.
    """

    REGISTER = True

    training_class = models.ForeignKey(
        TrainingClass, models.DO_NOTHING, db_constraint=False, related_name="submissions"
    )
    number = models.PositiveSmallIntegerField("第几次提交")
    values = models.JSONField("内容")
    submitted_by = account_field()
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        db_table = "submitted_line"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "number"], name="submitted_line_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 次提交"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class ReturnedLine(Scoped):
    """A plan line that came back: from whom, why, which submission it was about."""

    REGISTER = True

    training_class = models.ForeignKey(
        TrainingClass, models.DO_NOTHING, db_constraint=False, related_name="returns"
    )
    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="returns")
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2)
    code = models.CharField("退回原因", max_length=12, choices=RETURN_CHOICES)
    comment = models.CharField("说明", max_length=500, blank=True)
    number = models.PositiveSmallIntegerField("第几次提交")
    by_centre = models.BooleanField("部指导中心退回")
    returned_by = account_field()
    returned_at = models.DateTimeField("退回时间")

    class Meta:
        db_table = "returned_line"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=[reason.value for reason in ReturnReason]), name="returned_line_code"
            )
        ]
        indexes = [models.Index(fields=["round", "province_code"], name="returned_line_round")]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.comment}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        return Q(institution_id=role.organisation_id) if role.is_institution_staff else NOTHING


class PlanImport(Scoped):
    """A workbook of plan lines on its way into a round: its rows as they stand in the file, kept for a week."""

    account = account_field()
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="imports")
    name = models.CharField("文件名", max_length=160)
    uploaded_at = models.DateTimeField("上传时间")
    columns = models.JSONField("表头")
    lines = models.JSONField(
        "行", default=list
    )  # {at, cells, numbers: places of the cells that Excel holds as numbers}

    class Meta:
        db_table = "plan_import"
        indexes = [models.Index(fields=["account", "-id"], name="plan_import_own")]

    def __str__(self) -> str:
        return f"成批填报 {self.name}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only whoever uploaded it, for the institution it was uploaded for."""
        return Q(account=role.account, institution_id=role.organisation_id)
