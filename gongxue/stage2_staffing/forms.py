"""Input shapes of stage 2."""

from __future__ import annotations

from typing import Any

from django import forms

from gongxue.regulations.invitations import RESCUE_HOURS, AnswerWindow, DeclineReason
from gongxue.stage2_staffing.actions import PREFERENCES

LETTER = forms.Textarea(attrs={"rows": 3, "placeholder": "如：食宿由我院统一安排，课酬按标准发放。"})


class IdsField(forms.Field):
    """Numbers of rows in the order in which they were chosen: one hidden input each."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": "选择的人员不能识别，请重新选择。"}

    def to_python(self, value: Any) -> list[int]:
        """The numbers; an error for anything else."""
        texts = [str(text) for text in value or ()]
        if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in texts):
            raise forms.ValidationError(self.error_messages["invalid"])
        return [int(text) for text in texts]


class OpeningForm(forms.Form):
    """The opening application 开班申请: preferred instructors, best first, and remarks (TR 8)."""

    preferred = IdsField(label="授课骨干教师选择倾向", required=False)
    remarks = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如希望授课骨干教师擅长的方向、设备条件等，可不填。",
    )  # fmt: skip

    @property
    def chosen(self) -> list[int]:
        """What was chosen, for a page that is shown again; empty when it cannot be read."""
        try:
            sent = self["preferred"].value() if self.is_bound else []
            return IdsField().to_python(sent)[: 2 * PREFERENCES]
        except forms.ValidationError:
            return []


class InviteForm(forms.Form):
    """Whom to ask for which seat: `people.<number>=<seat>`; the same for the nomination of experts."""

    letter = forms.CharField(label="附言", max_length=500, required=False, widget=LETTER)
    reason = forms.CharField(label="邀请本机构教师的理由", max_length=500, required=False)
    answer_by = forms.DateField(
        label="答复期限", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def within(self, window: AnswerWindow) -> InviteForm:
        """The form with the limits of the answer day, and the usual day filled in."""
        field = self.fields["answer_by"]
        field.initial = window.proposed.isoformat()
        field.widget.attrs |= {"min": window.earliest.isoformat(), "max": window.latest.isoformat()}
        return self

    def clean(self) -> dict[str, Any]:
        """Adds `people`: number → seat, as sent; the act judges both."""
        found: dict[int, str] = {}
        for key, seat in self.data.items():
            if key.startswith("people."):
                number = IdsField().to_python([key.removeprefix("people.")])
                found |= {one: str(seat)[:20] for one in number}
        return {**(super().clean() or {}), "people": found}


class RescueForm(forms.Form):
    """Whom to ask at once for an empty seat, and for how long."""

    seat = forms.RegexField(r"^(instructor|examiner)-\d{1,2}$", label="席位", widget=forms.HiddenInput)
    people = IdsField(label="教师", required=False)
    hours = forms.TypedChoiceField(
        label="答复时限", choices=[(n, f"{n} 小时") for n in RESCUE_HOURS], coerce=int, initial=RESCUE_HOURS[1],
        widget=forms.RadioSelect, help_text="到时未答复的，邀请自动失效；最后一小时提醒一次。",
    )  # fmt: skip
    letter = forms.CharField(
        label="附言", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "如：原任教师突发疾病，往返交通由我院安排。"}),
    )  # fmt: skip

    @property
    def chosen(self) -> list[int]:
        """Who was chosen, for a page that is shown again; empty when it cannot be read."""
        try:
            return IdsField().to_python(self["people"].value()) if self.is_bound else []
        except forms.ValidationError:
            return []


class AnswerForm(forms.Form):
    """The answer to an invitation: accepting over one's own inconvenient days needs a word, declining a kind of reason
    and perhaps words."""

    despite_away = forms.BooleanField(label="我已另作安排，这些日子仍可承担本班任务", required=False)
    code = forms.ChoiceField(
        label="婉拒原因", required=False, choices=[(r.value, r.title) for r in DeclineReason],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label="补充说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="培训机构可见。选“其他原因”时请写明。",
    )
