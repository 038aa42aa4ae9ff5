"""What is kept beside the classes: hours of the standard, rooms, templates."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import LEVEL_CHOICES
from gongxue.regulations.levels import MODULES, Level, module_by_code


class ModuleHours(Scoped):
    """Least periods of one module from a day on, as the training standard has them; entered by the centre."""

    REGISTER = True

    module = models.CharField("模块", max_length=4, choices=[(m.code, m.title) for m in MODULES])
    periods = models.PositiveSmallIntegerField("最低课时")
    effective_from = models.DateField("自何日起")
    basis = models.CharField("依据", max_length=200)
    entered_by = account_field()
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "module_hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(periods__gte=1, periods__lte=120), name="module_hours_periods"
            ),
            models.CheckConstraint(
                condition=Q(module__in=[m.code for m in MODULES]), name="module_hours_module"
            ),
        ]
        indexes = [models.Index(fields=["module", "effective_from"], name="module_hours_day")]

    def __str__(self) -> str:
        return f"{self.title} 不少于 {self.periods} 课时"

    @property
    def title(self) -> str:
        """The module's name."""
        module = module_by_code(self.module)
        return module.title if module else self.module

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The standard is everybody's."""
        return EVERYTHING


class Room(Scoped):
    """A room of a training institution, offered in the timetable."""

    class Kind(models.TextChoices):
        """What it is for (TR 9: 场地设备)."""

        WORKSTATION = "workstation", "学习工作站"
        CLASSROOM = "classroom", "多媒体教室"
        HALL = "hall", "报告厅"
        OTHER = "other", "其他"

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="培训机构")
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    seats = models.PositiveSmallIntegerField("座位数")
    closed_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        db_table = "room"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"], condition=Q(closed_at=None), name="room_once"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=2000), name="room_seats"),
            models.CheckConstraint(
                condition=Q(kind__in=["workstation", "classroom", "hall", "other"]), name="room_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The institution's own; the centre reads all."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        return Q(institution=role.organisation_id) if role.is_institution_staff else NOTHING


class ProgrammeTemplate(Scoped):
    """A programme to begin from: national ones by the centre, an institution's own."""

    institution = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="培训机构"
    )  # None: for the whole nation
    level = models.CharField("培训级别", max_length=1, choices=LEVEL_CHOICES)
    title = models.CharField("名称", max_length=60)
    content = models.JSONField("内容")  # as `carried` of copying.py writes it
    saved_by = account_field()
    saved_at = models.DateTimeField("保存时间")
    closed_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        db_table = "programme_template"
        constraints = [
            models.CheckConstraint(condition=Q(level__in=[x.value for x in Level]), name="template_level"),
            models.UniqueConstraint(
                fields=["institution", "level", "title"], condition=Q(closed_at=None), name="template_once"
            ),
            models.UniqueConstraint(
                fields=["level", "title"],
                condition=Q(closed_at=None, institution=None),
                name="template_national_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{Level(self.level).title} {self.title}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """National ones and an institution's own; who writes a class asks by the class."""
        if role.duty_enum.reads_all:
            return Q(institution=None)
        if role.is_institution_staff:
            return Q(institution=None) | Q(institution=role.organisation_id)
        return NOTHING
