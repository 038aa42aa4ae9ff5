"""The tree against RFC 6962: a definition written down word for word, and the vectors everybody uses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation.trail.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# Inputs and roots of the reference implementation of Certificate Transparency.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]

leaves_of_data = st.lists(st.binary(max_size=8), max_size=70).map(
    lambda data: [leaf_hash(one) for one in data]
)


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


def test_the_known_vectors_of_certificate_transparency() -> None:
    leaves = [leaf_hash(data) for data in INPUTS]
    assert [root(leaves[: n + 1]).hex() for n in range(8)] == ROOTS
    assert [node.hex() for node in inclusion_proof(0, leaves)] == PATH_OF_FIRST_OF_EIGHT
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(leaves_of_data)
def test_the_root_is_the_one_that_is_defined(leaves: list[bytes]) -> None:
    assert root(leaves) == defined_root(leaves)


@given(leaves_of_data, st.data())
def test_appending_to_a_stored_frontier_gives_the_same_root(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    frontier = Frontier()
    for leaf in leaves[:cut]:
        frontier.append(leaf)
    again = Frontier.from_bytes(cut, frontier.to_bytes())
    for leaf in leaves[cut:]:
        again.append(leaf)
    assert again.root() == defined_root(leaves)
    assert again.size == len(leaves)


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no frontier of 3 leaves"):
        Frontier.from_bytes(3, bytes(32))


@given(leaves_of_data.filter(bool), st.data())
def test_every_leaf_is_proved_and_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, size, head = inclusion_proof(index, leaves), len(leaves), defined_root(leaves)
    assert verify_inclusion(leaves[index], index, size, proof, head)
    assert not verify_inclusion(leaf_hash(b"another entry"), index, size, proof, head)
    assert not verify_inclusion(leaves[index], index, size, [*proof, bytes(32)], head)
    assert not verify_inclusion(leaves[index], size, size, proof, head)
    assert not verify_inclusion(leaves[index], index, size, proof, bytes(32))
    if proof:
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], head)
        broken = data.draw(st.integers(0, len(proof) - 1))
        changed = [bytes(32) if i == broken else node for i, node in enumerate(proof)]
        assert not verify_inclusion(leaves[index], index, size, changed, head)


@given(st.integers(1, 40), st.data())
def test_a_proof_holds_for_its_own_place_only(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    mine, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(mine, leaves)
    assert verify_inclusion(leaves[mine], other, size, proof, root(leaves)) == (mine == other)


@given(leaves_of_data, st.data())
def test_every_beginning_is_proved_to_be_one(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(leaves)))
    proof = consistency_proof(first, leaves)
    old, new = defined_root(leaves[:first]), defined_root(leaves)
    assert verify_consistency(first, len(leaves), old, new, proof)
    assert not verify_consistency(first, len(leaves), bytes(32), new, proof)
    assert not verify_consistency(first, len(leaves), old, new, [*proof, bytes(32)])
    if first:
        assert not verify_consistency(first, len(leaves), old, bytes(32), proof)
    if proof:
        assert not verify_consistency(first, len(leaves), old, new, proof[:-1])


@given(st.integers(2, 60), st.data())
def test_a_rewritten_beginning_cannot_be_proved(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size - 1))
    edited = data.draw(st.integers(0, first - 1))
    before = [leaf_hash(b"%d" % i) for i in range(size)]
    after = [leaf_hash(b"altered") if i == edited else leaf for i, leaf in enumerate(before)]
    assert not verify_consistency(
        first, size, root(before[:first]), root(after), consistency_proof(first, after)
    )


def test_impossible_proofs_are_not_made() -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(3)]
    with pytest.raises(IndexError):
        inclusion_proof(3, leaves)
    with pytest.raises(ValueError, match="no size of a beginning"):
        consistency_proof(4, leaves)
    assert not verify_consistency(4, 3, bytes(32), bytes(32), [])
