"""Stage 2: opening application, recommendation, invitations (TR 8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.calendar import day_of
from gongxue.regulations.invitations import DeclineReason, seat_days
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass, in_class_scope

SEAT_CHOICES = [(seat.value, seat.title) for seat in Seat]


class Opening(Stateful):
    """An opening application 开班申请, filed by D-40."""

    THING = "opening"
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="opening")
    state = state_field("opening")
    remarks = models.CharField("说明", max_length=500, blank=True)
    chain = models.BooleanField(
        "自动递补", default=True
    )  # the next substitute is asked without anybody's hand
    filed_by = account_field()
    filed_at = models.DateTimeField("申请时间")
    recommended_at = models.DateTimeField("推荐时间", null=True)
    staffed_at = models.DateTimeField("到位时间", null=True)

    class Meta:
        db_table = "opening"
        constraints = [state_constraint("opening_state", "opening")]

    def __str__(self) -> str:
        return f"{self.training_class} 开班申请"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Preference(Scoped):
    """An instructor the institution would like (TR 8 授课骨干教师的选择倾向), best first."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="preferences")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField("顺序")

    class Meta:
        db_table = "preference"
        constraints = [models.UniqueConstraint(fields=["training_class", "person"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.rank}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class StaffingRun(Scoped):
    """A national recommendation 全国统一推荐: all open classes at once, with its inputs, so that it can be repeated."""

    class State(models.TextChoices):
        """Where a run stands."""

        WAITING = "waiting", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    again = models.BooleanField("含已推荐而有空缺的班次", default=False)
    started_by = account_field()
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    inputs = models.BinaryField(
        "输入", default=bytes
    )  # canonical JSON, compressed; numbers of people, no names
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    answer = models.JSONField("结果", default=dict)
    answer_sha256 = models.CharField(max_length=64, blank=True)
    classes = models.PositiveIntegerField("班次", default=0)
    teachers = models.PositiveIntegerField("在库教师", default=0)
    seats = models.PositiveIntegerField("待配席位", default=0)
    unfilled = models.PositiveIntegerField("空缺席位", default=0)
    stored = models.PositiveIntegerField("已写入班次", default=0)
    objective = models.BigIntegerField("总分", default=0)
    bound = models.BigIntegerField("理论上限", default=0)
    greedy = models.BigIntegerField("逐班推荐的总分", default=0)
    method = models.CharField("方法", max_length=10, blank=True)
    windows = models.PositiveIntegerField("分块次数", default=0)
    cut = models.BooleanField("受时间限制", default=False)
    seconds = models.FloatField("用时", default=0)
    shortages = models.JSONField("空缺与出路", default=list)
    spread = models.JSONField("授课次数分布", default=list)  # [jobs, teachers]
    passed_over = models.JSONField("未写入的班次", default=list)  # changed while the run was solving

    class Meta:
        db_table = "staffing_run"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "failed"]), name="staffing_run_state"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="waiting"), name="staffing_run_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"全国统一推荐第 {self.pk} 次"

    @property
    def gap_percent(self) -> float:
        """How far at most from the best staffing there is, in percent."""
        return 100 * (self.bound - self.objective) / max(1, abs(self.bound))

    @property
    def filled(self) -> int:
        """Seats with a proposal."""
        return self.seats - self.unfilled

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Officials; a province is shown its own classes of it only."""
        return EVERYTHING if role.duty_enum.reads_all or role.is_(Duty.PROVINCE) else NOTHING


class Recommendation(Scoped):
    """One recommended teacher or substitute with the reasons in words; rank 1.. within a kind of seat."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="recommendations")
    run = models.PositiveSmallIntegerField("第几次推荐")
    seat = models.CharField("席位", max_length=12, choices=SEAT_CHOICES)
    rank = models.PositiveSmallIntegerField("次序")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    chosen = models.BooleanField("首选")  # False: a substitute
    score = models.IntegerField("得分")
    reasons = models.JSONField("理由")
    made_at = models.DateTimeField("推荐时间")
    staffing_run = models.ForeignKey(StaffingRun, models.PROTECT, null=True, related_name="recommendations")

    class Meta:
        db_table = "recommendation"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "run", "seat", "person"], name="recommendation_person"
            ),
            models.UniqueConstraint(
                fields=["training_class", "run", "seat", "rank"], name="recommendation_rank"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {Seat(self.seat).title} {self.rank}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class, but not for the teachers themselves: a ranking is no notice."""
        return in_class_scope(role) if not role.is_(Duty.BACKBONE, Duty.TRAINEE) else Q(pk__in=())


class Invitation(Stateful):
    """An invitation 邀请函 to one seat of a class."""

    THING = "invitation"

    class Origin(models.TextChoices):
        """Who asked: somebody's hand, the list of substitutes, or somebody in a hurry who asks several at once."""

        HAND = "hand", "培训机构邀请"
        CHAIN = "chain", "自动递补"
        RESCUE = "rescue", "应急邀请"

    READ_WITH = ("training_class__institution", "person__account")
    LIVE = ("nominated", "sent", "accepted")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="invitations")
    seat = models.CharField("席位", max_length=12, choices=SEAT_CHOICES)
    number = models.PositiveSmallIntegerField("第几位")
    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    state = state_field("invitation")
    letter = models.CharField("附言", max_length=500, blank=True)
    own_reason = models.CharField("本机构教师邀请理由", max_length=500, blank=True)
    answer_by = models.DateField("答复期限")
    answer_until = models.DateTimeField("答复截止时刻", null=True)  # only a rescue counts in hours
    origin = models.CharField("来由", max_length=10, choices=Origin.choices, default=Origin.HAND)
    decline_code = models.CharField(
        "婉拒原因", max_length=10, blank=True, choices=[(r.value, r.title) for r in DeclineReason]
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    serves_from = models.DateField("任职自", null=True)  # only of whoever comes while the class runs
    served_until = models.DateField("任职至", null=True)  # only of whoever leaves while the class runs
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    answer_reason = models.CharField("理由", max_length=500, blank=True)
    sent_by = account_field()
    sent_at = models.DateTimeField("发出时间")

    class Meta:
        db_table = "invitation"
        constraints = [
            state_constraint("invitation_state", "invitation"),
            models.UniqueConstraint(
                fields=["training_class", "seat", "number"],
                # several may be asked for one seat in a rescue; the first to accept has it
                condition=Q(state__in=["nominated", "accepted"]) | (Q(state="sent") & ~Q(origin="rescue")),
                name="invitation_seat",
            ),
            models.UniqueConstraint(
                fields=["training_class", "person"],
                condition=Q(state__in=["nominated", "sent", "accepted"]),
                name="invitation_person",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["hand", "chain", "rescue"]), name="invitation_origin"
            ),
            models.CheckConstraint(
                condition=Q(decline_code__in=["", *[r.value for r in DeclineReason]]),
                name="invitation_decline_code",
            ),
        ]
        indexes = [models.Index(fields=["person", "state"], name="invitation_inbox")]

    def __str__(self) -> str:
        return f"{self.person.name}（{self.seat_title}）"

    @property
    def seat_title(self) -> str:
        """授课骨干教师 or 考核骨干教师."""
        return Seat(self.seat).title

    @property
    def days(self) -> list[date]:
        """The days that accepting books: instructors with the journey, examiners work online."""
        shown = self.training_class
        first, last = self.serves_from or shown.first_day, self.served_until or shown.last_day
        return seat_days(Seat(self.seat), first, last)

    @property
    def has_left(self) -> bool:
        """Whether somebody who had accepted is there no longer."""
        return self.state == InvitationState.WITHDRAWN and bool(self.answered_at and self.withdrawn_at)

    @property
    def is_rescue(self) -> bool:
        """Whether others may be asked for the same seat and the answer is due within hours."""
        return self.origin == self.Origin.RESCUE

    def is_over(self, now: datetime) -> bool:
        """Whether it is too late to answer; the last day is still in time."""
        return now > self.answer_until if self.answer_until else day_of(now) > self.answer_by

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a teacher sees their own."""
        if role.is_(Duty.BACKBONE):
            return Q(person__account=role.account)
        return in_class_scope(role) if not role.is_(Duty.TRAINEE) else Q(pk__in=())


class AvoidanceLift(Scoped):
    """One teacher of the host institution who may serve in one of its classes all the same, with the reason.

    reading: AMB-11 who is of the host institution is avoided, which the institution may lift with a recorded reason
    """

    READ_WITH = ("training_class__institution", "person__account")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="avoidance_lifts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=500)
    lifted_by = account_field()
    lifted_at = models.DateTimeField("解除时间")
    revoked_by = account_field(null=True)
    revoked_at = models.DateTimeField("恢复时间", null=True)

    class Meta:
        db_table = "avoidance_lift"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "person"], condition=Q(revoked_at=None), name="avoidance_lift_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.name} 解除回避"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class, but no business of those who are taught or asked."""
        return in_class_scope(role) if not role.is_(Duty.BACKBONE, Duty.TRAINEE) else Q(pk__in=())


class TeamChange(Stateful):
    """An application for another number of instructors (TR 8 note 5), decided by the province.  # reading: AMB-12"""

    THING = "team_change"
    READ_WITH = ("training_class__institution",)
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="team_changes")
    state = state_field("team_change")
    before = models.PositiveSmallIntegerField("原人数")
    wanted = models.PositiveSmallIntegerField("调整为")
    reason = models.CharField("理由", max_length=500)
    requested_by = account_field()
    requested_at = models.DateTimeField("申请时间")
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    decision = models.CharField("审核意见", max_length=500, blank=True)

    class Meta:
        db_table = "team_change"
        constraints = [
            state_constraint("team_change_state", "team_change"),
            models.CheckConstraint(condition=Q(wanted__gte=1, wanted__lte=4), name="team_change_size"),
            models.UniqueConstraint(
                fields=["training_class"], condition=Q(state="requested"), name="team_change_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} 授课人数 {self.before} → {self.wanted}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class, but no business of those who are taught or asked."""
        return in_class_scope(role) if not role.is_(Duty.BACKBONE, Duty.TRAINEE) else Q(pk__in=())
