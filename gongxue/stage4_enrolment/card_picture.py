"""The share card of a notice as a picture: what messengers show of its address, and what people pass on.

Sizes: 1200 × 630 is what og:image is read as by messengers and browsers; 1000 × 800 (5:4) is the card of WeChat.
A picture is kept in memory by its content: the same notice is drawn once, a changed one anew.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from gongxue.foundation.pages.typesetter import typeset_picture
from gongxue.regulations.calendar import said
from gongxue.stage4_enrolment.exports import Code, code_of
from gongxue.stage4_enrolment.models import Enrolment

TEMPLATE = Path(__file__).parent / "typst" / "card.typ"
SHAPES = {"card.png": (1200, 630), "card-5x4.png": (1000, 800)}
KEPT = 128  # pictures of some fifty kilobytes each
_SCOPE_LIMIT = 44  # characters of the enrolment scope: two lines


def card_data(enrolment: Enrolment, address: str, shape: str, is_open: bool) -> dict[str, Any]:
    """What the card says. shape: of SHAPES; address: the absolute one of the notice."""
    tc = enrolment.training_class
    width, height = SHAPES[shape]
    scope = tc.scope if len(tc.scope) <= _SCOPE_LIMIT else f"{tc.scope[: _SCOPE_LIMIT - 1]}…"
    until = f"{said(enrolment.closes_on)}截止（含当天）" if is_open else "报名已截止"
    return {
        "width": width,
        "height": height,
        "title": f"{tc.level_title}教师培训（{tc.category_title}）",
        "place": tc.institution.name,
        "facts": [
            ["时间", f"{said(tc.first_day)}至{_short(tc.first_day, tc.last_day)}，{tc.days} 天"],
            ["地点", f"{tc.institution.province}，计划招收 {tc.headcount} 人"],
            ["对象", scope],
            ["报名", until],
        ],
        "code": _svg(code_of(address)),
        "foot": "技工院校工学一体化教师培训",
    }


def _short(first: date, last: date) -> str:
    """The last day without the year, when it is the same."""
    return said(last).removeprefix(f"{first.year}年")


def _svg(code: Code) -> str:
    box = f"0 0 {code.side} {code.side}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><rect width="{code.side}" height="{code.side}" fill="#fff"/><path d="{code.path}"/></svg>'


def digest_of(data: dict[str, Any]) -> str:
    """By what a picture is known again."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def picture(data: dict[str, Any]) -> bytes:
    """The card as PNG; the same data give the same bytes. Raises CannotTypeset without fonts or glyphs."""
    return _drawn(json.dumps(data, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=KEPT)
def _drawn(text: str) -> bytes:
    return typeset_picture(TEMPLATE, json.loads(text))
