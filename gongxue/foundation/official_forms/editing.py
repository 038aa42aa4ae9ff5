"""What the editor's page sends: one part of a definition at a time, and what a button does to it.

A part is 0 (title, note, signed blocks) or the number of a section. Inputs of items are named `i.<n>.<field>`; `do` is a
button: `up:2`, `down:2`, `remove:2`, `add:2` (below item 2, `add:-1` at the top), `move:2` (to the section chosen in
`i.2.to`), `section-up`, `section-down`, `section-remove`, `section-add`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from gongxue.regulations.official_forms.definition import GRID, ItemKind
from gongxue.regulations.official_forms.drafting import ITEMS, SECTIONS

Data = dict[str, Any]
_TEXTS = ("label", "kind", "level", "asked_if", "help")
_NUMBERS = ("limit", "span", "room")
_TICKS = ("required", "personal", "new_page")


def posted(data: Data, part: int, post: QueryDict) -> tuple[Data, int, int]:
    """The whole definition after a page was sent: (definition, the part to show, the item to open or -1)."""
    made = data | {"sections": [dict(section) for section in data["sections"]]}
    if part == 0:
        made = _head(made, post)
    else:
        made["sections"][part - 1] = _section(made["sections"][part - 1], post)
    return _done(made, part, post)


def _words(post: QueryDict, name: str, default: str = "") -> str:
    return str(post.get(name, default)).replace("\r\n", "\n").strip()


def _number(text: str, default: int) -> int:
    """A whole number; anything else is -1, which the rule refuses by name."""
    if not text:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _head(data: Data, post: QueryDict) -> Data:
    opinions = [
        [_words(post, f"opinion.{i}.title", title), _words(post, f"opinion.{i}.text", text)]
        for i, (title, text) in enumerate(data["opinions"])
    ]
    words = {name: _words(post, name, data[name]) for name in ("title", "filled_by", "note")}
    return data | words | {"opinions": opinions}


def _section(section: Data, post: QueryDict) -> Data:
    words = {name: _words(post, f"section.{name}", section[name]) for name in ("title", "note", "heading")}
    prose = section["prose"]
    if "section.prose" in post:
        prose = [line for line in _words(post, "section.prose").split("\n") if line.strip()]
    items = [_item(item, f"i.{n}.", post) for n, item in enumerate(section["items"])]
    return section | words | {"prose": prose, "items": items}


def _item(item: Data, name: str, post: QueryDict) -> Data:
    """An item as typed; one whose fields were not sent stays as it is."""
    if f"{name}label" not in post:
        return item
    made = item | {field: _words(post, name + field, item[field]) for field in _TEXTS}
    if f"{name}code" in post:
        made["code"] = _words(post, f"{name}code")
    if f"{name}kind" not in post:  # known to the platform: only its words are written
        return made
    for field in _NUMBERS:
        made[field] = _number(_words(post, name + field), item[field])
    for field in _TICKS:
        made[field] = f"{name}{field}" in post
    made["roles"] = post.getlist(f"{name}roles")
    made["options"], made["scores"] = _options(_words(post, f"{name}options"), made["kind"])
    return made


def _options(text: str, kind: str) -> tuple[list[str], list[int]]:
    """One option a line, 很好=4 with its score; a score that is no number stays part of the words."""
    if kind in (ItemKind.TEXT, ItemKind.LONG, ItemKind.DECLARE):
        return [], []
    options, scores = [], []
    for line in filter(None, map(str.strip, text.split("\n"))):
        words, _, score = line.replace("＝", "=").rpartition("=")
        if words and score.strip().isascii() and score.strip().isdigit() and len(score) < 5:
            options.append(words.strip())
            scores.append(int(score))
        else:
            options.append(line)
    return options, scores


def option_lines(item: Mapping[str, Any]) -> str:
    """Options as the editor shows them, one a line, with their scores."""
    scores = [*item["scores"], *[None] * len(item["options"])]
    pairs = zip(item["options"], scores, strict=False)
    return "\n".join(option if score is None else f"{option}={score}" for option, score in pairs)


# Buttons --------------------------------------------------------------------------------------------------------------


def _done(data: Data, part: int, post: QueryDict) -> tuple[Data, int, int]:
    what, _, at = _words(post, "do").partition(":")
    if what.startswith("section-"):
        return _section_done(data, part, what)
    n = int(at) if at.lstrip("-").isdigit() and len(at) < 5 else -2
    if not what or part == 0:
        return data, part, n
    items = list(data["sections"][part - 1]["items"])
    opened = n
    if what == "add" and -1 <= n < len(items) and len(items) < ITEMS:
        opened = n + 1
        items.insert(opened, new_item(data))
    elif not 0 <= n < len(items):
        return data, part, -1
    elif what == "remove":
        items.pop(n)
        opened = -1
    elif what in ("up", "down"):
        opened = max(0, min(len(items) - 1, n + (-1 if what == "up" else 1)))
        items.insert(opened, items.pop(n))
    elif what == "move":
        return _moved(data, part, n, _number(_words(post, f"i.{n}.to"), -1))
    data["sections"][part - 1] = data["sections"][part - 1] | {"items": items}
    return data, part, opened


def _moved(data: Data, part: int, n: int, to: int) -> tuple[Data, int, int]:
    """An item at the end of another section."""
    if not 1 <= to <= len(data["sections"]) or to == part:
        return data, part, n
    items = list(data["sections"][part - 1]["items"])
    item = items.pop(n)
    data["sections"][part - 1] = data["sections"][part - 1] | {"items": items}
    there = data["sections"][to - 1]
    data["sections"][to - 1] = there | {"items": [*there["items"], item]}
    return data, to, len(there["items"])


def _section_done(data: Data, part: int, what: str) -> tuple[Data, int, int]:
    sections = data["sections"]
    if what == "section-add" and len(sections) < SECTIONS:
        fresh: Data = {"base": None, "title": "新的部分", "note": "", "heading": "", "prose": [], "items": []}
        sections.insert(part, fresh)
        fresh["items"] = [new_item(data)]
        return data, part + 1, 0
    if part == 0:
        return data, part, -1
    if what == "section-remove" and len(sections) > 1:
        sections.pop(part - 1)
        return data, max(1, part - 1), -1
    if what in ("section-up", "section-down"):
        to = max(0, min(len(sections) - 1, part - 1 + (-1 if what == "section-up" else 1)))
        sections.insert(to, sections.pop(part - 1))
        return data, to + 1, -1
    return data, part, -1


def new_item(data: Data) -> Data:
    """An empty question under the next number that no item has."""
    taken = [item["code"] for section in data["sections"] for item in section["items"]]
    numbers = [int(head) for code in taken if (head := code.partition(".")[0].partition("-")[0]).isdigit()]
    return {
        "code": str(max(numbers, default=0) + 1), "label": "", "kind": ItemKind.TEXT.value, "options": [], "scores": [],
        "required": False, "personal": False, "limit": 200, "level": "", "roles": [], "asked_if": "", "help": "",
        "span": GRID, "room": 0, "new_page": False,
    }  # fmt: skip
