"""Certificate numbers and serials (MG 17.2): compose, parse, check."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .breaches import Breach
from .levels import Level

NUMBER_LIMIT = 999  # positions 13-15
SERIAL_LIMIT = 99_999  # positions 6-10; one lifetime sequence per institution

_NUMBER = re.compile(
    r"(?P<province>[0-9]{2})(?P<institution>[0-9]{3})(?P<year>20[0-9]{2})(?P<month>0[1-9]|1[0-2])"
    r"(?P<level>[123G])(?P<order>[0-9]{3})",
    re.ASCII,
)
_SERIAL = re.compile(r"(?P<province>[0-9]{2})(?P<institution>[0-9]{3})(?P<order>[0-9]{5})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class NumberSeries:
    """The scope of a running number: institution, month of the class's first day, level.

    reading: AMB-22 the month is that of the first day
    reading: AMB-23 classes of different categories share the sequence of their institution, month and level
    reading: AMB-28 the province is the institution's, never the venue's
    """

    province: str
    institution: str
    year: int
    month: int
    level: Level

    @property
    def prefix(self) -> str:
        """The first twelve characters."""
        return f"{self.province}{self.institution}{self.year:04d}{self.month:02d}{self.level}"


@dataclass(frozen=True, slots=True, order=True)
class CertificateNumber:
    """证书编号, 15 characters: province 2 + institution 3 + year-month 6 + level 1 + order 3."""

    series: NumberSeries
    order: int

    def __str__(self) -> str:
        return f"{self.series.prefix}{self.order:03d}"


@dataclass(frozen=True, slots=True, order=True)
class SerialNumber:
    """证书序列号, 10 digits: province 2 + institution 3 + order 5.  # reading: AMB-24"""

    province: str
    institution: str
    order: int

    def __str__(self) -> str:
        return f"{self.province}{self.institution}{self.order:05d}"


def certificate_number(series: NumberSeries, order: int) -> CertificateNumber:
    """Compose; ValueError outside 1..999 (ask `series_breaches` first)."""
    if not 1 <= order <= NUMBER_LIMIT:
        raise ValueError(f"order {order} is outside 1..{NUMBER_LIMIT}")
    number = CertificateNumber(series, order)
    if parse_certificate_number(str(number)) != number:
        raise ValueError(f"{number} is no certificate number")
    return number


def serial_number(province: str, institution: str, order: int) -> SerialNumber:
    """Compose; ValueError outside 1..99999 (ask `stock_breaches` first)."""
    if not 1 <= order <= SERIAL_LIMIT:
        raise ValueError(f"order {order} is outside 1..{SERIAL_LIMIT}")
    serial = SerialNumber(province, institution, order)
    if parse_serial_number(str(serial)) != serial:
        raise ValueError(f"{serial} is no serial number")
    return serial


def parse_certificate_number(text: str) -> CertificateNumber | None:
    """The parts of a number, or None. Order 000 is no number: counting begins with 001."""
    match = _NUMBER.fullmatch(text)
    if not match or match["order"] == "000":
        return None
    series = NumberSeries(
        match["province"],
        match["institution"],
        int(match["year"]),
        int(match["month"]),
        Level(match["level"]),
    )
    return CertificateNumber(series, int(match["order"]))


def parse_serial_number(text: str) -> SerialNumber | None:
    """The parts of a serial, or None. Order 00000 is no serial."""
    match = _SERIAL.fullmatch(text)
    if not match or match["order"] == "00000":
        return None
    return SerialNumber(match["province"], match["institution"], int(match["order"]))


def series_breaches(used: int, wanted: int) -> list[Breach]:
    """The 1,000th certificate of one institution, month and level cannot be numbered (MG 17.2)."""
    if used + wanted <= NUMBER_LIMIT:
        return []
    return [
        Breach(
            "certificate.series_full",
            "MG 17.2",
            f"本机构当月该级别已用顺序号 {used} 个，再发 {wanted} 个将超过 {NUMBER_LIMIT}，一个也没有发出。",
            "证书编号的顺序号只有三位，请联系部指导中心处理。",
        )
    ]


def stock_breaches(used: int, wanted: int) -> list[Breach]:
    """Serial 100000 of an institution does not exist (MG 17.2)."""
    if used + wanted <= SERIAL_LIMIT:
        return []
    return [
        Breach(
            "certificate.serial_full",
            "MG 17.2",
            f"本机构证书序列号已用到 {used}，再用 {wanted} 个将超过 {SERIAL_LIMIT}，一个也没有发出。",
            "序列号的顺序号只有五位，请联系部指导中心处理。",
        )
    ]
