"""Rubrics: what is in force for each level and assessment, the editor, two versions side by side, publishing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import perform, read_input, visible
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import RubricDraftState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.regulations.rubrics import BANDS, CRITERIA, WHOLE, Wish, differences, draft_breaches
from gongxue.stage6_assessment import actions
from gongxue.stage6_assessment.models import RubricDraft, RubricVersion
from gongxue.stage6_assessment.queries.rubrics import (
    rubric_drafts_visible_to,
    rubrics_visible_to,
    slots_visible_to,
    versions_of,
)

Data = dict[str, Any]


def rubrics(request: Request) -> HttpResponse:
    """Every level and assessment: what is in force, what was, what is being written, what is still to be entered."""
    role, today = request.role, clock.today()
    slots = slots_visible_to(role, today)
    shown = {
        "slots": slots,
        "missing": sum(not slot.has_official for slot in slots),
        "versions": [row for slot in slots for row in slot.versions],
        "may_write": role.may(Permission.BEGIN_RUBRIC),
        "today": today,
    }
    return render(request, "assessment/rubrics.html", shown)


def rubric(request: Request, pk: int) -> HttpResponse:
    """One published version as its scorers and trainees read it."""
    version: RubricVersion = visible(RubricVersion, pk, request.role)
    return render(request, "assessment/rubric.html", {"version": version, "rubric": version.rubric})


def compare(request: Request, level: str, part: str) -> HttpResponse:
    """Any two versions of one level and assessment, or the draft and a version: `old=12`, `new=draft`."""
    if level not in list(Level) or part not in list(Part):
        raise Http404
    rows = rubrics_visible_to(request.role).filter(level=level, part=part)
    choices = {str(row.pk): (f"第 {row.number} 版", row.rubric) for row in rows}
    draft = rubric_drafts_visible_to(request.role).filter(level=level, part=part).first()
    if draft:
        choices = {"draft": ("草稿", draft.rubric), **choices}
    if not choices:
        raise Http404
    keys = list(choices)
    new = request.GET.get("new") if request.GET.get("new") in keys else keys[0]
    before = keys[min(keys.index(str(new)) + 1, len(keys) - 1)]
    old = request.GET.get("old") if request.GET.get("old") in keys else before
    shown = {
        "choices": [(key, title) for key, (title, _) in choices.items()],
        "old": old,
        "new": new,
        "old_title": choices[str(old)][0],
        "new_title": choices[str(new)][0],
        "title": choices[str(new)][1].title,
        "found": differences(choices[str(old)][1], choices[str(new)][1]),
        "today": clock.today(),
    }
    return render(request, "assessment/rubric_compare.html", shown)


@require_POST
def begin(request: Request) -> HttpResponseBase:
    """Begin a version, empty or copied; a second click leads to the same draft."""
    act = ACTS[Permission.BEGIN_RUBRIC]
    inputs = {p.name: read_input(p, request) for p in act.parameters}
    draft, _ = perform(act, inputs, request)
    if draft is None:
        rows = rubric_drafts_visible_to(request.role)
        draft = rows.filter(level=inputs["level"], part=inputs["part"]).first()
        if draft is None:
            return redirect("rubrics")
    return redirect(Permission.EDIT_RUBRIC.value, draft.pk)


# The editor -----------------------------------------------------------------------------------------------------------


def edit(request: Request, pk: int) -> HttpResponseBase:
    """The draft to write, criterion by criterion; every button saves what stands on the page."""
    draft: RubricDraft = visible(RubricDraft, pk, request.role)
    if draft.state != RubricDraftState.DRAFT:
        messages.info(request, f"这份草稿{draft.state_title}。")
        return redirect("rubrics")
    data = draft.definition
    if request.method != "POST":
        return _page(request, draft, data)
    made = posted(data, request.POST)
    try:
        actions.save_rubric(
            draft=draft, definition=made, by=request.role, now=clock.now(), seen=_seen(request)
        )
    except Refusal as refusal:
        return _page(request, draft, made, refusal.breaches, refusal.status)
    if request.POST.get("do") == "publish":
        return redirect(Permission.PUBLISH_RUBRIC.value, draft.pk)
    messages.success(request, "已保存。")
    return redirect(Permission.EDIT_RUBRIC.value, draft.pk)


def _seen(request: Request) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def posted(data: Mapping[str, Any], post: QueryDict) -> Data:
    """The whole definition after the page was sent and a button (`do`) was pressed.

    Buttons: `add`, `remove:2`, `up:2`, `down:2` for criteria, `band-add`, `band-remove:2` for bands.
    """
    bands = [
        {"title": _words(post, f"b.{n}.title"), "low": _number(post, f"b.{n}.low")}
        for n in range(len(data["bands"]))
    ]
    criteria = [_criterion(one, f"c.{n}.", len(bands), post) for n, one in enumerate(data["criteria"])]
    made = {
        "title": _words(post, "title"),
        "source": _words(post, "source"),
        "official": "official" in post,
        "bands": bands,
        "criteria": criteria,
    }
    what, _, at = _words(post, "do").partition(":")
    _done(made, what, int(at) if at.isascii() and at.isdigit() and len(at) < 3 else -1)
    return made


def _criterion(one: Mapping[str, Any], name: str, bands: int, post: QueryDict) -> Data:
    return {
        "code": one["code"],
        "title": _words(post, f"{name}title"),
        "weight": _number(post, f"{name}weight"),
        "hint": _words(post, f"{name}hint"),
        "comment": _words(post, f"{name}comment"),
        "levels": [_words(post, f"{name}level.{n}") for n in range(bands)],
    }


def _words(post: QueryDict, name: str) -> str:
    return str(post.get(name, "")).replace("\r\n", "\n").strip()


def _number(post: QueryDict, name: str) -> int:
    """A whole number; anything else is -1, which the rule refuses by name."""
    text = _words(post, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _done(made: Data, what: str, n: int) -> None:
    criteria, bands = made["criteria"], made["bands"]
    if what == "add" and len(criteria) < CRITERIA:
        taken = [int(one["code"]) for one in criteria if one["code"].isdigit()]
        fresh = {
            "code": str(max(taken, default=0) + 1),
            "title": "",
            "weight": 0,
            "hint": "",
            "comment": "may",
        }
        criteria.append(fresh | {"levels": [""] * len(bands)})
    elif what == "remove" and 0 <= n < len(criteria) > 1:
        criteria.pop(n)
    elif what in ("up", "down") and 0 <= n < len(criteria):
        to = max(0, min(len(criteria) - 1, n + (-1 if what == "up" else 1)))
        criteria.insert(to, criteria.pop(n))
    elif what == "band-add" and len(bands) < BANDS:
        bands.append({"title": "", "low": 0})
        for one in criteria:
            one["levels"].append("")
    elif what == "band-remove" and 0 <= n < len(bands) > 1:
        bands.pop(n)
        for one in criteria:
            one["levels"].pop(n)


def _page(
    request: Request, draft: RubricDraft, data: Data, breaches: Iterable[Breach] = (), status: int = 200
) -> HttpResponse:
    shown = {
        "draft": draft,
        "data": data,
        "criteria": [
            (n, one, list(zip(range(len(data["bands"])), data["bands"], one["levels"], strict=True)))
            for n, one in enumerate(data["criteria"])
        ],
        "sum": sum(one["weight"] for one in data["criteria"]),
        "whole": WHOLE,
        "wishes": list(Wish),
        "problems": draft_breaches(draft.rubric),
        "breaches": breaches,
        "seen": _seen(request) or draft.version,
    }
    return render(request, "assessment/rubric_draft.html", shown, status=status)


def publish(request: Request, pk: int) -> HttpResponseBase:
    """The second look: every difference from the version before, the day it begins."""
    draft: RubricDraft = visible(RubricDraft, pk, request.role)
    breaches: Iterable[Breach] = ()
    status = 200
    if request.method == "POST":
        act = ACTS[Permission.PUBLISH_RUBRIC]
        try:
            inputs = {p.name: read_input(p, request) for p in act.parameters[1:]}
            perform(act, {"draft": draft, **inputs}, request)
            messages.success(request, f"《{draft.rubric.title}》已发布。此前开始的考核仍按原评分标准评分。")
            return redirect("rubrics")
        except Refusal as refusal:
            breaches, status = refusal.breaches, refusal.status
    last = versions_of(draft.level, draft.part).first()
    shown = {
        "draft": draft,
        "rubric": draft.rubric,
        "last": last,
        "number": last.number + 1 if last else 1,
        "found": differences(last.rubric, draft.rubric) if last else [],
        "problems": draft_breaches(draft.rubric),
        "breaches": breaches,
        "tomorrow": clock.today() + timedelta(days=1),
        "typed": request.POST.get("effective_from", ""),
    }
    return render(request, "assessment/rubric_publish.html", shown, status=status)
