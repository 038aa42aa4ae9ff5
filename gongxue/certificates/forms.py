"""Input shapes of the certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from gongxue.certificates.models import LedgerEntry
from gongxue.foundation.identity.models import Organisation


class ReceiveForm(forms.Form):
    """Printed sheets that came in; their serials follow the last one."""

    quantity = forms.IntegerField(
        label="入库数量（张）",
        max_value=99_999,  # no more than a serial can count; the act says what is too much at once
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


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
