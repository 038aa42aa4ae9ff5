"""What an official sheet prints: pages of tables and paragraphs, made from a definition and, when filled, its answers.

Nothing here knows PDF or Word. A row lies on a grid of 24 columns; a cell that spans several rows leaves its place
out of the rows below. Words that somebody gave are marked as such, so that they can be set in another typeface.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from itertools import groupby
from typing import Any

from gongxue.foundation.official_forms.exports.phrases import (
    BOLD,
    Paragraph,
    Span,
    asked_words,
    choice_words,
    plain,
    sentence,
    text_words,
)
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import Form, Item, ItemKind, Section, asked_form
from gongxue.regulations.official_forms.definition import AGAIN, GRID, Place

PHOTO = 4  # columns that the 1寸照片 takes
LEVEL, COURSE, OPTION, SIDE = 2, 7, 2, 13  # columns of a rating table and of a question beside its options
SHORT = 100  # characters; a longer answer begins on a line of its own
LINE = 24  # characters of a question that leaves room for its options behind it
SIGNATURE_ROOM = 50  # mm


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    paragraphs: tuple[Paragraph, ...]
    span: int = GRID
    rows: int = 1
    centred: bool = False
    room: int = 0  # mm at least
    photo: bool = False  # the sheet's photo stands here


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A table or, without rows, paragraphs."""

    rows: tuple[Row, ...] = ()
    heads: int = 0  # rows that come again on every page
    heading: str = ""
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """An official sheet, blank or filled."""

    code: str
    title: str
    subtitle: str
    annex: str
    note: str
    head: tuple[tuple[str, str], ...]  # printed on every page: label, value
    pages: tuple[tuple[Part, ...], ...]
    landscape: bool
    at: datetime  # the moment in the file's properties
    compact: bool = False  # a list: small type, low rows
    photo: bytes = b""  # JPEG

    def as_data(self) -> dict[str, Any]:
        """Plain data for the typesetter; a photo as the numbers of its bytes, which is all that reaches it."""
        data = asdict(self)
        del data["at"]
        return data | {"photo": list(self.photo)}

    def words(self) -> str:
        """Everything that is printed, in order: for comparison with the annex."""
        head = "".join(f"{label}：{value}" for label, value in self.head)
        pages = "".join(head + "".join(map(_part_words, page)) for page in self.pages)
        return self.annex + self.title + self.subtitle + self.note + pages


def _part_words(part: Part) -> str:
    cells = "".join(plain(cell.paragraphs) for row in part.rows for cell in row)
    return cells + part.heading + plain(part.paragraphs)


@dataclass(frozen=True, slots=True)
class Given:
    """What is written on a filled sheet."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    derived: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Mapping[str, str]] = ()  # of a list, by the codes of its columns
    signer: str = ""
    signed_on: str = ""
    opinion: str = ""
    photo: bytes = b""  # JPEG of 25 × 35 mm


def blank_sheet(form: Form, level: Level | None = None) -> Sheet:
    """The sheet to fill in by hand; without a level with the modules of every level, as the annex prints it."""
    shown = form if level is None else asked_form(form, level)
    return _Maker(shown, None, every_level=level is None).sheet(
        datetime.combine(form.effective_from, time(), SHANGHAI)
    )


def filled_sheet(
    form: Form, level: Level | str, given: Given, at: datetime, role: str = "", times: int = 1
) -> Sheet:
    """The sheet with what somebody has answered; `at` is the moment of the answer, the same data give the same file."""
    return _Maker(asked_form(form, level, role, times), given).sheet(at)


@dataclass(frozen=True, slots=True)
class _Maker:
    form: Form
    given: Given | None  # None: blank
    every_level: bool = False

    def sheet(self, at: datetime) -> Sheet:
        """The whole sheet."""
        around = self.form.furniture
        head = tuple((item.label, self.known(item)) for item in self.form.items if item.code in around.head)
        listed = any(section.rows for section in self.form.sections)
        return Sheet(
            self.form.code, self.form.title, around.subtitle, around.annex, around.note, head,
            tuple(_joined(page) for page in self.pages()), around.landscape, at, listed,
            self.given.photo if self.given else b"",
        )  # fmt: skip

    def pages(self) -> list[list[Part]]:
        """The sections, on the pages that the annex begins."""
        around = self.form.furniture
        pages: list[list[Part]] = [[]]
        for i, section in enumerate(self.form.sections):
            for n, items in enumerate(_by_page(section, around.head)):
                if n or (items and items[0].new_page):
                    pages.append([])
                pages[-1] += self.parts(section, items, around.beside_photo if i == n == 0 else 0)
        pages[-1] += [self.opinion(title, text) for title, text in around.opinions]
        return pages

    def known(self, item: Item) -> str:
        """What the platform knows for a derived item."""
        return str(self.given.derived.get(item.derived, "")) if self.given else ""

    def answer(self, item: Item) -> str:
        """The words of an answer, of a derived item what is known."""
        if self.given is None:
            return ""
        value = self.known(item) if item.derived else self.given.answers.get(item.code)
        return value if isinstance(value, str) else ""

    # Parts ------------------------------------------------------------------------------------------------------------

    def parts(self, section: Section, items: Sequence[Item], photo: int) -> list[Part]:
        """A section, or as much of it as stands on one page."""
        if section.prose:
            values = {item.code.partition(AGAIN)[0]: self.printed(item) for item in items}
            blank = self.given is None
            return [
                Part(
                    heading=section.heading,
                    paragraphs=tuple(sentence(p, values, blank) for p in section.prose),
                )
            ]
        if section.rows:
            return [self.listed(section)]
        if any(item.place == Place.COLUMNS for item in items):
            return [Part(tuple(self.rated(section, items)))]
        rows = [_full(section.heading)] if section.heading else []
        return [Part((*rows, *self.beside_photo(items[:photo]), *self.cells(items[photo:])))]

    def printed(self, item: Item) -> str:
        """A value inside a sentence; a question that is asked stands there itself until it is answered."""
        return self.answer(item) or ("" if item.derived else item.label)

    def listed(self, section: Section) -> Part:
        """A list with numbered rows: its items are the columns, `course` is their common heading."""
        top, below = [], []
        for title, run in groupby(section.items, key=lambda item: item.course):
            columns = list(run)
            if title:
                top.append(_cell(title, sum(c.span for c in columns), centred=True))
                below += [_cell(c.label, c.span, centred=True) for c in columns]
            else:
                top += [_cell(c.label, c.span, rows=2, centred=True) for c in columns]
        lines = self.given.lines if self.given else ()
        rows = tuple(
            tuple(
                Cell((text_words(self.listed_value(item, i, lines)),), item.span, centred=True)
                for item in section.items
            )
            for i in range(max(section.rows, len(lines)))
        )
        return Part((tuple(top), tuple(below), *rows), heads=2)

    @staticmethod
    def listed_value(item: Item, i: int, lines: Sequence[Mapping[str, str]]) -> str:
        """A field of a list; the first column counts."""
        if i < len(lines):
            return lines[i].get(item.code, "")
        return str(i + 1) if item.code == "order" else ""

    def opinion(self, title: str, text: str) -> Part:
        """A block that somebody signs and stamps."""
        sign: Paragraph = (Span("签字（盖章）：　　　　　　　　　　　日期：　　　　　　"),)
        if self.given:
            sign = (Span("签字（盖章）："), *text_words(self.given.opinion))
        return Part(((self.signed(title, text, sign),),))

    @staticmethod
    def signed(title: str, text: str, sign: Paragraph) -> Cell:
        """Title, text and the line to sign."""
        return Cell(((Span(f"{title}：", BOLD),), (Span(f"　　{text}"),), (), sign), room=SIGNATURE_ROOM)

    # Rows -------------------------------------------------------------------------------------------------------------

    def beside_photo(self, items: Sequence[Item]) -> Iterable[Row]:
        """The rows to the left of the photo."""
        rows = list(self.cells(items, GRID - PHOTO))
        for i, row in enumerate(rows):
            yield (*row, self.photo(len(rows))) if i == 0 else row

    def photo(self, rows: int) -> Cell:
        """The photo, or where it is glued."""
        if self.given and self.given.photo:
            return Cell(((),), PHOTO, rows, centred=True, photo=True)
        return _cell("1寸照片", PHOTO, rows=rows, centred=True)

    def cells(self, items: Sequence[Item], width: int = GRID) -> Iterable[Row]:
        """Items side by side as long as the row has room; what follows an answer stands in the cell of its question."""
        row: list[Cell] = []
        for item in items:
            if _hangs_on(item, items):
                continue
            made = self.item_cells(item, items)
            if row and sum(c.span for c in (*row, *made)) > width:
                yield _filled_up(row, width)
                row = []
            row += made
            if sum(c.span for c in row) == width:
                yield tuple(row)
                row = []
        if row:
            yield _filled_up(row, width)

    def item_cells(self, item: Item, items: Sequence[Item]) -> list[Cell]:
        """One item as one cell, or as a question beside its options."""
        if item.kind == ItemKind.DECLARE:
            return [self.signed(item.course, item.label, self.signature())]
        asked = asked_words(item, self.name(item), self.given is not None)
        if item.all_options:
            return self.choice_cells(item, items, asked)
        words = self.answer(item)
        if not item.derived and (item.kind == ItemKind.LONG or item.limit > SHORT):
            lines = tuple(text_words(line) for line in words.split("\n")) if words else ()
            return [Cell((asked, *lines), item.span, room=item.room)]
        return [Cell(((*asked, *text_words(words)),), item.span, room=item.room)]

    def signature(self) -> Paragraph:
        """Where the applicant signs."""
        if not self.given:
            return (Span("申请人签名：　　　　　　　　　　　日期：　　　　　　"),)
        signer, day = text_words(self.given.signer), text_words(self.given.signed_on)
        return (Span("申请人签名："), *signer, Span("　　日期："), *day)

    def choice_cells(self, item: Item, items: Sequence[Item], asked: Paragraph) -> list[Cell]:
        """A question and its options: beside it, behind it or below it."""
        said = choice_words(item, items, self.given.answers if self.given else None)
        if item.place == Place.SIDE:
            return [Cell((asked,), SIDE, room=item.room), Cell(said, GRID - SIDE)]
        if len(said) == 1 and item.label[-1] not in "？?" and len(item.label) <= LINE:
            return [Cell(((*asked, Span("　"), *said[0]),), item.span, room=item.room)]
        return [Cell((asked, *said), item.span, room=item.room)]

    def name(self, item: Item) -> str:
        """Whom an item is about."""
        return str(self.given.derived.get(item.names, "")) if self.given and item.names else ""

    # Ratings ----------------------------------------------------------------------------------------------------------

    def rated(self, section: Section, items: Sequence[Item]) -> Iterable[Row]:
        """A rating table: its headings, then a row for each item, grouped by level and course."""
        options = next(item.options for item in items if item.options)
        ticks = [_cell(option, OPTION, centred=True) for option in options]
        width = GRID - OPTION * len(options)
        heads = self.rating_heads(section, ticks, width)
        title = [_full(section.heading)] if section.heading else []
        named = items[0].derived and items[0].place == Place.COLUMNS
        if not section.over and not named:
            yield (_cell(section.heading, width), *ticks)
        else:
            yield from (*heads, *title) if section.over_first else (*title, *heads)
        for level, run in groupby(items, key=lambda item: item.level):
            yield from self.rated_level(level, list(run), ticks, width)

    def rating_heads(self, section: Section, ticks: list[Cell], width: int) -> list[Row]:
        """The headings of a rating table, the last one over its options."""
        if not section.over:
            return []
        *left, right = section.over
        cells = [_cell(left[0], width, rows=2, centred=True)]
        if len(left) == 2:
            cells = [
                _cell(left[0], LEVEL, rows=2, centred=True),
                _cell(left[1], width - LEVEL, rows=2, centred=True),
            ]
        return [(*cells, _cell(right, GRID - width, centred=True)), tuple(ticks)]

    def rated_level(self, level: str, items: Sequence[Item], ticks: list[Cell], width: int) -> Iterable[Row]:
        """The rows of one level, its name beside all of them."""
        first: list[Cell] = []
        if level:
            first = [_cell(Level(level).title, LEVEL, rows=len(items), centred=True)]
            width -= LEVEL
        for course, run in groupby(items, key=lambda item: item.course):
            group = list(run)
            beside = [_cell(course, COURSE, rows=len(group))] if course else []
            for item in group:
                yield self.rated_row(item, (*first, *beside), width - (COURSE if course else 0), ticks)
                first, beside = [], []

    def rated_row(self, item: Item, before: tuple[Cell, ...], width: int, ticks: list[Cell]) -> Row:
        """One rated item; the options themselves stand behind the name of whom is rated."""
        if not item.options:  # words of one's own, or the name above the ratings of one person
            asked = asked_words(item, "", self.given is not None)
            words = (*asked, *text_words(self.answer(item)))
            if item.derived:
                return (*before, Cell((words,), width), *ticks)
            return (*before, Cell((words,), width + sum(cell.span for cell in ticks)))
        said = self.answer(item)
        marks = [Cell((text_words("√" if said == o else ""),), OPTION, centred=True) for o in item.options]
        return (*before, Cell((asked_words(item, "", False),), width), *marks)


def _cell(words: str, span: int = GRID, **more: Any) -> Cell:
    return Cell(((Span(words),),), span, **more)


def _filled_up(row: Sequence[Cell], width: int) -> Row:
    """A row with its last cell as wide as there is room."""
    *others, last = row
    return (*others, replace(last, span=width - sum(cell.span for cell in others)))


def _full(words: str) -> Row:
    return (_cell(words),)


def _hangs_on(item: Item, items: Sequence[Item]) -> bool:
    """Whether an item is printed behind an option of another one on the same page."""
    leads = item.beside or item.asked_if.partition("=")[0]
    return any(other.code == leads for other in items)


def _by_page(section: Section, left_out: Sequence[str]) -> Iterable[list[Item]]:
    """The items of a section, cut where the annex begins a page."""
    page: list[Item] = []
    for item in section.items:
        if item.code in left_out:
            continue
        if item.new_page and page:
            yield page
            page = []
        page.append(item)
    yield page


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Tables that follow each other are one table, as on the annex."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].rows and part.rows:
            joined[-1] = Part((*joined[-1].rows, *part.rows), joined[-1].heads)
        else:
            joined.append(part)
    return tuple(joined)
