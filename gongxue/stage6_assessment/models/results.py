"""Retakes, results of a class, the transcript and its corrections (TR 12, MG 13)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models.attempts import PART_CHOICES, mark_range


class Retake(Stateful):
    """A trainee's request for a second final assessment (TR 12.2), confirmed by the institution (AMB-09)."""

    THING = "retake"
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="retakes")
    attendee = models.OneToOneField(Attendee, models.PROTECT, related_name="retake")
    state = state_field("retake")
    applied_at = models.DateTimeField("申请时间")
    allowed_at = models.DateTimeField("同意时间", null=True)

    class Meta:
        db_table = "retake"
        constraints = [state_constraint("retake_state", "retake")]

    def __str__(self) -> str:
        return f"{self.attendee} 二次终结性考核"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)


class SecondDates(Scoped):
    """By when work is handed in again and a final assessment is retaken: two days that the institution names."""

    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="second_dates")
    version = models.PositiveIntegerField("版本", default=1)
    resubmit_by = models.DateField("二次提交截止", null=True)
    retake_by = models.DateField("二次终结性考核截止", null=True)
    set_by = account_field()
    set_at = models.DateTimeField("设定时间")

    class Meta:
        db_table = "second_dates"

    def __str__(self) -> str:
        return f"{self.training_class} 二次考核期限"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Results(Stateful):
    """The results of a class: open while marks come in, confirmed when the transcript stands."""

    THING = "results"
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="results")
    state = state_field("results")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = account_field(null=True)
    late_days = models.PositiveSmallIntegerField("逾期天数", default=0)

    class Meta:
        db_table = "results"
        constraints = [state_constraint("results_state", "results")]

    def __str__(self) -> str:
        return f"{self.training_class} 成绩"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class TranscriptLine(Scoped):
    """One confirmed line of form 5. A correction is another line with a higher revision; both stay."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="transcript")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="transcript_lines")
    revision = models.PositiveSmallIntegerField("修订")
    process = models.DecimalField("过程性考核", max_digits=5, decimal_places=2, null=True)
    final = models.DecimalField("终结性考核", max_digits=5, decimal_places=2, null=True)
    process_attempts = models.PositiveSmallIntegerField(default=0)
    final_attempts = models.PositiveSmallIntegerField(default=0)
    absent_periods = models.PositiveSmallIntegerField("缺课课时", default=0)
    barred = models.BooleanField("缺课超限")
    qualified = models.BooleanField("合格")
    confirmed_by = account_field()
    confirmed_at = models.DateTimeField("确认时间")

    class Meta:
        db_table = "transcript_line"
        constraints = [
            models.UniqueConstraint(fields=["attendee", "revision"], name="transcript_once"),
            # MG 4.6: nobody qualifies without both marks at 60 or more, or while barred.
            models.CheckConstraint(
                condition=Q(qualified=False)
                | Q(process__gte=Decimal(60), final__gte=Decimal(60), barred=False),
                name="transcript_qualified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} 成绩"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)


class TranscriptReceipt(Scoped):
    """That an office above has received a version of a transcript: who, when. One per office and version."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="transcript_receipts")
    number = models.PositiveSmallIntegerField("版本")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    account = account_field()
    received_at = models.DateTimeField("签收时间")

    class Meta:
        db_table = "transcript_receipt"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "number", "organisation"], name="transcript_receipt_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.training_class} 成绩单第 {self.number} 版签收"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Institution, province and centre as the class."""
        return NOTHING if role.is_(Duty.TRAINEE, Duty.BACKBONE, Duty.SCHOOL) else in_class_scope(role)


class Correction(Stateful):
    """A correction of a confirmed mark: who, why, old and new; the province countersigns (MG 13)."""

    THING = "correction"
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="corrections")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="corrections")
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    state = state_field("correction")
    old = models.DecimalField("原成绩", max_digits=5, decimal_places=2)
    new = models.DecimalField("更正为", max_digits=5, decimal_places=2)
    reason = models.CharField("理由", max_length=500)
    requested_by = account_field()
    requested_at = models.DateTimeField("申请时间")
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("会签时间", null=True)

    class Meta:
        db_table = "correction"
        constraints = [
            state_constraint("correction_state", "correction"),
            mark_range("new", "correction_mark"),
            models.UniqueConstraint(
                fields=["attendee", "part"], condition=Q(state="requested"), name="correction_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} {Part(self.part).title}更正"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)
