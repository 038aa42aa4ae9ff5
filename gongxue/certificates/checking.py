"""A workbook of certificates to check (MG 18.2): what its lines mean, what is answered to each, what is handed back.

The answers are those of the public query, line by line. Columns of an earlier answer are replaced.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.certificates.lookup import MANY, Found, Question, lookup_many, question_of
from gongxue.foundation.files.workbooks import Cell, as_text, is_number, read_rows
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.pages.sheets import Column, list_workbook
from gongxue.regulations.breaches import Breach
from gongxue.regulations.certificate_checks import ARTICLE, LINES, guessed_names

NAME, ID_NUMBER, NUMBER = HEADINGS = ("姓名", "身份证号码", "证书编号")
_ALSO = {"身份证号": ID_NUMBER, "证件号码": ID_NUMBER, "公民身份号码": ID_NUMBER, "证书号": NUMBER}
ANSWER = "核验结果"
ANSWERED = (ANSWER, "查得证书编号", "级别", "专业大类", "培训机构", "发证日期")
BYTES = 8 * 1024 * 1024
HEADING_WITHIN = 10  # the headings stand in one of the first rows: some put a title above them
_LONG = 15  # digits beyond which Excel has already lost some

MISSED, TOO_FEW = "没有查到", "未核验：姓名、身份证号码、证书编号中至少要有两项"
DAMAGED = "未核验：号码在表中是数字格式，末几位已丢失，请改为文本格式重新填写"
GUESSED = "未核验：同一姓名配有过多不同的证件号码"
_WIDTHS = {
    NAME: 12,
    ID_NUMBER: 22,
    NUMBER: 20,
    ANSWER: 24,
    "查得证书编号": 20,
    "专业大类": 14,
    "培训机构": 28,
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, every cell as text, and what is answered to it: one list per column of `ANSWERED`."""

    cells: list[str]
    damaged: bool = False  # a number that Excel has cut
    answer: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings as they stand in the file, and the lines below them."""

    columns: list[str]
    lines: list[Line]

    def as_json(self) -> str:
        """For keeping it sealed."""
        return json.dumps([self.columns, [asdict(line) for line in self.lines]], ensure_ascii=False)


def sheet_from(text: str) -> Sheet:
    """What `as_json` wrote."""
    columns, lines = json.loads(text)
    return Sheet(columns, [Line(**line) for line in lines])


def read_sheet(upload: UploadedFile[Any]) -> Sheet:
    """The lines of a workbook. RuleBroken when it is no workbook, lacks two of the three columns, has no or too many lines."""
    columns: list[str] | None = None
    lines: list[Line] = []
    for at, cells in read_rows(upload, BYTES):
        texts = [as_text(cell) for cell in cells]
        if columns is None:
            columns = texts if len(_places(texts)) >= 2 else None
            if columns is None and at >= HEADING_WITHIN:
                break
            continue
        lines.append(Line(texts, _is_damaged(cells, columns)))
        if len(lines) > LINES:
            raise _refused(f"一个文件最多 {LINES:,} 行。", "请分成几个文件上传。")
    if columns is None:
        raise _refused(
            "没有找到表头。", f"表头应有{'、'.join(HEADINGS)}中的至少两列，写在前 {HEADING_WITHIN} 行内。"
        )
    if not lines:
        raise _refused("表头下面没有内容。", "请填写后再上传。")
    return Sheet(columns, lines)


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("check.sheet", ARTICLE, says, way_out)])


def _places(columns: Sequence[str]) -> dict[str, int]:
    """Which column holds which of the three."""
    named = [_ALSO.get(title, title) for title in columns]
    return {title: named.index(title) for title in HEADINGS if title in named}


def _is_damaged(cells: Sequence[Cell], columns: Sequence[str]) -> bool:
    """A number cell of more than fifteen digits: Excel keeps no more."""
    asked = [cells[at] for title, at in _places(columns).items() if title != NAME and at < len(cells)]
    return any(is_number(cell) and len(as_text(cell)) > _LONG for cell in asked)


# Answering ---------------------------------------------------------------------------------------------------------


def answered(sheet: Sheet, enrolled_from: int | None = None, progress: Progress | None = None) -> Sheet:
    """The sheet with an answer to each line. enrolled_from: as `lookup_many`. Reads, writes nothing."""
    questions = _questions(sheet)
    guessed = guessed_names((q.name, q.id_number) for q in questions if q.name and q.id_number)
    lines: list[Line] = []
    for start in range(0, len(sheet.lines), MANY):
        part = sheet.lines[start : start + MANY]
        lines += _answers(part, questions[start : start + MANY], guessed, enrolled_from)
        if progress:
            progress(len(lines), len(sheet.lines))
    return Sheet(sheet.columns, lines)


def _questions(sheet: Sheet) -> list[Question]:
    places = _places(sheet.columns)

    def cell(line: Line, title: str) -> str:
        at = places.get(title, len(line.cells))
        return line.cells[at] if at < len(line.cells) else ""

    return [question_of(*(cell(line, title) for title in HEADINGS)) for line in sheet.lines]


def _answers(
    lines: Sequence[Line], questions: Sequence[Question], guessed: frozenset[str], enrolled_from: int | None
) -> list[Line]:
    refused = [_refusal(line, question, guessed) for line, question in zip(lines, questions, strict=True)]
    asked = [question for question, why in zip(questions, refused, strict=True) if not why]
    found = iter(lookup_many(asked, enrolled_from))
    return [
        Line(line.cells, line.damaged, [why] if why else _said(next(found)))
        for line, why in zip(lines, refused, strict=True)
    ]


def _refusal(line: Line, question: Question, guessed: frozenset[str]) -> str:
    if line.damaged:
        return DAMAGED
    if not question.is_complete:
        return TOO_FEW
    return GUESSED if question.id_number and question.name in guessed else ""


def _said(rows: Sequence[Found]) -> list[str]:
    """One text per column; several certificates stand below each other, the newest first."""
    if not rows:
        return [MISSED]
    told = [
        (
            row.state.title,
            row.number,
            row.level_title,
            row.category_title,
            row.issuer,
            row.issued_on.isoformat(),
        )
        for row in rows
    ]
    return ["\n".join(column) for column in zip(*told, strict=True)]


def counted(sheet: Sheet) -> dict[str, int]:
    """How many lines had which answer; everything that was not checked is one kind."""
    words = Counter(line.answer[0].partition("\n")[0].partition("：")[0] for line in sheet.lines)
    return dict(words.most_common())


# Handing back ------------------------------------------------------------------------------------------------------


def answered_workbook(sheet: Sheet, at: datetime) -> bytes:
    """The workbook with its answers at the end; every cell is text, so that no ID number loses a digit."""
    kept = [i for i, title in enumerate(sheet.columns) if title not in ANSWERED]
    columns = [Column(sheet.columns[i], _WIDTHS.get(sheet.columns[i], 14), "left") for i in kept]
    columns += [Column(title, _WIDTHS.get(title, 12), "left") for title in ANSWERED]
    rows = (
        [*(line.cells[i] if i < len(line.cells) else "" for i in kept), *line.answer] for line in sheet.lines
    )
    return list_workbook("证书批量核验结果", columns, rows, at)


def template_workbook(at: datetime) -> bytes:
    """The empty list with the three columns."""
    columns = [Column(title, _WIDTHS[title], "left") for title in HEADINGS]
    return list_workbook("证书批量核验名单", columns, [["", "", ""]], at)
