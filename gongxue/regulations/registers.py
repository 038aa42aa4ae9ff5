"""The registers printed in the texts: provinces (GB/T 2260) and the 51 institutions of MG 附件 1."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .levels import InstitutionKind

_REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class Province:
    """A province-level department; 上海 and the 兵团 have no institution yet.  # reading: AMB-27"""

    code: str  # two digits
    name: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Institution:
    """A row of MG 附件 1. Both certificate numbers begin with province code + institution code."""

    province_code: str
    code: str  # three digits
    name: str
    kind: InstitutionKind


def _rows(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def provinces() -> tuple[Province, ...]:
    """31 provinces and the 兵团, by code."""
    return tuple(Province(row["code"], row["name"], row["full_name"]) for row in _rows("provinces.csv"))


@cache
def institutions() -> tuple[Institution, ...]:
    """The 51 institutions by code; the starred ones are 师资研修中心."""
    return tuple(
        Institution(row["province_code"], row["institution_code"], row["name"], InstitutionKind(row["kind"]))
        for row in _rows("institutions.csv")
    )


def province_name(code: str) -> str:
    """北京 for 11; the code itself when unknown."""
    return next((province.name for province in provinces() if province.code == code), code)
