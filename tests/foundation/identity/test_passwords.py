"""Hashes, initial secrets and words that may not be the core of a password."""

from __future__ import annotations

import math
import re

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation import settings as real_settings
from gongxue.foundation.identity.models import Account
from gongxue.foundation.identity.passwords import (
    Argon2idTuned,
    CommonPasswords,
    ContextWords,
    InitialSecretHasher,
    hash_initial,
    initial_secret,
    is_initial,
)
from gongxue.foundation.identity.sign_in_names import is_sign_in_name, suggest

HASHER = InitialSecretHasher()


def test_an_initial_secret_has_at_least_98_random_bits_in_letters_nobody_confuses() -> None:
    secrets = {initial_secret() for _ in range(2000)}
    assert len(secrets) == 2000
    assert all(re.fullmatch(r"([A-Z2-9]{5}-){3}[A-Z2-9]{5}", secret) for secret in secrets)
    letters = set("".join(secrets)) - {"-"}
    assert not letters & set("01ILOU")
    assert 20 * math.log2(len(letters)) > 98


def test_every_place_of_a_secret_takes_every_letter() -> None:
    secrets = [initial_secret().replace("-", "") for _ in range(2000)]
    assert all(len({secret[place] for secret in secrets}) == 30 for place in range(20))


def test_the_hash_of_an_initial_secret_is_salted_and_hides_it() -> None:
    secret = initial_secret()
    first, second = hash_initial(secret), hash_initial(secret)
    assert first != second
    assert secret not in first
    assert is_initial(first) and len(first) <= 128
    assert HASHER.verify(secret, first) and not HASHER.verify(secret.lower(), first)
    assert len(HASHER.decode(first)["salt"]) * math.log2(62) >= 128


def test_django_alone_never_accepts_the_hash_of_an_initial_secret() -> None:
    secret = initial_secret()
    assert not check_password(secret, hash_initial(secret))
    assert all(path.rsplit(".", 1)[-1] != "InitialSecretHasher" for path in real_settings.PASSWORD_HASHERS)


@pytest.mark.parametrize("must_change", [True, False])
def test_an_account_accepts_it_only_while_it_must_be_changed(must_change: bool) -> None:
    secret = initial_secret()
    account = Account(password=hash_initial(secret), must_change_password=must_change)
    assert account.check_password(secret) is must_change
    assert not account.check_password(secret + "X")


def test_checking_an_initial_secret_costs_a_slow_hash_like_every_other_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("gongxue.foundation.identity.models.make_password", hashed.append)
    account = Account(password=hash_initial("right"), must_change_password=True)
    account.check_password("right")
    account.check_password("wrong")
    assert hashed == ["right", "wrong"]


def test_a_persons_own_password_is_argon2id_with_bounded_memory() -> None:
    encoded = Argon2idTuned().encode("河边的柳树 forty two", "0123456789abcdef")
    assert encoded.startswith("argon2$argon2id$v=19$m=32768,t=2,p=1$")
    assert real_settings.PASSWORD_HASHERS == ["gongxue.foundation.identity.passwords.Argon2idTuned"]


def test_a_reset_replaces_whatever_hash_was_there() -> None:
    account = Account(password=make_password("河边的柳树"), must_change_password=False)
    account.password, account.must_change_password = hash_initial("secret"), True
    assert account.check_password("secret") and not account.check_password("河边的柳树")


@pytest.mark.parametrize("password", ["password1", "PASSWORD1 ", "12345678901", "qwertyuiop"])
def test_passwords_on_every_attackers_list_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        CommonPasswords().validate(password)


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("zhangwei2024", True), ("ZhangWei!!!", True), ("张伟张伟", False), ("zhang.w-12345", True), ("gongxue1234", True),
        ("我们在zhangwei的河边种下四棵树", False), ("correct horse battery", False), ("peixun-2026", True),
    ],
)  # fmt: skip
def test_names_and_the_platforms_name_may_not_be_the_core(password: str, refused: bool) -> None:
    account = Account(name="张伟", sign_in_name="zhang.w")
    if refused:
        with pytest.raises(ValidationError):
            ContextWords().validate(password, account)
    else:
        ContextWords().validate(password, account)


# Sign-in names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("张伟", "zhangwei"), ("欧阳娜娜", "ouyangnana"), ("阿不都·热合曼", "abudurehaman"), ("Li Lei", "lilei"), ("吕一", "lvyi"), ("丁", "ding")],
)  # fmt: skip
def test_sign_in_names_are_pinyin(name: str, expected: str) -> None:
    suggested = suggest(name, set())
    assert is_sign_in_name(suggested)
    assert suggested[:4] == expected[:4]


def test_the_next_free_number_is_taken() -> None:
    taken = {"zhangwei", "zhangwei2"}
    assert [suggest("张伟", taken) for _ in range(2)] == ["zhangwei3", "zhangwei4"]
    assert "zhangwei4" in taken


@given(st.text(min_size=1, max_size=40))
def test_whatever_the_name_the_suggestion_is_a_sign_in_name(name: str) -> None:
    assert is_sign_in_name(suggest(name, set()))
