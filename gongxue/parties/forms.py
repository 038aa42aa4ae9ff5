"""Input shapes of this part."""

from __future__ import annotations

from typing import Any

from django import forms

from gongxue.foundation.identity.models import Organisation
from gongxue.parties.own_entry import NOTE
from gongxue.parties.queries import institution_kind
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ApprovalForm(forms.Form):
    """An approval of an institution (TR 4)."""

    category = forms.ChoiceField(label="专业大类", choices=[("", "请选择"), *CATEGORIES.items()])
    level = forms.ChoiceField(label="级别")
    valid_from = forms.DateField(label="有效期自", widget=_DATE)
    valid_until = forms.DateField(
        label="有效期至", widget=_DATE, help_text="当日仍有效。续批另行登记，不改原有记录。"
    )
    basis = forms.CharField(label="批准文件", max_length=120, help_text="文件名称和文号。")

    def __init__(self, *args: Any, institution: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = institution_kind(institution)
        levels = [x for x in Level if x.run_by == kind and x != Level.BACKBONE]
        self.fields["level"].choices = [(x.value, x.title) for x in levels]  # type: ignore[attr-defined]


class SchoolForm(forms.Form):
    """A technician college."""

    name = forms.CharField(label="院校名称", min_length=2, max_length=80, help_text="全称，与公章一致。")
    province_code = forms.ChoiceField(
        label="省份", choices=lambda: [("", "请选择"), *((p.code, p.name) for p in provinces())]
    )


class BackboneForm(forms.Form):
    """A teacher's entry into the pool (MG 9.1)."""

    category = forms.ChoiceField(label="专业大类", choices=[("", "请选择"), *CATEGORIES.items()])
    levels = forms.MultipleChoiceField(
        label="可承担级别", choices=[(x.value, x.title) for x in (Level.ONE, Level.TWO, Level.THREE)],
        initial=["1", "2", "3"], widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    certificate_number = forms.CharField(
        label="骨干教师证书编号",
        max_length=15,
        required=False,
        help_text="15 位；平台启用前取得、查不到编号的可不填。",
    )

    def clean_levels(self) -> str:
        """The codes in one text."""
        return "".join(sorted(self.cleaned_data["levels"]))


class WorkbookForm(forms.Form):
    """A workbook of people."""

    workbook = forms.FileField(
        label="人员名单", help_text=".xlsx 或 .xls，一个文件最多 10,000 人。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}),
    )  # fmt: skip


class AwayForm(forms.Form):
    """Days on which a teacher cannot."""

    first_day = forms.DateField(label="自", widget=_DATE)
    last_day = forms.DateField(label="至", widget=_DATE)
    note = forms.CharField(label="备注", max_length=NOTE, required=False, help_text="只有您自己看得到。")
