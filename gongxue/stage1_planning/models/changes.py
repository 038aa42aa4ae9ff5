"""Applications to change what is published: the only way in which it changes (TR 7, 脚注④, MG 25)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING
from gongxue.regulations.categories import category_title
from gongxue.regulations.changes import FIELD_TITLES, ChangeKind, ChangePath
from gongxue.regulations.levels import Level
from gongxue.regulations.planning import PlannedClass
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models.classes import PublishedEdition, ReportingRound, TrainingClass

DATES = ("first_day", "last_day")


class PlanChange(Stateful):
    """One application to add, change or cancel a published class, with its old and new values and its reason."""

    THING = "plan_change"
    READ_WITH = ("round", "institution", "training_class__institution")
    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="changes")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, null=True, related_name="changes")
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="培训机构")
    province_code = models.CharField("省份", max_length=2)
    path = models.CharField("途径", max_length=8, choices=[(p.value, p.title) for p in ChangePath])
    kind = models.CharField("事项", max_length=8, choices=[(k.value, k.title) for k in ChangeKind])
    before = models.JSONField("原内容", default=dict)  # the values of the class when it was applied for
    after = models.JSONField("新内容", default=dict)  # empty for a cancellation
    reason = models.CharField("申请理由", max_length=500)
    state = state_field("plan_change")
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="盖章扫描件"
    )
    answer = models.CharField("审核意见", max_length=500, blank=True)
    comment = models.CharField("备案意见", max_length=500, blank=True)
    applied_by = account_field()
    applied_at = models.DateTimeField("申请时间")
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    recorded_at = models.DateTimeField("备案时间", null=True)
    edition = models.ForeignKey(PublishedEdition, models.PROTECT, null=True, related_name="applications")

    class Meta:
        db_table = "plan_change"
        constraints = [
            state_constraint("plan_change_state", "plan_change"),
            models.CheckConstraint(
                condition=Q(path__in=[p.value for p in ChangePath]), name="plan_change_path"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in ChangeKind]), name="plan_change_kind"
            ),
            models.UniqueConstraint(
                fields=["training_class"],
                condition=Q(state__in=["applied", "returned"]),
                name="plan_change_open",
            ),
            # Note 4: a class outside the plan is never in force without the stamped scan.
            models.CheckConstraint(
                condition=~Q(path="outside")
                | Q(scan__isnull=False)
                | Q(state__in=["applied", "returned", "withdrawn", "refused"]),
                name="plan_change_scan",
            ),
        ]
        indexes = [
            models.Index(fields=["province_code", "state"], name="plan_change_province"),
            models.Index(fields=["institution", "-id"], name="plan_change_institution"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind_title}：{self.institution.name} {self.about}"

    @property
    def about(self) -> str:
        """三级·机械类 2023年6月12日班, of the class as it was or as it is to be."""
        values = self.before or self.after
        day = date.fromisoformat(values["first_day"])
        title = f"{Level(values['level']).title}·{category_title(values['category'])}"
        return f"{title} {day.year}年{day.month}月{day.day}日班"

    @property
    def kind_enum(self) -> ChangeKind:
        """What is applied for."""
        return ChangeKind(self.kind)

    @property
    def path_enum(self) -> ChangePath:
        """Which of the three ways it goes."""
        return ChangePath(self.path)

    @property
    def kind_title(self) -> str:
        """新增班次, 调整班次, 取消班次."""
        return self.kind_enum.title

    @property
    def path_title(self) -> str:
        """增补、调整 / 计划内班次变化 / 计划外班次."""
        return self.path_enum.title

    @property
    def lacks_scan(self) -> bool:
        """Whether it cannot be approved yet for want of the stamped scan (note 4)."""
        return self.path_enum.needs_scan and self.scan_id is None

    @property
    def values(self) -> dict[str, Any]:
        """The new values as a class keeps them: days as days."""
        return {k: date.fromisoformat(v) if k in DATES else v for k, v in self.after.items()}

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """What differs: field → (old, new); everything of a new class, nothing of a cancelled one."""
        if self.kind_enum is not ChangeKind.CHANGE:
            return {}
        return {
            name: (self.before[name], self.after[name])
            for name in FIELD_TITLES
            if self.before[name] != self.after[name]
        }

    def as_plan(self) -> PlannedClass:
        """The class as it is to be, as the regulations read it."""
        values = self.values
        return PlannedClass(level=Level(values.pop("level")), **values)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        if role.is_institution_staff:
            return Q(institution_id=role.organisation_id)
        return NOTHING
