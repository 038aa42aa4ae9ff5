"""The shape of an official form and the check of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from unicodedata import category

from ..breaches import Breach
from ..levels import Level

LABEL_SHOWN = 30  # characters of a label inside a sentence; ours


class ItemKind(StrEnum):
    """How an item is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"  # one of options
    SCALE = "scale"  # one of options, each worth its score
    YES_NO = "yes_no"
    DECLARE = "declare"  # must be ticked


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
    course: str = ""  # printed beside the module, as the annex does

    @property
    def number(self) -> str:
        """The number that the annex prints: 10 for 10a, 19 for 19.3-1; empty for the declaration."""
        head = self.code.partition(".")[0] if "-" in self.code else self.code.rstrip("ab")
        return head if head[:1].isdigit() else ""

    @property
    def named(self) -> str:
        """The item as a sentence names it: 第 10 项“专业”; a long label is cut."""
        label = self.label if len(self.label) <= LABEL_SHOWN else f"{self.label[:LABEL_SHOWN]}…"
        return f"第 {self.number} 项“{label}”" if self.number else f"“{label}”"


@dataclass(frozen=True, slots=True)
class Section:
    """A block of items under one heading."""

    title: str
    items: tuple[Item, ...]
    note: str = ""


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
        Section(
            title=section["title"],
            note=section["note"],
            items=tuple(
                Item(
                    **{
                        **item,
                        "kind": ItemKind(item["kind"]),
                        "options": tuple(item["options"]),
                        "scores": tuple(item["scores"]),
                    }
                )
                for item in section["items"]
            ),
        )
        for section in data["sections"]
    )
    day = date.fromisoformat(data["effective_from"])
    return Form(**{**data, "effective_from": day, "sections": sections})


def items_for(form: Form, level: Level | str) -> tuple[Item, ...]:
    """The items asked of somebody at a level: a module of another level is left out."""
    return tuple(item for item in form.items if item.level in ("", str(level)))


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
        allowed = item.options or ("是", "否")
        return "" if value in allowed else f"请从{'、'.join(allowed)}中选择。"
    if item.kind == ItemKind.DECLARE:
        return "" if value is True else "请阅读并勾选。"
    if not isinstance(value, str):
        return "应为文字。"
    if any(category(ch) in ("Cc", "Cs") and ch not in "\n\r\t" for ch in value):
        return "含有不能保存的字符，请删去后重新输入。"  # controls, halves of surrogate pairs
    return f"超过 {item.limit} 字。" if len(value) > item.limit else ""


def answer_breaches(form: Form, level: Level | str, answers: Mapping[str, Any]) -> list[Breach]:
    """What is missing or wrong in the answers of one person; codes that the form does not know are refused.

    An answer to an item that is not asked (17a without 17=是) may stay, but must be well-formed all the same.
    """
    items = {item.code: item for item in items_for(form, level) if not item.derived}
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


def given_breaches(form: Form, level: Level | str, answers: Mapping[str, Any]) -> list[Breach]:
    """What is wrong with the answers given so far: a draft may have gaps, nothing else."""
    empty = {f"{form.code}.{item.code}" for item in form.items if _is_empty(item, answers.get(item.code))}
    return [breach for breach in answer_breaches(form, level, answers) if breach.rule not in empty]
