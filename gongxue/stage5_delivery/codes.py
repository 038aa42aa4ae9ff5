"""The codes of a check-in: what stands in the QR code, and the ticket of a page that a fresh code has opened.

A code is the number of a time slot and a keyed hash over the window and that slot: it says nothing of anybody, cannot
be made without the key, which is not in the books, and is stale within a minute. A ticket is bound to one account, so that
a page that somebody opened in the room is of no use to anybody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from gongxue.foundation.keys import key
from gongxue.regulations.attendance import TICKET_SECONDS, is_fresh, slot_of
from gongxue.stage5_delivery.models import RollWindow

_LENGTH = 12  # bytes of the hash; a guess has a minute


def _seal(window: RollWindow, words: str) -> str:
    text = f"roll window {window.pk} {words}".encode()
    digest = hmac.digest(key("index.key"), bytes(window.nonce) + text, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_LENGTH]).decode()


def code_of(window: RollWindow, now: datetime) -> str:
    """The code that is shown at a moment: 1686528000.kX3…"""
    slot = slot_of(now)
    return f"{slot}.{_seal(window, f'code {slot}')}"


def is_code(window: RollWindow, code: str, now: datetime) -> bool:
    """Whether a code is of this window and still taken."""
    slot, seal = _parts(code)
    return slot is not None and _same(seal, _seal(window, f"code {slot}")) and is_fresh(slot, now)


def ticket_of(window: RollWindow, account_id: int, now: datetime) -> str:
    """What a page opened by a fresh code sends: good for a few minutes, for this account alone."""
    at = int(now.timestamp())
    return f"{at}.{_seal(window, f'ticket {at} {account_id}')}"


def is_ticket(window: RollWindow, ticket: str, account_id: int, now: datetime) -> bool:
    """Whether a ticket was given to this account for this window, a moment ago."""
    at, seal = _parts(ticket)
    if at is None or not _same(seal, _seal(window, f"ticket {at} {account_id}")):
        return False
    return 0 <= int(now.timestamp()) - at <= TICKET_SECONDS


def _parts(text: str) -> tuple[int | None, str]:
    number, _, seal = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        return None, seal
    return int(number), seal


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
