"""The versions of every form: what is in force, what will be, what was; one version, two side by side (TR 脚注⑦)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.foundation.official_forms.queries import answers_by_version, drafts_visible_to
from gongxue.foundation.official_forms.views.blank import sheet_file, sheet_shown
from gongxue.foundation.pages.act import visible
from gongxue.regulations.official_forms import Form
from gongxue.regulations.official_forms.comparison import Difference, Piece, differences, pieces


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list."""

    version: FormVersion
    tone: str  # good: in force, run: will be, quiet: was
    says: str
    answers: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One form with its versions, the newest first, and the draft of the next."""

    version: FormVersion  # the newest
    lines: tuple[Line, ...]
    draft: FormDraft | None


def versions(request: Request) -> HttpResponse:
    """Every form with its versions and drafts."""
    found: dict[str, list[FormVersion]] = {}
    for version in FormVersion.objects.select_related("published_by").order_by("code", "-number"):
        found.setdefault(version.code, []).append(version)
    today, counts = clock.today(), answers_by_version()
    open_drafts = {draft.code: draft for draft in drafts_visible_to(request.role)}
    forms = [
        Listed(rows[0], tuple(_lines(rows, counts, today)), open_drafts.get(code))
        for code, rows in found.items()
    ]
    return render(request, "official_forms/versions.html", {"forms": forms, "today": today})


def _lines(rows: list[FormVersion], counts: dict[int, int], today: date) -> list[Line]:
    lines, in_force = [], False
    for row in rows:
        if row.effective_from > today:
            tone, says = "run", "待施行"
        elif in_force:
            tone, says = "quiet", "已停用"
        else:
            tone, says, in_force = "good", "现行", True
        lines.append(Line(row, tone, says, counts.get(row.pk, 0)))
    return lines


def version(request: Request, pk: int) -> HttpResponseBase:
    """One version as it is printed; `as=pdf` or `as=docx`: the file."""
    row: FormVersion = visible(FormVersion, pk, request.role)
    if made := sheet_file(request, row.form, str(row), back=request.path):
        return made
    return render(request, "official_forms/version.html", {**sheet_shown(request, row.form), "version": row})


# Two versions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in words: the sentence, or the wording piece by piece."""

    where: str
    says: str
    pieces: tuple[Piece, ...] = ()


def _change(found: Difference) -> Change:
    if (
        found.what in ("文字", "填写提示", "行文", "填表说明", "说明", "标题", "表内标题", "名称")
        and found.before
    ):
        return Change(found.where, f"{found.what}修改", tuple(pieces(found.before, found.after)))
    if found.what in ("新增", "移到另一部分"):
        return Change(
            found.where,
            f"{found.what}（{found.after}）" if found.what == "新增" else f"移到“{found.after}”部分",
        )
    if not (found.before or found.after):
        return Change(found.where, found.what)
    return Change(found.where, f"{found.what}由“{found.before or '无'}”改为“{found.after or '无'}”")


GROUPS = (
    ("新增", ("新增", "新增部分")),
    ("删去", ("删去", "删去部分")),
    ("移动", ("移动", "移到另一部分", "部分的顺序")),
    ("文字修改", ("文字", "填写提示", "行文", "填表说明", "说明", "标题", "表内标题", "名称")),
)


def grouped(old: Form, new: Form) -> list[tuple[str, list[Change]]]:
    """The differences in words, by kind: added, removed, moved, reworded, everything else."""
    found = differences(old, new)
    named = {what for _, kinds in GROUPS for what in kinds}
    groups = [(title, [_change(d) for d in found if d.what in kinds]) for title, kinds in GROUPS]
    groups.append(("其他修改", [_change(d) for d in found if d.what not in named]))
    return [(title, changes) for title, changes in groups if changes]


def compare(request: Request, code: str) -> HttpResponse:
    """Any two versions of a form, or its draft and a version: `old=12`, `new=draft`."""
    rows = list(FormVersion.objects.filter(code=code).order_by("-number"))
    if not rows:
        raise Http404
    choices: dict[str, tuple[str, Form]] = {str(row.pk): (f"第 {row.number} 版", row.form) for row in rows}
    if draft := drafts_visible_to(request.role).filter(code=code).first():
        choices = {"draft": ("草稿", draft.form), **choices}
    keys = list(choices)
    new = _chosen(request.GET.get("new"), keys, keys[0])
    old = _chosen(request.GET.get("old"), keys, keys[min(keys.index(new) + 1, len(keys) - 1)])
    shown: dict[str, Any] = {
        "title": rows[0].title,
        "choices": [(key, title) for key, (title, _) in choices.items()],
        "old": old,
        "new": new,
        "old_title": choices[old][0],
        "new_title": choices[new][0],
        "groups": grouped(choices[old][1], choices[new][1]),
        "today": clock.today(),
    }
    return render(request, "official_forms/compare.html", shown)


def _chosen(wanted: str | None, keys: list[str], default: str) -> str:
    return wanted if wanted in keys else default
