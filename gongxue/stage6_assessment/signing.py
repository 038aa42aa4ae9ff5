"""The platform's signature on form 5, given by the part that holds the keys of documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Signer = Callable[[bytes, datetime, str], bytes]
SIGNERS: list[Signer] = []  # filled by `certificates`, which signs everything that leaves the house


def signed(document: bytes, at: datetime, reason: str) -> bytes:
    """The document with the signature; as it is where nobody can sign."""
    return SIGNERS[0](document, at, reason) if SIGNERS else document
