"""Input shapes of stage 4. Form 1 itself is data: see foundation.official_forms."""

from __future__ import annotations

from typing import Any

from django import forms

from gongxue.regulations.calendar import enrolment_due
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.actions import CONTACT_LIMIT, NOTICE_LIMIT
from gongxue.stage4_enrolment.models import Enrolment
from gongxue.stage4_enrolment.queries import suggested_notice


class NoticeForm(forms.Form):
    """The enrolment notice; before anything was written it holds a text from the class and its programme."""

    text = forms.CharField(
        label="通知正文",
        max_length=NOTICE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text="纪律要求会自动附在正文之后（管理指南第十条），不必抄写。",
    )
    contact = forms.CharField(
        label="联系人及电话",
        max_length=CONTACT_LIMIT,
        widget=forms.TextInput(attrs={"placeholder": "如：培训处李老师 0319-1234567"}),
    )
    closes_on = forms.DateField(
        label="报名截止日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="截止日当天仍可报名。",
    )

    def __init__(
        self, *args: Any, training_class: TrainingClass, enrolment: Enrolment | None, **kwargs: Any
    ) -> None:
        if enrolment is not None:
            kwargs["initial"] = {name: getattr(enrolment, name) for name in ("text", "contact", "closes_on")}
        else:
            due = enrolment_due(training_class.first_day, training_class.edition)
            kwargs["initial"] = {"text": suggested_notice(training_class), "closes_on": due.on}
        super().__init__(*args, **kwargs)
