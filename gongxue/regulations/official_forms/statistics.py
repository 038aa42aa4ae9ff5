"""Answers of many in sum, item by item: how often each option, the mean of a scale, the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..levels import Level
from .definition import Form, Item, ItemKind, items_for


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item in sum: how often each option, and the mean of its scores."""

    item: Item
    counts: tuple[tuple[str, int], ...]
    mean: float | None  # None without a scored answer: 不了解 carries no score
    texts: tuple[str, ...] = ()  # sorted, so that they do not tell the order of the sheets

    @property
    def answered(self) -> int:
        """How many have answered."""
        return sum(n for _, n in self.counts) + len(self.texts)

    @property
    def against(self) -> int:
        """How many gave the answer that speaks against whoever is judged."""
        return dict(self.counts).get(self.item.adverse, 0)


def item_results(
    form: Form,
    level: Level | str,
    sheets: Sequence[Mapping[str, Any]],
    role: str = "",
    times: int = 1,
) -> tuple[ItemResult, ...]:
    """Every item that is asked, in printed order; what is known and personal items are left out."""
    return tuple(
        _result(item, [sheet.get(item.code) for sheet in sheets])
        for item in items_for(form, level, role, times)
        if not item.derived and not item.personal
    )


def _result(item: Item, values: Sequence[object]) -> ItemResult:
    given = [value for value in values if value not in (None, "")]
    if item.kind == ItemKind.DECLARE:
        return ItemResult(item, (("已勾选", sum(value is True for value in given)),), None)
    if item.kind in (ItemKind.TEXT, ItemKind.LONG):
        return ItemResult(item, (), None, tuple(sorted(str(value) for value in given)))
    counter = Counter(str(value) for value in given)
    counts = tuple((option, counter[option]) for option in item.all_options)
    scores = dict(zip(item.options, item.scores, strict=False))
    marks = [scores[str(value)] for value in given if value in scores]
    return ItemResult(item, counts, sum(marks) / len(marks) if marks else None)
