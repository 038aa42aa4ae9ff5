"""Days as people type them: 2023-06-12, 2023/6/12, 2023.6.12, 2023年6月12日, 20230612, 6月12日, 6/12."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from .calendar import HalfYear

# A workbook reader adds the hour of a day cell: 2023-06-12 00:00:00.
_WHOLE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]00:00(?::00(?:\.0+)?)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")


def parse_day(text: str, period: HalfYear | None = None) -> date | None:
    """The day that a text names; None when it names none. A day without a year lies in the year of the period."""
    wanted = (
        unicodedata.normalize("NFKC", text).strip().replace("—", "-").replace("–", "-").replace("。", ".")
    )
    found = _WHOLE.fullmatch(wanted) or _DIGITS.fullmatch(wanted)
    if found:
        return _day(*map(int, found.groups()))
    short = _SHORT.fullmatch(wanted)
    if short and period is not None:
        return _day(period.year, *map(int, short.groups()))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None
