"""Input shapes of stage 3: one saving of the editor, as JSON.

    {"seen": 7, "sections": {"venue": "…"}, "final_mode": "lesson", "venue_declared": true,
     "arrangement": {"groups": 2, "notes": {"2023-06-18": "休息"}}, "sessions": [{"day": "2023-06-12", "period": 1, "kind": "course", "module": "3-1", "topic": "", "teacher": 12,
                   "room": "…", "group": 1}]}

Everything but `seen` may be left out: only what is sent is changed. A period without `group` is for the whole class.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.breaches import Breach
from gongxue.stage3_programme.timetable import Arrangement, SessionRow

MOST_SESSIONS = 800  # sixty days of twelve periods and some; more is no timetable
LONGEST = 20_000  # characters of one text as sent; the rule says how many may be kept
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read_saving(body: bytes) -> dict[str, Any]:
    """The inputs of `edit_programme` from a request body; RuleBroken says what cannot be read."""
    try:
        sent = json.loads(body)
    except ValueError:  # also bytes that are no UTF-8
        raise _unreadable("内容") from None
    if not isinstance(sent, dict) or set(sent) - set(_READERS):
        raise _unreadable("内容")
    return {"seen": 0} | {name: _READERS[name](value) for name, value in sent.items()}


def _unreadable(what: str) -> RuleBroken:
    return RuleBroken(
        [Breach("input.format", "MG 25.4", f"{what}不能识别，没有保存。", "请刷新页面后重新填写。")]
    )


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise _unreadable("数字")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or _UNSTORABLE.search(value):
        raise _unreadable("文字")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unreadable("声明")
    return value


def _sections(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _unreadable("方案内容")
    return {_text(key): _text(text) for key, text in value.items()}


def _sessions(value: Any) -> list[SessionRow]:
    if not isinstance(value, list) or len(value) > MOST_SESSIONS:
        raise _unreadable("课表")
    return [_session(row) for row in value]


def _session(row: Any) -> SessionRow:
    if not isinstance(row, dict) or {*row, "group"} != set(SessionRow.__annotations__):
        raise _unreadable("课表")
    try:
        day = date.fromisoformat(_text(row["day"]))
    except ValueError:
        raise _unreadable("课表的日期") from None
    teacher = None if row["teacher"] is None else _number(row["teacher"])
    kind, module, topic, room = (_text(row[name]) for name in ("kind", "module", "topic", "room"))
    return SessionRow(
        day=day,
        period=_number(row["period"]),
        kind=kind,
        module=module,
        topic=topic,
        teacher=teacher,
        room=room,
        group=_number(row.get("group", 0)),
    )


def _arrangement(value: Any) -> Arrangement:
    if not isinstance(value, dict) or set(value) - set(Arrangement.__annotations__):
        raise _unreadable("课表")
    found: Arrangement = {}
    if "groups" in value:
        found["groups"] = _number(value["groups"])
    if "notes" in value:
        found["notes"] = _sections(value["notes"])
    return found


_READERS: dict[str, Callable[[Any], Any]] = {
    "seen": _number,
    "sections": _sections,
    "final_mode": _text,
    "venue_declared": _flag,
    "sessions": _sessions,
    "arrangement": _arrangement,
}
