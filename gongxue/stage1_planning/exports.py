"""Workbooks of stage 1: the template for many lines, a filled one with what is wrong, the lines of a round."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.pages.sheets import Cell, Column, list_workbook
from gongxue.parties.queries import approvals_of, institution_kind
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.planning import REMARK_LIMIT
from gongxue.regulations.registers import province_name
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.plan_sheet import MUST, ROWS, TITLES

PROBLEM = "问题"
_WIDTHS = {
    "level": 10, "category": 20, "first_day": 14, "last_day": 14, "days": 10, "headcount": 10, "scope": 44, "note": 24,
}  # fmt: skip
_BY_TITLE = {TITLES[name]: width for name, width in _WIDTHS.items()} | {PROBLEM: 60}


def template_workbook(round_: ReportingRound, institution: Organisation, at: datetime) -> bytes:
    """The empty table of an institution: text cells, lists to choose from, a sheet that says how."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": "计划班次表", "created": at.astimezone(SHANGHAI).replace(tzinfo=None)})
    sheet = book.add_worksheet("计划班次")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#E9F1F9"})
    for i, (name, title) in enumerate(TITLES.items()):
        sheet.set_column(i, i, _WIDTHS[name], text)
        sheet.write_string(0, i, f"{title}*" if name in MUST else title, bold)
    levels, categories = _choices(institution)
    sheet.data_validation(1, 0, ROWS, 0, {"validate": "list", "source": levels})
    sheet.data_validation(1, 1, ROWS, 1, {"validate": "list", "source": categories})
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    for i, line in enumerate(_notes(round_, levels, categories)):
        notes.write_string(i, 0, line)
    book.close()
    return made.getvalue()


def _choices(institution: Organisation) -> tuple[list[str], list[str]]:
    """The levels that its kind runs, and the categories it is approved for (all while none is on record)."""
    levels = [level.title for level in Level if level.run_by == institution_kind(institution)]
    approved = {approval.category for approval in approvals_of(institution)}
    return levels, [title for code, title in CATEGORIES.items() if code in approved or not approved]


def _notes(round_: ReportingRound, levels: Sequence[str], categories: Sequence[str]) -> list[str]:
    edition, period = edition_on(round_.period.first_day), round_.period
    days = "、".join(f"{x.title} {n} 天" for x in Level if (n := x.training_days(edition)))
    return [
        "一、一行一个班次，从第 2 行开始填写，不要改动表头文字；列的先后不限，可以增加自己的列。带 * 的必填。",
        f"二、{TITLES['level']}：{'、'.join(levels)}。",
        f"三、{TITLES['category']}：{'、'.join(categories)}；也可填代码 01 至 08（文本）。",
        f"四、{TITLES['first_day']}：{said(period.first_day)}至{said(period.last_day)}，如 2023-06-12、2023/6/12、6月12日。",
        f"五、{TITLES['days']}：{days}（技术规程第十一条）；不填按级别计。",
        f"六、{TITLES['last_day']}：不填则连续安排，中间不休息。",
        f"七、{TITLES['headcount']}：每班不超过 {edition.class_size} 人。",
        f"八、{TITLES['scope']}、{TITLES['note']}：各不超过 {REMARK_LIMIT} 字。",
        f"九、一次最多 {ROWS} 行。上传后先核对，确认之前不保存。本表已设为文本格式；从别处粘贴时请选“只保留文本”。",
    ]


def problems_workbook(
    columns: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], at: datetime
) -> bytes:
    """The user's own table, columns in their order, with a last column that says what is wrong with each row."""
    places = [i for i, title in enumerate(columns) if title != PROBLEM]
    titles = [*(columns[i] for i in places), PROBLEM]
    shown = [Column(title, _BY_TITLE.get(title.rstrip("*"), 16), "left") for title in titles]
    cells = ([*(row[i] if i < len(row) else "" for i in places), problem] for row, problem in rows)
    return list_workbook("计划班次", shown, cells, at)


def lines_workbook(round_: ReportingRound, lines: Iterable[TrainingClass], at: datetime) -> bytes:
    """The lines of a round with their state; codes are texts."""
    columns = [
        Column("省份", 10), Column("机构号", 8), Column("培训机构", 32, "left"), Column("培训级别", 10), Column("专业大类", 18),
        Column("开班日", 12), Column("结束日", 12), Column("培训天数", 8), Column("培训人数", 8), Column("招生范围", 44, "left"),
        Column("备注", 20, "left"), Column("状态", 14), Column("退回理由", 30, "left"),
    ]  # fmt: skip
    return list_workbook(f"{round_}计划班次"[:31], columns, map(_cells, lines), at)


def _cells(line: TrainingClass) -> list[Cell]:
    return [
        province_name(line.province_code), line.institution.code, line.institution.name, line.level_title,
        line.category_title, line.first_day.isoformat(), line.last_day.isoformat(), line.days, line.headcount,
        line.scope, line.note, line.state_title, line.returned_reason,
    ]  # fmt: skip
