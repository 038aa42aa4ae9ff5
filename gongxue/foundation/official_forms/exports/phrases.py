"""The words of a sheet: a question with its number, options with their boxes, sentences with values in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongxue.regulations.official_forms import Item
from gongxue.regulations.official_forms.definition import Place, is_asked

PRINTED, GIVEN, BOLD, BOX, TICKED, GAP = "", "given", "bold", "box", "ticked", "gap"
_PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words: printed, given by somebody, bold, an empty box □, a ticked one, a gap to write in."""

    text: str
    kind: str = PRINTED


Paragraph = tuple[Span, ...]


def plain(paragraphs: Iterable[Paragraph]) -> str:
    """The words alone; a box is □."""
    return "".join(span.text for paragraph in paragraphs for span in paragraph)


def text_words(words: str) -> Paragraph:
    """What somebody has written; nothing for nothing."""
    return (Span(words, GIVEN),) if words else ()


def asked_words(item: Item, name: str, filled: bool) -> Paragraph:
    """Number and words of an item as the annex prints them: 1.性别： and 1.1 课程标准校本转化."""
    number, label = item.number, item.label
    if number and not item.code[-1:].isalpha():
        label = f"{number} {label}" if "." in number else f"{number}.{label}"
    if "-" in item.code:
        label = item.label  # the table is numbered, not its rows
    if item.colon and label[-1] not in "？?：。" and (item.derived or item.place != Place.COLUMNS):
        label += "："
    if not filled or not name:
        return (Span(label),)
    return (Span(label), Span("" if label.endswith("：") else "　"), *text_words(name))


def choice_words(
    item: Item, items: Sequence[Item], answers: Mapping[str, Any] | None
) -> tuple[Paragraph, ...]:
    """The options with their boxes and what is written behind them; several lines where the annex uses them.

    `answers` is None on a blank sheet.
    """
    words: list[list[Span]] = []
    for option, printed in zip(item.all_options, item.printed_options, strict=True):
        ticked = answers is not None and answers.get(item.code) == option
        words.append([Span("□", TICKED if ticked else BOX), Span(printed)])
        for other in _written_behind(item, option, items):
            words[-1] += _behind(other, answers if ticked else None)
    apart = (item.scores and item.place == Place.SIDE) or any(o.beside == item.code for o in items)
    lines = [tuple(word) for word in words] if apart else [_in_a_row(words)]
    for other in items:
        leads = other.asked_if.partition("=")[0]
        if other.all_options and leads == item.code and (answers is None or is_asked(other, answers)):
            said = choice_words(other, items, answers)
            lines += [(Span(f"{other.label}："), *said[0]), *said[1:]]
    return tuple(lines)


def _written_behind(item: Item, option: str, items: Sequence[Item]) -> list[Item]:
    """What is to be written behind an option."""
    return [
        other
        for other in items
        if other.beside == item.code or (other.asked_if == f"{item.code}={option}" and not other.all_options)
    ]


def _in_a_row(words: Sequence[Sequence[Span]]) -> Paragraph:
    """Options behind each other with a blank between them."""
    row = [span for word in words for span in (Span("　"), *word)]
    return tuple(row[1:])


def _behind(item: Item, answers: Mapping[str, Any] | None) -> list[Span]:
    """The words behind an option and, where it is ticked, what was written there."""
    words = item.behind or f"，{item.label}："
    said = answers.get(item.code) if answers is not None else None
    if not isinstance(said, str) or not said:
        return [Span(words)]
    end = "；" if words.endswith("；") else ""
    return [Span(words.removesuffix(end)), Span(said, GIVEN), *([Span(end)] if end else [])]


def sentence(template: str, values: Mapping[str, str], blank: bool) -> Paragraph:
    """A sentence with values: {code} or {code|what a blank sheet leaves free}. Codes may carry ~2."""
    spans: list[Span] = []
    at = 0
    for found in _PLACEHOLDER.finditer(template):
        spans.append(Span(template[at : found.start()]))
        code, gap = found.group(1), found.group(2)
        value = values.get(code, "")
        if gap is None:
            spans.append(Span(value, PRINTED if blank else GIVEN))
        elif value:
            spans.append(Span(value, GIVEN))
        else:
            spans.append(Span(gap, GAP))
        at = found.end()
    spans.append(Span(template[at:]))
    return tuple(span for span in spans if span.text)
