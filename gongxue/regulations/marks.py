"""Marks: independent sheets, the mean, sixty, one second attempt each (TR 12.1, TR 12.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from .breaches import Breach
from .editions import Edition
from .staffing import Seat

_MARK = re.compile(r"(?:100(?:\.0)?|[0-9]{1,2}(?:\.[0-9])?)", re.ASCII)


class Part(StrEnum):
    """The two assessments (TR 12)."""

    PROCESS = "process"
    FINAL = "final"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {"process": "过程性考核", "final": "终结性考核"}[self.value]

    @property
    def scored_by(self) -> Seat:
        """过程性考核由2名授课骨干教师评分, 终结性考核由3名考核骨干教师线上评分 (TR 12.1, 12.2)."""
        return Seat.INSTRUCTOR if self == Part.PROCESS else Seat.EXAMINER


class Standing(StrEnum):
    """Where a trainee stands in one assessment."""

    OPEN = "open"  # sheets are missing
    SECOND = "second"  # below 60 after the first attempt: one more is possible
    PASSED = "passed"
    FAILED = "failed"


def parse_mark(text: str) -> Decimal | None:
    """'85', '85.5' -> Decimal; None for anything else.

    ASCII digits only: no sign, no exponent, no NaN, no full-width digits.

    reading: AMB-07 a sheet is 0 to 100 with at most one decimal
    """
    return Decimal(text) if _MARK.fullmatch(text.strip(" ")) else None


def mark_breaches(text: str) -> list[Breach]:
    """The answer to a mark that is none."""
    if parse_mark(text) is not None:
        return []
    return [
        Breach(
            "mark.format",
            "TR 12",
            f"“{text[:20]}”不是有效的分数。",
            "请填 0 至 100，最多一位小数，如 85 或 85.5。",
        )
    ]


def mean(sheets: Sequence[Decimal]) -> Fraction:
    """The exact arithmetic mean; ValueError without sheets.  # reading: AMB-07"""
    if not sheets:
        raise ValueError("no sheets, no mean")
    return sum((Fraction(sheet) for sheet in sheets), Fraction(0)) / len(sheets)


def passes(sheets: Sequence[Decimal], edition: Edition) -> bool:
    """TR 12: 60分及以上为合格; the unrounded mean is compared.  # reading: AMB-07"""
    return mean(sheets) >= Fraction(edition.pass_mark)


def shown(value: Fraction) -> Decimal:
    """Two decimals, half up, as the transcript prints it.  # reading: AMB-07"""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def spread_asks_note(sheets: Sequence[Decimal], edition: Edition) -> bool:
    """Sheets more than 15 apart ask each scorer for a written note on a second look.

    reading: AMB-75 the sheets stay as they are and the mean counts; the notes are independent like the sheets
    """
    return bool(sheets) and max(sheets) - min(sheets) > edition.spread_note


NOTE_FROM, NOTE_TO = 10, 500  # characters of a note: a word is no reason


def note_breaches(far: bool, written: bool, confirmed: bool, note: str) -> list[Breach]:
    """Why no note on a second look may be handed in now. far: the attempt is complete and its sheets are far apart."""
    if not far:
        says = "这次考核的评分没有齐备，或者相差没有超过限度。"
        return [Breach("second_look.not_due", "TR 12", says, "只有评分齐备且相差超过限度时才写复看说明。")]
    breaches = []
    if written:
        says = "您已提交对这次考核的复看说明，说明不能修改。"
        breaches.append(Breach("second_look.written", "MG 13", says, "确有错误的走成绩更正。"))
    if confirmed:
        says = "成绩已确认，不再收复看说明。"
        breaches.append(Breach("second_look.confirmed", "MG 13", says, "确有错误的走成绩更正。"))
    if not NOTE_FROM <= len(note.strip()) <= NOTE_TO:
        says = f"复看说明须写 {NOTE_FROM} 至 {NOTE_TO} 字。"
        breaches.append(
            Breach("second_look.length", "TR 12", says, "请写明复看了哪些材料、为什么维持原评分。")
        )
    return breaches


def standing(attempts: Sequence[Sequence[Decimal]], wanted: int, edition: Edition) -> Standing:
    """Where the attempts lead: the last one counts, an incomplete one is open.  # reading: AMB-08

    attempts: the sheets of attempt 1, then of attempt 2 if there is one; wanted: sheets that make one complete.
    ValueError for more attempts than the law knows: the rows are corrupt, a third one must never count.
    """
    if len(attempts) > edition.attempts:
        raise ValueError(f"{len(attempts)} attempts, the law knows {edition.attempts}")
    if not attempts or len(attempts[-1]) < wanted:
        return Standing.OPEN
    if passes(attempts[-1], edition):
        return Standing.PASSED
    return Standing.SECOND if len(attempts) < edition.attempts else Standing.FAILED


def second_dates_breaches(
    days: Mapping[str, date | None], today: date, first_day: date, feedback_on: date
) -> list[Breach]:
    """Why days for second attempts cannot stand: what they are for → day that is set or changed now.

    feedback_on: the day on which form 5 is due, with its extension (AMB-09: done before it is).
    reading: AMB-79 the institution names the days
    """
    breaches = []
    for what, day in days.items():
        if day is not None and not max(first_day, today) <= day <= feedback_on:
            says = f"{what}的日期须在今天（开班后）至成绩单报送日 {feedback_on.isoformat()} 之间。"
            breaches.append(
                Breach(
                    "second_dates.day", "TR 12", says, "请另选日期；成绩单已准予延期的，按延期后的报送日。"
                )
            )
    if not days:
        breaches.append(Breach("second_dates.none", "TR 12", "日期没有变化。", "请填写或修改日期后再保存。"))
    return breaches


def final_breaches(process: Standing) -> list[Breach]:
    """TR 12.1: 60分及以上视为过程性考核合格，方可参加终结性考核."""
    if process == Standing.PASSED:
        return []
    return [
        Breach(
            "final.before_process",
            "TR 12.1",
            "过程性考核尚未合格，不能参加终结性考核。",
            "请先完成过程性考核评分。",
        )
    ]


def attempt_breaches(part: Part, state: Standing, attempts: int, edition: Edition) -> list[Breach]:
    """Whether a second attempt may be opened; a third never (TR 12.1, 12.2)."""
    if attempts >= edition.attempts:
        return [
            Breach(
                "attempt.third",
                f"TR 12.{1 if part == Part.PROCESS else 2}",
                f"{part.title}已有 {attempts} 次，最多 {edition.attempts} 次。",
                f"第二次仍低于 {edition.pass_mark} 分视为不合格。",
            )
        ]
    if state != Standing.SECOND:
        return [
            Breach(
                "attempt.not_due",
                f"TR 12.{1 if part == Part.PROCESS else 2}",
                f"{part.title}成绩不低于 {edition.pass_mark} 分或尚未评完，不能进行第二次。",
                f"评完后低于 {edition.pass_mark} 分方可进行第二次。",
            )
        ]
    return []
