"""Lesson presentations and defences 说课、答辩: when who is on, and how the order is drawn (TR 12.2).

The texts say nothing of an order. reading: AMB-78 it is drawn by lot with a recorded seed that anyone can repeat
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from .breaches import Breach
from .calendar import SHANGHAI, said

SESSIONS = {1: "首次", 2: "二次"}
MINUTES, GAPS = (5, 60), (0, 30)  # of one presentation, and between two
PLACE_LENGTH, LINK_LENGTH, NOTE_LENGTH = 80, 300, 1000
LATEST = 22  # nobody is examined after ten in the evening
HOW_DRAWN = "取“种子:座号”的 SHA-256 值，按值从小到大排序，即为出场顺序。"


def draw(numbers: Sequence[int], seed: str) -> list[int]:
    """Seat numbers in the order in which they are on: sorted by the SHA-256 of `seed:number`, in UTF-8, as hex.

    The order in which the numbers are given does not matter. ValueError for a number that comes twice.
    """
    if len(set(numbers)) != len(numbers):
        raise ValueError("a seat number comes twice")
    return sorted(numbers, key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Times:
    """When a session begins, how long one is on, how long the gap is, and the rest at noon. Minutes of the day."""

    starts: int
    minutes: int
    gap: int
    rest_from: int | None = None
    rest_to: int | None = None

    def starts_of(self, count: int) -> list[int]:
        """The minute of the day at which each of `count` begins; nobody is on during the rest."""
        found, at = [], self.starts
        for _ in range(count):
            if (
                self.rest_from is not None
                and self.rest_to is not None
                and (at < self.rest_to and at + self.minutes > self.rest_from)
            ):
                at = self.rest_to
            found.append(at)
            at += self.minutes + self.gap
        return found


def slot_times(day: date, times: Times, count: int) -> list[tuple[datetime, datetime]]:
    """Begin and end of each slot, in Shanghai."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    begins = [midnight + timedelta(minutes=at) for at in times.starts_of(count)]
    return [(at, at + timedelta(minutes=times.minutes)) for at in begins]


def minute_of(text: str) -> int | None:
    """'08:30' → 510; None for anything else."""
    hour, colon, minute = text.strip().partition(":")
    if not (
        colon
        and text.isascii()
        and hour.isdigit()
        and minute.isdigit()
        and len(minute) == 2
        and len(hour) < 3
    ):
        return None
    return int(hour) * 60 + int(minute) if int(hour) < 24 and int(minute) < 60 else None


def _number(text: str, bounds: tuple[int, int]) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        return None
    return int(text) if bounds[0] <= int(text) <= bounds[1] else None


def read_times(typed: Mapping[str, str]) -> tuple[Times | None, list[Breach]]:
    """What was typed: starts_at, minutes, gap, rest_from, rest_to (the last two may be empty)."""
    starts = minute_of(typed.get("starts_at", ""))
    minutes, gap = _number(typed.get("minutes", ""), MINUTES), _number(typed.get("gap", "0"), GAPS)
    rest = typed.get("rest_from", "").strip(), typed.get("rest_to", "").strip()
    rest_from, rest_to = minute_of(rest[0]), minute_of(rest[1])
    breaches = []
    if starts is None:
        breaches.append(Breach("presentation.starts", "TR 12.2", "开始时间不能识别。", "请填写如 09:00。"))
    if minutes is None:
        says = f"每人时长须为 {MINUTES[0]} 至 {MINUTES[1]} 分钟。"
        breaches.append(Breach("presentation.minutes", "TR 12.2", says, "请填写整数。"))
    if gap is None:
        says = f"间隔须为 {GAPS[0]} 至 {GAPS[1]} 分钟。"
        breaches.append(Breach("presentation.gap", "TR 12.2", says, "请填写整数，没有间隔填 0。"))
    if any(rest) and (rest_from is None or rest_to is None or rest_from >= rest_to):
        says = "午休时间不能识别，或结束早于开始。"
        breaches.append(Breach("presentation.rest", "TR 12.2", says, "请填写如 12:00 和 13:30，或都不填。"))
    if breaches or starts is None or minutes is None or gap is None:
        return None, breaches
    return Times(starts, minutes, gap, rest_from, rest_to), []


def plan_breaches(
    day: date, days: tuple[date, date], times: Times, count: int, place: str, link: str
) -> list[Breach]:
    """Why a session cannot be planned so. days: the first and the last on which it may be; count: who is on."""
    breaches = []
    if not days[0] <= day <= days[1]:
        says = f"{said(day)}不在{said(days[0])}至{said(days[1])}之间。"
        breaches.append(
            Breach("presentation.day", "TR 12.2", says, "请选择培训期间的一天；二次考核不晚于成绩单报送日。")
        )
    if count and times.starts_of(count)[-1] + times.minutes > LATEST * 60:
        says = f"{count} 人要到 {LATEST}:00 以后才能结束。"
        breaches.append(Breach("presentation.late", "TR 12.2", says, "请提早开始、缩短时长或减少间隔。"))
    if not place.strip() and not link.strip():
        breaches.append(
            Breach("presentation.where", "TR 12.2", "没有填写地点或会议链接。", "请至少填写一项。")
        )
    if len(place.strip()) > PLACE_LENGTH:
        says = f"地点最多 {PLACE_LENGTH} 字。"
        breaches.append(Breach("presentation.place", "TR 12.2", says, "请精简。"))
    return breaches + (link_breaches(link) if link.strip() else [])


def link_breaches(link: str) -> list[Breach]:
    """A link that a browser may be led to: https, a host, no name or password in it; ours."""
    text = link.strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if good and len(text) <= LINK_LENGTH and not any(ch.isspace() or not ch.isprintable() for ch in text):
        return []
    says = f"链接须以 https:// 开头，{LINK_LENGTH} 字以内，不含空格。"
    return [Breach("presentation.link", "TR 12.2", says, "请复制会议或网盘的完整网址。")]


def draw_breaches(drawn: bool, begun: bool, reason: str, count: int) -> list[Breach]:
    """Why the order cannot be drawn: once, again only with a reason and not after the first was called."""
    if begun:
        says = "已经开始叫号，不能重新抽签。"
        return [Breach("presentation.begun", "TR 12.2", says, "请按已抽的顺序进行。")]
    breaches = []
    if not count:
        says = "没有可以参加的参训教师。"
        breaches.append(
            Breach(
                "presentation.nobody",
                "TR 12.2",
                says,
                "过程性考核合格或待评、没有缺课超限的方可参加；二次考核须先同意申请。",
            )
        )
    if drawn and not reason.strip():
        says = "顺序已经抽过，重新抽签须写明理由。"
        breaches.append(Breach("presentation.again", "TR 12.2", says, "请写明理由；两次的种子都会留痕。"))
    return breaches
