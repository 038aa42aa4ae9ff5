"""The class as it runs: arrival, groups, attendance, learning products (TR 11)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.arrival import REASON_LENGTH, PledgeWay
from gongxue.regulations.attendance import MarkSource, Presence
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage4_enrolment.models import Application


class Delivery(Stateful):
    """The delivery of a class, from its first day to its last lesson."""

    THING = "delivery"
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="delivery")
    state = state_field("delivery")
    started_at = models.DateTimeField("开班时间", null=True)
    finished_at = models.DateTimeField("教学结束时间", null=True)

    class Meta:
        db_table = "delivery"
        constraints = [state_constraint("delivery_state", "delivery")]

    def __str__(self) -> str:
        return f"{self.training_class} 培训实施"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Attendee(Scoped):
    """An admitted trainee in the class: arrival, pledge, group."""

    READ_WITH = ("training_class__institution", "application__person__account")

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="attendees")
    application = models.OneToOneField(Application, models.PROTECT, related_name="attendee")
    arrived_at = models.DateTimeField("报到时间", null=True)
    pledged_at = models.DateTimeField("签署纪律承诺", null=True)  # MG 10: at arrival at the latest
    pledge_way = models.CharField(
        "承诺方式", max_length=10, blank=True
    )  # of PledgeWay; the row of it is a Pledge
    no_show_at = models.DateTimeField("标记未到时间", null=True)
    no_show_reason = models.CharField("未到原因", max_length=REASON_LENGTH, blank=True)
    group = models.PositiveSmallIntegerField("小组", null=True)
    attempt = models.PositiveSmallIntegerField("学习成果第几次", default=1)  # 2 after a first mark below 60
    may_hand_in = models.BooleanField(
        "可提交学习成果", default=True
    )  # closed while the handed-in work is scored
    scored = models.PositiveSmallIntegerField(
        "已评齐第几次", default=0
    )  # the last attempt whose sheets are all in: what was said about it is no longer sealed

    class Meta:
        db_table = "attendee"
        constraints = [
            models.CheckConstraint(condition=Q(arrived_at=None) | Q(no_show_at=None), name="attendee_here_or_not"),
            models.CheckConstraint(
                condition=Q(pledge_way__in=["", *(w.value for w in PledgeWay)]), name="attendee_pledge_way"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.application.person.name

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only themselves."""
        if role.is_(Duty.TRAINEE):
            return Q(application__person__account=role.account)
        return in_class_scope(role)


class AttendanceMark(Scoped):
    """Presence of one trainee in one lesson period; the coordinator's record, every correction in the trail."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="attendance")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="marks")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    presence = models.CharField("考勤", max_length=10, choices=[(p.value, p.title) for p in Presence])
    source = models.CharField(
        "来源", max_length=10, choices=[(s.value, s.title) for s in MarkSource], default=MarkSource.ROLL.value
    )
    marked_by = account_field()
    marked_at = models.DateTimeField("记录时间")

    class Meta:
        db_table = "attendance_mark"
        constraints = [
            models.UniqueConstraint(fields=["attendee", "day", "period"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(presence__in=[p.value for p in Presence]), name="attendance_presence"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[s.value for s in MarkSource]), name="attendance_source"
            ),
        ]
        indexes = [models.Index(fields=["training_class", "day", "period"], name="attendance_sheet")]

    def __str__(self) -> str:
        return f"{self.day} 第{self.period}课时 {Presence(self.presence).title}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)
