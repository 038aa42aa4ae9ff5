"""Answers of many as a page draws them: section by section, a bar for every item with options, words for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongxue.regulations.official_forms import Form
from gongxue.regulations.official_forms.statistics import ItemResult

SHOWN = 12  # texts of an item; the others unfold
_JUDGED = {
    2: ("good", "bad"),
    3: ("good", "wait", "bad"),
    4: ("good", "run", "wait", "bad"),
}  # the best first
_PLAIN = ("run", "quiet", "wait", "bad")


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a bar: x and width in percent, drawn as SVG because styles are not inline."""

    option: str
    count: int
    tone: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """One item: a bar, or what was written, each with how often."""

    result: ItemResult
    bars: list[Bar]
    texts: list[tuple[str, int]]  # as many as are shown at once
    further: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """The items of one section of the form in sum."""

    title: str
    note: str
    name: str  # whom it is about
    items: tuple[ItemSummary, ...]


def bars_of(result: ItemResult) -> list[Bar]:
    """The bar of one item: its options side by side, as wide as they were chosen often, from good to bad where scored."""
    total = sum(count for _, count in result.counts)
    tones = _tones(result)
    bars, x = [], 0.0
    for (option, count), tone in zip(result.counts, tones, strict=True):
        width = 100 * count / total if total else 0.0
        said = f"{option} 分" if option.isdigit() else option
        bars.append(Bar(said, count, tone, round(x, 3), round(width, 3)))
        x += width
    return bars


def _summary(result: ItemResult, counted: bool) -> ItemSummary:
    texts = Counter(result.texts).most_common() if counted else [(text, 1) for text in result.texts]
    return ItemSummary(result, bars_of(result), texts[:SHOWN], texts[SHOWN:])


def _tones(result: ItemResult) -> list[str]:
    scores = result.item.scores
    judged = _JUDGED.get(len(scores))
    if judged is None or len(scores) != len(result.counts):
        return [_PLAIN[min(i, len(_PLAIN) - 1)] for i in range(len(result.counts))]
    best_first = sorted(set(scores), reverse=True)
    return [judged[best_first.index(score)] for score in scores]


def summary_of(
    form: Form,
    results: Sequence[ItemResult],
    names: Mapping[str, str] | None = None,
    *,
    counted: bool = False,
) -> list[SectionSummary]:
    """The results in the form's own sections; `names` says by a section's title whom it is about.

    `counted`: what was written several times stands once with its number, the most frequent first.
    """
    by_code = {result.item.code: result for result in results}
    sections = []
    for section in form.sections:
        found = [by_code[item.code] for item in section.items if item.code in by_code]
        if found:
            items = tuple(_summary(result, counted) for result in found)
            sections.append(
                SectionSummary(section.title, section.note, (names or {}).get(section.title, ""), items)
            )
    return sections
