"""Input shapes of the class office."""

from __future__ import annotations

from typing import Any

from django import forms

from gongxue.regulations.class_notices import TEXT_LENGTH, TITLE_LENGTH, Audience
from gongxue.regulations.materials import NOTE_LENGTH, MaterialKind
from gongxue.regulations.materials import TITLE_LENGTH as MATERIAL_TITLE
from gongxue.stage5_delivery.actions.materials import FILES
from gongxue.stage5_delivery.forms import GROUPS, MEGABYTE


class MaterialForm(forms.Form):
    """A line of the list of materials."""

    title = forms.CharField(label="名称", max_length=MATERIAL_TITLE)
    kind = forms.ChoiceField(
        label="类别", choices=[(k.value, k.title) for k in reversed(MaterialKind)], required=False,
        help_text="平台已有的文件自动链接，不必上传。",
    )  # fmt: skip
    note = forms.CharField(label="说明", max_length=NOTE_LENGTH, required=False)
    file = forms.FileField(
        label="文件", required=False, allow_empty_file=True,
        help_text=f"可不传。可传 {'、'.join(FILES.types)}，不超过 {FILES.limit // MEGABYTE} MB。",
    )  # fmt: skip

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        """A file that was cut off is named as too large; nothing chosen is 其他资料."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["kind"] = cleaned.get("kind") or MaterialKind.OTHER.value
        if self.too_large:
            self.add_error(
                "file", f"文件超过 {FILES.limit // MEGABYTE} MB，没有接收。请压缩后再传，已填的文字仍在。"
            )
        return cleaned


class NoticeForm(forms.Form):
    """A notice to the class."""

    title = forms.CharField(label="标题", max_length=TITLE_LENGTH)
    audience = forms.ChoiceField(
        label="发给", choices=[(a.value, a.title) for a in Audience],
        widget=forms.Select(attrs={"data-shows": "group:#notice-group"}),
    )  # fmt: skip
    group = forms.ChoiceField(
        label="小组", choices=[("", "—"), *((n, f"第 {n} 组") for n in GROUPS)], required=False
    )
    text = forms.CharField(
        label="内容", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 6, "maxlength": TEXT_LENGTH})
    )  # fmt: skip
    discipline = forms.BooleanField(
        label="附上培训纪律要求（管理指南第十至十五条），并登记提醒", required=False
    )

    def clean_group(self) -> int:
        """The number; 0 for none."""
        return int(self.cleaned_data.get("group") or 0)
