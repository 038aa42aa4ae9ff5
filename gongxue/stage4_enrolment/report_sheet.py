"""The workbook of reported teachers: what its columns are and how a row is read (TR 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.workbooks import Cell, as_text, is_number, read_rows
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.kept_workbooks import Line, Sheet
from gongxue.regulations.breaches import Breach
from gongxue.regulations.names import regular_name

ROWS = 10_000  # teachers in one file
BYTES = 8 * 1024 * 1024
HEADING_WITHIN = 10  # the headings stand in one of the first rows: some put a title above them
# Column of the template → item of form 1 that a new draft begins with; the teacher checks and completes it.
ITEMS = {"职称/职务": "6", "目前所在专业": "13", "民族": "3", "电子邮件": "8", "通信地址": "9"}
TEMPLATE = ("班次编号", "姓名", "身份证号码", "手机", "单位名称", *ITEMS)
# What people call the columns; the words of the exported list are among them.
_NAMES = {
    "班次编号": "class_number", "姓名": "name", "教师姓名": "name", "身份证号码": "id_number", "身份证号": "id_number",
    "手机": "phone", "手机号": "phone", "手机号码": "phone", "单位名称": "employer", "单位": "employer", "工作单位": "employer",
    "性别": "sex", "出生日期": "born", "出生年月日": "born", "申请编号": "application",
} | ITEMS  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One teacher as written in the file; `at` is the row number that Excel shows."""

    at: int
    name: str = ""
    id_number: str = ""
    phone: str = ""
    employer: str = ""  # full name of the organisation, or an institution's code
    class_number: str = ""  # empty: the class from whose page the file was uploaded
    application: str = ""  # of a row of the exported list, which names no ID number
    sex: str = ""
    born: str = ""
    items: dict[str, str] = field(default_factory=dict)  # form 1, as far as the file fills it in
    number_cell: bool = False  # Excel holds the ID number as a number, which has lost its last digits


def places_of(columns: Sequence[str]) -> dict[str, int]:
    """Field → column; of two columns with one meaning the first counts."""
    found: dict[str, int] = {}
    for at, title in enumerate(columns):
        name = _NAMES.get("".join(title.split()).rstrip("*＊"))
        if name:
            found.setdefault(name, at)
    return found


def read_sheet(upload: UploadedFile[Any]) -> Sheet:
    """The teachers of a workbook. RuleBroken when it is no workbook, has other columns, no rows or too many."""
    columns: list[str] | None = None
    lines: list[Line] = []
    number_at = -1
    for at, cells in read_rows(upload, BYTES):
        texts = [as_text(cell) for cell in cells]
        if columns is None:
            places = places_of(texts)
            if "name" in places and len(places) >= 2:
                columns, number_at = texts, places.get("id_number", -1)
            elif at >= HEADING_WITHIN:
                break
            continue
        lines.append(Line(at, texts, _is_number_at(cells, number_at)))
        if len(lines) > ROWS:
            raise _refused(f"一个文件最多 {ROWS:,} 人。", "请分成几个文件上传。")
    return _checked_shape(columns, lines)


def _is_number_at(cells: Sequence[Cell], place: int) -> bool:
    return 0 <= place < len(cells) and is_number(cells[place])


def _checked_shape(columns: list[str] | None, lines: list[Line]) -> Sheet:
    if columns is None:
        raise _refused("没有找到表头。", f"表头应有：{'、'.join(TEMPLATE[:5])}。请下载模板填写。")
    if not {"id_number", "application"} & set(places_of(columns)):
        raise _refused("缺少列：身份证号码。", "请下载模板填写，列的先后不限。")
    if not lines:
        raise _refused("表头下面没有人员。", "请填写后再上传。")
    return Sheet(columns, lines)


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("report.sheet", "TR 10", says, way_out)])


def rows_of(sheet: Sheet) -> list[ReportRow]:
    """The lines of a sheet as teachers."""
    places = places_of(sheet.columns)
    return [_row(line, places) for line in sheet.lines]


def _row(line: Line, places: dict[str, int]) -> ReportRow:
    values = {name: line.cells[at] if at < len(line.cells) else "" for name, at in places.items()}
    items = {code: values.pop(code) for code in ITEMS.values() if code in values}
    values["name"] = regular_name(values["name"])
    return ReportRow(
        line.at, items={k: v for k, v in items.items() if v}, number_cell=line.number_cell, **values
    )
