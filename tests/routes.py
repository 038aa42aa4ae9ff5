"""Every page of the resolver with an address that leads to it: what the generated tests walk over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from gongxue.foundation.access.routes import Open
from gongxue.foundation.lifecycle.acts import ACTS

ABSENT = 987_654_321


@dataclass(frozen=True)
class Page:
    """One URL of ours: its name, what it needs, which inputs its address has."""

    name: str
    needs: Any
    inputs: dict[str, bool]  # name of an input → whether it is a number
    route: str

    def at(self, pk: int = ABSENT) -> str:
        """An address with `pk`; other numbers are 1, words are `x`."""
        numbers = {"pk": pk}
        return reverse(
            self.name, kwargs={n: numbers.get(n, 1) if number else "x" for n, number in self.inputs.items()}
        )

    @property
    def is_public(self) -> bool:
        """Seen without an account."""
        return self.needs == Open.PUBLIC

    @property
    def model(self) -> type[models.Model] | None:
        """The row that the address names, when the page is an act on a row."""
        act = ACTS.get(self.needs) if self.name == self.needs else None
        thing = act.object_parameter if act is not None and "pk" in self.inputs else None
        return thing.model if thing is not None else None


def pages() -> list[Page]:
    """Every URL that is not of the API, in the order of the resolver."""
    return [
        Page(str(p.name), getattr(p.callback, "needs", None), _inputs(p), str(p.pattern))
        for p in _patterns(get_resolver())
    ]


def _inputs(pattern: URLPattern) -> dict[str, bool]:
    return {name: isinstance(c, IntConverter) for name, c in pattern.pattern.converters.items()}


def _patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.append(pattern)
        elif pattern.namespace is None:
            found += _patterns(pattern)
    return found


def page(name: str) -> Page:
    """A page by its name."""
    return next(p for p in pages() if p.name == name)
