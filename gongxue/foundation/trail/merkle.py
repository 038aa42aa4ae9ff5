"""The Merkle tree of RFC 6962, section 2.1: plain functions over hashes, 32 bytes each.

A leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right); the root of nothing is SHA-256 of nothing.
Proofs are lists of hashes, from the leaves upwards. A tree is described by the list of its leaf hashes; a
`Frontier` describes it by the roots of its complete subtrees, so that appending costs only what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

SIZE = 32  # bytes of a hash
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree of `size` leaves as the roots of its complete subtrees, the largest first."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """One more leaf hash: equal subtrees join, at most log2(size) times."""
        self.nodes.append(leaf)
        self.size += 1
        joined = self.size
        while joined % 2 == 0:
            right = self.nodes.pop()
            self.nodes[-1] = node_hash(self.nodes[-1], right)
            joined //= 2

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.nodes:
            return EMPTY_ROOT
        found = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            found = node_hash(node, found)
        return found

    def to_bytes(self) -> bytes:
        """The nodes one after the other; the size says how many there are."""
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """The frontier of a tree of `size` leaves; ValueError when the data do not fit it."""
        if len(data) != SIZE * size.bit_count():
            raise ValueError(f"{len(data)} bytes are no frontier of {size} leaves")
        return cls(size, [data[i : i + SIZE] for i in range(0, len(data), SIZE)])


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What proves that leaf `index` (from 0) is in the tree; IndexError outside it."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*inclusion_proof(index, leaves[:middle]), root(leaves[middle:])]
    return [*inclusion_proof(index - middle, leaves[middle:]), root(leaves[:middle])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], wanted: bytes) -> bool:
    """Whether the proof leads from the leaf hash at `index` to the root of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(node, found)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = node_hash(found, node)
        place, last = place // 2, last // 2
    return last == 0 and found == wanted


def consistency_proof(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What proves that the tree of the first `first` leaves is the beginning of this one; ValueError outside it."""
    if not 0 <= first <= len(leaves):
        raise ValueError(f"{first} is no size of a beginning of {len(leaves)} leaves")
    if first in (0, len(leaves)):
        return []
    return _subproof(first, leaves, whole=True)


def _subproof(first: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _split(len(leaves))
    if first <= middle:
        return [*_subproof(first, leaves[:middle], whole), root(leaves[middle:])]
    return [*_subproof(first - middle, leaves[middle:], whole=False), root(leaves[:middle])]


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of `second` leaves only appended to the tree of `first` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        fits = first_root == second_root if first == second else first_root == EMPTY_ROOT
        return fits and not proof
    path = [first_root, *proof] if first.bit_count() == 1 else list(proof)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place // 2, last // 2
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            new = node_hash(new, node)
        place, last = place // 2, last // 2
    return last == 0 and old == first_root and new == second_root
