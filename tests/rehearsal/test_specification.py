"""What stands after --class: what it means, and what is refused in one line with the article and the value."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.levels import Level
from gongxue.regulations.numbers import NUMBER_LIMIT
from gongxue.regulations.registers import institutions
from gongxue.rehearsal.specification import BadSpecification, parse_specification, parse_specifications

GOOD = ("009", "3", "机械类", "2022-06-13", "30")


def changed(place: int, value: str) -> str:
    parts = list(GOOD)
    parts[place] = value
    return ":".join(parts)


def refusal(*texts: str) -> str:
    with pytest.raises(BadSpecification) as refused:
        parse_specifications(texts)
    line = str(refused.value)
    assert "\n" not in line
    assert line.isprintable()
    assert len(line) < 250
    return line


def test_what_is_asked_for() -> None:
    found = parse_specification(":".join(GOOD))
    assert (found.institution.name, found.institution.province_code) == ("邢台技师学院", "13")
    assert (found.level, found.category, found.first_day, found.headcount) == (
        Level.THREE,
        "01",
        date(2022, 6, 13),
        30,
    )
    assert (found.days, found.last_day) == (7, date(2022, 6, 19))


@pytest.mark.parametrize("code", ["009", "13009", "13/009", " 009 "])
def test_an_institution_is_named_with_or_without_its_province(code: str) -> None:
    assert parse_specification(changed(0, code)).institution.name == "邢台技师学院"


def test_three_digits_are_enough_because_no_two_provinces_share_them() -> None:
    assert set(Counter(one.code for one in institutions()).values()) == {1}


@pytest.mark.parametrize(
    ("place", "value"), [(1, "三级"), (1, "三"), (2, "01"), (2, "机械"), (4, "030"), (3, " 2022-06-13 ")]
)
def test_other_ways_to_write_the_same(place: int, value: str) -> None:
    assert parse_specification(changed(place, value)) == parse_specification(":".join(GOOD))


def test_full_width_colons_are_colons() -> None:
    assert parse_specification("：".join(GOOD)) == parse_specification(":".join(GOOD))


@pytest.mark.parametrize(("typed", "days"), [("g", 6), ("G", 6), ("骨干", 6), ("一级", 8), ("1", 8)])
def test_levels_of_a_development_centre(typed: str, days: int) -> None:
    found = parse_specification(f"017:{typed}:01:2022-12-05:20")
    assert found.last_day - found.first_day == timedelta(days=days - 1)


@pytest.mark.parametrize(
    ("text", "article", "value"),
    [
        (changed(0, "999"), "MG 附件1", "999"),
        (changed(0, ""), "MG 附件1", "“”"),
        (changed(0, "9"), "MG 附件1", "9"),
        (changed(0, "32/009"), "MG 附件1", "32/009"),  # 009 lies in 13
        (changed(0, "32009"), "MG 附件1", "32009"),
        (changed(0, "/009"), "MG 附件1", "/009"),
        (changed(0, "００９"), "MG 附件1", "００９"),
        (changed(0, "邢台\n技师学院"), "MG 附件1", "邢台�技师学院"),
        (changed(0, "\udcff"), "MG 附件1", "�"),
        (changed(1, "1"), "TR 4", "一级"),
        (changed(1, "G"), "TR 4", "骨干"),
        ("017:3:机械类:2022-06-13:3", "TR 4", "三级"),
        ("017:2:机械类:2022-06-13:3", "TR 4", "二级"),
        (changed(1, "4"), "TR 2.5", "4"),
        (changed(1, ""), "TR 2.5", "“”"),
        (changed(1, "３"), "TR 2.5", "３"),
        (changed(2, "机器类"), "TR 2.5", "机器类"),
        (changed(2, "09"), "TR 2.5", "09"),
        (changed(2, ""), "TR 2.5", "“”"),
        (changed(3, "2022-02-30"), "TR 7", "2022-02-30"),
        (changed(3, "2023-02-29"), "TR 7", "2023-02-29"),
        (changed(3, "2022-13-01"), "TR 7", "2022-13-01"),
        (changed(3, "0000-00-00"), "TR 7", "0000-00-00"),
        (changed(3, "2022-6-13"), "TR 7", "2022-6-13"),
        (changed(3, "20220613"), "TR 7", "20220613"),
        (changed(3, "2022-W24-1"), "TR 7", "2022-W24-1"),
        (changed(3, "2022-06-13T00:00"), "TR 7", "T00"),  # one colon too many
        (changed(3, "２０２２-06-13"), "TR 7", "２０２２-06-13"),
        (changed(3, "二〇二二年六月"), "TR 7", "二〇二二年六月"),
        (changed(3, ""), "TR 7", "“”"),
        (changed(3, "2021-12-31"), "TR 7", "2021-12-31"),  # before there were rules
        (changed(3, "2099-01-01"), "TR 7", "2099-01-01"),
        (changed(3, "99999-01-01"), "TR 7", "99999-01-01"),
        (changed(4, "0"), "TR 11.3", "0"),
        (changed(4, "31"), "TR 11.3", "31"),
        (changed(4, "999999999"), "TR 11.3", "999999999"),
        (changed(4, "9" * 5000), "TR 11.3", "999"),
        (changed(4, "-1"), "TR 11.3", "-1"),
        (changed(4, "+5"), "TR 11.3", "+5"),
        (changed(4, "1.5"), "TR 11.3", "1.5"),
        (changed(4, "1e1"), "TR 11.3", "1e1"),
        (changed(4, "３０"), "TR 11.3", "３０"),
        (changed(4, "三十"), "TR 11.3", "三十"),
        (changed(4, "²"), "TR 11.3", "²"),
        (changed(4, ""), "TR 11.3", "“”"),
        ("", "TR 7", "“”"),
        ("009", "TR 7", "009"),
        ("009:3:机械类:2022-06-13", "TR 7", "2022-06-13"),
        (":".join(GOOD) + ":", "TR 7", "009"),
        ("::::", "MG 附件1", "“”"),
        ("x" * 100_000, "TR 7", "xxx"),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_what_cannot_be_is_refused(text: str, article: str, value: str) -> None:
    line = refusal(text)
    assert line.startswith(f"{article}: ")
    assert value in line


def test_the_first_impossible_class_is_named() -> None:
    assert "31" in refusal(":".join(GOOD), changed(4, "31"), changed(4, "32"))


def test_more_people_than_numbers_are_refused() -> None:
    full = [":".join(GOOD)] * (NUMBER_LIMIT // 30)
    assert len(parse_specifications(full)) == 33
    assert parse_specifications([*full, changed(4, "9")])
    assert parse_specifications([*full, changed(3, "2022-07-01"), changed(1, "2")])  # another series
    line = refusal(*full, changed(4, "10"))
    assert line.startswith("MG 17.2: ")
    assert "1000 人" in line
    assert "2022年6月" in line
    assert refusal(*full, changed(2, "信息类")).startswith("MG 17.2: ")  # categories share a series


def class_or_refusal(text: str) -> None:
    try:
        found = parse_specification(text)
    except BadSpecification as refused:
        assert "\n" not in str(refused)
    else:
        assert 1 <= found.headcount <= 30


@given(st.text(max_size=40))
def test_any_text_is_a_class_or_refused(text: str) -> None:
    class_or_refusal(text)


@given(st.lists(st.text(alphabet="0139G:-年２級机械类 \n", max_size=12), min_size=5, max_size=5))
def test_any_five_parts_are_a_class_or_refused(parts: list[str]) -> None:
    class_or_refusal(":".join(parts))
