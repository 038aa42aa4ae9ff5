"""What the QR code of a certificate says: the facts that matter, signed, in decimal digits behind a `#`.

A browser does not send what follows the `#`, so no name stands in a server's log. Digits are the densest thing a QR
code can hold. Anybody with the public key can check the signature without asking us:

    digits → whole number → bytes (big endian) → drop the leading 0x01 → facts + 64 bytes of Ed25519 over the facts

    facts, big endian: format 1 · key id 1 · number 7 (its fifteen characters, G written as 0) · serial 5
    · first day, last day, day of issue 2 each (days since 2000-01-01) · category 1 · periods 2
    · last four of the ID number 2 (base 11, X is 10) · check code 16 · length of the name 1 · name (UTF-8)
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gongxue.foundation.keys import key

FORMAT = 1
LONGEST = 900  # digits; a name of forty characters needs about 660
_DAY_ZERO = date(2000, 1, 1)
_HEAD = struct.Struct(">BB7s5sHHHBHH16sB")
_SIGNATURE = 64
_LEVEL_AT = 11  # position of the level in the certificate number (MG 17.2)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the code of a certificate states."""

    number: str
    serial: str
    first_day: date
    last_day: date
    issued_on: date
    category: str  # "01"
    periods: int
    id_number_end: str  # the last four: the one mask of the product
    token: str  # 32 hexadecimal digits; the books know it too, so that a stolen key alone forges nothing
    name: str


@cache
def _signer() -> Ed25519PrivateKey:
    """A key of its own, derived: a signed code can never pass for a signed checkpoint of the trail."""
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"gongxue certificate code 1").derive(key("trail.key"))
    return Ed25519PrivateKey.from_private_bytes(seed)


@cache
def public_key() -> bytes:
    """The 32 bytes that check every code; published on the check page."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return _signer().public_key().public_bytes(*raw)


@cache
def key_id() -> int:
    """Tells keys apart after a change of keys."""
    return hashlib.sha256(public_key()).digest()[0]


def _days(day: date) -> int:
    return (day - _DAY_ZERO).days


def _pack(facts: Facts) -> bytes:
    number = facts.number.replace("G", "0")
    name = facts.name.encode()
    end = int(facts.id_number_end[:3]) * 11 + "0123456789X".index(facts.id_number_end[3])
    head = _HEAD.pack(
        FORMAT, key_id(), int(number).to_bytes(7, "big"), int(facts.serial).to_bytes(5, "big"),
        _days(facts.first_day), _days(facts.last_day), _days(facts.issued_on), int(facts.category), facts.periods,
        end, bytes.fromhex(facts.token), len(name),
    )  # fmt: skip
    return head + name


def _unpack(data: bytes) -> Facts:
    _, _, number, serial, first, last, issued, category, periods, end, token, _ = _HEAD.unpack_from(data)
    digits = f"{int.from_bytes(number, 'big'):015d}"
    level = digits[_LEVEL_AT].replace("0", "G")
    return Facts(
        number=digits[:_LEVEL_AT] + level + digits[_LEVEL_AT + 1 :],
        serial=f"{int.from_bytes(serial, 'big'):010d}",
        first_day=_DAY_ZERO + timedelta(first),
        last_day=_DAY_ZERO + timedelta(last),
        issued_on=_DAY_ZERO + timedelta(issued),
        category=f"{category:02d}",
        periods=periods,
        id_number_end=f"{end // 11:03d}" + "0123456789X"[end % 11],
        token=token.hex(),
        name=data[_HEAD.size :].decode(),
    )


def signed(facts: Facts) -> str:
    """The digits of a code."""
    data = _pack(facts)
    return str(int.from_bytes(b"\x01" + data + _signer().sign(data), "big"))


def opened(digits: str) -> Facts | None:
    """The facts of a code that this platform signed; None for everything else, whatever was sent."""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
        return None
    whole = int(digits)
    raw = whole.to_bytes((whole.bit_length() + 7) // 8, "big")
    data, signature = raw[1:-_SIGNATURE], raw[-_SIGNATURE:]
    if raw[:1] != b"\x01" or len(data) < _HEAD.size or data[0] != FORMAT:
        return None
    try:
        _signer().public_key().verify(signature, data)
    except InvalidSignature:
        return None
    return _unpack(data)
