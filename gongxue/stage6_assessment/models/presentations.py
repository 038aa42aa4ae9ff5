"""Lesson presentations and defences 说课、答辩: the session, the order, examiners' own notes, recordings (TR 12.2)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.marks import Part
from gongxue.regulations.presentations import LINK_LENGTH, NOTE_LENGTH, PLACE_LENGTH, Times
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models.attempts import Attempt


class PresentationDay(Scoped):
    """One session of a class: the first, or the second for retakes. `seed` and `drawn_at` once the lot was drawn."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="presentation_days")
    session = models.PositiveSmallIntegerField("第几次")
    version = models.PositiveIntegerField("版本", default=1)
    day = models.DateField("日期")
    starts = models.PositiveSmallIntegerField("开始")  # minutes of the day
    minutes = models.PositiveSmallIntegerField("每人分钟数")
    gap = models.PositiveSmallIntegerField("间隔分钟数", default=0)
    rest_from = models.PositiveSmallIntegerField("午休开始", null=True)
    rest_to = models.PositiveSmallIntegerField("午休结束", null=True)
    place = models.CharField("地点", max_length=PLACE_LENGTH, blank=True)
    link = models.CharField("会议链接", max_length=LINK_LENGTH, blank=True)
    planned_at = models.DateTimeField("安排时间")
    seed = models.CharField("抽签种子", max_length=32, blank=True)
    drawn_at = models.DateTimeField("抽签时间", null=True)
    drawn_by = account_field(null=True)
    draws = models.PositiveSmallIntegerField("抽签次数", default=0)
    current = models.PositiveSmallIntegerField(
        "当前序号", default=0
    )  # 0: nobody yet; one past the last: over

    class Meta:
        db_table = "presentation_day"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "session"], name="presentation_day_once"),
            models.CheckConstraint(condition=Q(session__in=[1, 2]), name="presentation_day_session"),
        ]

    def __str__(self) -> str:
        return f"{self.training_class} 第 {self.session} 次终结性考核安排"

    @property
    def times(self) -> Times:
        """Its hours."""
        return Times(self.starts, self.minutes, self.gap, self.rest_from, self.rest_to)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class PresentationSlot(Scoped):
    """Whose turn is when: made by the draw, made anew by another one before the first is called."""

    presentation_day = models.ForeignKey(PresentationDay, models.PROTECT, related_name="slots")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="presentation_slots")
    order = models.PositiveSmallIntegerField("序号")
    begun_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        db_table = "presentation_slot"
        constraints = [
            models.UniqueConstraint(fields=["presentation_day", "order"], name="presentation_slot_order"),
            models.UniqueConstraint(fields=["presentation_day", "attendee"], name="presentation_slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order} 号 {self.attendee}"

    @property
    def class_id_for_trail(self) -> int:
        """Its class."""
        pk: int = self.presentation_day.training_class_id
        return pk

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class: whoever is in it may see the order."""
        return in_class_scope(role, "presentation_day__training_class")


class PresentationNote(Scoped):
    """An examiner's own notes on one presentation, until the results stand; sealed like the sheet."""

    slot = models.ForeignKey(PresentationSlot, models.PROTECT, related_name="notes")
    examiner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField("考核记录", max_length=NOTE_LENGTH)
    written_at = models.DateTimeField("保存时间")

    class Meta:
        db_table = "presentation_note"
        constraints = [models.UniqueConstraint(fields=["slot", "examiner"], name="presentation_note_once")]

    def __str__(self) -> str:
        return f"{self.slot} 考核记录"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own; others' once all sheets of the attempt are in. Trainees none."""
        if role.is_(Duty.TRAINEE, Duty.SCHOOL):
            return NOTHING
        complete = Attempt.objects.unscoped("whether the seal is open").filter(
            attendee=OuterRef("slot__attendee"), part=Part.FINAL, complete_at__isnull=False,
            number=OuterRef("slot__presentation_day__session"),
        )  # fmt: skip
        in_class = in_class_scope(role, "slot__presentation_day__training_class")
        return (in_class & Q(Exists(complete))) | Q(examiner__account=role.account)


class PresentationRecording(Scoped):
    """A recording of one presentation: a link, or a film that was uploaded. Removed ones are shown to nobody."""

    slot = models.ForeignKey(PresentationSlot, models.PROTECT, related_name="recordings")
    link = models.CharField("链接", max_length=LINK_LENGTH, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    added_by = account_field()
    added_at = models.DateTimeField("登记时间")
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta:
        db_table = "presentation_recording"
        constraints = [
            models.CheckConstraint(
                condition=Q(link="", file__isnull=False) | (~Q(link="") & Q(file__isnull=True)),
                name="presentation_recording_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot} 录像"

    @property
    def class_id_for_trail(self) -> int:
        """Its class."""
        return self.slot.class_id_for_trail

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees their own."""
        kept = Q(removed_at=None)
        if role.is_(Duty.TRAINEE):
            return kept & Q(slot__attendee__application__person__account=role.account)
        return kept & in_class_scope(role, "slot__presentation_day__training_class")
