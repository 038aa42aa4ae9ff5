"""Plan lines in bulk: the columns of a workbook or a pasted table, how a row is read, everything wrong with each cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.queries import approvals_of, institution_kind
from gongxue.regulations.approvals import Approval, approval_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.categories import CATEGORIES, parse_category
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import InstitutionKind, Level, parse_level
from gongxue.regulations.planning import REMARK_LIMIT, PlannedClass, plan_breaches, twin_breaches
from gongxue.regulations.typed_days import parse_day
from gongxue.stage1_planning.models import LINE_FIELDS, ReportingRound, TrainingClass

ROWS = 80  # rows of one table: ours; an institution plans a few dozen classes in a half-year at most
TITLES: dict[str, str] = dict(
    zip(
        LINE_FIELDS,
        ("培训级别", "专业大类", "开班日", "结束日", "培训天数", "培训人数", "招生范围", "备注"),
        strict=True,
    )
)
_OTHER_NAMES = {
    "级别": "level", "大类": "category", "专业": "category", "开班日期": "first_day", "开始日期": "first_day",
    "开始日": "first_day", "开班时间": "first_day", "结束日期": "last_day", "结束时间": "last_day", "结班日": "last_day",
    "天数": "days", "培训时长": "days", "人数": "headcount", "计划人数": "headcount", "招生人数": "headcount",
    "范围": "scope", "招生对象": "scope", "说明": "note",
}  # fmt: skip
HEADINGS = {title: name for name, title in TITLES.items()} | _OTHER_NAMES
MUST = (
    "level",
    "category",
    "first_day",
    "headcount",
    "scope",
)  # the others follow from these, or may be empty
# At which cell a broken rule is shown.
_CELLS = {
    "class.size": "headcount", "class.dates": "last_day", "class.span": "last_day", "class.days": "days",
    "class.days_inside": "days", "class.category": "category", "class.period": "first_day", "class.past": "first_day",
    "class.scope": "scope", "class.scope_long": "scope", "class.twin": "first_day", "approval.kind": "level",
    "approval.missing": "category", "approval.expired": "first_day",
}  # fmt: skip


@dataclass(slots=True)
class SheetRow:
    """One row as it was typed, pasted or read from a file."""

    texts: dict[str, str]
    line: int = 0  # the line that it changes; 0: a new one
    seen: int = 0  # the version of that line that was seen
    twin: bool = False  # said to be another class of the same level, category and days
    at: int = 0  # the number by which people find it: the row of the file or of the table
    damaged: dict[str, Breach] = field(default_factory=dict)  # field → what Excel has made of it

    @property
    def is_empty(self) -> bool:
        """Nothing was written in it."""
        return not self.line and not any(self.texts.values())


@dataclass(slots=True)
class CheckedRow:
    """A row with what it means and everything wrong with it, cell by cell; "" is the row as a whole."""

    row: SheetRow
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, list[Breach]] = field(default_factory=dict)

    @property
    def breaches(self) -> list[Breach]:
        """All of them in the order of the columns."""
        return [breach for name in (*LINE_FIELDS, "") for breach in self.problems.get(name, [])]

    @property
    def has_twin(self) -> bool:
        """Whether it says the same as another line."""
        return any(breach.rule == "class.twin" for breach in self.breaches)

    def add(self, name: str, breach: Breach) -> None:
        """Something is wrong with a cell."""
        self.problems.setdefault(name, []).append(breach)

    def as_plan(self) -> PlannedClass:
        """The row as the regulations read a line; only when every cell could be read."""
        return PlannedClass(
            *(
                self.values[n]
                for n in ("level", "category", "first_day", "last_day", "days", "headcount", "scope")
            )
        )


@dataclass(frozen=True, slots=True)
class Plans:
    """What the rows of an institution are checked against, read once for all of them."""

    period: HalfYear
    today: date
    kind: InstitutionKind
    approvals: list[Approval]
    lines: list[TrainingClass]  # what the institution has in the round

    @classmethod
    def of(cls, round_: ReportingRound, institution: Organisation, today: date) -> Plans:
        """Two queries for any number of rows."""
        rows = TrainingClass.objects.inside(round=round_, institution=institution)
        lines = list(rows.order_by("first_day", "pk"))
        return cls(round_.period, today, institution_kind(institution), approvals_of(institution), lines)


# Reading ----------------------------------------------------------------------------------------------------------


def pasted_rows(text: str) -> list[SheetRow]:
    """Rows copied from Excel: cells between tabs, the headings may come along. RuleBroken: too many."""
    table = [[cell.strip() for cell in cells] for cells in csv.reader(io.StringIO(text), delimiter="\t")]
    table = [cells for cells in table if any(cells)]
    places = heading_places(table[0]) if table else None
    names = places if places is not None else dict(enumerate(LINE_FIELDS))
    rows = [
        SheetRow({name: cells[i] if i < len(cells) else "" for i, name in names.items()})
        for cells in (table[1:] if places is not None else table)
    ]
    refuse_too_many(len(rows))
    return rows


def heading_places(cells: Sequence[str]) -> dict[int, str] | None:
    """Column → field, when the cells are headings (at least two are known, each field once); else None."""
    found: dict[int, str] = {}
    for i, cell in enumerate(cells):
        name = HEADINGS.get("".join(cell.split()).rstrip("*＊"))
        if name and name not in found.values():
            found[i] = name
    return found if len(found) >= 2 else None


def refuse_too_many(number: int) -> None:
    """RuleBroken when there are more rows than one table holds."""
    if number > ROWS:
        says = f"共 {number} 行，一次最多 {ROWS} 行。"
        raise RuleBroken([Breach("plan.rows", "TR 7", says, "请分成几次填报。")])


def row_of(line: TrainingClass) -> SheetRow:
    """A line as a row of the table."""
    texts = {name: str(value) for name, value in line.said_values().items()}
    texts |= {"level": line.level_title, "category": line.category_title}
    return SheetRow(texts, line=line.pk, seen=line.version)


def row_from(given: Mapping[str, Any], at: int) -> SheetRow:
    """A row as the API sends it. RuleBroken names a field that no line has, or a number that is none."""
    unknown = sorted(str(name) for name in given.keys() - {*LINE_FIELDS, "line", "seen", "twin"})
    line, seen = given.get("line") or 0, given.get("seen") or 0
    if unknown or not all(isinstance(n, int) and 0 <= n < 2**53 for n in (line, seen)):
        says = f"第 {at} 行有不能识别的内容{'：' + '、'.join(unknown)[:60] if unknown else ''}。"
        raise RuleBroken(
            [Breach("plan.row", "TR 7", says, f"可填：{'、'.join(LINE_FIELDS)}、line、seen、twin。")]
        )
    texts = {name: "" if given.get(name) is None else str(given[name]).strip() for name in LINE_FIELDS}
    return SheetRow(texts, line=line, seen=seen, twin=given.get("twin") is True, at=at)


# Checking ---------------------------------------------------------------------------------------------------------


def check_rows(rows: Sequence[SheetRow], plans: Plans) -> list[CheckedRow]:
    """Every row checked by itself, against the other rows and against the institution's lines. Writes nothing."""
    checked = [_check_row(row, plans) for row in rows]
    _check_twins(checked, plans)
    return checked


def _check_row(row: SheetRow, plans: Plans) -> CheckedRow:
    checked = CheckedRow(row)
    for name, breach in row.damaged.items():
        checked.add(name, breach)
    for name in MUST:
        if not row.texts.get(name) and name not in row.damaged:
            checked.add(name, Breach("plan.missing", "TR 7", f"没有填写{TITLES[name]}。", "请填写。"))
    for name in LINE_FIELDS:
        text = row.texts.get(name, "")
        if text and name not in checked.problems:
            _read_cell(checked, name, text, plans)
    _fill_in(checked)
    if checked.problems:
        return checked
    plan = checked.as_plan()
    broken = plan_breaches(plan, plans.period, plans.today, edition_on(plan.first_day))
    broken += approval_breaches(plans.kind, plan.level, plan.category, plan.first_day, plans.approvals)
    for breach in broken:
        checked.add(_CELLS.get(breach.rule, ""), breach)
    return checked


def _read_cell(checked: CheckedRow, name: str, text: str, plans: Plans) -> None:
    value: Any = None
    if name == "level":
        value, way = parse_level(text), "可填：一级、二级、三级、骨干。"
    elif name == "category":
        value, way = parse_category(text), f"可填：{'、'.join(CATEGORIES.values())}，或代码 01 至 08。"
    elif name in ("first_day", "last_day"):
        value, way = parse_day(text, plans.period), "请写成 2023-06-12 这样的日期。"
    elif name in ("days", "headcount"):
        value, way = _number(text), "请填整数。"
    else:
        value, way = text if len(text) <= REMARK_LIMIT else None, f"请精简到 {REMARK_LIMIT} 字以内。"
    if value is None:
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        checked.add(name, Breach("plan.cell", "TR 7", f"{TITLES[name]}“{shown}”不能识别。", way))
    else:
        checked.values[name] = value


def _number(text: str) -> int | None:
    digits = text.removesuffix("人").removesuffix("天").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


def _fill_in(checked: CheckedRow) -> None:
    """Left empty: the days of the level (TR 11.2), the last day when there is no rest day between."""
    values, first = checked.values, checked.values.get("first_day")
    level: Level | None = values.get("level")
    if "days" not in values and "days" not in checked.problems and level is not None:
        standard = level.training_days(edition_on(first)) if first else None
        if standard:
            values["days"] = standard
        elif first:
            checked.add("days", Breach("plan.missing", "TR 7", "没有填写培训天数。", "骨干培训请填写天数。"))
    if "last_day" not in values and "last_day" not in checked.problems and first and values.get("days"):
        values["last_day"] = _last_day(first, values["days"])
    values.setdefault("note", "")


def _last_day(first: date, days: int) -> date:
    return first + timedelta(days=days - 1)


def _check_twins(rows: Sequence[CheckedRow], plans: Plans) -> None:
    """The same level, category and days as another line: named at the second of them unless it is said to be meant."""
    changed = {checked.row.line for checked in rows}
    others = [
        (line.as_plan(), f"已填报的班次（{line.title}）") for line in plans.lines if line.pk not in changed
    ]
    for checked in rows:
        if checked.problems:
            continue
        plan = checked.as_plan()
        if not checked.row.twin:
            for breach in twin_breaches(plan, others):
                checked.add("first_day", breach)
        others.append((plan, f"第 {checked.row.at} 行"))
