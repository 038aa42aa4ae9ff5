"""From a form version and answers to something a template can print, and from a submitted form to answers.

    bound = bound_form(version, level, answers, derived)        # {% include "official_forms/form.html" with form=bound %}
    answers = answers_from_post(version, level, request.POST)   # then hand them to the action, which decides
    bound = bound_form(version, level, answers, derived, breaches=refusal.breaches)   # every error at its item

`derived` holds the words for what is known and not asked, by `Item.derived`: name, sex, age, id_number (masked!),
employer, phone (masked!), category, level, instructor_1, instructor_2. Inputs are named `answers.<code>`. Reading a
post never refuses: an unknown code, a repeated value or a wrong word is handed on as it came, so that the same rule
(`regulations.official_forms.answer_breaches`) refuses it on the page and in the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.http import QueryDict

from gongxue.foundation.official_forms.models import FormVersion
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import Form, Item, ItemKind, asked_form, items_for
from gongxue.regulations.official_forms.definition import Furniture, Section, is_asked

NAME = "answers."  # the inputs' names, as every mapping input of the platform
REGISTER = "register:"  # `derived["register:17a"]`: lines that a register holds for an item that is asked
SHORT, LABEL_SHOWN = 100, 16  # characters; a longer answer or question has a line of its own


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of an item."""

    value: str
    checked: bool
    leads: bool  # whether choosing it asks a further item
    printed: str  # with its score, as the annex prints it: 没有（1分）


@dataclass(frozen=True, slots=True)
class Field:
    """One item with its answer, ready to print."""

    item: Item
    name: str
    id: str
    value: str  # what the input holds; for a derived item the words that are known
    choices: tuple[Choice, ...] = ()
    error: str = ""  # as a sentence that names the item, for the list above the form
    asked: bool = True
    when: str = ""  # "选“是”的填写"
    followers: tuple[Field, ...] = ()  # asked after an answer to this one
    register: tuple[str, ...] = ()  # what a register holds for it: shown beside the answer

    @property
    def shape(self) -> str:
        """What the template draws: known, choice, tick, long or text."""
        if self.item.derived:
            return "known"
        if self.choices:
            return "choice"
        if self.item.kind == ItemKind.DECLARE:
            return "tick"
        return "long" if self.item.kind == ItemKind.LONG or self.item.limit > SHORT else "text"

    @property
    def lines(self) -> int:
        """How high the room for a long answer is."""
        return 4 if self.item.kind == ItemKind.LONG else 2

    @property
    def number(self) -> str:
        """The number before the label: none for 10a, which belongs to 10, and for a row of a table."""
        return "" if self.item.code[-1:].isalpha() or "-" in self.item.code else self.item.number

    @property
    def problem(self) -> str:
        """The error as it stands beside the item, which need not be named there."""
        return self.error.removeprefix(self.item.named).lstrip("：")

    @property
    def lead(self) -> str:
        """Number and label before the answer, ending as a question or with a colon."""
        label = f"{self.number}.{self.item.label}" if self.number else self.item.label
        return label if label[-1] in "？?。：；" else f"{label}："

    @property
    def wide(self) -> bool:
        """Whether it takes a whole line."""
        if self.item.derived:
            return False
        if self.choices:
            return bool(self.followers) or len(self.item.label) > LABEL_SHOWN
        return self.item.kind == ItemKind.LONG or self.item.limit > SHORT

    @property
    def given(self) -> bool:
        """Whether there is an answer."""
        return bool(self.value.strip())

    @property
    def owed(self) -> bool:
        """Whether an answer must be given."""
        return self.item.required and self.asked and not self.item.derived


@dataclass(frozen=True, slots=True)
class Course:
    """The modules of one course inside a matrix."""

    title: str
    rows: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Items rated on the same scale, printed as one table."""

    options: tuple[str, ...]
    courses: tuple[Course, ...]
    numbered: bool  # whether the rows carry numbers of their own (1.13), or the section does (19)

    @property
    def rows(self) -> tuple[Field, ...]:
        """Every row."""
        return tuple(row for course in self.courses for row in course.rows)

    @property
    def by_course(self) -> bool:
        """Whether the annex prints the course beside the module."""
        return any(course.title for course in self.courses)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands below the other in a section: one item, or a matrix."""

    field: Field | None = None
    matrix: Matrix | None = None


@dataclass(frozen=True, slots=True)
class BoundSection:
    """A section with its blocks."""

    id: str
    title: str
    note: str
    blocks: tuple[Block, ...]
    fields: tuple[Field, ...] = field(repr=False, default=())  # flat, followers included

    @property
    def owed(self) -> tuple[Field, ...]:
        """What must be answered here."""
        return tuple(f for f in self.fields if f.owed)

    @property
    def answered(self) -> int:
        """How many of these are."""
        return sum(f.given for f in self.owed)


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form with answers: what templates print."""

    code: str
    title: str
    furniture: Furniture
    sections: tuple[BoundSection, ...]
    errors: tuple[str, ...] = ()  # that belong to no item on the page

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every item in printed order."""
        return tuple(f for section in self.sections for f in section.fields)

    @property
    def head(self) -> tuple[Field, ...]:
        """The items above the table."""
        return tuple(f for f in self.fields if f.item.code in self.furniture.head)

    @property
    def sheets(self) -> tuple[tuple[BoundSection, tuple[Block, ...], tuple[Block, ...]], ...]:
        """The sections as the sheet prints them: (section, blocks beside the photo, the other blocks)."""
        shown = []
        for i, section in enumerate(self.sections):
            body = tuple(
                b for b in section.blocks if b.field is None or b.field.item.code not in self.furniture.head
            )
            beside = self.furniture.beside_photo if i == 0 else 0
            shown.append((section, body[:beside], body[beside:]))
        return tuple(shown)

    @property
    def known(self) -> tuple[Field, ...]:
        """What is known and not asked, for the top of the page that is filled in."""
        return tuple(f for f in self.fields if f.item.derived)

    @property
    def answered(self) -> int:
        """How many of the items that must be answered are."""
        return sum(section.answered for section in self.sections)

    @property
    def total(self) -> int:
        """How many items must be answered, as the answers stand."""
        return sum(len(section.owed) for section in self.sections)

    @property
    def missing(self) -> tuple[Field, ...]:
        """The items that still need an answer."""
        return tuple(f for f in self.fields if f.owed and not f.given)

    @property
    def faulty(self) -> tuple[Field, ...]:
        """The items with an error."""
        return tuple(f for f in self.fields if f.error)


def answers_from_post(
    version: FormVersion,
    level: Level | str,
    post: QueryDict,
    prefix: str = "",
    role: str = "",
    times: int = 1,
) -> dict[str, Any]:
    """The answers of a submitted form by item kind; empty inputs are left out, everything else is handed on.

    A ticked declaration becomes True; texts lose surrounding blanks and carriage returns; what was typed under a
    question that is no longer asked (17a after 17=否) is left out. A name that came twice becomes a list and a code
    that the form does not know stays: both are for the rule to refuse.
    """
    items = [item for item in items_for(version.form, level, role, times) if not item.derived]
    kinds = {item.code: item.kind for item in items}
    start = f"{prefix}{NAME}"
    found = {}
    for name in post:
        if name.startswith(start):
            code = name[len(start) :]
            value = _read(kinds.get(code), post.getlist(name))
            if value != "":
                found[code] = value
    for item in items:  # in printed order: a question before those that depend on it
        if not is_asked(item, found):
            found.pop(item.code, None)
    return found


def _read(kind: ItemKind | None, values: list[Any]) -> Any:
    if len(values) != 1:
        return list(values)
    text = str(values[0]).replace("\r\n", "\n").strip()
    if kind == ItemKind.DECLARE:
        return True if text in ("on", "true", "1") else text
    return text


def bound_form(
    version: FormVersion,
    level: Level | str,
    answers: Mapping[str, Any],
    derived: Mapping[str, Any],
    prefix: str = "",
    breaches: Iterable[Breach] = (),
    role: str = "",
    times: int = 1,
) -> BoundForm:
    """A form version at a level with somebody's answers; `breaches` are shown beside the items they name.

    `role` and `times` say which seat answers and about how many partners: see `asked_form`.
    """
    form = asked_form(version.form, level, role, times)
    errors = {b.rule: b for b in breaches}
    maker = _Maker(form, answers, derived, prefix, errors)
    sections = tuple(
        made for i, s in enumerate(form.sections, 1) if (made := maker.section(i, s)) is not None
    )
    placed = {f"{form.code}.{f.item.code}" for s in sections for f in s.fields}
    left = tuple(str(b) for rule, b in errors.items() if rule not in placed)
    return BoundForm(form.code, form.title, form.furniture, sections, errors=left)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the parts of one bound form."""

    form: Form
    answers: Mapping[str, Any]
    derived: Mapping[str, Any]
    prefix: str
    errors: Mapping[str, Breach]

    def section(self, number: int, section: Section) -> BoundSection | None:
        """A section with its items; None when it has none."""
        items = section.items
        if not items:
            return None
        fields = [self.field(item, items) for item in items]
        roots = _nested(fields)
        name = f"{self.prefix}part-{number}"
        note = section.note
        if note and "-" in items[0].code and items[0].number:
            note = f"{items[0].number}.{note}"  # the annex numbers the table, not its rows
        return BoundSection(name, section.title, note, tuple(self.blocks(roots)), tuple(fields))

    def field(self, item: Item, items: Sequence[Item]) -> Field:
        """One item of a section with its answer; its followers come later."""
        if who := str(self.derived.get(item.names, "")):
            item = replace(item, label=f"{item.label}　{who}")
        value = self._words(item)
        leading = {i.asked_if.partition("=")[2] for i in items if i.asked_if.partition("=")[0] == item.code}
        breach = self.errors.get(f"{self.form.code}.{item.code}")
        condition = item.asked_if.partition("=")[2]
        return Field(
            item=item,
            name=f"{self.prefix}{NAME}{item.code}",
            id=f"{self.prefix}q-{item.code.replace('.', '_')}",
            value=value,
            choices=tuple(
                Choice(option, option == value, option in leading, printed)
                for option, printed in zip(item.all_options, item.printed_options, strict=True)
            ),
            error=breach.says if breach else "",
            asked=is_asked(item, self.answers),
            when=f"选“{condition}”的填写" if condition else "",
            register=tuple(self.derived.get(f"{REGISTER}{item.code}", ())),
        )

    def _words(self, item: Item) -> str:
        if item.derived:
            return str(self.derived.get(item.derived, ""))
        value = self.answers.get(item.code)
        if item.kind == ItemKind.DECLARE:
            return "on" if value is True else ""
        return value if isinstance(value, str) else ""

    def blocks(self, roots: Sequence[Field]) -> Iterable[Block]:
        """Neighbours on the same scale become one matrix."""
        for scale, run in groupby(roots, key=_scale_of):
            fields = tuple(run)
            if scale and len(fields) > 1:
                yield Block(matrix=self.matrix(scale, fields))
            else:
                yield from (Block(field=f) for f in fields)

    def matrix(self, scale: tuple[str, ...], fields: Sequence[Field]) -> Matrix:
        """Items of one scale, grouped by course."""
        courses = []
        for title, run in groupby(fields, key=lambda f: f.item.course):
            courses.append(Course(title, tuple(run)))
        return Matrix(scale, tuple(courses), numbered="-" not in fields[0].item.code)


def _scale_of(shown: Field) -> tuple[str, ...]:
    item = shown.item
    return item.options if item.kind == ItemKind.SCALE and not shown.followers else ()


def _nested(fields: Sequence[Field]) -> list[Field]:
    """Conditional items stand inside the item they depend on, at any depth; the others stay where they are."""
    codes = {f.item.code for f in fields}

    def with_followers(parent: Field) -> Field:
        own = [f for f in fields if f.item.asked_if.partition("=")[0] == parent.item.code]
        return replace(parent, followers=tuple(with_followers(f) for f in own))

    return [with_followers(f) for f in fields if f.item.asked_if.partition("=")[0] not in codes]
