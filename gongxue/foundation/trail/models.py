"""The trail: one entry per act, append-only, sealed into a Merkle tree (RFC 6962)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.roles import Duty, Permission


class Event(Scoped):
    """What was done, by whom, in which role, to what, why; text only, so that nothing live can alter it."""

    REGISTER = True  # UPDATE and DELETE are refused by trigger

    code = models.CharField("事项", max_length=40)
    at = models.DateTimeField("时间")
    account_id = models.BigIntegerField("账号")
    actor = models.CharField("经办人", max_length=40)
    duty = models.CharField("角色", max_length=24)
    organisation_id = models.BigIntegerField("单位编号")
    organisation = models.CharField("单位", max_length=80)
    about = models.CharField("对象", max_length=60)  # "application/12"
    about_text = models.CharField("对象名称", max_length=160)
    class_id = models.BigIntegerField("培训班", null=True)
    province_code = models.CharField("省份", max_length=2, blank=True)
    institution_id = models.BigIntegerField("培训机构", null=True)
    reason = models.TextField("理由", blank=True)
    changes = models.JSONField("变化", default=dict)
    request_id = models.CharField("请求编号", max_length=32, blank=True)

    class Meta:
        db_table = "trail_event"
        indexes = [
            models.Index(fields=["class_id", "id"], name="trail_class"),
            models.Index(fields=["about", "id"], name="trail_about"),
            models.Index(fields=["account_id", "id"], name="trail_account"),
            models.Index(fields=["institution_id", "id"], name="trail_institution"),
            models.Index(fields=["province_code", "id"], name="trail_province"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.says} {self.about_text}"

    @property
    def says(self) -> str:
        """The Chinese sentence of the code."""
        try:
            return Permission(self.code).title
        except ValueError:
            return self.code

    @classmethod
    def scope_for(cls, role: object) -> Q:
        """The centre reads all, a province its own, an institution its own; nobody else reads the trail."""
        if role.is_(Duty.CENTRE, Duty.SYSTEM):  # type: ignore[attr-defined]
            return EVERYTHING
        if role.is_(Duty.PROVINCE):  # type: ignore[attr-defined]
            return Q(province_code=role.organisation.province_code)  # type: ignore[attr-defined]
        if role.is_institution_staff:  # type: ignore[attr-defined]
            return Q(institution_id=role.organisation_id)  # type: ignore[attr-defined]
        return NOTHING


def of_class(class_id: int) -> Q:
    """The entries of a class: about it, or about several classes of which it is one."""
    mentions = Mention.objects.filter(class_id=class_id)
    return Q(class_id=class_id) | Q(pk__in=mentions.values("event"))


class Mention(models.Model):
    """A class that an entry about several classes names; the sealed entry itself lists them all."""

    REGISTER = True

    event = models.ForeignKey(Event, models.PROTECT, related_name="mentions")
    class_id = models.BigIntegerField()

    class Meta:
        db_table = "trail_mention"
        indexes = [models.Index(fields=["class_id", "event"], name="trail_mention_class")]

    def __str__(self) -> str:
        return f"class/{self.class_id}"


class Leaf(models.Model):
    """The place of an event in the tree: leaves are numbered without gaps in the order of sealing."""

    REGISTER = True

    index = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="leaf")
    digest = models.BinaryField()
    mac = models.BinaryField()  # keyed: nobody makes a leaf with the database alone

    class Meta:
        db_table = "trail_leaf"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Checkpoint(models.Model):
    """A signed tree head in the C2SP tlog-checkpoint form."""

    REGISTER = True

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    frontier = models.BinaryField()  # roots of the complete subtrees, so that sealing costs only what is new
    note = models.TextField()
    at = models.DateTimeField()
    horizon = models.BigIntegerField(default=0)  # every event up to this id has its leaf

    class Meta:
        db_table = "trail_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint {self.size}"
