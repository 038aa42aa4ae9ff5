from __future__ import annotations

from itertools import product

import pytest

from gongxue.regulations.geography import distance_km
from gongxue.regulations.registers import provinces

CODES = [province.code for province in provinces()]


def test_every_pair_of_provinces_has_a_distance_that_is_the_same_both_ways() -> None:
    for a, b in product(CODES, CODES):
        assert distance_km(a, b) == distance_km(b, a) >= 0
        assert distance_km(a, a) == 0


def test_a_detour_is_never_shorter() -> None:
    for a, b, c in product(CODES, CODES, CODES):
        assert distance_km(a, b) <= distance_km(a, c) + distance_km(c, b) + 2  # rounded to whole kilometres


# Well-known distances as the crow flies, to within a few kilometres of where a city's centre is put.
@pytest.mark.parametrize(
    ("a", "b", "km"),
    [("11", "31", 1068), ("11", "12", 109), ("11", "44", 1889), ("31", "44", 1212)],
)
def test_known_distances(a: str, b: str, km: int) -> None:
    assert abs(distance_km(a, b) - km) <= 15


def test_the_corps_sits_in_the_capital_of_its_region() -> None:
    assert distance_km("65", "66") == 0


def test_an_unknown_code_is_no_place() -> None:
    with pytest.raises(KeyError):
        distance_km("11", "99")
