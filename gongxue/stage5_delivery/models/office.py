"""What the class office keeps: pledges and reminders, group names, materials, notices, who may be called (MG 10, TR 11.4)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.parties.models import Person
from gongxue.regulations.arrival import PledgeWay
from gongxue.regulations.class_notices import TEXT_LENGTH, TITLE_LENGTH, Audience
from gongxue.regulations.discipline import Occasion
from gongxue.regulations.materials import NOTE_LENGTH, MaterialKind
from gongxue.regulations.materials import TITLE_LENGTH as MATERIAL_TITLE
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models.running import Attendee


def _own_or_class(role: Any) -> Q:
    """Rows about one person: trainees their own, everybody else as the class."""
    return Q(person__account=role.account) if role.is_(Duty.TRAINEE) else in_class_scope(role)


class Pledge(Scoped):
    """A discipline pledge 纪律承诺 (MG 10): whose, which text, given how and when. Never changed; an undone arrival
    leaves it standing, and a second signature on paper is another row."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="pledges")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    way = models.CharField("方式", max_length=10, choices=[(w.value, w.title) for w in PledgeWay])
    text_version = models.CharField("文本版本", max_length=20)
    given_at = models.DateTimeField("时间")
    recorded_by = account_field()

    class Meta:
        db_table = "pledge"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "person"], condition=Q(way="own"), name="pledge_own_once"
            ),
            models.CheckConstraint(condition=Q(way__in=[w.value for w in PledgeWay]), name="pledge_way"),
        ]
        indexes = [models.Index(fields=["training_class", "person"], name="pledge_class")]

    def __str__(self) -> str:
        return f"{self.person} {PledgeWay(self.way).title}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees their own."""
        return _own_or_class(role)


class DisciplineReminder(Scoped):
    """That the discipline was made clear to somebody (MG 10): at the notice, on arrival, during training."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="discipline_reminders")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    occasion = models.CharField("场合", max_length=10, choices=[(o.value, o.title) for o in Occasion])
    means = models.CharField("方式", max_length=40)  # 平台消息, 报到处宣读, 开班式宣读
    text_version = models.CharField("文本版本", max_length=20)
    at = models.DateTimeField("时间")
    by = account_field()

    class Meta:
        db_table = "discipline_reminder"
        constraints = [
            models.CheckConstraint(condition=Q(occasion__in=[o.value for o in Occasion]), name="reminder_occasion")
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["training_class", "occasion"], name="reminder_class"),
            models.Index(fields=["person", "-id"], name="reminder_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {Occasion(self.occasion).title}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees their own."""
        return _own_or_class(role)


class GroupName(Scoped):
    """What a group calls itself, and who leads it 组长."""

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="group_names")
    number = models.PositiveSmallIntegerField("组号")
    name = models.CharField("组名", max_length=20, blank=True)
    leader = models.ForeignKey(Attendee, models.PROTECT, null=True, related_name="+", verbose_name="组长")

    class Meta:
        db_table = "group_name"
        constraints = [
            models.UniqueConstraint(fields=["training_class", "number"], name="group_name_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=10), name="group_name_number"),
        ]

    def __str__(self) -> str:
        return self.name or f"第 {self.number} 组"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class Material(Scoped):
    """A line of the list of materials 资料清单; a removed one stays, because it may have been handed out."""

    READ_WITH = ("training_class__institution",)

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="materials")
    kind = models.CharField("类别", max_length=12, choices=[(k.value, k.title) for k in MaterialKind])
    title = models.CharField("名称", max_length=MATERIAL_TITLE)
    note = models.CharField("说明", max_length=NOTE_LENGTH, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="文件")
    added_by = account_field()
    added_at = models.DateTimeField("添加时间")
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta:
        db_table = "class_material"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in MaterialKind]), name="material_kind"
            )
        ]
        indexes = [models.Index(fields=["training_class", "id"], name="material_class")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class."""
        return in_class_scope(role)


class HandedOut(Scoped):
    """That a trainee has got a material; the tick can be taken back, the trail keeps both."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="handed_out")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="materials")
    at = models.DateTimeField("时间")
    by = account_field()

    class Meta:
        db_table = "handed_out"
        constraints = [models.UniqueConstraint(fields=["material", "attendee"], name="handed_out_once")]

    def __str__(self) -> str:
        return f"{self.attendee} {self.material}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role, "material__training_class")


class ClassNotice(Scoped):
    """A notice to a class, as it was sent; its messages carry the key `message_key`."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="class_notices")
    title = models.CharField("标题", max_length=TITLE_LENGTH)
    text = models.CharField("内容", max_length=TEXT_LENGTH)
    audience = models.CharField("对象", max_length=12, choices=[(a.value, a.title) for a in Audience])
    group = models.PositiveSmallIntegerField("小组", null=True)
    discipline = models.BooleanField("附纪律要求", default=False)
    sent_at = models.DateTimeField("发送时间")
    sent_by = account_field()

    class Meta:
        db_table = "class_notice"
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=[a.value for a in Audience]), name="notice_audience")
        ]  # fmt: skip
        indexes = [models.Index(fields=["training_class", "-id"], name="class_notice_class")]

    def __str__(self) -> str:
        return self.title

    @property
    def message_key(self) -> str:
        """Under which its messages are found, and sent once."""
        return f"class-notice/{self.pk}"

    @property
    def audience_title(self) -> str:
        """全班, 第 2 组 …"""
        return f"第 {self.group} 组" if self.group else Audience(self.audience).title

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees what was sent to them."""
        if role.is_(Duty.TRAINEE):
            return Q(addressees__application__person__account=role.account)
        return in_class_scope(role)


class NoticeAddressee(Scoped):
    """One trainee to whom a notice was sent."""

    REGISTER = True

    notice = models.ForeignKey(ClassNotice, models.PROTECT, related_name="addressees")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")

    class Meta:
        db_table = "notice_addressee"
        constraints = [
            models.UniqueConstraint(fields=["notice", "application"], name="notice_addressee_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice} → {self.application.person}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees themselves."""
        if role.is_(Duty.TRAINEE):
            return Q(application__person__account=role.account)
        return in_class_scope(role, "notice__training_class")


class ContactShare(Scoped):
    """Whether a trainee lets the class see their telephone number; without a row: no (MG 25.4)."""

    attendee = models.OneToOneField(Attendee, models.PROTECT, related_name="contact_share")
    shared = models.BooleanField("在班内公开手机号", default=False)
    changed_at = models.DateTimeField("时间")

    class Meta:
        db_table = "contact_share"

    def __str__(self) -> str:
        return f"{self.attendee} {'公开' if self.shared else '不公开'}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role, "attendee__training_class")
