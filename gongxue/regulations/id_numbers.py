"""GB 11643-1999: the citizen's ID number. Sex and birth date are derived; area codes are not checked
against a current list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from .breaches import Breach

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
SHOWN_DIGITS = 4  # the one mask of the whole product: the last four, nothing else


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid ID number. str() and repr() are masked so that no log, template or error page can leak it."""

    _value: str = field(repr=False)

    def __str__(self) -> str:
        return mask(self._value)

    def __repr__(self) -> str:
        return f"IdNumber({mask(self._value)})"

    def reveal(self) -> str:
        """The eighteen characters, for encryption, official sheets and a reveal that leaves a trail."""
        return self._value

    @property
    def born_on(self) -> date:
        """Positions 7-14."""
        return date(int(self._value[6:10]), int(self._value[10:12]), int(self._value[12:14]))

    @property
    def sex(self) -> str:
        """男 or 女: the parity of position 17."""
        return "男" if int(self._value[16]) % 2 else "女"

    def age_on(self, day: date) -> int:
        """Completed years.  # reading: AMB-34"""
        born = self.born_on
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def mask(value: str) -> str:
    """Fourteen dots and the last four characters; shorter values show nothing."""
    return "•" * 14 + value[-SHOWN_DIGITS:] if len(value) == 18 else "•" * len(value)


def mask_phone(value: str) -> str:
    """The same mask for phone numbers: the last four."""
    return "•" * max(0, len(value) - SHOWN_DIGITS) + value[-SHOWN_DIGITS:]


def check_character(first_17: str) -> str:
    """Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum mod 11, table 10X98765432."""
    return _CHECKS[sum(w * int(c) for w, c in zip(_WEIGHTS, first_17, strict=True)) % 11]


def parse_id_number(text: str) -> IdNumber | None:
    """Surrounding blanks and a lower-case x are accepted, X is stored. None when invalid."""
    value = text.strip().upper()
    if not _FORM.fullmatch(value) or check_character(value[:17]) != value[17]:
        return None
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return None
    return IdNumber(value) if born.year >= 1900 else None


def id_number_breaches(text: str, today: date) -> list[Breach]:
    """Why a text is no usable ID number of a teacher; the text itself is never repeated."""
    number = parse_id_number(text)
    if number is None:
        return [
            Breach(
                "id_number.invalid",
                "GB 11643",
                "身份证号码不正确：应为 18 位，且校验位相符。",
                "请对照身份证重新输入；在 Excel 中请把该列设为文本。",
            )
        ]
    if not 16 <= number.age_on(today) <= 100:
        return [
            Breach(
                "id_number.age", "GB 11643", "按身份证号码推算的年龄不合情理。", "请核对出生年月日各位数字。"
            )
        ]
    return []
