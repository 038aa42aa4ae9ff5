"""The timetable as it is read and as it is proposed. Pure: plain values in, plain values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NotRequired

from typing_extensions import TypedDict

from gongxue.regulations.editions import Edition
from gongxue.regulations.levels import Level, module_by_code, modules_of
from gongxue.regulations.parallel import WHOLE_CLASS, group_title, trainee_periods
from gongxue.regulations.programme import SessionKind

WEEKDAYS = "一二三四五六日"
SATURDAY, SUNDAY = 5, 6
ROOM = "学习工作站"  # where 工学一体化 teaching takes place; the proposal's first guess
OWN_TOPIC = "骨干教师培训专题"  # level G has no modules: the institution names its own content


class SessionRow(
    TypedDict
):  # of typing_extensions: pydantic reads its fields, typing's own only from 3.12 on
    """One period of the timetable as it is entered; teacher is a person id of the team or None."""

    day: date
    period: int
    kind: str
    module: str
    topic: str
    teacher: int | None
    room: str
    group: NotRequired[int]  # 0 or nothing: the whole class


class Arrangement(TypedDict):
    """What holds for the timetable as a whole; what is left out stays."""

    groups: NotRequired[int]  # taught in parallel, 1 when the class is not divided
    notes: NotRequired[dict[str, str]]  # ISO day → note, all of them


# Reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring periods of a day with the same content; empty when nothing is planned."""

    first: int
    last: int
    tone: str = "none"
    title: str = ""
    teacher: str = ""
    room: str = ""
    group: int = 0
    lanes: tuple[
        Block, ...
    ] = ()  # one for each group where they are taught in parallel; the block itself says nothing

    @property
    def whom(self) -> str:
        """第1组; nothing for the whole class."""
        return group_title(self.group) if self.group else ""

    @property
    def span(self) -> int:
        """How many periods."""
        return self.last - self.first + 1

    @property
    def when(self) -> str:
        """第 1–4 课时."""
        return f"第 {self.first} 课时" if self.first == self.last else f"第 {self.first}–{self.last} 课时"

    @property
    def where(self) -> str:
        """Teacher and room, what there is of them."""
        return "　".join(word for word in (self.teacher, self.room) if word)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the timetable."""

    day: date
    blocks: tuple[Block, ...]
    note: str = ""

    @property
    def title(self) -> str:
        """6月12日 周一."""
        return day_title(self.day)

    @property
    def rests(self) -> bool:
        """Whether nothing is planned."""
        return all(block.tone == "none" for block in self.blocks)


def day_title(day: date) -> str:
    """6月12日 周一."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def tone_of(kind: str, module: str) -> str:
    """The colour of a period: m1 to m6 for the modules of a level, else the kind."""
    return f"m{module.partition('-')[2]}" if kind == SessionKind.COURSE and module else kind


def title_of(kind: str, module: str, topic: str) -> str:
    """What the timetable prints: the topic, the module or the kind."""
    found = module_by_code(module)
    return topic or (found.title if found else SessionKind(kind).title)


def rows_of(
    sessions: Sequence[Mapping[str, Any]],
    days: Sequence[date],
    periods: int,
    notes: Mapping[str, str] | None = None,
) -> list[DayRow]:
    """The timetable by day, neighbouring equal periods in one block. notes: ISO day → what stands beside it.

    sessions: day (ISO), period, kind, module, topic, teacher (a name or ""), room, as `snapshot` writes them. Days
    outside the class, from before its dates were changed, are shown too: nothing that was filed disappears.
    """
    held: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for one in sessions:
        held[one["day"], one["period"]].append(one)
    every = sorted({*days, *(date.fromisoformat(s["day"]) for s in sessions)})
    last = columns_of(sessions, periods)
    return [
        DayRow(
            day,
            _blocks([held.get((day.isoformat(), n), []) for n in range(1, last + 1)]),
            (notes or {}).get(day.isoformat(), ""),
        )
        for day in every
    ]


def columns_of(sessions: Sequence[Mapping[str, Any]], periods: int) -> int:
    """How many columns the table has: the usual periods of a day, more where an evening is used."""
    return max([periods, *(s["period"] for s in sessions)])


def _blocks(cells: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[Block, ...]:
    found: list[Block] = []
    for number, cell in enumerate(cells, 1):
        block = _block(number, cell)
        before = found[-1] if found else None
        if before and _content(before) == _content(block):
            found[-1] = replace(
                before, last=number, lanes=tuple(replace(lane, last=number) for lane in before.lanes)
            )
        else:
            found.append(block)
    return tuple(found)


def _content(block: Block) -> tuple[object, ...]:
    lanes = tuple(map(_content, block.lanes))
    return (block.group, block.tone, block.title, block.teacher, block.room, lanes)


def _block(number: int, cell: Sequence[Mapping[str, Any]]) -> Block:
    if not cell:
        return Block(number, number)
    lanes = tuple(_lane(number, one) for one in sorted(cell, key=group_of))
    return (
        lanes[0] if len(lanes) == 1 and not lanes[0].group else Block(number, number, "groups", lanes=lanes)
    )


def _lane(number: int, one: Mapping[str, Any]) -> Block:
    kind, module = one["kind"], one["module"]
    title = title_of(kind, module, one["topic"])
    return Block(number, number, tone_of(kind, module), title, one["teacher"], one["room"], group_of(one))


def group_of(one: Mapping[str, Any]) -> int:
    """The group of a period as `snapshot` writes it; what was filed without groups is for the whole class."""
    return int(one.get("group", WHOLE_CLASS))


def periods_of(content: Mapping[str, Any]) -> dict[int, int]:
    """Group → 培训课时 of its trainees, of a content as `snapshot` writes it (AMB-04)."""
    counted = (group_of(one) for one in content["sessions"] if one["kind"] != SessionKind.OTHER)
    return trainee_periods(counted, content.get("groups", 1))


# Proposing ------------------------------------------------------------------------------------------------------------


def standard_timetable(
    level: Level, days: Sequence[date], wanted: int, edition: Edition, team: Sequence[int]
) -> list[SessionRow]:
    """A first draft that keeps the standard: every module in its order, both assessments, as many days as wanted.

    days: every calendar day of the class; wanted: training days (TR 11.2), weekends rest first when there are more
    days than that. The last day belongs to the final assessment, the half day before it to the process assessment
    (TR 12.1: passed first), the half days before are shared out evenly. team: person ids of the instructors, who
    take turns by module.
    """
    half = edition.periods_a_day // 2
    bounds = ((1, half), (half + 1, edition.periods_a_day))
    halves = [(day, first, last) for day in training_days(days, wanted) for first, last in bounds]
    finals = 2 if wanted > 2 else 1  # a class of a day or two has no whole day for it
    teaching, process, final = halves[: -finals - 1], halves[-finals - 1 : -finals], halves[-finals:]
    rows = _course(level, teaching, team)
    rows += _rows(process, SessionKind.PROCESS) + _rows(final, SessionKind.FINAL)
    return rows


def training_days(days: Sequence[date], wanted: int) -> list[date]:
    """So many days of the class: Sundays rest first, then Saturdays, then the days at the end."""
    chosen = list(days)
    for resting in (SUNDAY, SATURDAY):
        for day in [d for d in chosen if d.weekday() == resting]:
            if len(chosen) > wanted:
                chosen.remove(day)
    return chosen[:wanted]


def _course(level: Level, halves: Sequence[tuple[date, int, int]], team: Sequence[int]) -> list[SessionRow]:
    modules = [module.code for module in modules_of(level)] or [""]
    rows: list[SessionRow] = []
    for number, one in enumerate(halves):
        place = number * len(modules) // len(halves)
        teacher = team[(place if len(modules) > 1 else number) % len(team)] if team else None
        topic = "" if modules[place] else OWN_TOPIC
        rows += _rows([one], SessionKind.COURSE, modules[place], topic, teacher)
    return rows


def _rows(
    halves: Sequence[tuple[date, int, int]], kind: SessionKind, module: str = "", topic: str = "",
    teacher: int | None = None,
) -> list[SessionRow]:  # fmt: skip
    return [
        SessionRow(
            day=day, period=period, kind=kind.value, module=module, topic=topic, teacher=teacher, room=ROOM
        )
        for day, first, last in halves
        for period in range(first, last + 1)
    ]
