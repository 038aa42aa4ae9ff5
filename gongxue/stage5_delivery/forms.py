"""Input shapes of stage 5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime

from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.regulations.attendance import WINDOW_MINUTES, Presence
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.levels import MODULES, Level
from gongxue.regulations.parallel import MOST_GROUPS, group_title
from gongxue.regulations.products import FILES_MOST, NOTE_LIMIT, SAYS_LIMIT, TITLE_LIMIT, FileKind, WorkMode
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.models import Assignment, Attendee
from gongxue.stage5_delivery.queries import lessons_of

MEGABYTE = 1024 * 1024
GROUPS = range(1, 11)  # the numbers that the act takes


class ProductForm(forms.Form):
    """A learning product 学习成果: the file comes last, so that a refused one leaves the words."""

    assignment = forms.TypedChoiceField(
        label="对应任务",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "自选成果（不对应任务）")],
    )
    title = forms.CharField(
        label="成果名称", max_length=TITLE_LIMIT, help_text="如：学习任务设计方案及工作页。"
    )
    note = forms.CharField(
        label="说明", max_length=NOTE_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(
        label="文件",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in (*PRODUCTS.types, "jpeg"))}),
        help_text=f"可传 {'、'.join(PRODUCTS.types)}，不超过 {PRODUCTS.limit // MEGABYTE} MB。",
    )
    uploads = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(
        self, *args: Any, too_large: bool = False, tasks: Iterable[Assignment] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large
        asked = [(row.pk, f"{row.title}（{row.mode_title}）") for row in tasks]
        self.fields["assignment"].choices = [*self.fields["assignment"].choices, *asked]  # type: ignore[attr-defined]
        named = self.data.getlist("uploads") if isinstance(self.data, QueryDict) else []
        self.fields["uploads"].choices = [(uid, uid) for uid in named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A product is a file, or words that say what it is; a file that was cut off is named as too large."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.too_large:
            self.add_error(
                "file", f"文件超过 {PRODUCTS.limit // MEGABYTE} MB，没有接收。请压缩后再传，已填的文字仍在。"
            )
        elif not (cleaned.get("file") or cleaned.get("uploads") or (cleaned.get("note") or "").strip()):
            self.add_error("file", "请选择文件；没有文件的成果，请在“说明”中写清内容。")
        return cleaned


class AssignmentForm(forms.Form):
    """What is to be handed in 成果任务."""

    title = forms.CharField(label="任务名称", max_length=TITLE_LIMIT)
    says = forms.CharField(
        label="要求", max_length=SAYS_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写清内容、格式和评价要点。",
    )  # fmt: skip
    module = forms.ChoiceField(label="所属模块", required=False)
    mode = forms.ChoiceField(
        label="完成方式", choices=[(m.value, m.title) for m in WorkMode], widget=forms.RadioSelect,
        initial=WorkMode.INDIVIDUAL.value, help_text="小组完成的，任一成员提交即为全组提交。",
    )  # fmt: skip
    due = forms.CharField(
        label="截止时间", max_length=16, widget=forms.TextInput(attrs={"type": "datetime-local"}),
        help_text="须在培训期间；逾期仍可提交，标记为“逾期”。",
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="文件类型", required=False, choices=[(k.value, k.title) for k in FileKind],
        widget=forms.CheckboxSelectMultiple, help_text="不选表示各类文件都可以。",
    )  # fmt: skip
    most_files = forms.IntegerField(label="最多文件数", min_value=1, max_value=FILES_MOST, initial=1)

    def __init__(self, *args: Any, level: Level, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        modules = [(m.code, f"{m.code} {m.title}") for m in MODULES if m.level == level]
        self.fields["module"].choices = [("", "不限模块"), *modules]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: Assignment, level: Level) -> AssignmentForm:
        """As a set assignment stands; its module and mode stay."""
        due = localtime(row.due_at)
        shown = {
            "title": row.title, "says": row.says, "module": row.module, "mode": row.mode, "due": f"{due:%Y-%m-%dT%H:%M}", "kinds": row.kinds, "most_files": row.most_files,
        }  # fmt: skip
        form = cls(initial=shown, level=level)
        return form.without_fixed()

    def as_inputs(self) -> dict[str, Any]:
        """What the acts take."""
        said = {name: str(value) for name, value in self.cleaned_data.items() if name != "kinds"}
        return {"task": said, "kinds": self.cleaned_data["kinds"]}

    def without_fixed(self) -> AssignmentForm:
        """The form of a change: module and mode are not asked again."""
        del self.fields["module"], self.fields["mode"]
        return self


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
