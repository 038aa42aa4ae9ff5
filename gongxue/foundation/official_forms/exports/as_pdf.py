"""An official sheet as PDF/A."""

from __future__ import annotations

from pathlib import Path

from gongxue.foundation.official_forms.exports.content import Sheet
from gongxue.foundation.pages.typesetter import typeset

TEMPLATE = Path(__file__).parents[1] / "typst" / "sheet.typ"


def pdf(sheet: Sheet) -> bytes:
    """PDF/A-2u, A4; the same sheet gives the same bytes. Raises GlyphsMissing when a character is in no font."""
    return typeset(TEMPLATE, sheet.as_data(), sheet.at)
