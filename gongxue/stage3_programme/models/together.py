"""What people say about a programme: the province's verdicts by part, what is to be mended, comments."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.programme_review import place_title, reason_by_code
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage2_staffing.models import Invitation


def writers_scope(role: Any) -> Q:
    """Those who write a programme and those who review it; no trainee, examiner or other staff.  # ours"""
    if role.is_(Duty.CENTRE, Duty.SYSTEM):
        return EVERYTHING
    if role.is_(Duty.INSTITUTION, Duty.PROVINCE):
        return in_class_scope(role)
    if role.is_(Duty.BACKBONE):
        seats = Invitation.objects.unscoped("the subquery of the scope").filter(
            person__account_id=role.account_id, state=InvitationState.ACCEPTED, seat=Seat.INSTRUCTOR
        )
        return Q(training_class__in=seats.values("training_class"))
    return NOTHING


class SectionVerdict(Scoped):
    """The province's word on one part of a submitted programme; a later one of the same submission replaces it."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="programme_verdicts")
    version = models.PositiveIntegerField("版本")
    place = models.CharField("部分", max_length=20)
    accepts = models.BooleanField("通过")
    code = models.CharField("退回理由", max_length=20, blank=True)
    comment = models.CharField("意见", max_length=500, blank=True)
    said_of = models.JSONField("所审内容")  # as it read: a part that changes afterwards is looked at again
    by = account_field()
    at = models.DateTimeField("时间")

    class Meta:
        db_table = "section_verdict"
        indexes = [models.Index(fields=["training_class", "version"], name="section_verdict_version")]

    def __str__(self) -> str:
        return f"{self.training_class} {place_title(self.place)}"

    @property
    def reason_title(self) -> str:
        """The reason in words; empty when accepted."""
        return reason_by_code(self.code).title if self.code else ""

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Who writes and who reviews."""
        return writers_scope(role)


class ReturnedItem(Scoped):
    """One part of a returned programme that is to be mended."""

    READ_WITH = ("training_class__institution",)

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="returned_items")
    version = models.PositiveIntegerField("退回的版本")
    place = models.CharField("部分", max_length=20)
    code = models.CharField("退回理由", max_length=20)
    comment = models.CharField("意见", max_length=500, blank=True)
    said_of = models.JSONField("退回时的内容")
    mended_at = models.DateTimeField("修改完成时间", null=True)
    mended_by = account_field(null=True)
    answer = models.CharField("修改说明", max_length=500, blank=True)

    class Meta:
        db_table = "returned_item"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "version", "place"], name="returned_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.training_class} {self.title}：{self.reason_title}"

    @property
    def title(self) -> str:
        """The part."""
        return place_title(self.place)

    @property
    def reason_title(self) -> str:
        """The reason in words."""
        return reason_by_code(self.code).title

    @property
    def cites(self) -> str:
        """The article that the reason rests on."""
        return reason_by_code(self.code).cites

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Who writes and who reviews."""
        return writers_scope(role)


class ProgrammeComment(Scoped):
    """A remark on a part of a programme or on a day of its timetable, or an answer to one; kept after filing."""

    READ_WITH = ("training_class__institution",)
    thread: list[ProgrammeComment]  # its answers, where a page reads them

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="programme_comments")
    place = models.CharField("位置", max_length=20)
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    text = models.CharField("批注", max_length=500)
    by = account_field()
    organisation = models.CharField("单位", max_length=100)
    at = models.DateTimeField("时间")
    resolved_at = models.DateTimeField("解决时间", null=True)
    resolved_by = account_field(null=True)

    class Meta:
        db_table = "programme_comment"
        indexes = [models.Index(fields=["training_class", "place"], name="programme_comment_place")]

    def __str__(self) -> str:
        return f"{self.training_class} {self.title} 批注"

    @property
    def title(self) -> str:
        """The part or the day it is about."""
        return place_title(self.place)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Who writes and who reviews."""
        return writers_scope(role)
