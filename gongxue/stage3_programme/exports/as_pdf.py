"""The programme as PDF/A."""

from __future__ import annotations

from pathlib import Path

from gongxue.foundation.pages.typesetter import typeset
from gongxue.stage3_programme.exports.content import Paper

TEMPLATE = Path(__file__).parents[1] / "typst" / "programme.typ"


def pdf(paper: Paper) -> bytes:
    """PDF/A-2u, A4; the same paper gives the same bytes. Raises GlyphsMissing when a character is in no font."""
    return typeset(TEMPLATE, paper.as_data(), paper.at)
