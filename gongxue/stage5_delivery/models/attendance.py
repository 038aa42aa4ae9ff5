"""Checking in oneself, leave, corrections by two people, online lessons (TR 12)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.attendance import MarkSource, Place, Presence, places_said
from gongxue.regulations.lifecycle import WindowState
from gongxue.regulations.parallel import MOST_GROUPS
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models.running import Attendee

NONCE_BYTES = 16
_CAME = (Presence.PRESENT, Presence.LATE)
_PRESENCES = [p.value for p in Presence]
_CHOICES = [(p.value, p.title) for p in Presence]
_VIA = (MarkSource.QR, MarkSource.ONLINE)


class RollWindow(Stateful):
    """The time in which the trainees of one lesson period, or of one of its groups, check in themselves."""

    THING = "roll_window"
    READ_WITH = ("training_class__institution",)
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="roll_windows")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    group = models.PositiveSmallIntegerField("小组", default=0)  # 0: everybody who has a lesson then
    nonce = models.BinaryField(
        "随机数", max_length=NONCE_BYTES
    )  # with a key outside the books it makes the codes
    state = state_field("roll_window")
    opened_by = account_field()
    opened_at = models.DateTimeField("开启时间")
    late_at = models.DateTimeField("迟到界限")
    closes_at = models.DateTimeField("截止时间")
    closed_at = models.DateTimeField("关闭时间", null=True)

    class Meta:
        db_table = "roll_window"
        constraints = [
            state_constraint("roll_window_state", "roll_window"),
            models.CheckConstraint(
                condition=Q(late_at__gte=F("opened_at"), closes_at__gte=F("late_at")),
                name="roll_window_order",
            ),
            models.CheckConstraint(condition=Q(group__lte=MOST_GROUPS), name="roll_window_group"),
            models.UniqueConstraint(
                fields=["training_class", "day", "period", "group"],
                condition=Q(state=WindowState.OPEN.value),
                name="roll_window_one_open",
            ),
        ]
        indexes = [models.Index(fields=["training_class", "day", "period"], name="roll_window_place")]

    def __str__(self) -> str:
        return f"{places_said([self.place])}签到"

    @property
    def place(self) -> Place:
        """Its lesson period."""
        return self.day, self.period

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Scan(Scoped):
    """Somebody checked in themselves, with their own account: evidence for the roll, which is the coordinator's."""

    REGISTER = True

    window = models.ForeignKey(RollWindow, models.PROTECT, related_name="scans")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="scans")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="scans")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    presence = models.CharField("签到", max_length=10, choices=[(p.value, p.title) for p in _CAME])
    via = models.CharField("方式", max_length=10, choices=[(s.value, s.title) for s in _VIA])
    at = models.DateTimeField("签到时间")

    class Meta:
        db_table = "scan"
        constraints = [
            models.UniqueConstraint(fields=["attendee", "day", "period"], name="scan_once"),
            models.CheckConstraint(condition=Q(presence__in=[p.value for p in _CAME]), name="scan_presence"),
            models.CheckConstraint(condition=Q(via__in=[s.value for s in _VIA]), name="scan_via"),
        ]
        indexes = [models.Index(fields=["training_class", "day", "period"], name="scan_place")]

    def __str__(self) -> str:
        return f"{places_said([(self.day, self.period)])} {self.attendee}{MarkSource(self.via).title}签到"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)


class Leave(Stateful):
    """A trainee's request for leave 请假, by lesson periods; approved it prefills the roll and counts once it is marked."""

    THING = "leave"
    READ_WITH = ("training_class__institution", "attendee__application__person__account")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="leaves")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="leaves")
    lessons = models.JSONField("课时")  # [["2023-06-13", 1], …] in order
    reason = models.CharField("理由", max_length=500)
    state = state_field("leave")
    asked_at = models.DateTimeField("申请时间")
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        db_table = "leave"
        constraints = [state_constraint("leave_state", "leave")]
        indexes = [models.Index(fields=["training_class", "state"], name="leave_of_class")]

    def __str__(self) -> str:
        return f"{self.attendee}请假 {len(self.lessons)} 课时"

    @property
    def places(self) -> list[Place]:
        """Its lesson periods, in order."""
        return [(date.fromisoformat(day), period) for day, period in self.lessons]

    @property
    def says(self) -> str:
        """2023年6月13日第1、2课时."""
        return places_said(self.places)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The institution and who oversees it; a trainee their own. A reason may be private: instructors do not see it."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        if role.is_(Duty.BACKBONE):
            return Q(pk__in=())
        return in_class_scope(role)


class MarkCorrection(Stateful):
    """Another mark for somebody in a period, proposed by one person and decided by another."""

    THING = "mark_correction"
    READ_WITH = ("training_class__institution", "attendee__application__person__account")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="mark_corrections")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="mark_corrections")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    old = models.CharField("原考勤", max_length=10, choices=_CHOICES)
    new = models.CharField("更正为", max_length=10, choices=_CHOICES)
    reason = models.CharField("理由", max_length=500)
    state = state_field("mark_correction")
    proposed_by = account_field()
    proposed_at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        db_table = "mark_correction"
        constraints = [
            state_constraint("mark_correction_state", "mark_correction"),
            models.CheckConstraint(
                condition=Q(old__in=_PRESENCES, new__in=_PRESENCES) & ~Q(old=F("new")),
                name="mark_correction_presences",
            ),
            models.CheckConstraint(  # two people, whatever a program does
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="mark_correction_two_people",
            ),
            models.UniqueConstraint(
                fields=["attendee", "day", "period"],
                condition=Q(state="proposed"),
                name="mark_correction_one_open",
            ),
        ]
        indexes = [models.Index(fields=["training_class", "state"], name="mark_correction_of_class")]

    def __str__(self) -> str:
        return f"{places_said([self.place])} {self.attendee} {self.old_title}改{self.new_title}"

    @property
    def place(self) -> Place:
        """Its lesson period."""
        return self.day, self.period

    @property
    def old_title(self) -> str:
        """旷课 …"""
        return Presence(self.old).title

    @property
    def new_title(self) -> str:
        """请假 …"""
        return Presence(self.new).title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)


class OnlineUnit(Scoped):
    """A lesson period that is held online 网络课时 (IP 8): where it is, and what to have ready."""

    READ_WITH = ("training_class__institution",)
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="online_units")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    group = models.PositiveSmallIntegerField("小组", default=0)
    link = models.CharField("课堂链接", max_length=300)
    material = models.CharField("资料和说明", max_length=500, blank=True)
    set_by = account_field()
    set_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "online_unit"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "day", "period", "group"], name="online_unit_once"
            ),
            models.CheckConstraint(condition=Q(group__lte=MOST_GROUPS), name="online_unit_group"),
        ]

    def __str__(self) -> str:
        return f"{places_said([self.place])}网络课堂"

    @property
    def place(self) -> Place:
        """Its lesson period."""
        return self.day, self.period

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)
