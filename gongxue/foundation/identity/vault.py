"""Personal values at rest: a data key per account, wrapped by the master key that is not in the database.

Deleting the wrapped key is the deletion of everything sealed with it. The associated data is
place (table.column) and account, so that a ciphertext cannot be moved to another row or column.
Layout of a sealed value: 1 byte key id · 12 bytes nonce · AES-256-GCM.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gongxue.foundation.keys import key

KEY_ID = 1  # room for SM4-GCM under another id


class Unreadable(Exception):
    """The value cannot be opened: its key is destroyed, the master key is another, or the row was altered."""


def new_data_key(uid: str) -> bytes:
    """A fresh data key, wrapped for one account."""
    return _encrypt(key("master.key"), secrets.token_bytes(32), f"data-key.{uid}")


def seal(value: str, *, data_key: bytes, uid: str, place: str) -> bytes:
    """Encrypt a text of an account for one place, e.g. `person.id_number`."""
    return _encrypt(_unwrap(bytes(data_key), uid), value.encode(), f"{place}.{uid}")


def unseal(sealed: bytes, *, data_key: bytes | None, uid: str, place: str) -> str:
    """Decrypt; Unreadable when the key is gone or the value came from elsewhere."""
    if data_key is None:
        raise Unreadable("该人员的密钥已销毁，数据不可恢复。")
    return _decrypt(_unwrap(bytes(data_key), uid), bytes(sealed), f"{place}.{uid}").decode()


def blind_index(value: str) -> bytes:
    """16 bytes that find a value without showing it; another key than the encryption's."""
    return hmac.digest(key("index.key"), value.strip().upper().encode(), hashlib.sha256)[:16]


def keyed_hash(value: str) -> str:
    """What the trail keeps of a personal value: equal values look equal, nothing can be read back."""
    return hmac.new(key("index.key"), b"trail:" + value.encode(), hashlib.sha256).hexdigest()[:16]


def _encrypt(secret: bytes, data: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return bytes([KEY_ID]) + nonce + AESGCM(secret).encrypt(nonce, data, bound_to.encode())


def _decrypt(secret: bytes, sealed: bytes, bound_to: str) -> bytes:
    if len(sealed) < 29 or sealed[0] != KEY_ID:
        raise Unreadable("密文格式不对。")
    try:
        return AESGCM(secret).decrypt(sealed[1:13], sealed[13:], bound_to.encode())
    except InvalidTag as error:
        raise Unreadable("密文与所在行不符，或密钥不对。") from error


@lru_cache(maxsize=512)
def _unwrap(wrapped: bytes, uid: str) -> bytes:
    return _decrypt(key("master.key"), wrapped, f"data-key.{uid}")
