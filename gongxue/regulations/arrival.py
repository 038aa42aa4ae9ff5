"""Arrival at a class (MG 10: 参训教师入学报到时要明确纪律要求): the pledge, late arrivals, who does not come."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from .breaches import Breach
from .calendar import said

REASON_LENGTH = 200  # ours


class PledgeWay(StrEnum):
    """How somebody pledged: themselves under their own account, or on paper at the desk."""

    OWN = "own"
    PAPER = "paper"

    @property
    def title(self) -> str:  # type: ignore[override]
        """本人在线承诺, 纸质签字."""
        return {"own": "本人在线承诺", "paper": "纸质签字"}[self.value]


def pledge_breaches(given: bool, on_paper: bool) -> list[Breach]:
    """Nobody arrives without the pledge: their own, given beforehand, or signed at the desk."""
    if given or on_paper:
        return []
    says, way_out = "报到时须签署纪律承诺。", "请宣读纪律要求并请其签署，或请本人在“我的班级”页签署。"
    return [Breach("check_in.pledge", "MG 10", says, way_out)]


def days_late(arrived_on: date, first_day: date) -> int:
    """Days after the first day of the class; 0 on it or before."""
    return max(0, (arrived_on - first_day).days)


def no_show_breaches(arrived: bool, today: date, first_day: date, reason: str) -> list[Breach]:
    """Whether somebody can be noted as not coming: on the first day at the earliest, with a reason."""
    breaches = []
    if arrived:
        says = "此人已办理报到，不能标记为未到。"
        breaches.append(Breach("no_show.arrived", "MG 10", says, "报到有误的，请先撤销报到。"))
    if today < first_day:
        says = f"开班日为{said(first_day)}，尚未到。"
        breaches.append(Breach("no_show.early", "TR 11.2", says, "请在开班日或之后标记。"))
    return breaches + reason_breaches(reason, "no_show.reason")


def reason_breaches(reason: str, rule: str) -> list[Breach]:
    """A reason of one to two hundred characters, because the record is read later."""
    if 1 <= len(reason.strip()) <= REASON_LENGTH:
        return []
    return [Breach(rule, "MG 25.4", f"请写明理由（{REASON_LENGTH} 字以内）。", "请填写理由后再提交。")]
