"""Input shapes of the certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from gongxue.certificates.models import LedgerEntry
from gongxue.foundation.identity.models import Organisation
from gongxue.regulations.certificate_cases import Misuse
from gongxue.regulations.certificate_checks import LINES


class ReceiveForm(forms.Form):
    """Printed sheets that came in; their serials follow the last one."""

    quantity = forms.IntegerField(
        label="入库数量（张）",
        max_value=99_999,  # no more than a serial can count; the act says what is too much at once
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class SpoilForm(forms.Form):
    """Blank sheets that leave the stock."""

    first = forms.CharField(
        label="起始序列号", max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    last = forms.CharField(
        label="截止序列号", max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    kind = forms.ChoiceField(label="方式", choices=[("spoiled", "损毁"), ("void", "作废")])
    reason = forms.CharField(label="原因", max_length=200)
    witness = forms.CharField(label="监销人", max_length=40)


class HandOutForm(forms.Form):
    """Who took the paper."""

    collector = forms.CharField(label="领取人", max_length=40, required=False)
    authority = forms.CharField(
        label="委托书（代领时）",
        max_length=200,
        required=False,
        help_text="委托书日期、代领人证件种类及后四位",
    )


class CorrectionForm(forms.Form):
    """A certificate as it should be."""

    holder = forms.CharField(label="姓名", max_length=40)
    id_number = forms.CharField(
        label="身份证号码",
        max_length=20,
        required=False,
        help_text="只在证书上写错时填写正确的号码，否则留空",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    periods = forms.IntegerField(label="培训课时", min_value=1, max_value=999)
    courses = forms.CharField(label="课程内容", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(
        label="更正理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明错在哪里、凭何材料更正",
    )


class ReconcileForm(forms.Form):
    """A month and the sheets that were counted at its end."""

    month = forms.DateField(widget=forms.HiddenInput)
    counted = forms.IntegerField(
        label="月末实盘空白证书（张）",
        min_value=0,
        max_value=99_999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class MisuseForm(forms.Form):
    """A report of misuse."""

    kind = forms.ChoiceField(label="情形", choices=[(k.value, k.title) for k in Misuse])
    number = forms.CharField(
        label="所涉证书编号", max_length=15, required=False, help_text="照所见证书填写，没有可不填"
    )
    facts = forms.CharField(label="情况说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class PrinterForm(forms.Form):
    """How far a printer misses, in tenths of a millimetre."""

    name = forms.CharField(label="打印机", max_length=40)
    right = forms.IntegerField(label="向右移（0.1 毫米）", min_value=-200, max_value=200, initial=0)
    down = forms.IntegerField(label="向下移（0.1 毫米）", min_value=-200, max_value=200, initial=0)


class LedgerFilter(forms.Form):
    """What of the ledger is shown; anything that makes no sense filters nothing."""

    institution = forms.ModelChoiceField(Organisation.objects.none(), required=False)
    kind = forms.ChoiceField(choices=[("", "全部"), *LedgerEntry.Kind.choices], required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    q = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any, *, institutions: QuerySet[Organisation]) -> None:
        super().__init__(data)
        self.fields["institution"].queryset = institutions  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen_institution(self) -> Organisation | None:
        """The institution whose books are looked at."""
        found: Organisation | None = self.cleaned_data.get("institution")
        return found

    def apply(self, rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """The rows that the filter leaves: a number, a serial (inside a receipt too) or a holder's name."""
        chosen = self.cleaned_data
        if chosen.get("institution"):
            rows = rows.filter(institution=chosen["institution"])
        if chosen.get("kind"):
            rows = rows.filter(kind=chosen["kind"])
        if chosen.get("since"):
            rows = rows.filter(entered_at__date__gte=chosen["since"])
        if chosen.get("until"):
            rows = rows.filter(entered_at__date__lte=chosen["until"])
        if q := (chosen.get("q") or "").strip():
            rows = rows.filter(
                Q(certificate__number=q.upper())
                | Q(first_serial__lte=q, last_serial__gte=q)
                | Q(certificate__holder=q)
            )
        return rows


class CheckForm(forms.Form):
    """A workbook of certificates to check."""

    workbook = forms.FileField(
        label="名单",
        help_text=f".xlsx 或 .xls，一个文件最多 {LINES:,} 行",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}),
    )


class KeyForm(forms.Form):
    """A key for the program of an employer; what is too much is said by the act."""

    body = forms.CharField(label="使用单位（全称）", max_length=80)
    purpose = forms.CharField(label="用途", max_length=200, help_text="如：教师聘用前核验证书")
    expires_on = forms.DateField(
        label="有效期至", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    per_day = forms.IntegerField(
        label="每日次数", min_value=1, initial=500, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
