"""How far apart two provinces are: capital to capital along the great circle. Ours; the texts name no distances."""

from __future__ import annotations

import csv
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

_CAPITALS = Path(__file__).parent / "reference" / "capitals.csv"
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@cache
def _capitals() -> dict[str, tuple[float, float]]:
    """Latitude and longitude in radians by province code; the 兵团 sits in 乌鲁木齐."""
    with _CAPITALS.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (radians(float(row["latitude"])), radians(float(row["longitude"])))
            for row in csv.DictReader(file)
        }


@cache
def distance_km(province_code_a: str, province_code_b: str) -> int:
    """Whole kilometres between the capitals of two provinces; symmetric, 0 for the same.

    Codes are the two digits of `registers.provinces()`. KeyError for an unknown code.
    """
    lat_a, lon_a = _capitals()[province_code_a]
    lat_b, lon_b = _capitals()[province_code_b]
    chord = sin((lat_a - lat_b) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_a - lon_b) / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(chord)))
