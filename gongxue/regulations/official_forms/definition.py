"""The shape of an official form, what of it is asked of whom, and the check of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from string import ascii_lowercase
from typing import Any
from unicodedata import category

from ..breaches import Breach
from ..levels import Level

LABEL_SHOWN = 30  # characters of a label inside a sentence; ours
YES_NO = ("是", "否")
UNSURE = "不了解"  # reading: AMB-18 an answer that carries no score
AGAIN = "~"  # 2.1~2 is item 2.1 about the second partner
GRID = 24  # columns of the printed sheet that an item's `span` counts


class ItemKind(StrEnum):
    """How an item is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"  # one of options
    SCALE = "scale"  # one of options, each worth its score
    YES_NO = "yes_no"
    DECLARE = "declare"  # must be ticked


class Place(StrEnum):
    """Where the annex prints the options of an item."""

    CELL = "cell"  # in the item's own cell, behind or below its words
    SIDE = "side"  # in a second column
    COLUMNS = "columns"  # each option a column, ticked with √


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an official form with the annex's wording."""

    code: str  # "19.3-1": stable over versions
    label: str
    kind: ItemKind
    options: tuple[str, ...] = ()
    scores: tuple[int, ...] = ()  # of a scale, beside its options
    required: bool = True
    personal: bool = False  # stored under the person's own key
    derived: str = ""  # known and not asked, of the person or the class: "id_number", "age", "category", …
    level: str = ""  # only asked at this level
    limit: int = 500  # characters of a text
    asked_if: str = ""  # "17=是": only asked after that answer
    course: str = ""  # printed beside the module, above columns of a list, or as the title of a declaration
    roles: tuple[str, ...] = ()  # only asked of these seats; empty: of everybody
    unsure: tuple[str, ...] = ()  # seats that may also answer 不了解
    adverse: str = ""  # the answer that speaks against whoever is judged
    names: str = ""  # printed behind the words, by the same names as `derived`: whom the item is about
    place: Place = Place.CELL
    span: int = GRID  # width of the printed cell
    room: int = 0  # mm of height for what is written
    new_page: bool = False  # the annex begins a page here
    colon: bool = True  # whether the annex prints a colon behind the words
    behind: str = ""  # printed behind the option that leads here; otherwise ，<label>：
    beside: str = ""  # printed behind every option of that item
    help: str = ""  # shown under the question where it is filled in, not printed

    @property
    def number(self) -> str:
        """The number that the annex prints: 10 for 10a, 19 for 19.3-1; empty for the declaration."""
        code = self.code.partition(AGAIN)[0]
        head = code.partition("-")[0].partition(".")[0] if "-" in code else code.rstrip(ascii_lowercase)
        return head if head[:1].isdigit() else ""

    @property
    def named(self) -> str:
        """The item as a sentence names it: 第 10 项“专业”; a long label is cut."""
        label = self.label if len(self.label) <= LABEL_SHOWN else f"{self.label[:LABEL_SHOWN]}…"
        return f"第 {self.number} 项“{label}”" if self.number else f"“{label}”"

    @property
    def all_options(self) -> tuple[str, ...]:
        """The options, 是 and 否 where none are named."""
        return self.options or (YES_NO if self.kind == ItemKind.YES_NO else ())

    @property
    def printed_options(self) -> tuple[str, ...]:
        """The options with their scores, as the annex prints them: 没有（1分）."""
        scores = (*self.scores, *[None] * (len(self.all_options) - len(self.scores)))
        pairs = zip(self.all_options, scores, strict=False)  # a draft may hold more scores than options
        return tuple(option if score is None else f"{option}（{score}分）" for option, score in pairs)


@dataclass(frozen=True, slots=True)
class Section:
    """A block of items under one heading."""

    title: str
    items: tuple[Item, ...]
    note: str = ""
    heading: str = ""  # the row that the annex prints above the items
    over: tuple[str, ...] = ()  # headings of a rating table, the last one over its options
    over_first: bool = False  # these headings stand above `heading`
    prose: tuple[str, ...] = ()  # printed as sentences with {code} for each value
    rows: int = 0  # printed as a list with so many numbered rows, the items are its columns
    repeats: str = ""  # asked once for each of these: partner, category


@dataclass(frozen=True, slots=True)
class Furniture:
    """What the annex prints around the items."""

    annex: str = ""  # 附件 1
    note: str = ""
    subtitle: str = ""
    head: tuple[str, ...] = ()  # codes of derived items printed above the table, on every page
    beside_photo: int = 0  # how many items stand to the left of the 1寸照片
    opinions: tuple[tuple[str, str], ...] = ()  # title and text of blocks that somebody signs
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A version of an official form, as the annex prints it."""

    code: str
    version: int
    title: str
    article: str
    filled_by: str
    effective_from: date
    sections: tuple[Section, ...]
    furniture: Furniture = Furniture()

    def as_data(self) -> dict[str, Any]:
        """The definition as JSON-ready data, stored with the version so that old answers stay readable."""
        data = asdict(self)
        data["effective_from"] = self.effective_from.isoformat()
        return data

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item in printed order."""
        return tuple(item for section in self.sections for item in section.items)


def form_from_data(data: Mapping[str, Any]) -> Form:
    """The stored definition back as a Form: the inverse of `as_data`."""
    sections = tuple(
        Section(**{**_tuples(section), "items": tuple(_item(item) for item in section["items"])})
        for section in data["sections"]
    )
    around = _tuples(data.get("furniture") or {})
    if "opinions" in around:
        around["opinions"] = tuple((title, text) for title, text in around["opinions"])
    day = date.fromisoformat(data["effective_from"])
    return Form(**{**data, "effective_from": day, "sections": sections, "furniture": Furniture(**around)})


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _item(data: Mapping[str, Any]) -> Item:
    item = Item(**_tuples(data))
    return replace(item, kind=ItemKind(item.kind), place=Place(item.place))


# Who is asked what ----------------------------------------------------------------------------------------------------


def asked_form(form: Form, level: Level | str, role: str = "", times: int = 1) -> Form:
    """The form as it is put before somebody: of a level, in a seat, with so many partners.

    Modules of other levels and items of other seats are left out (without a role every seat's items stay), a
    section that repeats comes once for each partner, the further ones under codes like 2.1~2.
    """
    sections: list[Section] = []
    for section in form.sections:
        items = tuple(
            _for_role(item, role)
            for item in section.items
            if item.level in ("", str(level)) and (not role or not item.roles or role in item.roles)
        )
        own = replace(section, items=items)
        sections += [own, *(_again(own, n) for n in range(2, times + 1))] if own.repeats else [own]
    return replace(form, sections=tuple(sections))


def _for_role(item: Item, role: str) -> Item:
    return replace(item, options=(*item.all_options, UNSURE)) if role and role in item.unsure else item


def _again(section: Section, n: int) -> Section:
    """A repeated section about the n-th partner."""
    codes = {item.code for item in section.items}

    def nth(item: Item) -> Item:
        leads, _, value = item.asked_if.partition("=")
        return replace(
            item,
            code=f"{item.code}{AGAIN}{n}",
            derived=f"{item.derived}{AGAIN}{n}" if item.derived else "",
            asked_if=f"{leads}{AGAIN}{n}={value}" if leads in codes else item.asked_if,
            names=f"{item.names[:-1]}{n}" if item.names.endswith("1") else item.names,
        )

    return replace(section, items=tuple(nth(item) for item in section.items))


def items_for(form: Form, level: Level | str, role: str = "", times: int = 1) -> tuple[Item, ...]:
    """The items asked of somebody: see `asked_form`."""
    return asked_form(form, level, role, times).items


def is_asked(item: Item, answers: Mapping[str, Any]) -> bool:
    """Whether the answer that an item depends on has been given."""
    if not item.asked_if:
        return True
    code, _, value = item.asked_if.partition("=")
    return answers.get(code) == value


def _is_empty(item: Item, value: Any) -> bool:
    """Not given: nothing, blanks, or an unticked declaration. A wrong type is no answer either, but not empty."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (value is False and item.kind == ItemKind.DECLARE)


def _wrong(item: Item, value: Any) -> str:
    if item.kind in (ItemKind.CHOICE, ItemKind.SCALE, ItemKind.YES_NO):
        allowed = item.all_options
        return "" if value in allowed else f"请从{'、'.join(allowed)}中选择。"
    if item.kind == ItemKind.DECLARE:
        return "" if value is True else "请阅读并勾选。"
    if not isinstance(value, str):
        return "应为文字。"
    if any(category(ch) in ("Cc", "Cs") and ch not in "\n\r\t" for ch in value):
        return "含有不能保存的字符，请删去后重新输入。"  # controls, halves of surrogate pairs
    return f"超过 {item.limit} 字。" if len(value) > item.limit else ""


def answer_breaches(
    form: Form, level: Level | str, answers: Mapping[str, Any], role: str = "", times: int = 1
) -> list[Breach]:
    """What is missing or wrong in the answers of one person; codes that the form does not know are refused.

    An answer to an item that is not asked (17a without 17=是) may stay, but must be well-formed all the same.
    """
    items = {item.code: item for item in items_for(form, level, role, times) if not item.derived}
    breaches = [
        Breach(f"{form.code}.unknown", form.article, f"表中没有“{code[:20]}”一项。", "请刷新页面后重填。")
        for code in answers
        if code not in items
    ]
    for code, item in items.items():
        value = answers.get(code)
        if _is_empty(item, value):
            if item.required and is_asked(item, answers):
                missing = "尚未勾选" if item.kind == ItemKind.DECLARE else "未填"
                says = f"{item.named}{missing}。"
                breaches.append(Breach(f"{form.code}.{code}", form.article, says, "请补填后再提交。"))
        elif problem := _wrong(item, value):
            says = f"{item.named}：{problem}"
            breaches.append(Breach(f"{form.code}.{code}", form.article, says, "请更正后再提交。"))
    return breaches


def given_breaches(
    form: Form, level: Level | str, answers: Mapping[str, Any], role: str = "", times: int = 1
) -> list[Breach]:
    """What is wrong with the answers given so far: a draft may have gaps, nothing else."""
    asked = items_for(form, level, role, times)
    empty = {f"{form.code}.{item.code}" for item in asked if _is_empty(item, answers.get(item.code))}
    return [
        breach for breach in answer_breaches(form, level, answers, role, times) if breach.rule not in empty
    ]
