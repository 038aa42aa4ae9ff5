"""Stage 1: rounds, planned classes, published editions (TR 7). The training class is born here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from gongxue.foundation.identity.models import Account, Organisation, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import CATEGORY_CHOICES, LEVEL_CHOICES
from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.editions import Edition, edition_by_code
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import CLOSED_STAGE, STAGES, PlanState
from gongxue.regulations.planning import PlannedClass
from gongxue.regulations.roles import Duty

LINE_FIELDS = ("level", "category", "first_day", "last_day", "days", "headcount", "scope", "note")


class ReportingRound(Stateful):
    """A half-year round of plan reporting 报送轮次, opened by the centre."""

    THING = "round"
    year = models.PositiveSmallIntegerField("年")
    half = models.PositiveSmallIntegerField("半年", choices=[(1, "上半年"), (2, "下半年")])
    opens_on = models.DateField("报送开始")
    closes_on = models.DateField("报送截止")
    state = state_field("round")

    class Meta:
        db_table = "reporting_round"
        constraints = [
            state_constraint("round_state", "round"),
            models.UniqueConstraint(fields=["year", "half"], name="round_once"),
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="round_half"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="round_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.period.title}报送"

    @property
    def period(self) -> HalfYear:
        """The half-year whose classes are reported."""
        return HalfYear(self.year, self.half)

    def is_open_on(self, day: date) -> bool:
        """Whether lines may be reported; the closing day is still in time."""
        return self.opens_on <= day <= self.closes_on

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Rounds concern everybody."""
        return EVERYTHING


class TrainingClass(Stateful):
    """A training class 培训班: first a plan line, then the thing that every later stage refers to."""

    THING = "planned_class"
    READ_WITH = ("institution",)
    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="classes")
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="培训机构")
    province_code = models.CharField("省份", max_length=2)
    level = models.CharField("培训级别", max_length=1, choices=LEVEL_CHOICES)
    category = models.CharField("专业大类", max_length=2, choices=CATEGORY_CHOICES)
    first_day = models.DateField("开班日")
    last_day = models.DateField("结束日")
    days = models.PositiveSmallIntegerField("培训天数")
    headcount = models.PositiveSmallIntegerField("培训人数")
    scope = models.CharField("招生范围", max_length=200)
    note = models.CharField("备注", max_length=200, blank=True)
    state = state_field("planned_class")
    returned_reason = models.CharField("退回理由", max_length=500, blank=True)
    accepted_at = models.DateTimeField("部指导中心核对时间", null=True)  # a mark of the centre's, not a state
    stage = models.PositiveSmallIntegerField("环节", default=1)  # 1..7, 8 = closed; written by each stage
    edition_code = models.CharField("适用版本", max_length=20)
    outside_plan = models.BooleanField("计划外", default=False)  # counted apart  # reading: AMB-37
    instructors = models.PositiveSmallIntegerField(
        "授课人数", null=True
    )  # granted by the province; None: as usual
    created_by = account_field()
    submitted_by = account_field(null=True)
    created_at = models.DateTimeField("填报时间")

    class Meta:
        db_table = "training_class"
        constraints = [
            state_constraint("class_state", "planned_class"),
            models.CheckConstraint(condition=Q(level__in=[x.value for x in Level]), name="class_level"),
            models.CheckConstraint(condition=Q(category__in=list(CATEGORIES)), name="class_category"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="class_dates"),
            models.CheckConstraint(condition=Q(headcount__gte=1, headcount__lte=30), name="class_headcount"),
            models.CheckConstraint(
                condition=Q(instructors=None) | Q(instructors__gte=1, instructors__lte=4),
                name="class_instructors",
            ),
            models.CheckConstraint(condition=Q(stage__gte=1, stage__lte=CLOSED_STAGE), name="class_stage"),
        ]
        indexes = [
            models.Index(fields=["province_code", "id"], name="class_province"),
            models.Index(fields=["institution", "id"], name="class_institution"),
            models.Index(fields=["state", "first_day"], name="class_published"),
            models.Index(fields=["stage", "first_day"], name="class_stage_day"),
        ]

    def __str__(self) -> str:
        return f"{self.institution.name} {self.title}"

    @property
    def title(self) -> str:
        """三级·机械类 2023年6月12日班."""
        day = self.first_day
        return f"{Level(self.level).title}·{category_title(self.category)} {day.year}年{day.month}月{day.day}日班"

    @property
    def level_enum(self) -> Level:
        """The level as an enum."""
        return Level(self.level)

    @property
    def level_title(self) -> str:
        """三级."""
        return Level(self.level).title

    @property
    def category_title(self) -> str:
        """机械类."""
        return category_title(self.category)

    @property
    def edition(self) -> Edition:
        """The parameters this class was planned under, with the number of instructors that was granted to it.

        reading: AMB-12 two unless the province has approved another number; examiners stay three
        """
        found = edition_by_code(self.edition_code)
        return replace(found, instructors=self.instructors) if self.instructors else found

    @property
    def class_id_for_trail(self) -> int:
        """Entries about the class itself are found under it."""
        return self.pk

    @property
    def days_list(self) -> list[date]:
        """Every calendar day from the first to the last."""
        return [self.first_day + timedelta(days=i) for i in range((self.last_day - self.first_day).days + 1)]

    @property
    def stage_title(self) -> str:
        """The link of TR 6 it stands in."""
        return "已结班" if self.stage == CLOSED_STAGE else STAGES[self.stage - 1]

    @property
    def is_cancelled(self) -> bool:
        """Taken off the national list: nothing goes on in it."""
        return self.state == PlanState.CANCELLED

    def as_plan(self) -> PlannedClass:
        """The plan line as the regulations read it."""
        return PlannedClass(
            self.level_enum,
            self.category,
            self.first_day,
            self.last_day,
            self.days,
            self.headcount,
            self.scope,
        )

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution, or the classes that one takes part in."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code) & ~Q(state=PlanState.DRAFT)
        if role.is_institution_staff:
            return Q(institution_id=role.organisation_id)
        if role.is_(Duty.BACKBONE, Duty.TRAINEE):
            mine = Involvement.objects.unscoped("the subquery of the scope").filter(
                account_id=role.account_id, duty=role.duty, ended_at=None
            )
            return Q(pk__in=mine.values("training_class"))
        return NOTHING

    def said_values(self) -> dict[str, Any]:
        """What the line says, as registers and the trail keep it: days as text."""
        values = {name: getattr(self, name) for name in LINE_FIELDS}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def in_class_scope(role: Any, path: str = "training_class") -> Q:
    """The scope of rows that hang on a class: whoever may see the class."""
    if role.duty_enum.reads_all:
        return EVERYTHING
    return Q(**{f"{path}__in": TrainingClass.objects.scope(role).values("pk")})


class ProvinceReport(Scoped):
    """A province's whole list handed to the centre (TR 7); a later report of the same round is another row."""

    REGISTER = True

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="reports")
    province_code = models.CharField("省份", max_length=2)
    lines = models.PositiveIntegerField("班次数")
    reported_by = account_field()
    reported_at = models.DateTimeField("上报时间")

    class Meta:
        db_table = "province_report"
        indexes = [models.Index(fields=["round", "province_code"], name="province_report_place")]

    def __str__(self) -> str:
        return f"{self.round} {self.province_code}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation or the province."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        return NOTHING


class PublishedEdition(models.Model):
    """A numbered edition of 全国培训信息, as it was on the day: public, frozen (MG 25.4)."""

    REGISTER = True

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField("期号")
    lines = models.JSONField("班次")  # those that this edition added
    # The whole list of the round as it then was, and what led to it; editions before there were changes have neither.
    complete = models.JSONField("完整清单", null=True)
    changes = models.JSONField("变更清单", null=True)
    published_by = account_field()
    published_at = models.DateTimeField("发布时间")

    class Meta:
        db_table = "published_edition"
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.round.period.title}第{self.number}期"


class DeadlineException(Scoped):
    """An exception from a deadline with a named grantor and a reason (AMB-01)."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="exceptions")
    deadline = models.CharField("期限", max_length=20)
    until = models.DateField("延至")
    reason = models.CharField("理由", max_length=500)
    granted_by = account_field()
    granted_at = models.DateTimeField("准予时间")

    class Meta:
        db_table = "deadline_exception"

    def __str__(self) -> str:
        return f"{self.training_class} {self.deadline}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Involvement(Scoped):
    """Who takes part in a class, written by the later stages: the reason why a person may open its file."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="involvements")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    duty = models.CharField("身份", max_length=24)  # backbone or trainee: the role that the file is opened in
    since = models.DateTimeField("起")
    ended_at = models.DateTimeField("止", null=True)

    class Meta:
        db_table = "involvement"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "account", "duty"], name="involvement_once")
        ]
        indexes = [models.Index(fields=["account", "duty"], name="involvement_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.duty}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)
