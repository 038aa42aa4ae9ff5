"""Certificates: numbers that never collide, a stock of serials, a ledger that only grows (MG 16-18)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.categories import category_title
from gongxue.regulations.certificate_cases import Standing
from gongxue.regulations.levels import Level
from gongxue.regulations.numbers import NUMBER_LIMIT, SERIAL_LIMIT
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee


class NumberCounter(models.Model):
    """The last used order of one series: a row that is locked and updated, never max()+1 or a sequence."""

    series = models.CharField(
        "系列", max_length=12, primary_key=True
    )  # number prefix, or "S" + serial prefix
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        db_table = "number_counter"
        constraints = [models.CheckConstraint(condition=Q(last__lte=SERIAL_LIMIT), name="counter_limit")]

    def __str__(self) -> str:
        return f"{self.series}:{self.last}"


class Certificate(Scoped):
    """An issued certificate. Never changed: what happens to it later is entries of the ledger."""

    REGISTER = True

    number = models.CharField("证书编号", max_length=15, unique=True)
    order = models.PositiveSmallIntegerField("顺序号")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="certificates")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="certificates")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2)
    holder = models.CharField("姓名", max_length=40)
    id_number_index = models.BinaryField(max_length=16)
    level = models.CharField("级别", max_length=1)
    category = models.CharField("专业大类", max_length=2)
    first_day = models.DateField("培训开始")
    last_day = models.DateField("培训结束")
    courses = models.CharField("课程内容", max_length=300)
    periods = models.PositiveSmallIntegerField("培训课时")
    result = models.CharField("考核结果", max_length=10)
    issued_on = models.DateField("发证日期")
    issued_by = account_field()
    token = models.CharField("核验码", max_length=32, unique=True)  # 128 random bits in the QR

    class Meta:
        db_table = "certificate"
        constraints = [
            models.CheckConstraint(
                condition=Q(order__gte=1, order__lte=NUMBER_LIMIT), name="certificate_order"
            ),
            models.UniqueConstraint(
                fields=["attendee"], condition=Q(corrects=None), name="certificate_once"
            ),  # a second one only corrects the first
            models.CheckConstraint(condition=Q(level__in=[x.value for x in Level]), name="certificate_level"),
        ]
        indexes = [
            models.Index(fields=["id_number_index"], name="certificate_id_number"),
            models.Index(fields=["institution", "-id"], name="certificate_institution"),
            models.Index(fields=["province_code", "-id"], name="certificate_province"),
            models.Index(fields=["training_class", "order"], name="certificate_class"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.number}"

    @property
    def level_title(self) -> str:
        """三级."""
        return Level(self.level).title

    @property
    def category_title(self) -> str:
        """机械类."""
        return category_title(self.category)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the issuing institution, the holder."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        if role.is_institution_staff:
            return Q(institution_id=role.organisation_id)
        if role.is_(Duty.TRAINEE, Duty.BACKBONE):
            return Q(person__account=role.account)
        return NOTHING


class SerialNumberRow(Scoped):
    """A serial of the institution's stock: every number up to the highest has a row (AMB-24)."""

    class State(models.TextChoices):
        """What became of the sheet."""

        RECEIVED = "received", "在库"
        ISSUED = "issued", "已核发"
        SPOILED = "spoiled", "损毁"
        VOID = "void", "作废"
        LOST = "lost", "备份恢复前已用"

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    order = models.PositiveIntegerField("顺序号")
    serial = models.CharField("证书序列号", max_length=10, unique=True)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="serials")

    class Meta:
        db_table = "serial_number"
        constraints = [
            models.UniqueConstraint(fields=["institution", "order"], name="serial_once"),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="issued"), name="serial_one_active"
            ),
            models.CheckConstraint(condition=Q(order__gte=1, order__lte=SERIAL_LIMIT), name="serial_order"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "issued", "spoiled", "void", "lost"]), name="serial_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(certificate__isnull=False), name="serial_issued_to"
            ),
        ]
        indexes = [models.Index(fields=["institution", "state", "order"], name="serial_stock")]

    def __str__(self) -> str:
        return self.serial

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(institution__province_code=role.organisation.province_code)
        return Q(institution_id=role.organisation_id) if role.is_institution_staff else NOTHING


class LedgerEntry(Scoped):
    """One entry of the certificate ledger 台账; nothing is deleted, numbers and entries agree (账实相符)."""

    REGISTER = True

    class Kind(models.TextChoices):
        """What happened."""

        RECEIVED = "received", "入库"
        ISSUED = "issued", "核发"
        COLLECTED = "collected", "领取"
        REPRINTED = "reprinted", "补打"
        REPLACED = "replaced", "补发"
        CORRECTED = "corrected", "更正"
        SPOILED = "spoiled", "损毁"
        VOIDED = "voided", "作废"
        REVOKED = "revoked", "撤销"
        LOST = "lost", "备份恢复前已用"

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2)
    kind = models.CharField("事项", max_length=10, choices=Kind.choices)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="entries")
    first_serial = models.CharField("起始序列号", max_length=10)
    last_serial = models.CharField("截止序列号", max_length=10)
    quantity = models.PositiveIntegerField("数量")
    former_serial = models.CharField("换下序列号", max_length=10, blank=True)  # of a reprint or replacement
    collector = models.CharField("领取人", max_length=40, blank=True)  # who took the paper
    reason = models.CharField("说明", max_length=600, blank=True)
    entered_by = account_field(null=True)
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "ledger_entry"
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="ledger_quantity")]
        indexes = [
            models.Index(fields=["institution", "-id"], name="ledger_institution"),
            models.Index(fields=["province_code", "-id"], name="ledger_province"),
            models.Index(
                fields=["institution"],
                condition=Q(kind__in=["voided", "lost", "revoked", "corrected"]),
                name="ledger_ended",
            ),  # the status list of badges is read by anybody, often
        ]

    # The last of these says whether a certificate holds; the first four end it.
    ENDING: ClassVar[tuple[str, ...]] = (Kind.VOIDED, Kind.LOST, Kind.REVOKED, Kind.CORRECTED)
    DECIDING: ClassVar[tuple[str, ...]] = (*ENDING, Kind.ISSUED, Kind.REPLACED)
    STANDINGS: ClassVar[dict[str, Standing]] = {
        Kind.VOIDED: Standing.VOID, Kind.LOST: Standing.VOID, Kind.REVOKED: Standing.REVOKED,
        Kind.CORRECTED: Standing.CORRECTED,
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_serial}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        return Q(institution_id=role.organisation_id) if role.is_institution_staff else NOTHING


class IssuedDocument(Scoped):
    """The PDF of a certificate as it was first made: later downloads give the same bytes."""

    REGISTER = True

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="documents")
    serial = models.CharField("证书序列号", max_length=10)  # another sheet is another document
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    template = models.CharField("模板版本", max_length=20)
    made_at = models.DateTimeField("制作时间")

    class Meta:
        db_table = "issued_document"
        constraints = [models.UniqueConstraint(fields=["certificate", "serial"], name="issued_document_once")]

    def __str__(self) -> str:
        return f"{self.certificate} PDF"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the certificate."""
        return Q(certificate__in=Certificate.objects.scope(role).values("pk"))
