from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.levels import Level
from gongxue.regulations.numbers import (
    NumberSeries,
    SerialNumber,
    certificate_number,
    parse_certificate_number,
    parse_serial_number,
    serial_number,
    series_breaches,
    stock_breaches,
)

XINGTAI = NumberSeries("13", "009", 2022, 6, Level.THREE)
DIGITS_2, DIGITS_3 = st.from_regex(r"[0-9]{2}", fullmatch=True), st.from_regex(r"[0-9]{3}", fullmatch=True)
SERIES = st.builds(
    NumberSeries,
    DIGITS_2,
    DIGITS_3,
    st.integers(2000, 2099),
    st.integers(1, 12),
    st.sampled_from(list(Level)),
)

# Q14 Q20 Q21: the examples of MG 17.2 with X = 1
CERTIFICATES = [
    (XINGTAI, "130092022063001"),
    (NumberSeries("32", "017", 2022, 12, Level.BACKBONE), "32017202212G001"),
]


@pytest.mark.parametrize(("series", "text"), CERTIFICATES)
def test_the_printed_examples_of_certificate_numbers(series: NumberSeries, text: str) -> None:
    assert str(certificate_number(series, 1)) == text
    assert parse_certificate_number(text) == certificate_number(series, 1)


def test_the_printed_example_of_a_serial() -> None:
    assert str(serial_number("11", "001", 1)) == "1100100001"
    assert parse_serial_number("1100100001") == SerialNumber("11", "001", 1)


def test_a_number_is_taken_apart() -> None:  # Q15 Q16 Q17 Q18 Q19
    number = parse_certificate_number("44033202401G123")
    assert number and number.order == 123
    assert number.series == NumberSeries("44", "033", 2024, 1, Level.BACKBONE)


@given(SERIES, st.integers(1, 999))
def test_a_composed_number_has_fifteen_characters_and_is_read_back(series: NumberSeries, order: int) -> None:
    number = certificate_number(series, order)
    assert len(str(number)) == 15  # Q15
    assert parse_certificate_number(str(number)) == number


@given(DIGITS_2, DIGITS_3, st.integers(1, 99_999))
def test_a_composed_serial_has_ten_digits_and_is_read_back(
    province: str, institution: str, order: int
) -> None:
    serial = serial_number(province, institution, order)
    assert len(str(serial)) == 10  # Q11 Q12 Q13
    assert parse_serial_number(str(serial)) == serial


@given(st.from_regex(r"[0-9]{5}20[0-9]{2}(0[1-9]|1[0-2])[123G][0-9]{3}", fullmatch=True))
def test_a_well_formed_text_is_read_and_written_back(text: str) -> None:
    number = parse_certificate_number(text)
    assert str(number) == text if not text.endswith("000") else number is None


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    for read in (parse_certificate_number(text), parse_serial_number(text)):
        assert read is None or str(read) == text


BROKEN = [
    "", "13009202206300", "1300920220630011", "130092022063000", "130092022003001", "130092022133001",
    "130091999063001", "130092100063001", "130092022064001", "13009202206g001", "13009202206X001",
    "１30092022063001", "130092022063００1", " 130092022063001", "130092022063001\n", "13009202206３001",
    "٣30092022063001", "13-092022063001",
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_certificate_number_is_none(text: str) -> None:
    assert parse_certificate_number(text) is None


@pytest.mark.parametrize(
    "text", ["", "110010000", "11001000011", "1100100000", "110010000１", "1100100001\n", "1100100G01"]
)
def test_what_is_no_serial_is_none(text: str) -> None:
    assert parse_serial_number(text) is None


STRANGE = "0129GgX ３一\n-.é"


@pytest.mark.parametrize("text", ["130092022063001", "32017202212G999"])
def test_a_changed_character_is_another_number_or_none(text: str) -> None:
    for i in range(len(text)):
        for character in STRANGE:
            changed = text[:i] + character + text[i + 1 :]
            number = parse_certificate_number(changed)
            assert number is None or str(number) == changed


def test_a_changed_character_is_another_serial_or_none() -> None:
    for i in range(10):
        for character in STRANGE:
            changed = "4403399999"[:i] + character + "4403399999"[i + 1 :]
            serial = parse_serial_number(changed)
            assert serial is None or str(serial) == changed


@pytest.mark.parametrize("order", [-1, 0, 1000])
def test_certificates_are_numbered_from_1_to_999(order: int) -> None:  # Q19
    with pytest.raises(ValueError, match="outside"):
        certificate_number(XINGTAI, order)


@pytest.mark.parametrize("order", [-1, 0, 100_000])
def test_serials_are_numbered_from_1_to_99999(order: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        serial_number("11", "001", order)


def test_the_last_numbers_of_a_sequence_can_be_given() -> None:
    assert str(certificate_number(XINGTAI, 999)) == "130092022063999"
    assert str(serial_number("11", "001", 99_999)) == "1100199999"


WRONG_SERIES = [
    replace(XINGTAI, province="1"),
    replace(XINGTAI, province="1３"),
    replace(XINGTAI, institution="9"),
    replace(XINGTAI, month=13),
    replace(XINGTAI, month=0),
    replace(XINGTAI, year=1999),
    replace(XINGTAI, year=2100),
]


@pytest.mark.parametrize("series", WRONG_SERIES)
def test_a_number_that_could_not_be_read_back_is_never_composed(series: NumberSeries) -> None:
    with pytest.raises(ValueError, match="no certificate number"):
        certificate_number(series, 1)


@pytest.mark.parametrize(("province", "institution"), [("1", "001"), ("11", "1"), ("11", "０01")])
def test_a_serial_that_could_not_be_read_back_is_never_composed(province: str, institution: str) -> None:
    with pytest.raises(ValueError, match="no serial number"):
        serial_number(province, institution, 1)


# AMB-22 AMB-23 AMB-28: what shares a sequence and what does not
OTHER_SERIES = [
    replace(XINGTAI, province="14"),
    replace(XINGTAI, institution="008"),
    replace(XINGTAI, year=2023),
    replace(XINGTAI, month=7),
    replace(XINGTAI, level=Level.TWO),
]


@pytest.mark.parametrize("series", OTHER_SERIES)
def test_institution_month_and_level_have_a_sequence_of_their_own(series: NumberSeries) -> None:
    assert series.prefix != XINGTAI.prefix
    assert len(series.prefix) == 12


def test_numbers_sort_by_their_order() -> None:
    first, second = certificate_number(XINGTAI, 9), certificate_number(XINGTAI, 10)
    assert first < second
    assert serial_number("11", "001", 9) < serial_number("11", "001", 10)


@pytest.mark.parametrize(
    ("used", "wanted", "full"), [(0, 30, False), (969, 30, False), (970, 30, True), (999, 0, False)]
)
def test_a_class_is_numbered_completely_or_not_at_all(used: int, wanted: int, full: bool) -> None:
    rules = [breach.rule for breach in series_breaches(used, wanted)]
    assert rules == (["certificate.series_full"] if full else [])


@pytest.mark.parametrize(
    ("used", "wanted", "full"), [(99_998, 1, False), (99_998, 2, True), (99_999, 1, True)]
)
def test_an_institution_has_99999_serials_for_its_whole_life(
    used: int, wanted: int, full: bool
) -> None:  # AMB-24
    rules = [breach.rule for breach in stock_breaches(used, wanted)]
    assert rules == (["certificate.serial_full"] if full else [])
