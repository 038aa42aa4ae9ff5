"""Stage 2: a seat that is empty close to the day is filled from nearby, within hours (TR 8 note 5).

The texts let the institution adjust its people and say nothing of an emergency; days, hours and distances are ours.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .breaches import Breach
from .calendar import day_of, said
from .invitations import RESCUE_DAYS, RESCUE_HOURS, is_rescue_time
from .staffing import Candidate, Demand, Seat, seat_breaches

# Days until an instructor must be there → how far they may come from, in kilometres: the same day by road, the next day
# by one day's train, within three days across a few provinces. With more time from anywhere. ours.
REACH_KM = ((0, 300), (1, 1000), (3, 2000))
RESCUE_MOST = 10  # people asked at once for one seat; ours
LAST_HOUR = timedelta(hours=1)  # before a rescue invitation lapses its teacher is reminded; ours


def reach_km(days_left: int) -> int | None:
    """How far away somebody may live who must be there in so many days; None: anywhere."""
    return next((km for days, km in REACH_KM if days_left <= days), None)


def reach_breaches(seat: Seat, name: str, km: int, today: date, begins: date) -> list[Breach]:
    """Why somebody so many kilometres away cannot be there on the first day they serve; examiners work online."""
    limit = reach_km((begins - today).days)
    if seat == Seat.EXAMINER or limit is None or km <= limit:
        return []
    says = f"{name}距培训地点约 {km} 公里，{said(begins)}前赶不到（补位以 {limit} 公里内为限）。"
    return [Breach("rescue.far", "TR 8", says, "请另选较近的教师。")]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stands between one teacher and one class beside their own standing."""

    km: int  # between the two provinces
    own_allowed: bool = False  # the avoidance of the own institution is lifted for them
    barred: bool = False  # they declined this class or left it
    own_trainees: bool = False  # their school sends trainees
    full_year: bool = False  # they have as many jobs in this year as anybody may have


def helper_breaches(
    candidate: Candidate, demand: Demand, seat: Seat, at: Circumstances, today: date
) -> list[Breach]:
    """Every reason why a teacher cannot step in: the hard rules of the recommendation, and the distance.

    demand: from the first day that the helper would serve.
    """
    found = [b for b in seat_breaches(candidate, demand) if not (at.own_allowed and b.rule == "seat.own")]
    name, way_out = candidate.name, "请另选一人。"
    if at.barred:
        found.append(Breach("seat.barred", "TR 8", f"{name}已婉拒本班邀请，或已从本班离任。", way_out))
    if at.own_trainees and seat == Seat.EXAMINER:  # reading: AMB-11
        says = f"{name}所在单位有学员参加本班，不宜考核。"
        found.append(Breach("seat.own_trainees", "TR 8", says, way_out))
    if at.full_year:
        found.append(Breach("seat.full_year", "MG 8", f"{name}本年度任务已满。", way_out))
    return found + reach_breaches(seat, name, at.km, today, demand.first_day)


def rescue_breaches(today: date, first_day: date, last_day: date) -> list[Breach]:
    """Why a class is not in need of rescue today."""
    if is_rescue_time(today, first_day, last_day):
        return []
    if today > last_day:
        return [Breach("rescue.over", "TR 8", f"培训已于{said(last_day)}结束，不再补位。", "无须办理。")]
    says = f"距开班还有 {(first_day - today).days} 天，开班前 {RESCUE_DAYS} 天内才办理应急补位。"
    return [Breach("rescue.early", "TR 8", says, "请按推荐名单发出邀请函，由候补人选递补。")]


def asking_breaches(people: Collection[int], hours: int, now: datetime, last_day: date) -> list[Breach]:
    """Why so many people cannot be asked at once, or not with so many hours to answer."""
    breaches = []
    if not people:
        breaches.append(Breach("rescue.nobody", "TR 8", "没有选择教师。", "请至少选择一名。"))
    elif len(people) > RESCUE_MOST:
        says = f"一个席位一次至多同时邀请 {RESCUE_MOST} 人，选择了 {len(people)} 人。"
        breaches.append(Breach("rescue.many", "TR 8", says, "请先邀请最合适的几位。"))
    if hours not in RESCUE_HOURS:
        kinds = "、".join(str(one) for one in RESCUE_HOURS)
        breaches.append(Breach("rescue.hours", "TR 8", f"答复时限应为 {kinds} 小时之一。", "请从中选择。"))
    elif day_of(now + timedelta(hours=hours)) > last_day:
        says = f"{hours} 小时后培训已经结束。"
        breaches.append(Breach("rescue.hours_long", "TR 8", says, "请选择较短的答复时限。"))
    return breaches


def hours_left(until: datetime, now: datetime) -> str:
    """还剩 3 小时 20 分, 还剩 5 分钟, 已过时限."""
    minutes = int((until - now).total_seconds()) // 60
    if now > until:
        return "已过时限"
    if minutes < 60:
        return f"还剩 {minutes} 分钟"
    return f"还剩 {minutes // 60} 小时 {minutes % 60} 分" if minutes % 60 else f"还剩 {minutes // 60} 小时"
