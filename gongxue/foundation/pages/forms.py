"""How a view shows a refusal inside its form, with what was typed kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest

from gongxue.foundation.lifecycle.errors import Conflict, Refusal
from gongxue.regulations.calendar import said


def chosen(request: HttpRequest, *names: str) -> dict[str, str]:
    """What a filter form in the address says, every field of it: an absent one is empty, long ones are cut."""
    return {name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in names}


@contextmanager
def refusals(form: forms.BaseForm) -> Iterator[None]:
    """Turn a refusal into errors of the form; the page is then rendered again with the status of `answer_status`."""
    try:
        yield
    except Refusal as refusal:
        form.breaches = refusal.breaches  # type: ignore[attr-defined]
        form.refused_with = refusal.status  # type: ignore[attr-defined]
        for breach in refusal.breaches:
            form.add_error(None, str(breach))


def answer_status(form: forms.BaseForm) -> int:
    """200 for a form that is only shown, 422 for one that cannot be, 409 when somebody else was faster."""
    return int(getattr(form, "refused_with", 422)) if form.errors else 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a form: what stands in the books now and what was typed."""

    label: str
    saved: str
    typed: str


def is_conflict(form: forms.BaseForm) -> bool:
    """Whether somebody else was faster than what was sent."""
    return answer_status(form) == Conflict.status


def differences(form: forms.Form, saved: Any) -> list[Difference]:
    """After a conflict, every field in which the row as it is saved now differs from what was typed; else nothing.

    `saved` has an attribute for each field of the form and was read after the refusal. The page that shows this may
    be saved again under the version of `saved`: what it overwrites has then been seen.
    """
    if not is_conflict(form):
        return []
    pairs = {name: (getattr(saved, name), form.cleaned_data.get(name)) for name in form.fields}
    return [
        Difference(str(field.label or name), _words(field, pairs[name][0]), _words(field, pairs[name][1]))
        for name, field in form.fields.items()
        if _plain(pairs[name][0]) != _plain(pairs[name][1])
    ]


def _plain(value: Any) -> str:
    """A value as a form sends it: browsers end lines in their own way, and saving cuts the ends."""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _words(field: forms.Field, value: Any) -> str:
    """A value as the page would show it."""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, date):
        return said(value)
    return _plain(value) or "（空）"
