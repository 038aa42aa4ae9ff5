"""Input shapes of stage 1."""

from __future__ import annotations

from typing import Any

from django import forms

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Organisation
from gongxue.parties.queries import approvals_of, institution_kind
from gongxue.regulations.approvals import running_out
from gongxue.regulations.calendar import deadlines_of_class, said
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.changes import FIELD_TITLES, ChangeKind
from gongxue.regulations.deadline_table import GRANTABLE
from gongxue.regulations.levels import Level
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.changes import PlanLine

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RoundForm(forms.Form):
    """Opening a round."""

    year = forms.IntegerField(label="年份", min_value=2022, max_value=2098)
    half = forms.TypedChoiceField(label="半年", choices=[(1, "上半年"), (2, "下半年")], coerce=int)
    opens_on = forms.DateField(label="报送开始", widget=_DATE)
    closes_on = forms.DateField(label="报送截止", widget=_DATE, help_text="截止日当天仍可报送。")


class RoundDaysForm(forms.Form):
    """Changing the days of a round."""

    opens_on = forms.DateField(label="报送开始", widget=_DATE)
    closes_on = forms.DateField(label="报送截止", widget=_DATE, help_text="截止日当天仍可报送。")
    reason = forms.CharField(
        label="调整理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="各培训机构和省级管理部门都会收到。",
    )  # fmt: skip


class PlanWorkbookForm(forms.Form):
    """A workbook of plan lines."""

    workbook = forms.FileField(
        label="计划班次表", help_text=".xlsx 或 .xls，一次最多 80 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}),
    )  # fmt: skip


class LineForm(forms.Form):
    """A plan line: 培训时间, 培训级别, 专业大类, 招生范围, 培训人数 (TR 7)."""

    level = forms.ChoiceField(label="培训级别")
    category = forms.ChoiceField(label="专业大类", choices=list(CATEGORIES.items()))
    first_day = forms.DateField(label="开班日", widget=_DATE)
    last_day = forms.DateField(label="结束日", widget=_DATE)
    days = forms.IntegerField(label="培训天数", min_value=1, max_value=60)
    headcount = forms.IntegerField(
        label="培训人数", min_value=1, max_value=999, initial=30, help_text="每班不超过 30 人。"
    )
    scope = forms.CharField(
        label="招生范围", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如：面向全国技工院校机械类专业教师。",
    )  # fmt: skip
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(
        self, *args: Any, institution: Organisation, line: TrainingClass | None = None, **kwargs: Any
    ) -> None:
        if line is not None:
            names = ("level", "category", "first_day", "last_day", "days", "headcount", "scope", "note")
            kwargs.setdefault("initial", {name: getattr(line, name) for name in names})
        super().__init__(*args, **kwargs)
        kind = institution_kind(institution)
        self.fields["level"].choices = [(x.value, x.title) for x in Level if x.run_by == kind]  # type: ignore[attr-defined]
        self.fields["level"].help_text = _approved_words(institution)


def _approved_words(institution: Organisation) -> str:
    approvals = approvals_of(institution)
    if not approvals:
        return "获批资格待录入，请联系部指导中心登记。"
    words = "已获批：" + "、".join(sorted({f"{CATEGORIES[a.category]}{a.level.title}" for a in approvals}))
    ending = [
        f"{CATEGORIES[a.category]}{a.level.title}（{said(a.valid_until)}）"
        for a in running_out(approvals, clock.today())
    ]
    return f"{words}。即将到期，请及时续批：{'、'.join(ending)}。" if ending else words


class ExceptionForm(forms.Form):
    """Extending a deadline of one class."""

    deadline = forms.ChoiceField(label="期限")
    until = forms.DateField(label="延至", widget=_DATE)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dues = deadlines_of_class(training_class.first_day, training_class.last_day, training_class.edition)
        self.fields["deadline"].choices = [  # type: ignore[attr-defined]
            (d.key, f"{d.title}（{d.on}）") for d in dues if d.key in GRANTABLE
        ]


class ChangeForm(LineForm):
    """A class as it is to be in the national list, and why (TR 7 增补、调整; note 4)."""

    field_order = ("outside",)
    outside = forms.TypedChoiceField(
        label="途径", coerce=lambda value: value == "yes", required=False, widget=forms.RadioSelect,
        choices=[("no", "增补（列入计划）"), ("yes", "计划外班次")], initial="no",
        help_text="增补须在开班申请期限之前生效；来不及的作为计划外班次，由省级管理部门审核并上传盖章扫描件，单独统计。",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="将随变更公开。"
    )

    def __init__(self, *args: Any, institution: Organisation, kind: ChangeKind, **kwargs: Any) -> None:
        super().__init__(*args, institution=institution, **kwargs)
        self.kind = kind
        del self.fields["note"]
        if kind is not ChangeKind.ADD:
            del self.fields["outside"]
        for name in FIELD_TITLES if kind is ChangeKind.CANCEL else ():
            del self.fields[name]

    @property
    def line(self) -> PlanLine:
        """The values of the class."""
        return PlanLine(**{name: self.cleaned_data[name] for name in FIELD_TITLES})  # type: ignore[typeddict-item]
