"""Tampering is found and named (row 6 of the promises): the short tier here, the thousand in `make faults`."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from gongxue.foundation.trail import sealing, verification
from gongxue.foundation.trail.checkpoints import BadNote
from gongxue.foundation.trail.models import Checkpoint, Leaf
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.verification import Finding, verify
from gongxue.foundation.trail.witnesses import compare, read_witness, witness_file
from tests.cast import ClassAt, ClassAtFixture
from tests.foundation.trail import tampering


@pytest.fixture
def sealed(class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch) -> ClassAt:
    """A class to its certificates, its trail sealed in rounds of ten."""
    c = class_at("issued")
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "BATCH", 10)
        seal(c.now)
    tampering.disarm()
    return c


def detect(way: tampering.Tamper, dice: random.Random) -> tuple[int, int | None]:
    """The number of the first entry that was tampered with, and the one that verification names."""
    with transaction.atomic():
        wanted = way(dice)
        found = verify().first_bad
        transaction.set_rollback(True)
    return wanted, found


@pytest.mark.postgresql
@pytest.mark.parametrize("way", tampering.WAYS, ids=lambda way: way.__name__)
def test_every_way_of_tampering_is_found_and_the_first_bad_entry_named(
    sealed: ClassAt, way: tampering.Tamper
) -> None:
    dice = random.Random(way.__name__)
    for _ in range(2):
        wanted, found = detect(way, dice)
        assert found == wanted
    assert verify().findings == [], "and without tampering there is nothing to find"


@pytest.mark.faults
@pytest.mark.postgresql
def test_a_thousand_random_tamperings_are_found_and_named(sealed: ClassAt) -> None:
    dice = random.Random(2023)
    for number in range(1000):
        way = dice.choice(tampering.WAYS)
        wanted, found = detect(way, dice)
        assert found == wanted, f"{number}: {way.__name__}"


def test_without_the_keyed_digest_a_refitted_edit_would_not_be_named(
    sealed: ClassAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "compare_digest", lambda *_: True)
    pairs = [detect(tampering.edit_and_refit, random.Random(seed)) for seed in range(6)]
    assert any(wanted != found for wanted, found in pairs)
    assert all(found is not None for _, found in pairs), (
        "the signed checkpoint still shows that something is wrong"
    )


def test_a_whole_trail_has_no_findings_and_counts_what_is_not_sealed_yet(sealed: ClassAt) -> None:
    number = Leaf.objects.count()
    sealed.drive_to("closed")
    report = verify()
    assert (report.sealed, report.findings, report.first_bad) == (number, [], None)
    assert report.checkpoints == -(-number // 10)
    assert report.unsealed > 0


def test_a_finding_says_in_chinese_which_entry(sealed: ClassAt) -> None:
    with transaction.atomic():
        number = tampering.edit(random.Random(1))
        says = str(verify().findings[0])
        transaction.set_rollback(True)
    assert says.startswith(f"第 {number} 号留痕：事项 ")
    assert says.endswith("的内容与封存时不一致，被修改或调换。")


# Witnesses ----------------------------------------------------------------------------------------------------------


def test_a_witness_agrees_with_a_trail_that_only_grew(sealed: ClassAt) -> None:
    witness = read_witness(witness_file())
    sealed.drive_to("closed")
    seal(sealed.now)
    comparison = compare(witness)
    assert comparison.agrees is True
    assert comparison.says == f"前 {witness.size} 号留痕与见证文件一致。"


@pytest.mark.postgresql
def test_a_clean_cut_is_known_to_the_witness_alone(sealed: ClassAt) -> None:
    witness = read_witness(witness_file())
    tampering.cut_at_a_checkpoint(100)
    assert verify().findings == []
    comparison = compare(witness)
    assert comparison.agrees is None
    assert comparison.ahead == witness.size - 100
    assert f"第 101 至 {witness.size} 号在本库中不存在" in comparison.says


def test_a_history_recomputed_with_the_keys_is_known_to_the_witness_alone(sealed: ClassAt) -> None:
    witness = read_witness(witness_file())
    tampering.edit(random.Random(5))
    for table in ("trail_checkpoint", "trail_leaf"):
        tampering._raw_delete_from(table, "size" if table == "trail_checkpoint" else '"index"', 0)
    seal(sealed.now)  # somebody with the keys seals the forged history anew
    assert verify().findings == []
    assert compare(witness).agrees is False
    assert "不一致" in compare(witness).says


def test_every_changed_byte_of_a_witness_file_is_refused(sealed: ClassAt) -> None:
    text = witness_file()
    assert read_witness(text).size == Leaf.objects.count()
    dice = random.Random(3)
    for place in dice.sample(range(len(text)), 120):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(BadNote):
            read_witness(changed)
    for shorter in (text[:-1], text[1:], text + "\n", text.split("\n\n", 2)[0], ""):
        with pytest.raises(BadNote):
            read_witness(shorter)


def test_there_is_one_spelling_of_a_signature(sealed: ClassAt) -> None:
    """Base64 has bits that mean nothing; a note that differs only in them is another file."""
    text = witness_file()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for place in (i for i, character in enumerate(text) if character == "="):
        other = alphabet[alphabet.index(text[place - 1]) ^ 1]
        with pytest.raises(BadNote):
            read_witness(text[: place - 1] + other + text[place:])


def test_a_bare_checkpoint_is_a_witness_too(sealed: ClassAt) -> None:
    note = Checkpoint.objects.order_by("-size")[0].note
    witness = read_witness(note)
    assert witness.numbers is None
    assert compare(witness).agrees is True


def test_findings_are_ordered_by_number() -> None:
    assert min([Finding(7, "b"), Finding(3, "z")]).number == 3
