"""Witnesses: copies of a signed checkpoint kept by others, with the numbers that must never be used again.

A witness file is two signed notes: the latest checkpoint, and beside it every counter of the registered kinds of
numbers. After a restore it says how much was lost and which numbers have already been used.

    127.0.0.1/trail                        127.0.0.1/trail/numbers
    145                                    145
    k3Qp…=                                 k3Qp…=
                                           certificates 130092022063 27
    — 127.0.0.1/trail 5yTq…=               certificates S13009 40

                                           — 127.0.0.1/trail 9aBc…=
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gongxue.foundation.trail.checkpoints import BadNote, Head, open_note, origin, parse_head, sign_note
from gongxue.foundation.trail.models import Checkpoint
from gongxue.foundation.trail.verification import Report, verify

Counters = dict[str, int]
_NUMBERS = "/numbers"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A kind of numbers that must never be used twice."""

    read: Callable[[], Counters]  # series → the last order used
    reserve: Callable[
        [Mapping[str, int], datetime], list[str]
    ]  # marks what is missing as lost; says what, by name


NUMBERS: dict[str, Numbers] = {}


def register(
    name: str, read: Callable[[], Counters], reserve: Callable[[Mapping[str, int], datetime], list[str]]
) -> None:
    """Make a kind of numbers known; called when its part is loaded. Registering again replaces."""
    NUMBERS[name] = Numbers(read, reserve)


class NoCheckpoint(Exception):
    """Nothing has been sealed yet: there is nothing to witness."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What a witness file says, once its signatures hold. `numbers` is None in a bare checkpoint."""

    size: int
    root: bytes
    numbers: dict[str, Counters] | None


def witness_file() -> str:
    """The latest checkpoint and all counters, signed; NoCheckpoint before the first sealing."""
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        raise NoCheckpoint("留痕尚未封存，没有校验点。")
    lines = [
        f"{name} {series} {used}"
        for name, kind in sorted(NUMBERS.items())
        for series, used in sorted(kind.read().items())
    ]
    head = Head(origin() + _NUMBERS, last.size, bytes(last.root), tuple(lines))
    return f"{last.note}\n{sign_note(head.text())}"


def read_witness(text: str) -> Witness:
    """A witness file, or a bare checkpoint. BadNote when it is neither or one byte is not as signed."""
    notes = list(_notes(text))
    if not 1 <= len(notes) <= 2:
        raise BadNote("不是见证文件。")
    head = parse_head(open_note(notes[0]))
    if head.more or head.origin.endswith(_NUMBERS):
        raise BadNote("见证文件应以校验点开头。")
    if len(notes) == 1:
        return Witness(head.size, head.root, None)
    numbers = parse_head(open_note(notes[1]))
    if (numbers.origin, numbers.size, numbers.root) != (head.origin + _NUMBERS, head.size, head.root):
        raise BadNote("编号部分与校验点不属于同一份见证文件。")
    return Witness(head.size, head.root, _counters(numbers.more))


def _notes(text: str) -> Iterator[str]:
    """Notes that follow one another with an empty line between; every byte of the text is in one of them."""
    blocks = text.split("\n\n")
    for i in range(0, len(blocks), 2):
        last = i + 2 >= len(blocks)
        yield "\n\n".join(blocks[i : i + 2]) + ("" if last else "\n")


def _counters(lines: tuple[str, ...]) -> dict[str, Counters]:
    found: dict[str, Counters] = {}
    for line in lines:
        name, _, rest = line.partition(" ")
        series, _, used = rest.partition(" ")
        if not (series and used.isascii() and used.isdigit()):
            raise BadNote("编号部分的写法不规范。")
        found.setdefault(name, {})[series] = int(used)
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """A witness beside the trail at hand."""

    report: Report
    witness: Witness

    @property
    def ahead(self) -> int:
        """How many sealed entries the witness knows of and the trail has not."""
        return max(0, self.witness.size - self.report.sealed)

    @property
    def agrees(self) -> bool | None:
        """Whether the trail began as the witness saw it; None when the witness is ahead: that cannot be known."""
        if self.ahead:
            return None
        return self.report.roots[self.witness.size] == self.witness.root

    @property
    def says(self) -> str:
        """The comparison in one sentence."""
        if self.agrees is None:
            first, last = self.report.sealed + 1, self.witness.size
            return f"见证文件记有 {last} 号留痕，本库只有 {self.report.sealed} 号：第 {first} 至 {last} 号在本库中不存在。"
        if self.agrees:
            return f"前 {self.witness.size} 号留痕与见证文件一致。"
        return (
            f"前 {self.witness.size} 号留痕与见证文件不一致：历史被整体改写，或见证文件属于恢复之前的记录。"
        )


def compare(witness: Witness, using: str = "default") -> Comparison:
    """Verify the trail and compare it with a witness."""
    return Comparison(verify(using, (witness.size,)), witness)


def lost_numbers(witness: Witness) -> dict[str, dict[str, tuple[int, int]]]:
    """Series of the witness that are ahead of the books: name → series → (last here, last used).

    KeyError for a kind of numbers that this version does not know: it could not be protected.
    """
    found = {}
    for name, counters in (witness.numbers or {}).items():
        here = NUMBERS[name].read()
        ahead = {
            series: (here.get(series, 0), used)
            for series, used in counters.items()
            if used > here.get(series, 0)
        }
        if ahead:
            found[name] = ahead
    return found
