"""Official sheets as the annexes print them: what stands on them once, drawn as PDF and as Word; answers as Excel."""

from gongxue.foundation.official_forms.exports.as_pdf import pdf
from gongxue.foundation.official_forms.exports.as_word import WORD_TYPE, word
from gongxue.foundation.official_forms.exports.as_workbook import AnswerRow, answers_workbook
from gongxue.foundation.official_forms.exports.content import Given, Sheet, blank_sheet, filled_sheet

__all__ = [
    "WORD_TYPE",
    "AnswerRow",
    "Given",
    "Sheet",
    "answers_workbook",
    "blank_sheet",
    "filled_sheet",
    "pdf",
    "word",
]
