"""What the paper of a programme says, as plain values, whoever sets it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from gongxue.regulations.calendar import SHANGHAI, day_of, said
from gongxue.regulations.levels import module_by_code, modules_of
from gongxue.regulations.parallel import least, said_of, trainee_periods
from gongxue.regulations.programme import SECTIONS, FinalMode, SessionKind
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.frozen import about_class, filed_content
from gongxue.stage3_programme.models import FiledProgramme, Programme
from gongxue.stage3_programme.queries import written_sessions
from gongxue.stage3_programme.timetable import Block, DayRow, columns_of, group_of, periods_of, rows_of

TITLE = "工学一体化教师培训方案"
DECLARED = "声明：培训场地不在国家规定的 21 个风景名胜区，也不在高档宾馆。"
_EMPTY = "（未写）"
_RESTS = "没有安排"
_ORDINALS = "一二三四五六"


@dataclass(frozen=True, slots=True)
class Paper:
    """The programme of one class, ready to be set. Every text is as it is printed."""

    institution: str
    class_title: str
    mark: str  # 草案 or 报备 with its version
    is_draft: bool
    number: str
    on: str  # the day on the cover
    facts: tuple[tuple[str, str], ...]
    sections: tuple[dict[str, Any], ...]  # key, title, paragraphs
    modules: tuple[tuple[str, str, str, str], ...]  # course, module, periods, teachers
    assessments: tuple[tuple[str, str, str, str], ...]  # kind, when, periods, how
    team: tuple[tuple[str, str, str], ...]  # seat, name, employer
    declared: str
    words: tuple[tuple[str, str], ...]  # who stands by it: what, by whom and when
    columns: int
    days: tuple[dict[str, Any], ...]  # title, blocks
    at: datetime  # when this content came to be

    def as_data(self) -> dict[str, Any]:
        """JSON-ready, with the title; the moment stays outside."""
        data = asdict(self)
        del data["at"]
        return data | {"title": TITLE}


def draft_paper(programme: Programme) -> Paper:
    """The programme as it stands now, marked 草案 whatever its state: only a filed version is final."""
    shown = programme.training_class
    content = filed_content(programme, written_sessions(programme))
    at = programme.written_at or _midnight(shown.first_day)
    return _paper(
        shown,
        content,
        at,
        mark=f"草案第{programme.version}版",
        number="报备后生成",
        is_draft=True,
        approved=(),
    )


def filed_as_paper(filed: FiledProgramme) -> Paper:
    """A version as it was filed. What older filings did not freeze is read from the class."""
    shown = filed.training_class
    on = said(day_of(filed.filed_at))
    return _paper(
        shown, filed.content, filed.filed_at, mark=f"第{filed.version}版", is_draft=False,
        number=f"{shown.pk:06d}-{filed.version:02d}",
        approved=(("省级审核并报备", f"{filed.filed_by.name}　{on}"),),
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _paper(
    shown: TrainingClass, content: Mapping[str, Any], at: datetime, *, mark: str, number: str, is_draft: bool,
    approved: tuple[tuple[str, str], ...],
) -> Paper:  # fmt: skip
    frozen = content if "class" in content else {**content, **about_class(shown)}
    about, sessions = frozen["class"], frozen["sessions"]
    days = [date.fromisoformat(day) for day in about["days_list"]]
    columns = columns_of(sessions, about["periods_a_day"])
    return Paper(
        institution=about["institution"],
        class_title=about["title"],
        mark=mark,
        is_draft=is_draft,
        number=number,
        on=said(day_of(at)),
        facts=_facts(shown, about, periods_of(frozen)),
        sections=tuple(
            {
                "key": key,
                "title": f"{_ORDINALS[i]}、{title}",
                "paragraphs": _paragraphs(frozen["sections"].get(key, "")),
            }
            for i, (key, title) in enumerate(SECTIONS.items())
        ),
        modules=_modules(shown, sessions, frozen.get("groups", 1)),
        assessments=_assessments(sessions, FinalMode(frozen["final_mode"]).title),
        team=tuple((Seat(one["seat"]).title, one["name"], one["employer"]) for one in frozen["team"]),
        declared=DECLARED if frozen.get("venue_declared") else "",
        words=_words(frozen) + approved,
        columns=columns,
        days=tuple(_day(row) for row in rows_of(sessions, days, about["periods_a_day"], frozen.get("notes"))),
        at=at,
    )


def _facts(
    shown: TrainingClass, about: Mapping[str, Any], periods: Mapping[int, int]
) -> tuple[tuple[str, str], ...]:
    days = [date.fromisoformat(day) for day in about["days_list"]]
    return (
        (about["kind"], about["institution"]),
        ("培训级别", shown.level_title),
        ("专业大类", shown.category_title),
        ("培训时间", f"{said(days[0])}至{said(days[-1])}，培训 {about['days']} 天"),
        ("培训课时", said_of(periods)),
        ("培训人数", f"{about['headcount']} 人"),
    )


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] or [_EMPTY]


def _modules(
    shown: TrainingClass, sessions: Sequence[Mapping[str, Any]], groups: int
) -> tuple[tuple[str, str, str, str], ...]:
    """Periods and teachers of each module, then what is taught outside of them."""
    held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in sessions:
        if one["kind"] == SessionKind.COURSE:
            held[one["module"] or one["topic"]].append(one)
    known = {m.code: (m.course, m.title) for m in modules_of(shown.level_enum)}
    names = known | {key: ("", key or SessionKind.COURSE.title) for key in held if not module_by_code(key)}
    return tuple(
        (course, title, _periods(held[key], groups), "、".join(_teachers(held[key])))
        for key, (course, title) in names.items()
    )


def _periods(sessions: Sequence[Mapping[str, Any]], groups: int) -> str:
    """How many a trainee has: 8, or 8/6 where the groups differ."""
    each = trainee_periods(map(group_of, sessions), groups)
    return "/".join(map(str, each.values() if len(set(each.values())) > 1 else [least(each)]))


def _teachers(sessions: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(s["teacher"] for s in sessions if s["teacher"]))


def _assessments(sessions: Sequence[Mapping[str, Any]], mode: str) -> tuple[tuple[str, str, str, str], ...]:
    rows = []
    for kind, how in ((SessionKind.PROCESS, ""), (SessionKind.FINAL, mode)):
        found = [s for s in sessions if s["kind"] == kind]
        by_day: dict[str, list[int]] = defaultdict(list)
        for one in found:
            if one["period"] not in by_day[one["day"]]:
                by_day[one["day"]].append(one["period"])
        when = "；".join(
            f"{_short(day)}第 {'、'.join(map(_said_run, _runs(periods)))} 课时"
            for day, periods in by_day.items()
        )
        rows.append((kind.title, when or "未安排", str(sum(map(len, by_day.values()))), how))
    return tuple(rows)


def _short(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.month}月{day.day}日"


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """1, 2, 3, 6 -> (1, 3), (6, 6)."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _said_run(run: tuple[int, int]) -> str:
    return str(run[0]) if run[0] == run[1] else f"{run[0]}–{run[1]}"


def _words(frozen: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    words = [(f"{Seat.INSTRUCTOR.title}确认", f"{name}　{on}") for name, on in frozen.get("confirmed", ())]
    if frozen.get("submitted"):
        words.append(("培训机构报送", "　".join(frozen["submitted"])))
    return tuple(words)


def _day(row: DayRow) -> dict[str, Any]:
    blocks = [{"span": b.span, **_cell(b), "lanes": [_cell(lane) for lane in b.lanes]} for b in row.blocks]
    note = row.note or (_RESTS if row.rests else "")
    return {"title": row.title, "rests": row.rests, "note": note, "blocks": blocks}


def _cell(block: Block) -> dict[str, Any]:
    """What one cell prints, or one group's part of it."""
    lines = [words for words in (block.teacher, block.room) if words]
    return {"whom": block.whom, "tone": block.tone, "title": block.title, "lines": lines}
