"""Personal values at rest: bound to their row and column, unreadable without their key, findable without showing."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation.identity import vault
from gongxue.foundation.identity.models import Account
from gongxue.foundation.identity.vault import Unreadable, blind_index, keyed_hash, new_data_key
from gongxue.parties.models import Person
from tests.cast import People

NUMBER = "130502199001011239"


def account() -> Account:
    made = Account(uid=uuid.uuid4())
    made.data_key = new_data_key(str(made.uid))
    return made


@given(st.text(max_size=200))
def test_what_was_sealed_is_read_back(text: str) -> None:
    who = account()
    assert who.unseal(who.seal(text, "person.phone"), "person.phone") == text


def test_equal_values_look_different_each_time() -> None:
    who = account()
    assert who.seal(NUMBER, "person.id_number") != who.seal(NUMBER, "person.id_number")
    assert NUMBER.encode() not in who.seal(NUMBER, "person.id_number")


def test_a_ciphertext_cannot_be_moved_to_another_column() -> None:
    who = account()
    with pytest.raises(Unreadable):
        who.unseal(who.seal(NUMBER, "person.id_number"), "person.phone")


def test_a_ciphertext_cannot_be_moved_to_another_person() -> None:
    who, other = account(), account()
    with pytest.raises(Unreadable):
        other.unseal(who.seal(NUMBER, "person.id_number"), "person.id_number")


def test_a_ciphertext_and_its_key_cannot_be_moved_to_another_person_together() -> None:
    who, other = account(), account()
    sealed = who.seal(NUMBER, "person.id_number")
    other.data_key = who.data_key
    with pytest.raises(Unreadable):
        other.unseal(sealed, "person.id_number")


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_one_changed_bit_is_noticed(place: int) -> None:
    who = account()
    sealed = bytearray(who.seal(NUMBER, "person.id_number"))
    sealed[place] ^= 1
    with pytest.raises(Unreadable):
        who.unseal(bytes(sealed), "person.id_number")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01" * 28, b"\x02" * 60])
def test_rubbish_is_unreadable_and_not_an_accident(rubbish: bytes) -> None:
    with pytest.raises(Unreadable):
        account().unseal(rubbish, "person.phone")


def test_without_its_key_a_value_is_gone() -> None:
    who = account()
    sealed = who.seal(NUMBER, "person.id_number")
    who.data_key = None
    with pytest.raises(Unreadable):
        who.unseal(sealed, "person.id_number")
    with pytest.raises(Unreadable):
        who.seal(NUMBER, "person.id_number")


def test_another_master_key_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    who = account()
    sealed = who.seal(NUMBER, "person.id_number")
    vault._unwrap.cache_clear()
    monkeypatch.setattr(vault, "key", lambda name: b"\x07" * 32)
    with pytest.raises(Unreadable):
        who.unseal(sealed, "person.id_number")
    vault._unwrap.cache_clear()


def test_the_blind_index_finds_a_number_however_it_was_typed() -> None:
    assert blind_index(" 13050219900101123x ") == blind_index("13050219900101123X")
    assert blind_index(NUMBER) != blind_index(NUMBER[:-1] + "8")
    assert len(blind_index(NUMBER)) == 16 and NUMBER.encode() not in blind_index(NUMBER)


def test_the_index_and_the_hash_of_the_trail_do_not_agree() -> None:
    assert keyed_hash(NUMBER) != blind_index(NUMBER).hex()
    assert keyed_hash(NUMBER) == keyed_hash(NUMBER)


@pytest.mark.postgresql
def test_a_stored_person_reads_back_masked_and_only_reveals_when_asked(cast: People) -> None:
    person = Person.objects.unscoped("a test").get(account=cast.trainee.account)
    full = person.id_number.reveal()
    assert len(full) == 18
    assert full not in f"{person.id_number} {person.id_number!r} {person}"
    assert str(person.id_number).endswith(full[-4:])
    assert Person.objects.unscoped("a test").get(id_number_index=blind_index(full)) == person
    assert person.phone_masked == "•••••••" + person.phone[-4:]


@pytest.mark.postgresql
def test_swapping_the_columns_of_two_people_in_the_database_is_noticed(cast: People) -> None:
    people = Person.objects.unscoped("a test")
    one, other = people.get(account=cast.trainee.account), people.get(account=cast.stranger.account)
    one.id_number_sealed, other.phone_sealed = other.id_number_sealed, one.phone_sealed
    with pytest.raises(Unreadable):
        _ = one.id_number
    with pytest.raises(Unreadable):
        _ = other.phone
