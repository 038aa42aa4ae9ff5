"""Ceremonies (TR 12.3, form 3 items 1.5 and 1.6) and lodging (MG 12)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.parties.models import Person
from gongxue.regulations.ceremonies import AGENDA_LENGTH, PLACE_LENGTH, CeremonyKind
from gongxue.regulations.lodging import TEXT_LENGTH, LodgingKind, nights
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope

TIME_LENGTH = 5  # "08:30"


class Ceremony(Scoped):
    """The opening or the closing ceremony of a class: what is planned, and that it was held."""

    READ_WITH = ("training_class__institution",)

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="ceremonies")
    kind = models.CharField("仪式", max_length=10, choices=[(k.value, k.title) for k in CeremonyKind])
    planned_on = models.DateField("计划日期", null=True)
    planned_at = models.CharField("计划时间", max_length=TIME_LENGTH, blank=True)
    place = models.CharField("地点", max_length=PLACE_LENGTH, blank=True)
    agenda = models.TextField("议程", max_length=AGENDA_LENGTH, blank=True)
    speakers = models.CharField("发言人", max_length=2 * PLACE_LENGTH, blank=True)
    held_on = models.DateField("举办日期", null=True)
    attended = models.PositiveSmallIntegerField("参加学员", null=True)
    discipline = models.BooleanField("宣读纪律要求", default=False)
    recorded_at = models.DateTimeField("记录时间", null=True)
    recorded_by = account_field(null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        db_table = "ceremony"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "kind"], name="ceremony_once"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in CeremonyKind]), name="ceremony_kind"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.training_class} {CeremonyKind(self.kind).title}"

    @property
    def kind_title(self) -> str:
        """开班式, 结业式."""
        return CeremonyKind(self.kind).title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class CeremonyPhoto(Scoped):
    """A photograph of a ceremony; a removed one is no longer shown to anybody."""

    READ_WITH = ("ceremony__training_class__institution",)

    ceremony = models.ForeignKey(Ceremony, models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")
    added_by = account_field()
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta:
        db_table = "ceremony_photo"
        indexes = [models.Index(fields=["ceremony", "id"], name="ceremony_photos")]

    def __str__(self) -> str:
        return f"{self.ceremony} 照片"

    @property
    def training_class(self) -> TrainingClass:
        """Where the trail files it."""
        return self.ceremony.training_class

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class, while it is not removed."""
        return in_class_scope(role, "ceremony__training_class") & Q(removed_at=None)


class Lodging(Scoped):
    """Where one person of a class sleeps, from night to night (MG 12)."""

    READ_WITH = ("training_class__institution", "person__account")

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="lodgings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField("住宿方式", max_length=10, choices=[(k.value, k.title) for k in LodgingKind])
    place = models.CharField("住处", max_length=TEXT_LENGTH, blank=True)
    room = models.CharField("房间", max_length=TEXT_LENGTH, blank=True)
    note = models.CharField("备注", max_length=TEXT_LENGTH, blank=True)
    first_night = models.DateField("首晚")
    last_night = models.DateField("末晚")
    written_at = models.DateTimeField("登记时间")
    written_by = account_field()

    class Meta:
        db_table = "lodging"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "person"], name="lodging_once"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in LodgingKind]), name="lodging_kind"),
            models.CheckConstraint(condition=Q(last_night__gte=F("first_night")), name="lodging_nights"),
        ]

    def __str__(self) -> str:
        return f"{self.person} 住宿"

    @property
    def nights(self) -> int:
        """How many."""
        return nights(self.first_night, self.last_night)

    @property
    def kind_title(self) -> str:
        """统一安排, 本地居家."""
        return LodgingKind(self.kind).title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Institution, province and nation as the class; teachers and trainees their own."""
        if role.is_(Duty.TRAINEE, Duty.BACKBONE):
            return Q(person__account=role.account)
        return in_class_scope(role)


class NightAbsence(Scoped):
    """Somebody lodged by the institution was not there on a night (MG 12 严禁私自在外住宿)."""

    lodging = models.ForeignKey(Lodging, models.PROTECT, related_name="absences")
    night = models.DateField("夜晚")
    reason = models.CharField("说明", max_length=TEXT_LENGTH, blank=True)
    noted_at = models.DateTimeField("登记时间")
    noted_by = account_field()

    class Meta:
        db_table = "night_absence"
        constraints = [models.UniqueConstraint(fields=["lodging", "night"], name="night_absence_once")]

    def __str__(self) -> str:
        return f"{self.lodging.person} {self.night} 未归"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the lodging."""
        if role.is_(Duty.TRAINEE, Duty.BACKBONE):
            return Q(lodging__person__account=role.account)
        return in_class_scope(role, "lodging__training_class")


class NightCheck(Scoped):
    """That a night was looked at at all: without it nobody knows whether nobody was missing."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="night_checks")
    night = models.DateField("夜晚")
    noted_at = models.DateTimeField("登记时间")
    noted_by = account_field()

    class Meta:
        db_table = "night_check"
        constraints = [models.UniqueConstraint(fields=["training_class", "night"], name="night_check_once")]

    def __str__(self) -> str:
        return f"{self.training_class} {self.night}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; not for teachers and trainees."""
        return Q(pk__in=()) if role.is_(Duty.TRAINEE, Duty.BACKBONE) else in_class_scope(role)
