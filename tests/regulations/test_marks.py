from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.marks import (
    Part,
    Standing,
    attempt_breaches,
    final_breaches,
    mark_breaches,
    mean,
    parse_mark,
    passes,
    shown,
    spread_asks_note,
    standing,
)
from gongxue.regulations.staffing import Seat

EDITION = edition_on(date(2023, 6, 12))
SHEET = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)


def sheets(*marks: str) -> list[Decimal]:
    return [Decimal(mark) for mark in marks]


# AMB-07: 0 to 100, at most one decimal
MARKS = ["0", "00", "05", "5", "59.9", "60", "60.0", "85.5", "99.9", "100", "100.0", " 85 "]
NO_MARKS = [
    "", " ", "-0", "-1", "+85", "100.1", "101", "1000", "85.55", "85.", ".5", "1e2", "1E1", "NaN", "nan", "Infinity",
    "inf", "８５", "85,5", "85。5", "八十五", "8 5", "85\n", "\t85", "0x10", "1_0", "٨٥", "085", "85.5.5", "85分",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKS)
def test_a_mark_is_read(text: str) -> None:
    assert parse_mark(text) == Decimal(text.strip())
    assert mark_breaches(text) == []


@pytest.mark.parametrize("text", NO_MARKS)
def test_what_is_no_mark_is_refused(text: str) -> None:
    assert parse_mark(text) is None
    assert [breach.rule for breach in mark_breaches(text)] == ["mark.format"]


@given(st.integers(0, 1000))
def test_every_mark_with_one_decimal_is_read_exactly(tenths: int) -> None:
    assert parse_mark(f"{tenths // 10}.{tenths % 10}") == Decimal(tenths) / 10


@given(st.text() | st.text("0123456789.-+eE ０１", max_size=6))
def test_whatever_is_read_is_a_mark(text: str) -> None:
    mark = parse_mark(text)
    if mark is not None:
        assert set(text) <= set("0123456789. ")
        assert 0 <= mark <= 100
        assert (mark * 10) % 1 == 0


def test_a_refusal_repeats_at_most_twenty_characters() -> None:
    assert "9" * 20 in mark_breaches("9" * 500)[0].says
    assert "9" * 21 not in mark_breaches("9" * 500)[0].says


# G07 G13, AMB-07: the unrounded mean against sixty, and what the transcript prints
MEANS = [
    (sheets("60", "60"), True, "60.00"),
    (sheets("59.9", "60.1"), True, "60.00"),
    (sheets("59.9", "60"), False, "59.95"),
    (sheets("59.9", "60.0", "60.1"), True, "60.00"),
    (sheets("59.9", "60", "60"), False, "59.97"),
    (sheets("60", "60", "60.1"), True, "60.03"),
    (sheets("100", "100", "100"), True, "100.00"),
    (sheets("0", "0"), False, "0.00"),
    (sheets("0", "100", "80"), True, "60.00"),
    (sheets("33.3", "33.3", "33.4"), False, "33.33"),
    (sheets("66.6", "66.7", "66.7"), True, "66.67"),
]


@pytest.mark.parametrize(("marks", "passed", "printed"), MEANS)
def test_the_mean_decides_and_is_printed_with_two_decimals(
    marks: list[Decimal], passed: bool, printed: str
) -> None:
    assert passes(marks, EDITION) is passed
    assert str(shown(mean(marks))) == printed


@given(st.lists(SHEET, min_size=1, max_size=5))
def test_the_mean_is_exact(marks: list[Decimal]) -> None:
    assert mean(marks) * len(marks) == sum(Fraction(mark) for mark in marks)


@given(st.lists(SHEET, min_size=2, max_size=3))
def test_whoever_is_printed_with_sixty_has_passed(marks: list[Decimal]) -> None:
    """With two or three sheets rounding can never make a failed mark look like a passed one."""
    assert passes(marks, EDITION) == (shown(mean(marks)) >= 60)


def test_without_sheets_there_is_no_mean() -> None:
    with pytest.raises(ValueError, match="no sheets"):
        mean([])


HALF_UP = [
    (Fraction(60005, 1000), "60.01"),
    (Fraction(60015, 1000), "60.02"),
    (Fraction(1, 8), "0.13"),
    (Fraction(60004999, 1000000), "60.00"),
    (Fraction(2, 3), "0.67"),
]


@pytest.mark.parametrize(("value", "printed"), HALF_UP)
def test_marks_are_rounded_half_up(value: Fraction, printed: str) -> None:  # AMB-07
    assert str(shown(value)) == printed


def test_the_rounded_mark_never_decides() -> None:
    """59.995 prints as 60.00 and is not sixty; sheets with two decimals stand in for an edition with more scorers."""
    marks = sheets("59.98", "60", "60", "60")
    assert str(shown(mean(marks))) == "60.00"
    assert not passes(marks, EDITION)


SPREADS = [
    ([], False),
    (["70"], False),
    (["70", "85"], False),
    (["70", "85.1"], True),
    (["90", "60", "80"], True),
]


@pytest.mark.parametrize(("marks", "asks"), SPREADS)
def test_sheets_more_than_fifteen_apart_ask_for_a_note(marks: list[str], asks: bool) -> None:
    assert spread_asks_note(sheets(*marks), EDITION) is asks


def test_process_is_scored_by_instructors_and_final_by_examiners() -> None:  # G06 G12
    assert [(part.title, part.scored_by) for part in Part] == [
        ("过程性考核", Seat.INSTRUCTOR),
        ("终结性考核", Seat.EXAMINER),
    ]


LOW, EVEN = Decimal("59.9"), Decimal(60)
ATTEMPTS = [list(a) for n in range(3) for a in product((LOW, EVEN), repeat=n)]  # 0, 1 or 2 of 2 sheets


def expected(history: Sequence[Sequence[Decimal]]) -> Standing:
    """TR 12 in words: the last attempt counts; below sixty there is one more, then it is 不合格."""
    if not history or len(history[-1]) != 2:
        return Standing.OPEN
    if sum(history[-1]) >= 120:
        return Standing.PASSED
    return Standing.SECOND if len(history) == 1 else Standing.FAILED


@pytest.mark.parametrize("length", [0, 1, 2])
def test_every_history_of_attempts_has_its_standing(length: int) -> None:  # G07 G08 G09, AMB-08
    for history in product(ATTEMPTS, repeat=length):
        assert standing(history, 2, EDITION) == expected(history), history


def test_a_third_attempt_never_counts() -> None:  # G08 G14
    with pytest.raises(ValueError, match="3 attempts"):
        standing([[LOW, LOW], [LOW, LOW], [EVEN, EVEN]], 2, EDITION)


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize("state", list(Standing))
@pytest.mark.parametrize("attempts", [0, 1, 2, 3])
def test_only_a_first_attempt_below_sixty_opens_a_second(part: Part, state: Standing, attempts: int) -> None:
    breaches = attempt_breaches(part, state, attempts, EDITION)
    assert (breaches == []) == (state == Standing.SECOND and attempts < 2)


@pytest.mark.parametrize("part", list(Part))
def test_whoever_follows_the_rules_has_at_most_two_attempts(part: Part) -> None:  # G08 G09 G14, AMB-09
    """Every way through: an attempt is scored completely, the next one opened when the rule allows."""
    histories: list[list[list[Decimal]]] = [[]]
    for _ in range(4):
        grown = [
            [*history, list(marks)]
            for history in histories
            if not history or not attempt_breaches(part, standing(history, 2, EDITION), len(history), EDITION)
            for marks in product((LOW, EVEN), repeat=2)
        ]
        histories = grown or histories
    assert {len(history) for history in histories} == {2}


@pytest.mark.parametrize(("part", "article"), [(Part.PROCESS, "TR 12.1"), (Part.FINAL, "TR 12.2")])
def test_a_refused_attempt_cites_the_article_of_its_assessment(part: Part, article: str) -> None:
    third = attempt_breaches(part, Standing.FAILED, 2, EDITION)[0]
    early = attempt_breaches(part, Standing.OPEN, 1, EDITION)[0]
    assert (third.rule, third.article) == ("attempt.third", article)
    assert (early.rule, early.article) == ("attempt.not_due", article)


def test_a_refused_attempt_says_why() -> None:
    third = attempt_breaches(Part.FINAL, Standing.FAILED, 2, EDITION)[0]
    early = attempt_breaches(Part.PROCESS, Standing.OPEN, 1, EDITION)[0]
    assert third.says == "终结性考核已有 2 次，最多 2 次。"
    assert third.way_out == "第二次仍低于 60 分视为不合格。"
    assert early.says == "过程性考核成绩不低于 60 分或尚未评完，不能进行第二次。"
    assert early.way_out == "评完后低于 60 分方可进行第二次。"


@pytest.mark.parametrize("process", list(Standing))
def test_the_process_assessment_opens_the_final_one(process: Standing) -> None:  # G07
    rules = [breach.rule for breach in final_breaches(process)]
    assert rules == ([] if process == Standing.PASSED else ["final.before_process"])


def test_the_pass_mark_follows_the_edition() -> None:
    assert not passes(sheets("69.9", "70"), replace(EDITION, pass_mark=Decimal(70)))
