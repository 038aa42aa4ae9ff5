"""How far the staffing of a class is: 已到位 4/5，还差考核 1 名，答复期限还有 2 天. Pure: seats in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.queries import SeatView


@dataclass(frozen=True, slots=True)
class Progress:
    """Seats taken and wanted, what is missing by kind, and when the next answer is due."""

    taken: int
    wanted: int
    missing: tuple[tuple[Seat, int], ...]
    asked: int
    answer_by: date | None
    today: date

    @property
    def words(self) -> str:
        """已到位 4/5，还差考核 1 名，答复期限还有 2 天."""
        parts = [f"已到位 {self.taken}/{self.wanted}"]
        if self.missing:
            parts.append("还差" + "、".join(f"{seat.short} {n} 名" for seat, n in self.missing))
        if self.answer_by is not None:
            parts.append(_answer_words((self.answer_by - self.today).days))
        elif self.missing:
            parts.append("待部指导中心确认" if self.asked else "席位待邀请")
        return "，".join(parts)


def _answer_words(days: int) -> str:
    if days < 0:
        return "答复期限已过"
    return f"答复期限还有 {days} 天" if days else "今天是答复期限"


def progress_of(seats: Sequence[SeatView], today: date) -> Progress:
    """The count over the seats as a role sees them; the soonest answer counts."""
    held = [view for view in seats if _state(view) == InvitationState.ACCEPTED]
    missing = tuple(
        (seat, n) for seat in Seat if (n := sum(1 for v in seats if v.seat == seat and v not in held))
    )
    waiting = [view.invitation.answer_by for view in seats if _is_sent(view) and view.invitation]
    asked = sum(1 for view in seats if view.invitation is not None) - len(held)
    return Progress(len(held), len(seats), missing, asked, min(waiting, default=None), today)


def _state(view: SeatView) -> str:
    return view.invitation.state if view.invitation else ""


def _is_sent(view: SeatView) -> bool:
    return _state(view) == InvitationState.SENT
