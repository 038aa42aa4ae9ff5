"""Stage 2: how long an invitation waits, why it is declined, when help must come from nearby (TR 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .breaches import Breach
from .calendar import programme_due, said
from .editions import Edition
from .staffing import ANSWER_DAYS, TRAVEL_DAYS, Seat

RESCUE_DAYS = 10  # so many days before a class, and during it, a seat is filled from nearby; ours
RESCUE_HOURS = (2, 4, 8, 12, 24)  # how long a rescue invitation may wait; ours
NEAR_ANSWER_DAYS = 1  # within RESCUE_DAYS an ordinary invitation waits a day; ours


class DeclineReason(StrEnum):
    """Why a teacher cannot come; coded, so that it can be counted. Ours: TR 8 only says 无法接受邀约."""

    TIME = "time"
    HEALTH = "health"
    EMPLOYER = "employer"
    JOURNEY = "journey"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The words on the letter."""
        return {
            "time": "时间冲突",
            "health": "健康原因",
            "employer": "单位工作安排",
            "journey": "路途不便",
            "other": "其他原因",
        }[self.value]


TEAM_SIZES = (1, 2, 3, 4)  # instructors that a class may have; ours, the texts only say 可调整 (TR 8 note 5)


def team_breaches(wanted: int, edition: Edition, live: int, today: date, first_day: date) -> list[Breach]:
    """Why a class cannot get another number of instructors. live: instructors who are asked or have accepted.

    reading: AMB-12 two is the rule, another number is an adjustment that the province approves; examiners stay three
    """
    breaches = []
    if wanted not in TEAM_SIZES:
        breaches.append(Breach("team.size", "TR 8", "授课骨干教师应为 1 至 4 名。", "请更正人数。"))
    elif wanted == edition.instructors:
        breaches.append(
            Breach("team.same", "TR 8", f"本班授课骨干教师已是 {wanted} 名。", "请填写其他人数。")
        )
    elif live > wanted:
        says = f"已有 {live} 名授课骨干教师受邀或任职，多于 {wanted} 名。"
        breaches.append(Breach("team.held", "TR 8", says, "请培训机构先撤回多出的邀请。"))
    if today >= first_day:
        says = "培训已经开始，不能调整授课人数。"
        breaches.append(Breach("team.begun", "TR 8", says, "请与省级管理部门商定后续安排。"))
    return breaches


@dataclass(frozen=True, slots=True)
class AnswerWindow:
    """Which days may be set as the last day to answer, and which one is proposed."""

    earliest: date
    latest: date
    proposed: date


def answer_window(today: date, first_day: date, edition: Edition) -> AnswerWindow:
    """The limits of an invitation's own deadline: at most until the programme is due (D-30, TR 9).  # reading: AMB-67

    After D-30 it waits ANSWER_DAYS at most, within RESCUE_DAYS one day, never into the class. ours.
    """
    due = programme_due(first_day, edition).on
    near = (first_day - today).days <= RESCUE_DAYS
    usual = today + timedelta(days=NEAR_ANSWER_DAYS if near else ANSWER_DAYS)
    latest = due if today < due else max(today, min(usual, first_day - timedelta(days=1)))
    earliest = min(today + timedelta(days=1), latest)
    return AnswerWindow(earliest, latest, max(earliest, min(usual, latest)))


def seat_days(seat: Seat, first_day: date, last_day: date) -> list[date]:
    """The days that a seat takes: instructors with the journey, examiners work online."""
    journey = timedelta(days=TRAVEL_DAYS if seat == Seat.INSTRUCTOR else 0)
    start, end = first_day - journey, last_day + journey
    return [start + timedelta(days=i) for i in range((end - start).days + 1)]


def answer_day_breaches(answer_by: date, today: date, first_day: date, edition: Edition) -> list[Breach]:
    """Why a day cannot be the last day to answer."""
    window = answer_window(today, first_day, edition)
    if window.earliest <= answer_by <= window.latest:
        return []
    return [
        Breach(
            "invite.answer_by",
            "TR 8",
            f"答复期限应在{said(window.earliest)}至{said(window.latest)}之间。",
            f"请更正答复期限，通常为{said(window.proposed)}。",
        )
    ]


def is_rescue_time(today: date, first_day: date, last_day: date) -> bool:
    """Whether a seat is to be filled from nearby, within hours: shortly before the class and while it runs."""
    return first_day - timedelta(days=RESCUE_DAYS) <= today <= last_day


def serves_from(seat: Seat, today: date, first_day: date, last_day: date) -> date | None:
    """The first class day of somebody who is asked while the class runs; None before it, when they serve all of it.

    ours: an instructor travels today and teaches from tomorrow, an examiner works online from today.
    """
    if today < first_day:
        return None
    return min(today + timedelta(days=TRAVEL_DAYS if seat == Seat.INSTRUCTOR else 0), last_day)


def served_until(today: date, first_served: date) -> date | None:
    """The last day that somebody who leaves today has served: yesterday; None when they have not served a day."""
    yesterday = today - timedelta(days=1)
    return yesterday if yesterday >= first_served else None


def leaving_breaches(today: date, last_day: date) -> list[Breach]:
    """Until when a teacher may be taken out of a class. ours: TR 8 note 5 lets the institution change people, and
    somebody may fall ill on any day; after the last one there is nothing left to replace."""
    if today <= last_day:
        return []
    says = f"培训已于{said(last_day)}结束，不能再更换骨干教师。"
    return [Breach("withdraw.over", "TR 8", says, "如需说明实际情况，请写入总结。")]


def away_breaches(away: Sequence[date], confirmed: bool) -> list[Breach]:
    """The days that a teacher has marked as inconvenient among those that accepting takes: asked about, not forbidden.

    ours: the marks are the teacher's own word (MG 9.1 lets them say when they cannot), and so is accepting all the same
    """
    if not away or confirmed:
        return []
    more = f"等 {len(away)} 天" if len(away) > 1 else ""
    says = f"您登记了{said(away[0])}{more}不便，与本班日期重合。"
    return [Breach("accept.away", "TR 8", says, "仍可承担的，请勾选确认后接受；不能承担的，请婉拒。")]


def decline_words(code: str, words: str) -> str:
    """What the institution reads: 时间冲突：当周本校有竞赛."""
    title, words = DeclineReason(code).title, words.strip()
    if code == DeclineReason.OTHER and words:
        return words
    return f"{title}：{words}" if words else title


def decline_breaches(code: str, words: str) -> list[Breach]:
    """A declined invitation says why (TR 8): one of the kinds, and words where the kind says nothing."""
    if code not in list(DeclineReason):
        kinds = "、".join(reason.title for reason in DeclineReason)
        return [Breach("decline.code", "TR 8", "没有这一类婉拒原因。", f"请从{kinds}中选择。")]
    if code == DeclineReason.OTHER and not words.strip():
        return [
            Breach("reason.missing", "TR 8", "“婉拒邀请”须写明理由。", "请选择原因；选“其他原因”时请写明。")
        ]
    return []
