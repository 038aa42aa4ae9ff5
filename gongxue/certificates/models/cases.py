"""What is asked for certificates, the monthly reconciliation, reports of misuse, the printers of an institution."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.certificates.models.register import Certificate
from gongxue.foundation.identity.models import Organisation, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.certificate_cases import CaseKind, Misuse
from gongxue.regulations.roles import Duty


def _of_an_institution(role: Any) -> Q:
    """The nation, the province, the institution."""
    if role.duty_enum.reads_all:
        return EVERYTHING
    if role.is_(Duty.PROVINCE):
        return Q(province_code=role.organisation.province_code)
    return Q(institution_id=role.organisation_id) if role.is_institution_staff else NOTHING


class CertificateCase(Stateful):
    """An application about one certificate: replacement, correction, void or revocation (MG 18.1)."""

    THING = "certificate_case"
    READ_WITH = ("certificate",)

    kind = models.CharField("事项", max_length=12, choices=[(k.value, k.title) for k in CaseKind])
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="cases")
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2)
    state = state_field("certificate_case")
    reason = models.CharField("理由", max_length=500)
    # What a correction should say; for the other kinds as the certificate has it.
    holder = models.CharField("姓名", max_length=40, blank=True)
    courses = models.CharField("课程内容", max_length=300, blank=True)
    periods = models.PositiveSmallIntegerField("培训课时", default=0)
    id_number_sealed = models.BinaryField(
        "身份证号码", default=bytes
    )  # under the holder's key, while it waits
    id_number_end = models.CharField("身份证号码后四位", max_length=4, blank=True)
    applied_by = account_field()
    applied_at = models.DateTimeField("申请时间")
    decided_by = account_field(null=True)
    decided_at = models.DateTimeField("办理时间", null=True)
    answer = models.CharField("办理意见", max_length=500, blank=True)
    made = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="+")  # of a correction

    class Meta:
        db_table = "certificate_case"
        constraints = [
            state_constraint("certificate_case_state", "certificate_case"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in CaseKind]), name="certificate_case_kind"
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="applied"), name="certificate_case_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state", "-id"], name="certificate_case_institution"),
            models.Index(fields=["province_code", "state", "-id"], name="certificate_case_province"),
        ]

    def __str__(self) -> str:
        return f"{CaseKind(self.kind).title} {self.certificate}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the certificate."""
        if role.is_(Duty.TRAINEE):
            return Q(certificate__person__account=role.account)
        return _of_an_institution(role)


class Reconciliation(Scoped):
    """A month in which certificates, numbers, ledger and counted sheets agreed (MG 18.2 账实相符), signed."""

    REGISTER = True

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField("省份", max_length=2)
    month = models.DateField("月份")  # its first day
    sums = models.JSONField(
        "各项合计"
    )  # kind of the ledger → sheets in this month; opening, closing, certificates
    counted = models.PositiveIntegerField("实盘张数")
    signed_by = account_field()
    signed_at = models.DateTimeField("对账时间")

    class Meta:
        db_table = "certificate_reconciliation"
        constraints = [
            models.UniqueConstraint(fields=["institution", "month"], name="certificate_reconciliation_once")
        ]
        indexes = [models.Index(fields=["province_code", "month"], name="certificate_reconciled")]

    def __str__(self) -> str:
        return f"{self.institution} {self.month:%Y-%m}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution."""
        return _of_an_institution(role)


class MisuseReport(Stateful):
    """A report that a certificate was altered, lent, claimed, copied, forged or sold (MG 18.2)."""

    THING = "misuse"

    kind = models.CharField("情形", max_length=12, choices=[(k.value, k.title) for k in Misuse])
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # which reports
    province_code = models.CharField("省份", max_length=2)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="+")
    number = models.CharField("所涉证书编号", max_length=15, blank=True)  # as it stands on what was found
    facts = models.CharField("情况说明", max_length=1000)
    state = state_field("misuse")
    reported_by = account_field()
    reported_at = models.DateTimeField("登记时间")
    handled_by = account_field(null=True)
    handled_at = models.DateTimeField("处理时间", null=True)
    outcome = models.CharField("处理情况", max_length=500, blank=True)

    class Meta:
        db_table = "certificate_misuse"
        constraints = [
            state_constraint("certificate_misuse_state", "misuse"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Misuse]), name="certificate_misuse_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "-id"], name="certificate_misuse_institution"),
            models.Index(fields=["province_code", "state", "-id"], name="certificate_misuse_province"),
        ]

    def __str__(self) -> str:
        return f"{Misuse(self.kind).title}线索 {self.number}".strip()

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The nation, the province, the institution that reported."""
        return _of_an_institution(role)


class PrinterOffset(Scoped):
    """How far a printer of an institution misses, in tenths of a millimetre, to the right and down."""

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField("打印机", max_length=40)
    right = models.SmallIntegerField("右移", default=0)
    down = models.SmallIntegerField("下移", default=0)

    class Meta:
        db_table = "certificate_printer"
        constraints = [
            models.UniqueConstraint(fields=["institution", "name"], name="certificate_printer_once"),
            models.CheckConstraint(
                condition=Q(right__gte=-200, right__lte=200, down__gte=-200, down__lte=200),
                name="certificate_printer_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The institution."""
        return Q(institution_id=role.organisation_id) if role.is_institution_staff else NOTHING
