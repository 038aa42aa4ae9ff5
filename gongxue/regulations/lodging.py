"""Board and lodging (MG 12: 培训机构应统一安排食宿，严禁参训教师在教学活动日私自在外住宿)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from .breaches import Breach
from .calendar import said

TEXT_LENGTH = 80  # ours


class LodgingKind(StrEnum):
    """Where somebody sleeps.

    reading: AMB-74 who lives in the place may sleep at home if the institution has noted it; that is not 私自在外住宿
    """

    ARRANGED = "arranged"
    HOME = "home"

    @property
    def title(self) -> str:  # type: ignore[override]
        """统一安排, 本地居家."""
        return {"arranged": "统一安排", "home": "本地居家"}[self.value]


def nights(first: date, last: date) -> int:
    """How many nights from the first to the last, both slept in."""
    return (last - first).days + 1


def nights_of_class(first_day: date, last_day: date) -> list[date]:
    """The nights between teaching days: after each day but the last. A night is called by the evening it begins."""
    return [first_day + timedelta(days=n) for n in range((last_day - first_day).days)]


def span(first_day: date, last_day: date) -> tuple[date, date]:
    """The first and the last night that a class can ask for: the eve of its first day, the evening of its last."""
    return first_day - timedelta(days=1), last_day


def lodging_breaches(
    kind: str, texts: tuple[str, str, str], stay: tuple[date, date], days: tuple[date, date]
) -> list[Breach]:
    """Why an entry cannot be made. texts: place, room, note; stay: first and last night; days: of the class."""
    place, room, note = texts
    breaches = []
    if kind not in set(LodgingKind):
        breaches.append(Breach("lodging.kind", "MG 12", "住宿只有统一安排和本地居家。", "请从列表中选择。"))
    elif kind == LodgingKind.ARRANGED and not place.strip():
        breaches.append(
            Breach("lodging.place", "MG 12", "统一安排的须写明住处。", "请填写住处，如“学院培训楼”。")
        )
    elif kind == LodgingKind.HOME and not note.strip():
        says = "本地居家的须写明情况，由培训机构同意。"
        breaches.append(Breach("lodging.note", "MG 12", says, "请在备注中写明，如“家住本市，已报备”。"))
    if any(len(text) > TEXT_LENGTH for text in (place, room, note)):
        says = f"住处、房间、备注各不超过 {TEXT_LENGTH} 字。"
        breaches.append(Breach("lodging.long", "MG 12", says, "请精简后再保存。"))
    first, last = span(*days)
    if not first <= stay[0] <= stay[1] <= last:
        says = f"住宿应在{said(first)}晚至{said(last)}晚之间，首晚不晚于末晚。"
        breaches.append(Breach("lodging.nights", "MG 12", says, "请核对日期；延期住宿不计入本班。"))
    return breaches


def uncovered_nights(stay: tuple[date, date] | None, days: tuple[date, date]) -> list[date]:
    """The nights of a class for which nothing says where somebody sleeps."""
    return [night for night in nights_of_class(*days) if stay is None or not stay[0] <= night <= stay[1]]


def night_breaches(
    night: date, days: tuple[date, date], today: date, strangers: Iterable[int]
) -> list[Breach]:
    """Why a night cannot be noted. strangers: people named who do not lodge there that night."""
    breaches = []
    if night not in nights_of_class(*days):
        says = "查寝登记教学活动日之间的夜晚。"
        breaches.append(Breach("night.outside", "MG 12", says, "请从列表中选择日期。"))
    elif night > today:
        says = f"{said(night)}晚还没有到。"
        breaches.append(Breach("night.future", "MG 12", says, "请在当晚或之后登记。"))
    if list(strangers):
        says = "名单中有人当晚没有统一安排住宿。"
        breaches.append(Breach("night.stranger", "MG 12", says, "请刷新页面后重新勾选。"))
    return breaches
