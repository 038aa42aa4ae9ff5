from __future__ import annotations

import json
import logging
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongxue.regulations.id_numbers import (
    IdNumber,
    check_character,
    id_number_breaches,
    mask,
    mask_phone,
    parse_id_number,
)

WOMAN = "11010519491231002X"  # the example of GB 11643 with the check character X
MAN = "34052419800101001X"
TODAY = date(2023, 6, 12)
NUMBERS = st.builds(
    lambda area, born, order: with_check(f"{area:06d}{born:%Y%m%d}{order:03d}"),
    st.integers(100_000, 999_999),
    st.dates(date(1900, 1, 1), date(2023, 1, 1)),
    st.integers(0, 999),
)


def with_check(first_17: str) -> str:
    """GB 11643 computed another way than in the code: the weight of place i is 2 to the power of 18-i, mod 11."""
    total = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(first_17))
    return first_17 + "0123456789X"[(12 - total) % 11]


def parsed(text: str) -> IdNumber:
    number = parse_id_number(text)
    assert number is not None
    return number


@pytest.mark.parametrize("text", [WOMAN, MAN, "440524198001010013"])
def test_the_known_valid_numbers_are_valid(text: str) -> None:
    assert parsed(text).reveal() == text == with_check(text[:17])


def test_the_known_invalid_number_is_invalid() -> None:
    assert parse_id_number("53252719550326735X") is None


def test_the_example_of_1880_has_a_right_check_character_but_no_living_holder() -> None:
    assert check_character("44052418800101001") == "4"
    assert parse_id_number("440524188001010014") is None


@pytest.mark.parametrize("text", ["", "1101051949123100", "110105194912310021"])
def test_a_check_character_needs_seventeen_digits(text: str) -> None:
    with pytest.raises(ValueError, match="zip"):
        check_character(text)


@given(NUMBERS)
def test_every_well_formed_number_is_read(text: str) -> None:
    assert parsed(text).reveal() == text
    assert parsed(text).born_on == date.fromisoformat(f"{text[6:10]}-{text[10:12]}-{text[12:14]}")


@given(NUMBERS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_found(text: str, place: int, character: str) -> None:
    assume(character != text[place])
    assert parse_id_number(text[:place] + character + text[place + 1 :]) is None


@given(NUMBERS, st.integers(0, 16))
def test_every_swap_of_neighbours_is_found(text: str, place: int) -> None:
    """The weights of neighbouring places differ, so the sum changes by less than 11 times something below 11."""
    assume(text[place] != text[place + 1])
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert parse_id_number(swapped) is None


@pytest.mark.parametrize("text", [f" {WOMAN} ", WOMAN.lower(), f"\t{WOMAN}\n", f"\u3000{WOMAN}"])
def test_blanks_around_and_a_small_x_are_accepted_and_x_is_stored(text: str) -> None:
    assert parsed(text).reveal() == WOMAN


NO_NUMBERS = [
    "", "X", "110105491231002", WOMAN[:-1], WOMAN + "0", "1101051949123100 2X", WOMAN.replace("1", "１"),
    "1.1010519491231E+17", "110105194912310000", "X10105194912310021", "110105X94912310021",
]  # fmt: skip
NO_DAYS = ["19800230", "19000229", "20230431", "19801301", "19800001", "19800100", "18991231"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_id_number(text) is None


@pytest.mark.parametrize("born", NO_DAYS)
def test_a_day_that_never_was_or_is_too_long_ago_is_refused(born: str) -> None:
    assert parse_id_number(with_check(f"110105{born}002")) is None


@pytest.mark.parametrize("born", ["19000101", "20000229", "19801231"])
def test_a_real_birthday_is_accepted(born: str) -> None:
    assert parse_id_number(with_check(f"110105{born}002")) is not None


def test_no_area_begins_with_zero() -> None:
    assert parse_id_number(with_check("01010519800101002")) is None


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = parse_id_number(text)
    assert number is None or number.reveal() == text.strip().upper()


@pytest.mark.parametrize(("text", "sex"), [(WOMAN, "女"), (MAN, "男")])
def test_the_seventeenth_digit_tells_the_sex(text: str, sex: str) -> None:
    assert parsed(text).sex == sex


# AMB-34: born on 31 December 1949
AGES = [(date(2023, 12, 30), 73), (date(2023, 12, 31), 74), (date(2024, 1, 1), 74), (date(1949, 12, 31), 0)]


@pytest.mark.parametrize(("day", "age"), AGES)
def test_age_counts_completed_years(day: date, age: int) -> None:
    assert parsed(WOMAN).age_on(day) == age


def test_born_on_29_february_turns_a_year_older_on_1_march() -> None:
    number = parsed(with_check("11010520000229002"))
    assert number.age_on(date(2023, 2, 28)) == 22
    assert number.age_on(date(2023, 3, 1)) == 23


HIDDEN = "•" * 14 + "002X"


def test_no_way_of_printing_shows_more_than_the_last_four(caplog: pytest.LogCaptureFixture) -> None:  # H15
    number = parsed(WOMAN)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", number, number)
    as_json = json.dumps(number, default=str, ensure_ascii=False)
    ways = [
        str(number),
        repr(number),
        format(number),
        f"{number} {number!r}",
        repr([number]),
        as_json,
        caplog.text,
    ]
    for way in ways:
        assert HIDDEN in way
        assert WOMAN[13:] not in way


@given(NUMBERS)
def test_the_mask_keeps_the_length_and_the_last_four(text: str) -> None:
    assert mask(text) == "•" * 14 + text[14:]
    assert str(parsed(text)) == mask(text)


@pytest.mark.parametrize(("text", "hidden"), [("", ""), ("1234", "••••"), (WOMAN[:17], "•" * 17)])
def test_what_is_no_full_number_is_hidden_completely(text: str, hidden: str) -> None:
    assert mask(text) == hidden


@pytest.mark.parametrize(("phone", "hidden"), [("13800138000", "•••••••8000"), ("8000", "8000"), ("", "")])
def test_of_a_phone_number_the_last_four_are_shown(phone: str, hidden: str) -> None:
    assert mask_phone(phone) == hidden


def test_a_usable_number_has_no_breach() -> None:
    assert id_number_breaches(MAN, TODAY) == []


# born on 12 June: a teacher is 16 to 100 years old
WORKING = [
    ("20070612", True),
    ("20070613", False),
    ("19230612", True),
    ("19220612", False),
    ("20240101", False),
]


@pytest.mark.parametrize(("born", "usable"), WORKING)
def test_a_teacher_is_of_working_age(born: str, usable: bool) -> None:
    rules = [b.rule for b in id_number_breaches(with_check(f"110105{born}002"), TODAY)]
    assert rules == ([] if usable else ["id_number.age"])


@pytest.mark.parametrize("text", ["53252719550326735X", with_check("11010520240101002")])
def test_a_refusal_never_repeats_the_number(text: str) -> None:
    for breach in id_number_breaches(text, TODAY):
        assert text[6:14] not in str(breach)
        assert text not in repr(breach)


def test_an_unreadable_number_is_told_what_a_number_looks_like() -> None:
    assert [b.rule for b in id_number_breaches("1.10E+17", TODAY)] == ["id_number.invalid"]
