"""How scorers differ from their colleagues, and patterns in marks that deserve a look; hints only, they prove nothing.

Everything rests on complete attempts. ours: the texts forbid altering results against the rules (MG 13) and name no
figures; the bounds are ours and are said beside each hint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from statistics import fmean, pstdev

from .marks import Part

LEAST_SHEETS = 5  # fewer sheets tell nothing of a scorer, fewer trainees nothing of a class
LINE = (Decimal(60), Decimal(61))  # a whole class whose means lie here deserves a look


@dataclass(frozen=True, slots=True)
class Signed:
    """One sheet of a complete attempt."""

    attempt: int
    attendee: int
    part: Part
    number: int
    scorer: int
    mark: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Severity:
    """How one scorer marks beside colleagues on the same attempts: below zero is more severe. In points."""

    scorer: int
    sheets: int
    mean: float  # of own mark minus the mean of the others
    spread: float  # standard deviation of that difference


def _by_attempt(sheets: Iterable[Signed]) -> dict[int, list[Signed]]:
    found: dict[int, list[Signed]] = defaultdict(list)
    for sheet in sheets:
        found[sheet.attempt].append(sheet)
    return found


def severities(sheets: Iterable[Signed]) -> list[Severity]:
    """Every scorer who has marked beside somebody else, the furthest from colleagues first."""
    differences: dict[int, list[float]] = defaultdict(list)
    for together in _by_attempt(sheets).values():
        for one in together:
            others = [float(o.mark) for o in together if o.scorer != one.scorer]
            if others:
                differences[one.scorer].append(float(one.mark) - fmean(others))
    rows = [Severity(scorer, len(d), fmean(d), pstdev(d)) for scorer, d in differences.items()]
    return sorted(rows, key=lambda row: (-abs(row.mean), row.scorer))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing that deserves a look: a key that stays the same, whom it concerns, and how often."""

    key: str
    kind: str  # same, line, before_turn, before_work
    part: Part
    count: int
    scorers: tuple[int, ...] = ()
    attendees: tuple[int, ...] = ()

    def says(self, names: Sequence[str]) -> str:
        """The reason in words. names: of the scorers."""
        title = self.part.title
        return {
            "same": f"{'、'.join(names)}对 {self.count} 名学员的{title}评分完全相同。",
            "line": f"全班 {self.count} 人的{title}平均分都在 {LINE[0]} 至 {LINE[1]} 分之间。",
            "before_turn": f"{self.count} 份{title}评分表的提交时间早于该学员出场时间。",
            "before_work": f"{self.count} 份{title}评分表的提交时间早于该次学习成果提交时间。",
        }[self.kind]


def patterns(
    sheets: Sequence[Signed], turns: dict[tuple[int, int], datetime], works: dict[tuple[int, int], datetime]
) -> list[Pattern]:
    """Patterns in the complete attempts of one class.

    turns: (attendee, session) → when they were called; works: (attendee, attempt) → when the first work came in.
    """
    found = []
    for part in Part:
        of_part = [s for s in sheets if s.part == part]
        found += _same(of_part, part) + _line(of_part, part)
    final = [s for s in sheets if s.part == Part.FINAL and s.at < turns.get((s.attendee, s.number), s.at)]
    process = [s for s in sheets if s.part == Part.PROCESS and s.at < works.get((s.attendee, s.number), s.at)]
    for kind, part, early in (("before_turn", Part.FINAL, final), ("before_work", Part.PROCESS, process)):
        if early:
            people = tuple(sorted({s.attendee for s in early}))
            scorers = tuple(sorted({s.scorer for s in early}))
            found.append(Pattern(f"{kind}/{len(early)}", kind, part, len(early), scorers, people))
    return found


def _same(sheets: Sequence[Signed], part: Part) -> list[Pattern]:
    marks: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for sheet in sheets:
        marks[sheet.scorer][sheet.attempt] = sheet.mark
    found = []
    for one, other in combinations(sorted(marks), 2):
        common = marks[one].keys() & marks[other].keys()
        if len(common) >= LEAST_SHEETS and all(marks[one][a] == marks[other][a] for a in common):
            found.append(Pattern(f"same/{part.value}/{one}/{other}", "same", part, len(common), (one, other)))
    return found


def _line(sheets: Sequence[Signed], part: Part) -> list[Pattern]:
    last: dict[int, tuple[int, list[Decimal]]] = {}
    for together in _by_attempt(sheets).values():
        first = together[0]
        if first.number >= last.get(first.attendee, (0, []))[0]:
            last[first.attendee] = (first.number, [s.mark for s in together])
    means = [sum(marks) / len(marks) for _, marks in last.values()]
    if len(means) < LEAST_SHEETS or not all(LINE[0] <= mean <= LINE[1] for mean in means):
        return []
    return [Pattern(f"line/{part.value}", "line", part, len(means), (), tuple(sorted(last)))]
