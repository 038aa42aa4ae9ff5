"""The gallery: every component of the page kit with its states, on one page, made of invented samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gongxue.foundation.pages.templatetags.kit import tone_of
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import STAGES, THINGS, TITLES, State

TODAY = date(2023, 6, 1)
TONES = {"quiet": "未开始", "run": "进行中", "wait": "待办", "good": "完成", "bad": "逾期"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A thing in a state, as the kit asks for it."""

    THING: str
    state: State

    @property
    def state_title(self) -> str:
        """待省级审核 …"""
        return TITLES[self.state]


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="单行文字", help_text="说明写在输入框下面，一句话。")
    level = forms.ChoiceField(label="选择", choices=[("3", "三级"), ("2", "二级"), ("1", "一级")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    number = forms.IntegerField(label="数字", min_value=1, max_value=30)
    sex = forms.ChoiceField(label="单选", choices=[("男", "男"), ("女", "女")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="勾选：已阅读并同意", required=False)
    file = forms.FileField(label="文件", required=False)
    text = forms.CharField(label="多行文字", widget=forms.Textarea(attrs={"rows": 3}), required=False)


BREACHES = (
    Breach(
        "enrolment.class_full",
        "TR 11.3",
        "本班已录取 30 人，不能再录取。",
        "可列入候补，有人退出时依次递补。",
    ),
    Breach(
        "opening.late",
        "TR 8",
        "开班申请最迟应于2023年5月3日提出，已逾期 2 天。",
        "请申请调整开班日期，或请省级管理部门准予延期。",
    ),
)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its states; for whoever builds pages."""
    data: dict[str, Any] = {"level": "3", "day": "2023-06-12", "number": "31", "sex": "女"}
    shown = {
        "tones": TONES.items(),
        "states": [
            (thing.title, [(Sample(thing.name, state), tone_of(state)) for state in thing.states])
            for thing in THINGS.values()
        ],
        "dues": [TODAY + timedelta(days=n) for n in (-2, 0, 3, 12)],
        "today": TODAY,
        "form": SampleForm(initial=data),
        "wrong": SampleForm(data | {"name": ""}),
        "breaches": BREACHES,
        "steps": [
            (title, tone)
            for title, tone in zip(STAGES, ("done", "done", "done", "late", "now", "", ""), strict=True)
        ],
    }
    return render(request, "pages/gallery.html", shown)
