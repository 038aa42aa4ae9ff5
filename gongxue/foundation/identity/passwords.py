"""Passwords: Argon2id with bounded memory, initial secrets, words that may not be part of a password."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no 0/O, 1/I/L, U: read aloud and typed on phones
INITIAL_HOURS = 72


class Argon2idTuned(Argon2PasswordHasher):
    """t=2, m=32 MiB, p=1: Django's default of 100 MiB lets twenty sign-ins take 2 GB."""

    time_cost = 2
    memory_cost = 32 * 1024
    parallelism = 1


class InitialSecretHasher(BasePasswordHasher):
    """Salted SHA-256 for initial secrets only.

    A slow hash protects passwords that people choose: it makes each guess dear because the good guesses are few.
    An initial secret is 98 random bits; no attacker gets anywhere near it however cheap a guess is, while ten
    thousand Argon2 hashes would cost an import minutes of processor time. It lives for 72 hours and only until
    the person has chosen a password of their own, which is Argon2id.

    It is not in PASSWORD_HASHERS on purpose: Django alone never accepts such a hash. `Account.check_password` does,
    as long as the account must change its password, and there it costs as much time as every other sign-in.
    """

    algorithm = "initial"

    def encode(self, password: str, salt: str) -> str:
        """initial$salt$digest."""
        self._check_encode_args(password, salt)  # type: ignore[attr-defined]
        digest = hashlib.sha256(f"{salt}${password}".encode()).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, str]:
        """The parts of a stored hash."""
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the secret is the one handed out, in constant time."""
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """Nothing of the digest."""
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        """Never: it is replaced, not updated."""
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to harden."""


def hash_initial(secret: str) -> str:
    """What is stored of an initial secret."""
    hasher = InitialSecretHasher()
    return hasher.encode(secret, hasher.salt())


def is_initial(encoded: str) -> bool:
    """Whether a stored hash is that of an initial secret."""
    return encoded.startswith(f"{InitialSecretHasher.algorithm}$")


def initial_secret() -> str:
    """A single-use initial password of 98 random bits: ABCDE-FGHJK-MNPQR-STVWX."""
    number = secrets.randbelow(len(_ALPHABET) ** 20)  # one draw: ten thousand secrets are made at once
    letters = []
    for _ in range(20):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


class LongEnough(MinimumLengthValidator):
    """Django's rule with a Chinese sentence: its own has lost its translation."""

    def get_error_message(self) -> str:
        """What is shown when it is not."""
        return f"密码太短，应不少于 {self.min_length} 位。"


class CommonPasswords(CommonPasswordValidator):
    """Django's list of 20,000 common passwords with a Chinese sentence."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that stands on every attacker's list."""
        if password.lower().strip() in self.passwords:
            raise ValidationError("该密码过于常见，请换一个。", code="password_too_common")


class ContextWords:
    """The person's name, its pinyin, the sign-in name and the platform's name may not be the password's core."""

    platform = ("gongxue", "工学", "peixun", "jishixueyuan")

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that consists mostly of words that anybody would guess."""
        lowered = password.lower()
        for word in self._words(user):
            if len(word) >= 3 and word in lowered and len(lowered) - len(word) < 8:
                raise ValidationError("密码不能以姓名、登录名或平台名称为主。", code="password_context")

    def _words(self, user: Any) -> list[str]:
        from pypinyin import lazy_pinyin  # its dictionaries are for those who choose a password

        words = list(self.platform)
        if user is not None and user.name:
            words += [user.name, "".join(lazy_pinyin(user.name)), user.sign_in_name]
        return [word.lower() for word in words if word]

    def get_help_text(self) -> str:
        """Shown beside the field."""
        return "不能以姓名、登录名或平台名称为主。"
