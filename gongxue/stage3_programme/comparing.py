"""What differs between two versions of a programme: pure, plain values in and out.

Chinese has no spaces: texts are compared sentence by sentence, and inside a sentence that changed by characters,
which are then grouped into phrases, so that a reader sees words exchanged and not letters sprinkled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from gongxue.regulations.levels import module_by_code
from gongxue.regulations.parallel import group_title
from gongxue.regulations.programme import SECTIONS, FinalMode, SessionKind
from gongxue.stage3_programme.timetable import day_title, group_of

SAME, ADDED, REMOVED = "same", "added", "removed"
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")
_WORD = re.compile(r"[A-Za-z0-9.%]+|\s+|.", re.DOTALL)
_ISLAND = 2  # so few characters between two changes belong to them
_LIKE = 0.4  # sentences less alike than this are another sentence, not the same one corrected
_MOST = 1_500  # words of one passage; beyond it, sentences are compared as wholes


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, came or went."""

    kind: str  # SAME · ADDED · REMOVED
    text: str


def compare_texts(before: str, after: str) -> list[Piece]:
    """The text in order: what stayed and came is the later one, what stayed and went the earlier one."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(old[i:j])))
        elif j - i == m - k:
            pieces += [piece for pair in zip(old[i:j], new[k:m], strict=True) for piece in _passage(*pair)]
        else:
            pieces += _passage("".join(old[i:j]), "".join(new[k:m]))
    return _joined(pieces)


def _passage(before: str, after: str) -> list[Piece]:
    """Sentences that differ: word by word when they are the same ones corrected."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    whole = [Piece(REMOVED, before), Piece(ADDED, after)]
    if not old or not new or len(old) > _MOST or len(new) > _MOST:
        return whole
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _LIKE:
        return whole
    runs = [
        (tag == "equal", "".join(old[i:j]), "".join(new[k:m])) for tag, i, j, k, m in matcher.get_opcodes()
    ]
    return list(_phrases(runs))


def _phrases(runs: Sequence[tuple[bool, str, str]]) -> Iterator[Piece]:
    """Runs as pieces; a short run that stayed between two changes is taken into them."""
    went = came = ""
    for n, (same, old, new) in enumerate(runs):
        inside = 0 < n < len(runs) - 1 and len(old) <= _ISLAND
        if same and not inside:
            yield from (Piece(REMOVED, went), Piece(ADDED, came), Piece(SAME, old))
            went = came = ""
        else:
            went, came = went + old, came + new
    yield from (Piece(REMOVED, went), Piece(ADDED, came))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Without empty ones; neighbours of one kind are one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return found


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its pieces."""

    key: str
    title: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether anything came or went."""
        return any(piece.kind != SAME for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Cell:
    """A lesson period before and after; "" is an empty one."""

    period: int
    before: str
    after: str

    gone: str  # of what it said, only what it says no longer
    come: str

    @property
    def changed(self) -> bool:
        """Whether it says something else now."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Line:
    """A day of the timetable."""

    title: str
    cells: tuple[Cell, ...]

    @property
    def changed(self) -> bool:
        """Whether any period of the day changed."""
        return any(cell.changed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side."""

    sections: tuple[Section, ...]
    mode: tuple[str, str]
    lines: tuple[Line, ...]
    notes: tuple[tuple[str, str, str], ...] = ()  # day, before, after; only days whose note differs

    @property
    def places(self) -> list[str]:
        """Titles of what differs."""
        found = [section.title for section in self.sections if section.changed]
        if self.mode[0] != self.mode[1]:
            found.append("终结性考核方式")
        found += ["课表"] if any(line.changed for line in self.lines) else []
        return found + (["课表备注"] if self.notes else [])


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Two contents as `snapshot` writes them."""
    sections = tuple(
        Section(key, title, tuple(compare_texts(before["sections"].get(key, ""), after["sections"].get(key, ""))))
        for key, title in SECTIONS.items()
    )  # fmt: skip
    modes = (FinalMode(before["final_mode"]).title, FinalMode(after["final_mode"]).title)
    lines = tuple(_lines(before["sessions"], after["sessions"]))
    return Comparison(sections, modes, lines, tuple(_notes(before.get("notes", {}), after.get("notes", {}))))


def _notes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for day in sorted(before.keys() | after.keys()):
        old, new = before.get(day, ""), after.get(day, "")
        if old != new:
            yield day_title(date.fromisoformat(day)), old, new


def _lines(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    old, new = _by_place(before), _by_place(after)
    places = sorted(old.keys() | new.keys())
    last = max([8, *(period for _, period in places)])
    for day in dict.fromkeys(day for day, _ in places):
        cells = (_cell(n, old.get((day, n), ()), new.get((day, n), ())) for n in range(1, last + 1))
        yield Line(day_title(date.fromisoformat(day)), tuple(cells))


def _by_place(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Day and period → what is said there, group by group where it is taught in parallel."""
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for one in sorted(rows, key=group_of):
        place, group = (one["day"], one["period"]), group_of(one)
        words = (f"\n{group_title(group)}：{'　'.join(_says(one))}",) if group else _says(one)
        found[place] = (*found.get(place, ()), *words)
    return found


def _cell(period: int, before: Sequence[str], after: Sequence[str]) -> Cell:
    gone, come = (
        [word for word in before if word not in after],
        [word for word in after if word not in before],
    )
    return Cell(period, *map(_joined_words, (before, after, gone, come)))


def _joined_words(words: Sequence[str]) -> str:
    """In one line; each group in its own."""
    return "　".join(words).replace("　\n", "\n").strip()


def _says(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything a period says: content, wording, teacher, room."""
    module = module_by_code(one["module"]) if one["module"] else None
    kind = SessionKind(one["kind"])
    what = module.title if module else kind.title
    return tuple(filter(None, (what, one["topic"], one["teacher"], one["room"])))
