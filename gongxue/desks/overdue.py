"""The list of deadlines 期限一览: what is overdue, was done late, is due soon or stands still; per institution; as Excel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.sheets import MEDIA_TYPE, Column, list_workbook
from gongxue.regulations.deadline_table import RULES
from gongxue.regulations.lifecycle import CLOSED_STAGE, PlanState
from gongxue.regulations.registers import province_name, provinces
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.watching import Ask, Watched, watched

PAGE = 50
INSTITUTIONS = 15  # of the list beside; the workbook has all
SOON = 14  # days
STATES = {
    "open": "逾期未办",
    "late": "逾期办结",
    "soon": f"{SOON} 天内到期",
    "standing": "停钟",
    "all": "全部",
}
_TONES = {"open": "bad", "late": "wait", "soon": "run", "standing": "quiet"}


@dataclass(frozen=True, slots=True)
class Row:
    """A deadline as the list shows it."""

    item: Watched
    today: date

    @property
    def late(self) -> int:
        """Days overdue."""
        return self.item.late(self.today)

    @property
    def state(self) -> str:
        """open, late, soon, standing, or in time / far ahead."""
        if self.item.done_on is not None:
            return "late" if self.late else "in_time"
        if self.item.standing:
            return "standing"
        if self.late:
            return "open"
        return "soon" if (self.item.due.on - self.today).days <= SOON else "ahead"

    @property
    def tone(self) -> str:
        """Of its tag."""
        return _TONES.get(self.state, "good")

    @property
    def says(self) -> str:
        """逾期 3 天 · 逾期 2 天办结 · 停钟 · 还有 4 天."""
        left = (self.item.due.on - self.today).days
        return {
            "open": f"逾期 {self.late} 天", "late": f"逾期 {self.late} 天办结", "standing": "退回修改，停钟",
            "in_time": "按时办结",
        }.get(self.state) or (f"还有 {left} 天" if left else "今天到期")  # fmt: skip

    @property
    def province(self) -> str:
        """河北."""
        return province_name(self.item.province_code)

    @property
    def who(self) -> str:
        """Whoever owes it: the institution, or the province or centre."""
        owner = self.item.rule.owner
        return self.item.institution if owner.value == "institution" else owner.title.removesuffix("工作人员")

    @property
    def slips(self) -> str:
        """What slips."""
        return self.item.slips(self.today)


@dataclass(slots=True)
class Tally:
    """How an institution keeps its deadlines."""

    name: str
    province: str
    open: int = 0
    late: int = 0
    in_time: int = 0

    @property
    def rate(self) -> str:
        """Share done in time of what was done or is overdue."""
        due = self.open + self.late + self.in_time
        return f"{self.in_time * 100 / due:.0f}%" if due else "—"


def _classes(role: Role, year: int) -> list[TrainingClass]:
    """Published classes that still run, and those of the year: one query."""
    rows = TrainingClass.objects.scope(role).filter(
        Q(stage__lt=CLOSED_STAGE) | Q(first_day__year=year), state=PlanState.PUBLISHED
    )
    return list(rows.select_related("institution").order_by("first_day", "pk"))


def _rows(role: Role, today: date) -> list[Row]:
    found = watched(Ask(role, today, _classes(role, today.year)))
    return [Row(item, today) for item in found]


def _narrowed(rows: Iterable[Row], asked: dict[str, str]) -> list[Row]:
    """Only what is known narrows the list; the most overdue first, what is ahead by its day."""
    key, province, words = asked["what"], asked["province"], asked["q"]
    state = asked["state"] if asked["state"] in STATES else "open"
    found = [
        row
        for row in rows
        if (key not in RULES or row.item.due.key == key)
        and (not province or row.item.province_code == province)
        and words in row.item.institution
        and state in ("all", row.state)
    ]
    return sorted(found, key=lambda row: (-row.late, row.item.due.on, row.item.institution))


def _tallies(rows: Iterable[Row]) -> list[Tally]:
    """Per institution, whoever keeps most waiting first; only deadlines of the institution itself."""
    found: dict[int, Tally] = {}
    for row in rows:
        item = row.item
        if item.institution_id is None or item.rule.owner.value != "institution":
            continue
        tally = found.setdefault(item.institution_id, Tally(item.institution, row.province))
        if row.state in ("open", "late", "in_time"):
            setattr(tally, row.state, getattr(tally, row.state) + 1)
    return sorted(found.values(), key=lambda tally: (-tally.open, -tally.late, tally.name))


def deadlines(request: Request) -> HttpResponse:
    """What is overdue in the role's scope, narrowed by deadline, province, institution and state."""
    role, today = request.role, clock.today()
    asked = chosen(request, "state", "what", "province", "q")
    rows = _rows(role, today)
    everything = _narrowed(rows, asked | {"state": "all"})
    counts = Counter(row.state for row in everything)
    tallies = _tallies(everything)
    shown: dict[str, Any] = {
        "page": Paginator(_narrowed(rows, asked), PAGE).get_page(request.GET.get("page")),
        "chosen": asked | {"state": asked["state"] if asked["state"] in STATES else "open"},
        "states": [(key, title, sum(counts.values()) if key == "all" else counts[key]) for key, title in STATES.items()],
        "rules": _rules_of(rows),
        "provinces": provinces() if role.duty_enum.reads_all else (),
        "tallies": [] if role.is_institution_staff else tallies[:INSTITUTIONS],
        "more": max(0, len(tallies) - INSTITUTIONS),
        "own": role.is_institution_staff,
        "today": today,
    }  # fmt: skip
    return render(request, "desks/deadlines.html", shown)


def _rules_of(rows: Iterable[Row]) -> list[tuple[str, str]]:
    present = {row.item.due.key for row in rows}
    return [(rule.key, rule.title) for rule in RULES.values() if rule.key in present]


def deadlines_workbook(request: Request) -> HttpResponse:
    """The same list as Excel, all rows."""
    role, now, today = request.role, clock.now(), clock.today()
    asked = chosen(request, "state", "what", "province", "q")
    state = asked["state"] if asked["state"] in STATES else "open"
    columns = [
        Column("期限", 18), Column("培训班", 36, "left"), Column("培训机构", 30, "left"), Column("省份", 10), Column("应办", 28, "left"),
        Column("到期日", 12), Column("办结日", 12), Column("逾期天数", 8), Column("情况", 16), Column("计算", 60, "left"),
        Column("影响", 50, "left"),
    ]  # fmt: skip
    name = f"期限一览 {STATES[state]} {today.isoformat()}"
    data = list_workbook(name, columns, (_cells(row) for row in _narrowed(_rows(role, today), asked)), now)
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or "attachment"}
    return HttpResponse(data, content_type=MEDIA_TYPE, headers=headers)


def _cells(row: Row) -> list[str | int | None]:
    item = row.item
    return [
        item.due.title, item.about, item.institution, row.province, row.who, item.due.on.isoformat(),
        item.done_on.isoformat() if item.done_on else None, row.late, row.says, item.due.derivation, row.slips,
    ]  # fmt: skip
