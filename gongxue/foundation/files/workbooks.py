"""Reading the workbooks that people fill in: the first sheet, row by row, in a bounded child process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.inspection import ParserFailed, inspect_file, run_parser
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.regulations.breaches import Breach

Cell = str | int | float | bool
TYPES = ("xlsx", "xls")


def read_rows(upload: UploadedFile[Any], limit: int) -> Iterator[tuple[int, list[Cell]]]:
    """(row number as Excel shows it, cells) of every row that is not empty.

    Numbers stay numbers, so that the caller can refuse codes that Excel has damaged. RuleBroken when the file is no
    workbook, is too large (bytes) or cannot be read.
    """
    if (upload.size or 0) > limit:
        raise _refused(
            f"文件大小 {(upload.size or 0) / 1_048_576:.1f} MB，超过 {limit // 1_048_576} MB。",
            "请分成几个文件。",
        )
    refuse_if(inspect_file(upload, TYPES).breaches)
    try:
        lines = run_parser(upload, "rows").splitlines()
    except ParserFailed as failed:
        raise _refused(str(failed), "请用 Excel 打开后另存为 .xlsx 再上传。") from failed
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        if isinstance(row, dict):
            raise _refused(row["problem"], "请用 Excel 打开后另存为 .xlsx 再上传。")
        if any(cell != "" for cell in row):
            yield number, row


def as_text(cell: Cell) -> str:
    """A cell as somebody would read it: 13800001111.0 → 13800001111; blanks around it fall away."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def is_number(cell: Cell) -> bool:
    """Whether Excel holds a number here: beyond fifteen digits it has already lost some."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("workbook.unreadable", "MG 25.1", says, way_out)])
