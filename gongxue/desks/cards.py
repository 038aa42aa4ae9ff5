"""The shapes the desk and the class page are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gongxue.regulations.calendar import Due
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass

NOT_BEGUN = "未开始"


@dataclass(frozen=True, slots=True)
class Button:
    """An act that the page offers; the kit hides it when the role or the lifecycle does not allow it."""

    code: Permission
    thing: Any
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits for the role: what, where, until when."""

    kind: str  # one word on the tag: 审核, 答复, 评分 …
    title: str
    where: str
    due: date | None = None
    sub: str = ""
    class_id: int | None = None  # the class it belongs to, whose page shows it too
    round_id: int | None = None  # or the round, whose lines in one of these states wait
    lines: tuple[PlanState, ...] = ()
    about: str = ""  # that class in words; its own page leaves them out
    button: Button | None = None  # the class page offers the act itself

    @property
    def heading(self) -> str:
        """办理开班：三级·机械类 2023年6月12日班."""
        return f"{self.title}：{self.about}" if self.about else self.title

    def concerns(self, tc: TrainingClass) -> bool:
        """Whether the page of a class shows it: it is about the class, or the class is one of the lines."""
        return self.class_id == tc.pk or (self.round_id == tc.round_id and tc.state in self.lines)

    def late(self, today: date) -> bool:
        """Past its day."""
        return self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class DueLine:
    """A deadline as a card shows it."""

    due: Due
    met: bool = False
    extended: bool = False  # an exception was granted: the day is the later one
    standing: bool = False  # the file is back for correction: the clock stands
    late_days: int = 0  # how late it was done, or is today
    slips: str = ""  # what slips if it slips, in dates

    def late(self, today: date) -> bool:
        """Missed."""
        return not self.met and not self.standing and self.due.on < today


@dataclass(slots=True)
class StageCard:
    """One link of TR 6 as the class page shows it."""

    number: int
    title: str
    responsible: str
    tone: str = "ahead"  # done, now, late, ahead
    status: str = NOT_BEGUN
    when: str = ""
    dues: list[DueLine] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the card starts unfolded."""
        return self.tone in ("now", "late")

    @property
    def first_missing(self) -> str:
        """The first thing that is missing, without its full stop: it stands inside a sentence."""
        return self.missing[0].rstrip("。") if self.missing else ""

    @property
    def next_due(self) -> date | None:
        """The first deadline that is not met yet."""
        return min((line.due.on for line in self.dues if not line.met), default=None)


@dataclass(slots=True)
class TrailEntry:
    """Equal acts of one person on one day, told in one line."""

    says: str
    about: str
    actor: str
    organisation: str
    reason: str
    at: datetime
    times: int = 1
