"""How a view shows a refusal inside its form, with what was typed kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.http import HttpRequest

from gongxue.foundation.lifecycle.errors import Refusal


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
