"""Stage 3: the programme, its timetable, its filed versions (TR 9)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.parallel import MOST_GROUPS, WHOLE_CLASS, group_title
from gongxue.regulations.programme import SECTIONS, FinalMode, Session, SessionKind
from gongxue.regulations.programme_change import Lesson
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope


class Programme(Stateful):
    """A programme 培训方案: six sections and a timetable, written by institution and instructors together."""

    THING = "programme"
    READ_WITH = ("training_class__institution",)
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="programme")
    state = state_field("programme")
    objectives = models.TextField("培训目标", blank=True)
    course_plan = models.TextField("课程安排", blank=True)
    assessment_plan = models.TextField("考核安排", blank=True)
    materials = models.TextField("培训资料", blank=True)
    venue = models.TextField("场地设备", blank=True)
    logistics = models.TextField("后勤服务", blank=True)
    final_mode = models.CharField(
        "终结性考核方式",
        max_length=10,
        choices=[(m.value, m.title) for m in FinalMode],
        default=FinalMode.LESSON,
    )
    venue_declared = models.BooleanField("声明不在风景名胜区或高档宾馆", default=False)
    notes = models.JSONField("每日备注", default=dict)  # ISO day → 休息, 参观企业, why a day is long
    groups = models.PositiveSmallIntegerField(
        "分组上课的组数", default=1
    )  # 1: everything is for the whole class
    returned_reason = models.CharField("退回意见", max_length=500, blank=True)
    submitted_by = account_field(null=True)
    submitted_at = models.DateTimeField("报送时间", null=True)
    filed_at = models.DateTimeField("报备时间", null=True)
    first_submitted_at = models.DateTimeField("首次报送时间", null=True)  # what the deadline counts
    late_days = models.PositiveSmallIntegerField("逾期天数", default=0)
    change_reason = models.CharField("变更理由", max_length=500, blank=True)
    changed_from = models.PositiveIntegerField("变更前的版本", default=0)  # 0: not being changed
    written_by = account_field(null=True)
    written_at = models.DateTimeField("最近修改时间", null=True)

    class Meta:
        db_table = "programme"
        constraints = [
            state_constraint("programme_state", "programme"),
            models.CheckConstraint(
                condition=Q(final_mode__in=[m.value for m in FinalMode]), name="programme_mode"
            ),
            models.CheckConstraint(
                condition=Q(groups__gte=1, groups__lte=MOST_GROUPS), name="programme_groups"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} 培训方案"

    @property
    def is_change(self) -> bool:
        """Whether a filed programme is being changed: the filed version stays in force meanwhile."""
        return self.changed_from > 0

    @property
    def sections(self) -> dict[str, str]:
        """The six sections of TR 9 by key."""
        return {key: getattr(self, key) for key in SECTIONS}

    @property
    def notes_by_day(self) -> dict[date, str]:
        """Day → its note."""
        return {date.fromisoformat(day): text for day, text in self.notes.items()}

    @property
    def final_mode_title(self) -> str:
        """说课 or 答辩."""
        return FinalMode(self.final_mode).title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Timetabled(Scoped):
    """What one lesson period 课时 of a timetable says, to the whole class or to one of its groups."""

    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    kind = models.CharField("类型", max_length=10, choices=[(k.value, k.title) for k in SessionKind])
    module = models.CharField("模块", max_length=4, blank=True)
    topic = models.CharField("内容", max_length=80, blank=True)
    teacher = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="授课教师")
    room = models.CharField("地点", max_length=40, blank=True)
    group = models.PositiveSmallIntegerField("组", default=WHOLE_CLASS)  # 0: the whole class

    class Meta:
        abstract = True

    def __str__(self) -> str:
        whom = f"{self.group_title} " if self.group else ""
        return f"{self.day} 第{self.period}课时 {whom}{self.says}"

    @property
    def group_title(self) -> str:
        """全班, 第1组 …"""
        return group_title(self.group)

    @property
    def says(self) -> str:
        """What the timetable prints: the module, the topic or the kind."""
        module = module_by_code(self.module)
        return self.topic or (module.title if module else SessionKind(self.kind).title)

    def as_rule(self) -> Session:
        """The period as the regulations read it."""
        return Session(
            self.day, self.period, SessionKind(self.kind), self.module, self.teacher_id, self.group
        )

    def as_lesson(self) -> Lesson:
        """Everything the period says, for the rules of a change."""
        name = self.teacher.name if self.teacher else ""
        kind = SessionKind(self.kind)
        return Lesson(
            self.day, self.period, kind, self.module, self.topic, self.teacher_id, name, self.room, self.group
        )


class CourseSession(Timetabled):
    """A period of the timetable in force: what later stages read. Before the first filing it is what is written."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="sessions")

    class Meta:
        db_table = "course_session"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "day", "period", "group"], name="session_once"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in SessionKind]), name="session_kind"),
            models.CheckConstraint(condition=Q(period__gte=1, period__lte=12), name="session_period"),
            models.CheckConstraint(condition=Q(group__lte=MOST_GROUPS), name="session_group"),
        ]

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class DraftSession(Timetabled):
    """A period of a timetable that is being changed after filing: it comes into force when the change is filed."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="draft_sessions")

    class Meta:
        db_table = "draft_session"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "day", "period", "group"], name="draft_session_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in SessionKind]), name="draft_session_kind"
            ),
            models.CheckConstraint(condition=Q(period__gte=1, period__lte=12), name="draft_session_period"),
            models.CheckConstraint(condition=Q(group__lte=MOST_GROUPS), name="draft_session_group"),
        ]

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees see what is in force."""
        return NOTHING if role.is_(Duty.TRAINEE) else in_class_scope(role)


class ProgrammeConfirmation(Scoped):
    """An instructor's word for one version of the text (AMB-67); a later version asks again."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="confirmations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField("版本")
    confirmed_at = models.DateTimeField("确认时间")

    class Meta:
        db_table = "programme_confirmation"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "person", "version"], name="confirmation_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} 第{self.version}版"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class FiledProgramme(Scoped):
    """A version as it was filed with the centre: frozen text and timetable."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="filed_programmes")
    version = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    filed_by = account_field()
    filed_at = models.DateTimeField("报备时间")
    reason = models.CharField("变更理由", max_length=500, blank=True)  # empty for the first filing
    moved = models.JSONField("变更内容", default=list)  # sentences
    material = models.BooleanField("经省级审核", default=True)  # False: filed on the institution's word, ours

    class Meta:
        db_table = "filed_programme"
        constraints = [models.UniqueConstraint(fields=["training_class", "version"], name="filed_once")]

    def __str__(self) -> str:
        return f"{self.training_class} 第{self.version}版"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)
