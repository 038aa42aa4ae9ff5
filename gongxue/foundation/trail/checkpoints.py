"""Signed tree heads: C2SP `signed-note` with Ed25519, and `tlog-checkpoint` as its text.

    127.0.0.1/trail
    145
    k3Qp…=

    — 127.0.0.1/trail 5yTq…=

The text ends before the empty line. A signature line carries 4 bytes of key hash and 64 bytes of signature. There
is exactly one spelling of every note: what is not spelt as we would spell it is refused, so that no changed byte
goes unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from gongxue.foundation.keys import trail_signer

_ED25519 = b"\x01"
_SIGNATURE_BYTES = 4 + 64
_DASH = "— "


class BadNote(Exception):
    """The text is no signed note, or its signature does not hold."""


def origin() -> str:
    """The name of this trail: host and path without a scheme."""
    return f"{settings.HOST}/trail"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs the heads of a tree: its name in the notes and its Ed25519 key."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def trail() -> Signer:
    """The signer of the trail."""
    return Signer(origin(), trail_signer())


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def verifier_key(by: Signer | None = None) -> str:
    """The public key (the trail's, if no other signer is named) in the C2SP form `name+hash+key`."""
    signer = by or trail()
    public, name = signer.public, signer.name
    return f"{name}+{_key_hash(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def sign_note(text: str, by: Signer | None = None) -> str:
    """The text with an empty line and a signature line (the trail's, if no other signer is named).

    The text must end with a line break.
    """
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends with a line break")
    signer = by or trail()
    signature = _key_hash(signer.name, signer.public) + signer.key.sign(text.encode())
    return f"{text}\n{_DASH}{signer.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, by: Signer | None = None) -> str:
    """The text of a note that bears our signature, whatever name the platform had then.

    BadNote: no note, another key, or one byte is not what was signed.
    """
    text, separator, line = note.rpartition("\n\n")
    name, _, encoded = line.removesuffix("\n").removeprefix(_DASH).rpartition(" ")
    if not (separator and line.startswith(_DASH) and line.endswith("\n") and name):
        raise BadNote("不是签名的校验点文件。")
    text += "\n"
    signature = _decode(encoded)
    if len(signature) != _SIGNATURE_BYTES:
        raise BadNote("签名行不完整。")
    public = (by or trail()).public
    if signature[:4] != _key_hash(name, public):
        raise BadNote("签名用的不是本平台的密钥。")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], text.encode())
    except InvalidSignature:
        raise BadNote("签名不成立：内容被改动过。") from None
    return text


def _decode(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("编码不正确。") from None
    if base64.b64encode(data).decode() != encoded:  # unused bits must be zero: one spelling only
        raise BadNote("编码不正确。")
    return data


@dataclass(frozen=True, slots=True)
class Head:
    """A tree head: how many leaves, and the root over them. Further lines belong to notes of other kinds."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    def text(self) -> str:
        """The text of the note."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.more]
        return "".join(f"{line}\n" for line in lines)


def parse_head(text: str) -> Head:
    """The head in the text of a note; BadNote when it is none."""
    name, *rest = text.removesuffix("\n").split("\n")
    if len(rest) < 2 or not rest[0].isascii() or not rest[0].isdigit():
        raise BadNote("校验点的内容不完整。")
    head = Head(name, int(rest[0]), _decode(rest[1]), tuple(rest[2:]))
    if head.text() != text:
        raise BadNote("校验点的写法不规范。")
    return head


def signed_head(size: int, root: bytes, by: Signer | None = None) -> str:
    """The note of a checkpoint."""
    signer = by or trail()
    return sign_note(Head(signer.name, size, root).text(), signer)
