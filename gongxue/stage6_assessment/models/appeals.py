"""Appeals against confirmed marks 成绩复核 (ours; MG 13)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models.attempts import PART_CHOICES
from gongxue.stage6_assessment.models.results import Correction


class Appeal(Stateful):
    """One trainee's appeal against one mark: grounds, answer, objection, decision; an upheld one ends in a correction."""

    THING = "appeal"
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="appeals")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="appeals")
    part = models.CharField("考核", max_length=8, choices=PART_CHOICES)
    state = state_field("appeal")
    grounds = models.CharField("复核理由", max_length=500)
    applied_at = models.DateTimeField("申请时间")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = account_field(null=True)
    objection = models.CharField("异议理由", max_length=500, blank=True)
    objected_at = models.DateTimeField("异议时间", null=True)
    decision = models.CharField("裁定", max_length=500, blank=True)
    decided_at = models.DateTimeField("裁定时间", null=True)
    decided_by = account_field(null=True)
    correction = models.ForeignKey(Correction, models.PROTECT, null=True, related_name="appeals")

    class Meta:
        db_table = "appeal"
        constraints = [
            state_constraint("appeal_state", "appeal"),
            models.UniqueConstraint(fields=["attendee", "part"], name="appeal_once"),
            models.CheckConstraint(condition=Q(part__in=[p.value for p in Part]), name="appeal_part"),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} {Part(self.part).title}复核"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Institution, province and centre as the class; trainees their own; teachers none."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        if role.is_(Duty.BACKBONE, Duty.SCHOOL):
            return Q(pk__in=())
        return in_class_scope(role)
