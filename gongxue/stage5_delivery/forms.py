"""Input shapes of stage 5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.regulations.attendance import Presence
from gongxue.regulations.parallel import MOST_GROUPS
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.models import Attendee

MEGABYTE = 1024 * 1024
GROUPS = range(1, 11)  # the numbers that the act takes


class ProductForm(forms.Form):
    """A learning product 学习成果: the file comes last, so that a refused one leaves the words."""

    title = forms.CharField(label="成果名称", max_length=120, help_text="如：学习任务设计方案及工作页。")
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(
        label="文件",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in (*PRODUCTS.types, "jpeg"))}),
        help_text=f"可传 {'、'.join(PRODUCTS.types)}，不超过 {PRODUCTS.limit // MEGABYTE} MB。",
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        """A product is a file, or words that say what it is; a file that was cut off is named as too large."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.too_large:
            self.add_error(
                "file", f"文件超过 {PRODUCTS.limit // MEGABYTE} MB，没有接收。请压缩后再传，已填的文字仍在。"
            )
        elif not cleaned.get("file") and not (cleaned.get("note") or "").strip():
            self.add_error("file", "请选择文件；没有文件的成果，请在“说明”中写清内容。")
        return cleaned


class RollForm(forms.Form):
    """Which period is called: one of the timetable's, of everybody or of one of its groups."""

    day = forms.DateField()
    period = forms.IntegerField(min_value=1, max_value=99)
    group = forms.IntegerField(min_value=0, max_value=MOST_GROUPS, required=False)

    def sessions(self, training_class: TrainingClass) -> list[CourseSession]:
        """What the timetable has in the period, group by group; nothing when the address names none of it."""
        if not self.is_valid():
            return []
        day, period = self.cleaned_data["day"], self.cleaned_data["period"]
        rows = list(
            CourseSession.objects.inside(training_class=training_class, day=day, period=period).order_by(
                "group"
            )
        )
        return rows if self.alone in {0, *(row.group for row in rows)} else []

    @property
    def alone(self) -> int:
        """The group whose roll is called alone; 0: everybody's."""
        return (self.cleaned_data.get("group") or 0) if self.is_valid() else 0


def presences_in(data: Mapping[str, str], attendees: list[Attendee]) -> dict[int, str]:
    """attendee id → presence as it was marked; who is not mentioned is present."""
    return {a.pk: data.get(f"presences.{a.pk}") or Presence.PRESENT.value for a in attendees}


def seen_in(data: Mapping[str, str], attendees: list[Attendee]) -> dict[int, str]:
    """attendee id → the presence that the page showed; empty for a page that does not say."""
    found = {a.pk: data.get(f"seen.{a.pk}", "") for a in attendees}
    return {pk: shown for pk, shown in found.items() if shown}
