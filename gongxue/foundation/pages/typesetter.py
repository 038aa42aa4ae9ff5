"""Typesetting: data in, PDF/A out, with our own fonts and nothing from the system or the network.

One compiler is kept per process (fonts are read once). The same template, data and moment give the same bytes.
Never compile before a fork: the compiler's threads do not survive it.
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.conf import settings
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]  # templates of all folders lie below it
HOUSE = "/foundation/pages/typst/house.typ"  # how a template imports the house's fonts and colours
PAGES_PER_FILE = 1000  # ten thousand pages in one file overflow the compiler's stack
STANDARD: Final = "a-2u"  # archival, text can be searched and copied
FONT_FILES = (
    "NotoSerifSC-Regular.ttf",
    "NotoSerifSC-Bold.ttf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Bold.ttf",
    "LXGWWenKai-Regular.ttf",
)
_UNPRINTED = frozenset("\n\r\t")


class CannotTypeset(Exception):
    """A document cannot be made; the message is Chinese and says what to do."""


class FontsMissing(CannotTypeset):
    """The folder of fonts is absent or incomplete."""


class GlyphsMissing(CannotTypeset):
    """No font has these characters."""

    def __init__(self, characters: set[str]) -> None:
        named = "、".join(f"“{ch}”（U+{ord(ch):04X}）" for ch in sorted(characters))
        super().__init__(f"字库中没有{named}，文件没有生成：请核对该字，确为姓名用字的，请联系平台补充字库。")
        self.characters = characters


@dataclass(slots=True)
class _Press:
    """The compiler of one process; it compiles one document at a time."""

    process: int
    compiler: typst.Compiler
    lock: threading.Lock = field(default_factory=threading.Lock)


_press: _Press | None = None


def font_folder() -> Path:
    """The folder of fonts; FontsMissing when set-up has not brought them all."""
    folder = Path(settings.ASSETS_DIR) / "fonts"
    missing = [name for name in FONT_FILES if not (folder / name).is_file()]
    if missing:
        raise FontsMissing(f"缺少字体文件 {'、'.join(missing)}，无法生成文件：请先运行 make setup。")
    return folder


def _the_press() -> _Press:
    global _press  # noqa: PLW0603 — one compiler per process is the point
    if _press is None or _press.process != os.getpid():
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
        )
        _press = _Press(
            os.getpid(), typst.Compiler(root=str(ROOT), font_paths=fonts, ignore_system_fonts=True)
        )
    return _press


def typeset(template: Path, data: Mapping[str, Any], at: datetime, pages: int = 1) -> bytes:
    """One PDF/A-2u of a packaged template; `data` reaches it as the JSON text `sys.inputs.data`.

    `at` is the creation moment in the file: the same moment and data give the same bytes. GlyphsMissing names
    characters that no font has, FontsMissing says what to run, CannotTypeset whatever else is wrong with the
    template or the data; ValueError beyond 1,000 pages.
    """
    if pages > PAGES_PER_FILE:
        raise ValueError(f"{pages} pages; a file holds {PAGES_PER_FILE} at most")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if missing := uncovered(text):
        raise GlyphsMissing(missing)
    press = _the_press()
    moment = int(at.timestamp())
    try:
        with press.lock:
            made = press.compiler.compile(
                str(template),
                format="pdf",
                sys_inputs={"data": text},
                pdf_standards=[STANDARD],
                timestamp=moment,
            )
    except typst.TypstError as error:
        raise CannotTypeset(f"排版没有成功，文件没有生成：{error.message}") from error
    assert isinstance(made, bytes)
    return made


def typeset_picture(template: Path, data: Mapping[str, Any]) -> bytes:
    """The only page of a packaged template as PNG, one point as one pixel; refuses as `typeset` does."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if missing := uncovered(text):
        raise GlyphsMissing(missing)
    press = _the_press()
    try:
        with press.lock:
            made = press.compiler.compile(str(template), format="png", ppi=72, sys_inputs={"data": text})
    except typst.TypstError as error:
        raise CannotTypeset(f"排版没有成功，图片没有生成：{error.message}") from error
    assert isinstance(made, bytes)
    return made


@cache
def _covered() -> frozenset[str]:
    """Every character that each weight of at least one family has."""
    families: dict[str, list[set[int]]] = defaultdict(list)
    folder = font_folder()
    for name in FONT_FILES:
        with TTFont(folder / name, lazy=True) as font:
            families[name.partition("-")[0]].append(set(font.getBestCmap()))
    points = set().union(*(set.intersection(*weights) for weights in families.values()))
    return frozenset(map(chr, points)) | _UNPRINTED


def uncovered(text: str) -> set[str]:
    """The characters of a text that no font has: names are checked with it before anything is printed."""
    return set(text) - _covered()
