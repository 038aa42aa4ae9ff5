"""The last word on a definition: it is set on every sheet and page that can be made of it, and what fails is said."""

from __future__ import annotations

from collections.abc import Iterable

from gongxue.foundation.official_forms.exports.as_pdf import pdf
from gongxue.foundation.official_forms.exports.as_word import word
from gongxue.foundation.official_forms.exports.content import Given, Sheet, blank_sheet, filled_sheet
from gongxue.foundation.pages.typesetter import CannotTypeset, uncovered
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import Form
from gongxue.regulations.official_forms.definition import GRID
from gongxue.regulations.official_forms.drafting import ARTICLE


def sheets_of(form: Form) -> Iterable[Sheet]:
    """The blank sheet of every choice of level, and an empty filled one."""
    blank = blank_sheet(form)
    yield blank
    for level in Level:
        yield blank_sheet(form, level)
        yield filled_sheet(form, level, Given(), blank.at)


def proof_breaches(form: Form) -> list[Breach]:
    """Characters without a font, rows that do not fill the grid, whatever the typesetter refuses."""
    if missing := uncovered(f"{form.as_data()}"):
        named = "、".join(sorted(missing)[:10])
        return [_breach(f"字库中没有“{named}”，印不出来。", "请换用通行的汉字或符号。")]
    sheets = list(sheets_of(form))
    if any(not _is_even(sheet) for sheet in sheets):
        return [_breach("有一行没有排满表格的宽度。", "请检查各项的印制宽度。")]
    try:
        word(sheets[0])
        pdf(sheets[0])
    except CannotTypeset as problem:
        return [_breach(str(problem), "请在预览中查看，改正后再发布。")]
    return []


def _breach(says: str, way_out: str) -> Breach:
    return Breach("forms.print", ARTICLE, says, way_out)


def _is_even(sheet: Sheet) -> bool:
    """Whether every row of every table, with the cells that reach down into it, is as wide as the grid."""
    for page in sheet.pages:
        for part in page:
            reach = [0] * (len(part.rows) + 1)  # columns that cells from above take in each row
            for i, row in enumerate(part.rows):
                if reach[i] + sum(cell.span for cell in row) != GRID:
                    return False
                for cell in row:
                    for below in range(i + 1, i + cell.rows):
                        if below >= len(part.rows):
                            return False
                        reach[below] += cell.span
    return True
