"""Following every link from a page on, breadth first, and what may not stand on any page."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from gongxue.foundation.lifecycle.acts import ACTS

LARGEST = 150 * 1024  # bytes of a page's own HTML
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SAYS = ("title", "alt", "placeholder", "aria-label")  # attributes that people read
_WRONG = {
    "a missing value": re.compile(r"(?<![A-Za-z])(None|True|False|NaN|undefined)(?![A-Za-z])"),
    "a template": re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}"),
    "an object": re.compile(r"&lt;[A-Z]\w+[: ]|object at 0x|<bound method|datetime\.|Decimal\("),
    "a key": re.compile(r"(?<![\w@./-])[a-z]+_[a-z_]+(?![\w@./-])"),
    "English of the framework": re.compile(r"This field|Select a valid|Ensure this|Page not found|---------"),
}


class Page(HTMLParser):
    """The links of a page and the words that people read on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Where one can go from here."""
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._inside.append(tag)
        if tag in ("a", "area") and given.get("href"):
            self.links.append(given["href"])
        if "hx-get" in given:
            self.links.append(given["hx-get"])
        if tag == "form" and given.get("method", "get").lower() == "get" and given.get("action"):
            self.links.append(given["action"])
        self.files += [
            given[name] for name in ("src", "href") if tag in ("img", "script", "link") and given.get(name)
        ]
        hidden = tag == "input" and given.get("type") in ("hidden", "checkbox", "radio")
        self.words += [
            given[name] for name in _SAYS if given.get(name) and tag not in ("meta", "option") and not hidden
        ]

    def handle_endtag(self, tag: str) -> None:
        """Out of an element, and of what was left open in it."""
        if tag in self._inside:
            while self._inside.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        """What people read; scripts are for machines."""
        if data.strip() and not {"script", "style", "template"} & set(self._inside):
            self.words.append(data.strip())


def shape(address: str) -> str:
    """Addresses that differ in numbers or in what is asked for are one kind of page."""
    parts = urlsplit(address)
    kind = re.sub(r"\d[\d-]*", "N", parts.path)
    return "?".join([kind, *sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})])


@dataclass(slots=True)
class Crawl:
    """Where a client comes from one address; `each` pages of every kind. What is wrong is collected, not raised.

    `signs_in`: a link may lead to the sign-in page, as it does for the public.
    """

    client: Client
    each: int = 3
    signs_in: bool = False
    seen: dict[str, int] = field(default_factory=dict)  # address → status
    wrong: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)  # address → what people read there
    largest: tuple[int, str] = (0, "")

    def run(self, *starts: str) -> Crawl:
        """Everything that can be reached from the starting addresses."""
        kinds: Counter[str] = Counter()
        waiting = deque((start, "the start") for start in starts)
        while waiting:
            address, found_on = waiting.popleft()
            address = address.partition("#")[0]
            if address in self.seen or kinds[shape(address)] >= self.each:
                continue
            kinds[shape(address)] += 1
            waiting.extend((link, address) for link in self._visit(address, found_on))
        return self

    def _visit(self, address: str, found_on: str) -> list[str]:
        try:
            answer = self.client.get(address)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 — a broken page is found, the others too
            self.seen[address] = 500
            self.wrong.append(f"{address} (on {found_on}): {error!r}")
            return []
        self.seen[address] = answer.status_code
        if answer.status_code in (301, 302, 303):
            if answer["Location"].startswith("/sign-in") and not self.signs_in:
                self.wrong.append(f"{address} (on {found_on}) asks to sign in")
            return [answer["Location"]]
        if answer.status_code != 200:
            self.wrong.append(f"{address} (on {found_on}): {answer.status_code}")
            return []
        if not answer.get("Content-Type", "").startswith("text/html"):
            if not (answer.streaming or answer.content):
                self.wrong.append(f"{address} (on {found_on}): an empty file")
            return []
        return self._read(address, answer.content)

    def _read(self, address: str, content: bytes) -> list[str]:
        page = Page(content.decode())
        self.words[address] = " ".join(page.words)
        self.largest = max(self.largest, (len(content), address))
        if len(content) > LARGEST:
            self.wrong.append(f"{address}: {len(content)} bytes")
        for says, pattern in _WRONG.items():
            self.wrong += [f"{address}: {says}: {w}" for w in page.words if pattern.search(w)]
        keys = {permission.value for permission in ACTS}
        self.wrong += [
            f"{address}: a key: {w}" for w in page.words if keys & set(re.split(r"[\s，。：；]", w))
        ]
        for file in page.files:
            if file.startswith("/static/") and not finders.find(file.removeprefix("/static/")):
                self.wrong.append(f"{address}: no file {file}")
        return [urljoin(address, link) for link in page.links if self._is_ours(link)]

    @staticmethod
    def _is_ours(link: str) -> bool:
        return not urlsplit(link).scheme and not link.startswith(("#", "//", "/static/"))
