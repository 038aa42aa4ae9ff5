"""Input shapes of stage 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.regulations.attendance import WINDOW_MINUTES, Presence
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.parallel import MOST_GROUPS, group_title
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import lessons_of

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


class WindowForm(RollForm):
    """A check-in of a period: how long, and from when one is late."""

    minutes = forms.IntegerField(min_value=1, max_value=WINDOW_MINUTES[1])
    late_after = forms.IntegerField(min_value=0, max_value=WINDOW_MINUTES[1])

    def clean_group(self) -> int:
        """0 for everybody."""
        return self.cleaned_data.get("group") or 0


class OnlineForm(forms.Form):
    """Periods of a day that are held online, and where."""

    breaches: Sequence[Breach] = ()
    day = forms.TypedChoiceField(label="日期", coerce=date.fromisoformat)
    periods = forms.TypedMultipleChoiceField(label="课时", coerce=int, widget=forms.CheckboxSelectMultiple)
    group = forms.TypedChoiceField(label="小组", coerce=int, required=False)
    link = forms.CharField(
        label="课堂链接", max_length=300, help_text="会议或课程平台的完整网址，以 https:// 开头。",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip
    material = forms.CharField(
        label="资料和说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如：会议号和入会密码、须先下载的资料。",
    )  # fmt: skip

    def __init__(self, training_class: TrainingClass, data: Any = None) -> None:
        super().__init__(data)
        lessons = lessons_of(training_class)
        groups = sorted({group for taught in lessons.values() for group in taught} | {0})
        days = dict.fromkeys(day for day, _ in lessons)
        self.fields["day"].choices = [(day.isoformat(), said(day)) for day in days]  # type: ignore[attr-defined]
        periods = sorted({period for _, period in lessons})
        self.fields["periods"].choices = [(n, f"第 {n} 课时") for n in periods]  # type: ignore[attr-defined]
        self.fields["group"].choices = [(n, group_title(n)) for n in groups]  # type: ignore[attr-defined]

    def clean_group(self) -> int:
        """0 for the whole class."""
        return self.cleaned_data.get("group") or 0


def presences_in(
    data: Mapping[str, str], attendees: list[Attendee], usual: Mapping[int, str] | None = None
) -> dict[int, str]:
    """attendee id → presence as it was marked. Who is not mentioned is as `usual` says, else present; "" is not marked."""
    known = usual or {}
    found = {
        a.pk: data.get(f"presences.{a.pk}") or known.get(a.pk, Presence.PRESENT.value) for a in attendees
    }
    return {pk: word for pk, word in found.items() if word}


def seen_in(data: Mapping[str, str], attendees: list[Attendee]) -> dict[int, str]:
    """attendee id → the presence that the page showed; empty for a page that does not say."""
    found = {a.pk: data.get(f"seen.{a.pk}", "") for a in attendees}
    return {pk: shown for pk, shown in found.items() if shown}
