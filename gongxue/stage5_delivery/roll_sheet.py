"""The workbook of rolls that was filled in without a connection: what its columns are, what it says, what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.workbooks import Cell, as_text, read_rows
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.attendance import Place, Presence, places_said
from gongxue.regulations.breaches import Breach
from gongxue.regulations.parallel import is_expected
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of, lessons_of, marks_of_class

DAY, SEAT, NAME = "日期", "座号", "姓名"
NO_LESSON = "—"
WORDS = {
    Presence.PRESENT: "到", Presence.LATE: "迟", Presence.LEFT_EARLY: "退", Presence.LEAVE: "假", Presence.ABSENT: "旷",
}  # fmt: skip
BYTES = 4 * 1024 * 1024
ROWS = 1000  # thirty people on nine days are 270
HEADING_WITHIN = 10
_PERIOD = re.compile(r"第\s*(\d{1,2})\s*课时")
_READ = {
    **{word: presence for presence, word in WORDS.items()}, **{presence.title: presence for presence in Presence},
    "√": Presence.PRESENT, "✓": Presence.PRESENT, "×": Presence.ABSENT,
}  # fmt: skip


def period_heading(period: int) -> str:
    """第3课时."""
    return f"第{period}课时"


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that cannot be entered; the row as Excel counts it."""

    at: int
    column: str
    says: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell that says something else than the platform, which is not overwritten."""

    at: int
    place: Place
    seat: int
    name: str
    sheet: Presence
    stored: Presence

    @property
    def says(self) -> str:
        """2023年6月13日第1课时."""
        return places_said([self.place])


@dataclass(slots=True)
class ReadSheet:
    """What a workbook says: marks that are new, how many are known already, what is wrong, what clashes."""

    marks: dict[str, str] = field(default_factory=dict)  # "2023-06-13/1/12" → presence
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


def read_roll_sheet(upload: UploadedFile[Any], training_class: TrainingClass, today: date) -> ReadSheet:
    """Read a filled workbook against the class as it is now; nothing is written. RuleBroken when it is none of ours."""
    return _Reader(training_class, today).read(_rows(upload))


def _rows(upload: UploadedFile[Any]) -> Iterator[tuple[int, list[str]]]:
    for n, (at, cells) in enumerate(read_rows(upload, BYTES)):
        if n > ROWS + HEADING_WITHIN:
            raise _refused(f"一个文件最多 {ROWS} 行。", "请按日期分成几个文件上传。")
        yield at, [_text(cell) for cell in cells]


def _text(cell: Cell) -> str:
    return as_text(cell)[:60]


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("roll_sheet.shape", "TR 12", says, way_out)])


class _Reader:
    """One class's timetable, people and marks, read once."""

    def __init__(self, training_class: TrainingClass, today: date) -> None:
        self.today = today
        self.lessons = lessons_of(training_class)
        self.groups = max((group for taught in self.lessons.values() for group in taught), default=0)
        self.people: dict[int | None, Attendee] = {
            one.application.seat: one for one in attendees_of(training_class)
        }
        self.stored = marks_of_class(training_class)
        self.found = ReadSheet()

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> ReadSheet:
        """The rows below the headings."""
        columns: dict[str, int] | None = None
        for at, cells in rows:
            if columns is None:
                columns = _columns(cells)
                if columns is None and at > HEADING_WITHIN:
                    break
                continue
            self._row(at, cells, columns)
        if columns is None:
            raise _refused(
                "没有找到表头。",
                f"表头应有：{DAY}、{SEAT}、{NAME}、{period_heading(1)}…。请用离线包中的工作簿。",
            )
        return self.found

    def _row(self, at: int, cells: Sequence[str], columns: dict[str, int]) -> None:
        values = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
        filled = {
            int(match[1]): text
            for name, text in values.items()
            if (match := _PERIOD.fullmatch(name)) and text not in ("", NO_LESSON)
        }
        if not filled:
            return
        day = _day(values[DAY])
        if day is None:
            self._wrong(at, DAY, f"“{values[DAY]}”不是日期，应写作 2023-06-13。")
            return
        seat = values[SEAT]
        person = self.people.get(int(seat)) if seat.isascii() and seat.isdigit() and len(seat) < 4 else None
        if person is None:
            self._wrong(at, SEAT, f"本班没有 {seat or '（空）'} 号。")
        elif person.application.person.name != values[NAME]:
            self._wrong(at, NAME, f"{seat} 号是{person.application.person.name}，不是“{values[NAME]}”。")
        else:
            for period, text in filled.items():
                self._cell(at, (day, period), person, text)

    def _cell(self, at: int, place: Place, person: Attendee, text: str) -> None:
        heading = period_heading(place[1])
        taught = self.lessons.get(place)
        presence = _READ.get(text)
        if taught is None or not is_expected(person.group, taught, self.groups):
            self._wrong(at, heading, "课表中这时没有此人的课，请清空。")
        elif place[0] > self.today:
            self._wrong(at, heading, "这一天还没有到，不能提前记入。")
        elif presence is None:
            self._wrong(at, heading, f"“{text}”不能识别，只能填 {'、'.join(WORDS.values())}。")
        else:
            self._mark(at, place, person, presence)

    def _mark(self, at: int, place: Place, person: Attendee, presence: Presence) -> None:
        seat = person.application.seat or 0
        stored = self.stored.get(place, {}).get(person.pk)
        key = f"{place[0]}/{place[1]}/{seat}"
        if stored is None and self.found.marks.setdefault(key, presence.value) != presence:
            self._wrong(at, period_heading(place[1]), "与前面的同一课时不一致，请只留一处。")
        elif stored == presence:
            self.found.known += 1
        elif stored is not None:
            name = person.application.person.name
            self.found.clashes.append(Clash(at, place, seat, name, presence, Presence(stored)))

    def _wrong(self, at: int, column: str, says: str) -> None:
        self.found.problems.append(Problem(at, column, says))


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    found = {re.sub(r"\s", "", text): place for place, text in enumerate(cells) if text}
    return found if {DAY, SEAT, NAME} <= set(found) and any(map(_PERIOD.fullmatch, found)) else None


def _day(text: str) -> date | None:
    """2023-06-13, 2023/6/13, 2023-06-13 00:00:00."""
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", text)
    try:
        return date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None
