"""Verification: everything is derived again from the events and compared with what was sealed and signed.

Numbers shown to people count from 1: the first sealed event is 第 1 号留痕. What each kind of tampering looks like:

    event edited, swapped              its hash is not the sealed one
    … and the hash made to fit         the keyed digest of the leaf does not hold: it cannot be made to fit
    event deleted                      the leaf has no event
    … and its leaf                     the numbering has a gap, or is shorter than the last checkpoint
    event inserted                     it has no leaf although everything up to it was sealed
    … with a leaf                      the keyed digest of that leaf does not hold
    tail cut with its checkpoints      only a witness knows: see witnesses.compare
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from django.db.models import Max

from gongxue.foundation.trail.checkpoints import BadNote, open_note, parse_head
from gongxue.foundation.trail.merkle import EMPTY_ROOT, Frontier, leaf_hash
from gongxue.foundation.trail.models import Checkpoint, Event, Leaf
from gongxue.foundation.trail.sealing import FIELDS, leaf_data, leaf_mac

LIMIT = 50  # findings listed; the first is what matters
_CHUNK = 5000


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not agree, with the number of the entry from which on it shows."""

    number: int
    says: str

    def __str__(self) -> str:
        return f"第 {self.number} 号留痕：{self.says}"


@dataclass(slots=True)
class Report:
    """What verification found. `roots` are the recomputed roots of the sizes that were asked for."""

    sealed: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    root: bytes = EMPTY_ROOT
    findings: list[Finding] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)

    @property
    def first_bad(self) -> int | None:
        """The number of the first entry that is not as it was sealed."""
        return min(self.findings).number if self.findings else None


def verify(using: str = "default", sizes: tuple[int, ...] = ()) -> Report:
    """Verify the whole trail. `sizes`: tree sizes whose roots are wanted, for comparison with witnesses.

    KeysMissing without the trail's key: nothing can be said then.
    """
    report = Report()
    checkpoints = _Checkpoints(using, report)
    frontier = Frontier()
    wanted = set(sizes)
    for leaf in _leaves(using):
        if len(report.findings) >= LIMIT:
            return report
        _check_leaf(leaf, frontier, report)
        if frontier.size in wanted:
            report.roots[frontier.size] = frontier.root()
        checkpoints.reach(frontier)
    report.sealed, report.root = frontier.size, frontier.root()
    report.roots |= {0: EMPTY_ROOT} if 0 in wanted else {}
    checkpoints.end(frontier)
    _check_unsealed(using, checkpoints.horizon, report)
    report.findings.sort()
    return report


def _leaves(using: str) -> Iterator[tuple[Any, ...]]:
    """(index, event id, digest, mac, the values of the event or None) in order of the index."""
    columns = [f"event__{name}" for name in FIELDS]
    rows = (
        Leaf.objects.using(using)
        .order_by("index")
        .values_list("index", "event_id", "digest", "mac", *columns)
    )
    rows.query.promote_joins(["trail_event"])  # leaves stay in the answer although their event may be gone
    yield from rows.iterator(chunk_size=_CHUNK)


def _check_leaf(leaf: tuple[Any, ...], frontier: Frontier, report: Report) -> None:
    index, event_id, digest, mac, *values = leaf
    number = frontier.size + 1
    digest = bytes(digest)
    if index != frontier.size:
        report.findings.append(Finding(number, f"缺少第 {number} 至 {index} 号，被删除。"))
        frontier.size = index  # go on with the numbering; roots no longer fit, the finding has said why
    elif values[1] is None:  # the code, which every event has
        report.findings.append(Finding(number, f"事项 {event_id} 已被删除。"))
    elif not compare_digest(bytes(mac), leaf_mac(index, event_id, digest)):
        report.findings.append(
            Finding(number, f"封存记录不是平台所写（事项 {event_id}），被改写、调换或插入。")
        )
    elif leaf_hash(leaf_data(values)) != digest:
        report.findings.append(Finding(number, f"事项 {event_id} 的内容与封存时不一致，被修改或调换。"))
    _append(frontier, digest)


def _append(frontier: Frontier, digest: bytes) -> None:
    """Append; after a gap the nodes are short, and there is nothing left to join."""
    try:
        frontier.append(digest)
    except IndexError:
        frontier.nodes = [digest]


class _Checkpoints:
    """Walks the checkpoints beside the leaves and compares each with the tree of its size."""

    def __init__(self, using: str, report: Report) -> None:
        self.report = report
        self.horizon = 0
        rows = (
            Checkpoint.objects.using(using)
            .order_by("size")
            .values_list("size", "root", "frontier", "note", "horizon")
        )
        self._rows = rows.iterator(chunk_size=_CHUNK)
        self._next = next(self._rows, None)
        self._last = 0

    def reach(self, frontier: Frontier) -> None:
        """Compare the checkpoint of this size, if there is one."""
        while self._next is not None and self._next[0] <= frontier.size:
            self._check(self._next, frontier)
            self._last = self._next[0]
            self._next = next(self._rows, None)

    def _check(self, row: tuple[Any, ...], frontier: Frontier) -> None:
        size, root, nodes, note, horizon = row
        self.report.checkpoints += 1
        self.horizon = max(self.horizon, horizon)
        if self._explained(size):  # a finding that names an entry says more than one about a range
            return
        first = self._last + 1
        if says := _note_says(note, size, bytes(root)):
            self.report.findings.append(Finding(first, f"第 {size} 号处的校验点{says}"))
        elif not _same(frontier, size, bytes(root), bytes(nodes)):
            self.report.findings.append(Finding(first, f"第 {first} 至 {size} 号与签名的校验点不一致。"))

    def _explained(self, size: int) -> bool:
        return any(finding.number <= size for finding in self.report.findings)

    def end(self, frontier: Frontier) -> None:
        """Nothing may stand beyond the last checkpoint, and no checkpoint beyond the last leaf."""
        if self._next is not None:
            size = max(self._next[0], *(row[0] for row in self._rows), 0)
            self.report.findings.append(
                Finding(
                    frontier.size + 1,
                    f"第 {frontier.size + 1} 至 {size} 号已签名封存，现已不存在：末尾被截断。",
                )
            )
        elif frontier.size > self._last:
            self.report.findings.append(
                Finding(
                    self._last + 1, f"第 {self._last + 1} 至 {frontier.size} 号没有校验点，不是平台所封存。"
                )
            )


def _same(frontier: Frontier, size: int, root: bytes, nodes: bytes) -> bool:
    return (frontier.size, frontier.root(), frontier.to_bytes()) == (size, root, nodes)


def _note_says(note: str, size: int, root: bytes) -> str:
    """What is wrong with a checkpoint's note; empty when nothing is."""
    try:
        head = parse_head(open_note(note))
    except BadNote as error:
        return f"：{error}"
    return "" if (head.size, head.root) == (size, root) else "与其签名内容不符。"


def _check_unsealed(using: str, horizon: int, report: Report) -> None:
    rows = Event.objects.unscoped("verification covers the whole trail").using(using).filter(leaf=None)
    inserted = rows.filter(id__lte=horizon).order_by("id").values_list("id", flat=True)
    for event_id in inserted[:LIMIT]:
        before = Leaf.objects.using(using).filter(event_id__lt=event_id).aggregate(last=Max("index"))["last"]
        number = 1 if before is None else before + 2
        report.findings.append(Finding(number, f"事项 {event_id} 没有封存，却早于已封存的事项：事后插入。"))
    report.unsealed = rows.filter(id__gt=horizon).count()
