"""The commitment 封存指纹 of a signed score sheet: SHA-256 over one canonical form of it and a random salt.

Whoever has the fingerprint of a sheet from the moment it was signed can tell later that not a letter of it was changed;
the salt keeps the fingerprint from telling anything before the sheet is shown (MG 13). The form is written down in
docs/sealed-sheets.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

FORMAT = "gongxue-sheet/1"
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class SealedMark:
    """One criterion of a sheet."""

    code: str
    weight: int
    mark: Decimal
    comment: str


@dataclass(frozen=True, slots=True)
class SealedSheet:
    """Everything that a signed sheet says; people and rows by their numbers, no personal value."""

    trainee: int  # attendee
    training_class: int
    part: str
    attempt: int
    scorer: int  # person
    rubric: int | None  # version
    mark: Decimal
    comment: str
    criteria: Sequence[SealedMark]
    signed_at: datetime
    salt: str  # 64 hexadecimal digits


def canonical(sheet: SealedSheet) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks, marks as text with one decimal, the time in UTC to the microsecond."""
    signed = sheet.signed_at.astimezone(UTC)
    data = {
        "format": FORMAT,
        "trainee": sheet.trainee,
        "class": sheet.training_class,
        "part": sheet.part,
        "attempt": sheet.attempt,
        "scorer": sheet.scorer,
        "rubric": sheet.rubric,
        "mark": f"{sheet.mark:.1f}",
        "comment": sheet.comment,
        "criteria": [
            {"code": one.code, "weight": one.weight, "mark": f"{one.mark:.1f}", "comment": one.comment}
            for one in sheet.criteria
        ],
        "signed_at": f"{signed:%Y-%m-%dT%H:%M:%S.%f}Z",
        "salt": sheet.salt,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(sheet: SealedSheet) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical(sheet)).hexdigest()
