"""An address as its owner types it, and the code that proves it is theirs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from gongxue.exchange.models import MailAddress
from gongxue.foundation.keys import key
from gongxue.foundation.mail_settings import is_address
from gongxue.regulations.breaches import Breach

CODE_DIGITS = 8
CODE_LASTS = timedelta(minutes=30)
_FULL = str.maketrans("０１２３４５６７８９＠．", "0123456789@.")  # what a Chinese keyboard types


def regular_address(text: str) -> str:
    """An address without blanks around it, its domain in lower case."""
    name, at, domain = text.translate(_FULL).strip().rpartition("@")
    return f"{name}{at}{domain.lower()}"


def address_breaches(address: str) -> list[Breach]:
    """One plain address, `name@domain.cn`."""
    if is_address(address):
        return []
    return [
        Breach("mail.address", "MG 25.4", "这不是一个邮箱地址。", "请填写完整的邮箱，例如 name@example.cn。")
    ]


def new_nonce() -> bytes:
    """What makes a code different from every other."""
    return secrets.token_bytes(16)


def code_of(address: MailAddress) -> str:
    """The code of an address that waits: eight digits signed with a key that is not in the database.

    Worked out again at every try to send it, so that it is stored nowhere. Empty when there is none.
    """
    if not address.nonce:
        return ""
    signed = b"mail-code:" + bytes(address.nonce) + bytes(address.sealed)
    digest = hmac.digest(key("index.key"), signed, hashlib.sha256)
    return f"{int.from_bytes(digest[:16]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def is_code(address: MailAddress, typed: str) -> bool:
    """Whether somebody typed the code of an address; blanks and full-width digits do not matter."""
    right, given = code_of(address), "".join(typed.translate(_FULL).split())
    return bool(right) and hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
