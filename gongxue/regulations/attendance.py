"""Attendance by 课时 and the gate before the assessments (TR 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .breaches import Breach
from .calendar import said
from .editions import Edition

WARN_AT = 3  # periods missed: one before the limit; ours
SLOT_SECONDS = 20  # how long one code is shown; ours, so that a picture passed on is stale when it arrives
SLOTS_VALID = 2  # the code on the wall and the one before it: a phone takes a moment
TICKET_SECONDS = 180  # how long a page that was opened by a fresh code may be sent; ours
WINDOW_MINUTES = (1, 120)  # how long a check-in may be open; ours

Place = tuple[date, int]  # a lesson period: its day and its number


class Presence(StrEnum):
    """What the roll call says about one person in one lesson period."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LEAVE = "leave"
    ABSENT = "absent"

    @property
    def title(self) -> str:  # type: ignore[override]
        """到课, 迟到, 早退, 请假, 旷课."""
        return {"present": "到课", "late": "迟到", "left_early": "早退", "leave": "请假", "absent": "旷课"}[
            self.value
        ]


class MarkSource(StrEnum):
    """Where a mark comes from; the record is the coordinator's whichever it is (TR 11.4)."""

    ROLL = "roll"
    QR = "qr"
    ONLINE = "online"
    LEAVE = "leave"
    SHEET = "sheet"
    CORRECTED = "corrected"

    @property
    def title(self) -> str:  # type: ignore[override]
        """点名, 扫码, 网络课堂, 请假审批, 补录, 更正."""
        return {
            "roll": "点名", "qr": "扫码", "online": "网络课堂", "leave": "请假审批", "sheet": "补录", "corrected": "更正",
        }[self.value]  # fmt: skip


def absent_periods(marks: Iterable[Presence], edition: Edition) -> int:
    """Periods that count against the limit: 旷课 and 请假 added (AMB-02), late and early as the edition says.

    reading: AMB-02 leave and unexcused absence count together, exactly four are allowed
    reading: AMB-03 late and early departures are recorded as events, without deduction
    """
    counts = Counter(marks)
    late = counts[Presence.LATE] + counts[Presence.LEFT_EARLY]
    return counts[Presence.ABSENT] + counts[Presence.LEAVE] + late * edition.late_costs


def barred(periods: int, edition: Edition) -> bool:
    """TR 12: 无故旷课或请假超过4课时的参训教师不能参加培训考核; four is still allowed."""
    return periods > edition.absence_limit


def gate_breaches(periods: int, edition: Edition) -> list[Breach]:
    """Why a trainee may not take the assessments; empty while within the limit."""
    if not barred(periods, edition):
        return []
    return [
        Breach(
            "attendance.barred",
            "TR 12",
            f"旷课和请假合计 {periods} 课时，超过 {edition.absence_limit} 课时，不能参加培训考核。",
            "如考勤记录有误，请班务管理教师更正并写明理由。",
        )
    ]


def allowance_left(periods: int, edition: Edition) -> int:
    """Periods that may still be missed; 0 at the limit and beyond."""
    return max(0, edition.absence_limit - periods)


# Checking in oneself -------------------------------------------------------------------------------------------------


def slot_of(now: datetime) -> int:
    """The number of the time slot of a moment: a code belongs to one."""
    return int(now.timestamp()) // SLOT_SECONDS


def is_fresh(slot: int, now: datetime) -> bool:
    """Whether the code of a slot is still taken."""
    return 0 <= slot_of(now) - slot < SLOTS_VALID


def seconds_left(now: datetime) -> int:
    """Until the next code."""
    return SLOT_SECONDS - int(now.timestamp()) % SLOT_SECONDS


def window_breaches(minutes: int, late_after: int) -> list[Breach]:
    """A check-in is open for a while and becomes late at some point of it."""
    least, most = WINDOW_MINUTES
    breaches = []
    if not least <= minutes <= most:
        says = f"签到时长须在 {least} 至 {most} 分钟之间。"
        breaches.append(Breach("window.minutes", "TR 12", says, "请重新填写分钟数。"))
    if not 0 <= late_after <= minutes:
        says = "迟到界限须在签到时长之内。"
        breaches.append(Breach("window.late", "TR 12", says, f"请填写 0 至 {minutes} 分钟。"))
    return breaches


def arrives(now: datetime, late_at: datetime) -> Presence:
    """到课 up to the limit that the coordinator has set, 迟到 after it (TR 12: 严禁迟到)."""
    return Presence.LATE if now > late_at else Presence.PRESENT


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What is known when somebody checks in for a lesson period."""

    fresh: bool  # the code is the one on the wall, or the page was opened by it a moment ago
    running: bool  # the class is being taught
    closed: bool  # by hand
    closes_at: datetime
    expected: bool  # has a lesson then
    called: Presence | None  # what the roll says already
    before: datetime | None  # has checked in then


def check_in_breaches(facts: CheckIn, now: datetime, clock: str, taught: str) -> list[Breach]:
    """Why somebody is not checked in; one reason, the one that decides. clock: the time of `before`, taught: the group."""
    ask = "请向班务管理教师说明，由其点名时记入。"
    if not facts.running:
        return [Breach("check_in_self.not_running", "TR 11", "本班不在培训期间，不能签到。", ask)]
    if facts.called is not None:
        says = f"本课时已经点名，您的考勤是“{facts.called.title}”。"
        return [Breach("check_in_self.called", "TR 12", says, "无须签到；如与实际不符，请联系班务管理教师。")]
    if facts.before is not None:
        return [Breach("check_in_self.twice", "TR 12", f"您已于 {clock} 签到。", "无须重复签到。")]
    if facts.closed or now > facts.closes_at:
        return [Breach("check_in_self.closed", "TR 12", "本课时的签到已经关闭。", ask)]
    if not facts.expected:
        return [Breach("check_in_self.group", "TR 12", f"本课时只有{taught}上课，您不在其中。", ask)]
    if not facts.fresh:
        says = f"二维码每 {SLOT_SECONDS} 秒更换一次，您用的这个已经失效。"
        return [Breach("check_in_self.stale", "TR 12", says, "请对准大屏幕上的二维码再扫一次。")]
    return []


# Leave ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeaveEffect:
    """What a leave does to somebody's allowance: said before it is asked for, and to whoever decides."""

    before: int  # counted already, and approved for periods to come
    asked: int
    limit: int

    @property
    def after(self) -> int:
        """Periods once it is approved."""
        return self.before + self.asked

    @property
    def bars(self) -> bool:
        """Whether the assessments would be barred (TR 12)."""
        return self.after > self.limit

    @property
    def reaches(self) -> bool:
        """Whether nothing would be left."""
        return self.after == self.limit

    @property
    def says(self) -> str:
        """One sentence."""
        if self.bars:
            return f"批准后旷课和请假合计 {self.after} 课时，超过 {self.limit} 课时，将不能参加培训考核。"
        if self.reaches:
            return f"批准后旷课和请假合计 {self.after} 课时，已到上限 {self.limit} 课时，再缺 1 课时将不能参加培训考核。"
        return f"批准后旷课和请假合计 {self.after} 课时，还可缺 {self.limit - self.after} 课时。"


def leave_effect(before: int, asked: int, edition: Edition) -> LeaveEffect:
    """Leave counts against the limit as absence does.  # reading: AMB-02"""
    return LeaveEffect(before, asked, edition.absence_limit)


@dataclass(frozen=True, slots=True)
class LeaveFacts:
    """What a request for leave is checked against."""

    lessons: Collection[Place]  # that the trainee has
    marked: Collection[Place]  # whose roll says something of them already
    asked: Collection[Place]  # of their other requests, waiting or approved
    today: date


def leave_breaches(
    places: Collection[Place], reason: str, effect: LeaveEffect, understood: bool, facts: LeaveFacts
) -> list[Breach]:
    """Why leave cannot be asked for; beyond the limit it can, by somebody who has read what it means."""
    breaches = []
    if not places:
        breaches.append(Breach("leave.nothing", "TR 12", "没有选择请假的课时。", "请勾选课时。"))
    office = "如与实际不符，请联系班务管理教师更正考勤。"
    if wrong := set(places) - set(facts.lessons):
        says = f"课表中没有您的{places_said(wrong)}。"
        breaches.append(Breach("leave.lesson", "TR 12", says, "请按课表选择。"))
    if wrong := {place for place in places if place[0] < facts.today}:
        breaches.append(Breach("leave.past", "TR 12", f"{places_said(wrong)}已经过去。", office))
    if wrong := set(places) & set(facts.marked):
        breaches.append(Breach("leave.marked", "TR 12", f"{places_said(wrong)}已经点名。", office))
    if wrong := set(places) & set(facts.asked):
        says = f"{places_said(wrong)}已经申请过。"
        breaches.append(Breach("leave.asked", "TR 12", says, "请先撤回原申请，或改选其他课时。"))
    if not reason.strip():
        breaches.append(Breach("leave.reason", "TR 12", "请假须写明理由。", "请填写理由后再提交。"))
    if places and effect.bars and not understood:
        says = f"请假将超过 {effect.limit} 课时。{effect.says}"
        way_out = "如仍须请假，请勾选“我已知道…不能参加考核”后提交。"
        breaches.append(Breach("leave.beyond", "TR 12", says, way_out))
    return breaches


def places_said(places: Iterable[Place]) -> str:
    """2023年6月13日第1、2课时，2023年6月14日第3课时."""
    days: dict[date, list[int]] = {}
    for day, period in sorted(places):
        days.setdefault(day, []).append(period)
    return "，".join(f"{said(day)}第{'、'.join(map(str, periods))}课时" for day, periods in days.items())


def may_still_withdraw(first: Place, today: date, marked: bool) -> bool:
    """A leave is undone before it begins: before its first day, or on it while no roll speaks of it. ours"""
    return today <= first[0] and not marked


# Corrections ---------------------------------------------------------------------------------------------------------


def needs_second_person(assessed: bool, finished: bool) -> bool:
    """Once somebody's work is being assessed, or the teaching has ended, no one person changes the roll alone.

    TR 12 bars from the assessments by attendance; ours: whoever could be let in or shut out by a correction is not in
    one hand. assessed: a sheet of the process assessment is in.
    """
    return assessed or finished
