"""The national list and its editions as files: workbooks, and a calendar that follows a filtered list (TR 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from gongxue.exchange.calendars import CalendarEvent, calendar_file
from gongxue.foundation.pages.sheets import Cell, Column, list_workbook
from gongxue.regulations.national_list import KIND_TITLES, ROW_TITLES, Change, Row
from gongxue.stage1_planning.models import PublishedEdition, TrainingClass
from gongxue.stage1_planning.queries.editions import Comparison, edition_row, listing_of

_WIDTHS = {
    "province": 9, "institution_code": 8, "institution": 28, "level": 8, "category": 16, "first_day": 12, "last_day": 12,
    "days": 6, "headcount": 6, "scope": 44, "plan": 8,
}  # fmt: skip
_LEFT = {"institution", "scope"}
_COLUMNS = tuple(
    Column(title, _WIDTHS[key], "left" if key in _LEFT else "center") for key, title in ROW_TITLES.items()
)
_CHANGE_COLUMNS = (
    Column("变更", 8), Column("省份", 9), Column("培训机构", 28, "left"), Column("级别", 8), Column("专业大类", 16),
    Column("培训时间", 24), Column("项目", 12), Column("原内容", 26, "left"), Column("新内容", 26, "left"),
    Column("途径", 14), Column("审核", 20, "left"), Column("理由", 36, "left"),
)  # fmt: skip


def _cells(row: Row) -> list[Cell]:
    return [row.get(key, "") for key in ROW_TITLES]


def national_workbook(rows: Iterable[TrainingClass], at: datetime) -> bytes:
    """The filtered list, one row per class."""
    return list_workbook("全国培训信息", _COLUMNS, (_cells(edition_row(row)) for row in rows), at)


def edition_workbook(edition: PublishedEdition) -> bytes:
    """A whole edition as it was frozen."""
    rows = (_cells(row) for row in listing_of(edition))
    return list_workbook(f"全国培训信息 {edition}", _COLUMNS, rows, edition.published_at)


def changes_workbook(found: Comparison) -> bytes:
    """What lies between two editions: one row per item that changed."""
    rows = [cells for change in found.changes for cells in _change_cells(change)]
    name = f"变更 {found.old.number if found.old else 0}至{found.new.number}期"
    return list_workbook(name, _CHANGE_COLUMNS, rows, found.new.published_at)


def _change_cells(change: Change) -> Sequence[Sequence[Cell]]:
    line = change["line"]
    head = [
        KIND_TITLES[change["kind"]], line["province"], line["institution"], line["level"], line["category"],
        f"{line['first_day']} 至 {line['last_day']}",
    ]  # fmt: skip
    tail = [change.get("path", ""), change.get("approved_by", ""), change.get("reason", "")]
    fields = change.get("fields") or {"": ["", ""]}
    return [[*head, ROW_TITLES.get(key, ""), str(old), str(new), *tail] for key, (old, new) in fields.items()]


def national_calendar(rows: Iterable[TrainingClass], site: str, name: str) -> bytes:
    """The filtered list as an iCalendar feed; a class keeps its uid, so that a moved one moves in the calendar."""
    return calendar_file((class_event(row, site) for row in rows), name=name)


def class_event(row: TrainingClass, site: str) -> CalendarEvent:
    """A published class in a calendar; the same in the feed and in its notice, so that it stands there once."""
    plan = "（计划外）" if row.outside_plan else ""
    return CalendarEvent(
        uid=f"class-{row.pk}@gongxue",
        title=f"{row.institution.name} {row.level_title}·{row.category_title}{plan}",
        first_day=row.first_day,
        last_day=row.last_day,
        stamp=row.created_at,
        sequence=row.version,
        place=f"{row.institution.province} {row.institution.name}",
        description=f"{row.days} 天，{row.headcount} 人。{row.scope}",
        url=f"{site}/national/?words={row.institution.code}",
        busy=False,
    )
