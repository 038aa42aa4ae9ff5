"""A form on a page while it is filled in: saved as one types, two windows at once, every error at its item.

    filling = Filling(answer, known_of(row), row.version)
    return saved(request, filling, save, again=…, stay=…)        # `save` is the act of whoever the form belongs to

The page includes `official_forms/faults.html`, `form.html` and `progress.html` inside a form with `data-autosave`, and loads
`official_forms/form.js`. Without script the same form is saved by its button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.timezone import localtime

from gongxue.foundation import clock
from gongxue.foundation.lifecycle.errors import Conflict, Refusal
from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.official_forms.rendering import BoundForm, answers_from_post, bound_form
from gongxue.regulations.breaches import Breach

Save = Callable[[dict[str, Any], int], int]  # (answers, version seen) → the version now
Again = Callable[[Mapping[str, Any], Refusal], HttpResponseBase]  # the page again, with what was typed
SHOWN = 60  # characters of the other window's answer


@dataclass(frozen=True, slots=True)
class Filling:
    """An answer, what is known and not asked, and the version of whatever it belongs to."""

    answer: Answer
    derived: Mapping[str, Any]
    version: int
    role: str = ""
    times: int = 1

    def posted(self, request: HttpRequest) -> dict[str, Any]:
        """The answers of a submitted form."""
        answer = self.answer
        return answers_from_post(answer.version, answer.level, request.POST, "", self.role, self.times)

    def bound(self, answers: Mapping[str, Any] | None = None, breaches: Iterable[Breach] = ()) -> BoundForm:
        """The form for the templates; without answers with those that are stored."""
        given = self.answer.all_items() if answers is None else answers
        return bound_form(
            self.answer.version, self.answer.level, given, self.derived, breaches=breaches, role=self.role,
            times=self.times,
        )  # fmt: skip

    def seen(self, request: HttpRequest, refusal: Refusal | None = None) -> int:
        """What the page names as seen: after a conflict still the old version, so that no try passes unseen."""
        return version_seen(request) if isinstance(refusal, Conflict) else self.version


def version_seen(request: HttpRequest) -> int:
    """The version that the page showed, 0 when it does not say."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def saved(request: HttpRequest, filling: Filling, save: Save, *, again: Again, stay: str) -> HttpResponseBase:
    """Save what stands in the form: JSON for the script, without it the page again or the address `stay`."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    answers, now = filling.posted(request), clock.now()
    try:
        version = save(answers, version_seen(request))
    except Refusal as refusal:
        return _refused(filling, answers, refusal) if wants_json else again(answers, refusal)
    if wants_json:
        return _progress(filling.bound(answers), version, now)
    messages.success(request, f"已保存 {localtime(now):%H:%M}。")
    return redirect(stay)


def _progress(form: BoundForm, version: int, now: datetime) -> JsonResponse:
    return JsonResponse(
        {
            "saved": f"{localtime(now):%H:%M}",
            "seen": version,
            "answered": form.answered,
            "total": form.total,
            "parts": {s.id: f"{s.answered}/{len(s.owed)}" for s in form.sections},
        }
    )


def _refused(filling: Filling, answers: Mapping[str, Any], refusal: Refusal) -> JsonResponse:
    form = filling.bound(answers, refusal.breaches)
    errors = {f.id: f.error for f in form.faulty}
    says = [str(b) for b in refusal.breaches if not errors] or ["有内容不能保存，请按提示改正。"]
    told: dict[str, Any] = {"says": says[0], "errors": errors}
    if isinstance(refusal, Conflict):
        told |= {"now": filling.version, "theirs": _theirs(filling, answers)}
    return JsonResponse(told, status=refusal.status)


def _theirs(filling: Filling, answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """What another window has saved that this one has not: nothing is overwritten unseen."""
    mine = {f.item.code: f.value for f in filling.bound(answers).fields}
    other = [f for f in filling.bound().fields if not f.item.derived and f.value != mine.get(f.item.code, "")]
    return [{"label": f.item.named, "value": _short(f.value)} for f in other]


def _short(words: str) -> str:
    if words == "on":
        return "已勾选"
    return f"{words[:SHOWN]}…" if len(words) > SHOWN else words or "（空）"
