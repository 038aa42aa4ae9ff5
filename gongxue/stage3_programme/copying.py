"""A programme carried over to another class: text as it is, the timetable day by day, teachers by their seats.

Pure: what is carried is plain JSON (`Carried`), so a template and an earlier class are copied the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gongxue.regulations.levels import Level, module_by_code
from gongxue.regulations.programme import SECTIONS, SessionKind
from gongxue.stage3_programme.timetable import SessionRow, training_days

PARTS: dict[str, str] = {**SECTIONS, "final_mode": "终结性考核方式", "sessions": "课表"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a copy would write into a class, and what it could not carry."""

    sections: dict[str, str]
    final_mode: str
    sessions: list[SessionRow]
    notes: tuple[str, ...]
    groups: int = 1  # taught in parallel
    day_notes: dict[str, str] = field(default_factory=dict)  # ISO day → note, of days with lessons only


def carried(content: Mapping[str, Any], team: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A programme without its dates and people, JSON-ready.

    content: as `snapshot` writes it; team: the seats in order, each with seat and name. A teacher becomes "seat/n".
    """
    days = sorted({s["day"] for s in content["sessions"]})
    counts: dict[str, int] = {}
    seats: dict[str, str] = {}
    for one in team:
        counts[one["seat"]] = counts.get(one["seat"], 0) + 1
        seats.setdefault(one["name"], f"{one['seat']}/{counts[one['seat']]}")
    return {
        "sections": {key: content["sections"].get(key, "") for key in SECTIONS},
        "final_mode": content["final_mode"],
        "sessions": [
            {
                "day": days.index(s["day"]),
                "period": s["period"],
                "kind": s["kind"],
                "module": s["module"],
                "topic": s["topic"],
                "seat": seats.get(s["teacher"], "") if s["teacher"] else None,
                "room": s["room"],
            }
            | ({"group": s["group"]} if s.get("group") else {})
            for s in content["sessions"]
        ],
        "groups": content.get("groups", 1),
        "notes": {
            str(days.index(day)): text for day, text in content.get("notes", {}).items() if day in days
        },
    }


def arrive(
    held: Mapping[str, Any], level: Level, calendar: Sequence[date], wanted: int, team: Mapping[str, int]
) -> Arrived:
    """A carried programme in its new class. calendar: its days; wanted: training days; team: "seat/n" → person id."""
    days = training_days(calendar, wanted)
    rows: list[SessionRow] = []
    extra_days: set[int] = set()
    strange = seatless = 0
    for one in held["sessions"]:
        if one["day"] >= len(days):
            extra_days.add(one["day"])
            continue
        module = module_by_code(one["module"]) if one["module"] else None
        if one["module"] and (module is None or module.level != level):
            strange += 1
            continue
        teacher = team.get(one["seat"] or "")
        seatless += one["seat"] is not None and teacher is None
        rows.append(
            SessionRow(
                day=days[one["day"]], period=one["period"], kind=one["kind"], module=one["module"],
                topic=one["topic"], teacher=teacher, room=one["room"],
                group=one.get("group", 0),
            )
        )  # fmt: skip
    used = {s["day"] for s in held["sessions"] if s["kind"] != SessionKind.OTHER}
    return Arrived(
        dict(held["sections"]),
        held["final_mode"],
        rows,
        _notes(len(extra_days), strange, seatless, wanted - len(used)),
        held.get("groups", 1),
        {days[int(n)].isoformat(): text for n, text in held.get("notes", {}).items() if int(n) < len(days)},
    )


def _notes(extra_days: int, strange: int, seatless: int, missing_days: int) -> tuple[str, ...]:
    notes = []
    if extra_days:
        notes.append(f"来源多出 {extra_days} 天课，没有带入。")
    elif missing_days > 0:
        notes.append(f"来源比本班少 {missing_days} 天课，其余各天留空。")
    if strange:
        notes.append(f"有 {strange} 课时的模块不属于本级别，没有带入。")
    if seatless:
        notes.append(f"有 {seatless} 课时的教师在本班没有对应席位，教师留空。")
    return tuple(notes)
