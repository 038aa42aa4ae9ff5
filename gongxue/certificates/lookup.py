"""The public query: which certificates two of name, ID number and certificate number lead to (MG 18.2).

One SQL statement per question, the same for a hit and for every kind of miss. What was typed is made regular (blanks and
dots of a name, full-width digits, lower-case x and g) and then matched exactly: no wildcard, no part of a name, no guess.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from gongxue.certificates.models import LedgerEntry, SerialNumberRow
from gongxue.foundation.access.throttle import QUERY_ADDRESS, QUERY_NAME, Limit, failed, longest_wait
from gongxue.foundation.identity.vault import blind_index
from gongxue.regulations.categories import category_title
from gongxue.regulations.certificate_cases import Standing
from gongxue.regulations.levels import Level
from gongxue.regulations.names import regular_name

SHOWN_AT_MOST = 20  # certificates of one person
LONGEST = 60  # characters of a field that are looked at; no name and no number is longer
_IMPOSSIBLE = (
    "?"  # stands for what no certificate can say: it is looked up like everything else, and never found
)


class Waiting(Exception):
    """Too many misses lately for this name, number or network: not heard for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, made regular; empty means not asked."""

    name: str = ""
    id_number: str = ""
    number: str = ""

    @property
    def is_complete(self) -> bool:
        """Two of the three (MG 18.2)."""
        return sum(map(bool, (self.name, self.id_number, self.number))) >= 2

    @property
    def subjects(self) -> list[tuple[Limit, str]]:
        """What misses are counted against: the name and the number asked for, never the ID number."""
        asked = (("name", self.name), ("number", self.number))
        return [(QUERY_NAME, f"{kind}\0{text}") for kind, text in asked if text]


def _kept(text: str) -> str:
    """Without outer blanks (wide ones too); what could not stand in any certificate becomes impossible."""
    kept = text.strip()
    return kept if kept.isprintable() and len(kept) <= LONGEST else _IMPOSSIBLE


def _code(text: str) -> str:
    """A number with its full-width characters made half and its letters large."""
    return _kept(unicodedata.normalize("NFKC", text[:LONGEST])).upper()


def question_of(name: str = "", id_number: str = "", number: str = "") -> Question:
    """What was typed, made regular."""
    return Question(name=_kept(regular_name(name)), id_number=_code(id_number), number=_code(number))


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate as a stranger sees it: facts of the training, no ID number."""

    number: str
    holder: str
    level: str
    category: str
    first_day: date
    last_day: date
    courses: str
    periods: int
    result: str
    issued_on: date
    issuer: str
    token: str
    serial: str
    last_entry: str  # the kind of the last entry of the ledger that decides

    @property
    def state(self) -> Standing:
        """Whether it holds."""
        return LedgerEntry.STANDINGS.get(self.last_entry, Standing.VALID)

    @property
    def level_title(self) -> str:
        """三级."""
        return Level(self.level).title

    @property
    def category_title(self) -> str:
        """机械类."""
        return category_title(self.category)

    @property
    def masked_holder(self) -> str:
        """张**: the first character and two stars, however long the name is."""
        return f"{self.holder[:1]}**"


_COLUMNS = (
    "c.number, c.holder, c.level, c.category, c.first_day, c.last_day, c.courses, c.periods, c.result,"
    " c.issued_on, o.name, c.token,"
    " (SELECT s.serial FROM serial_number s WHERE s.certificate_id = c.id"
    " ORDER BY CASE s.state WHEN %s THEN 0 ELSE 1 END, s.id DESC LIMIT 1),"
    " (SELECT e.kind FROM ledger_entry e WHERE e.certificate_id = c.id"
    " AND e.kind IN (%s, %s, %s, %s, %s, %s) ORDER BY e.id DESC LIMIT 1)"
)
_FROM = " FROM certificate c JOIN organisation o ON o.id = c.institution_id WHERE "
_SELECT = f"SELECT {_COLUMNS}{_FROM}"
_FIXED = [str(SerialNumberRow.State.ISSUED), *map(str, LedgerEntry.DECIDING)]
_DAYS = (4, 5, 9)  # columns that SQLite gives as text


def _statement(question: Question) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    values: list[Any] = [*_FIXED]
    if question.number:
        conditions.append("c.number = %s")
        values.append(question.number)
    if question.id_number:
        conditions.append("c.id_number_index = %s")
        values.append(blind_index(question.id_number))
    if question.name:
        conditions.append("c.holder = %s")
        values.append(question.name)
    where = " AND ".join(conditions)
    return f"{_SELECT}{where} ORDER BY c.id DESC LIMIT {SHOWN_AT_MOST}", values


def _found(row: Sequence[Any]) -> Found:
    values: list[Any] = ["" if value is None else value for value in row]
    for i in _DAYS:
        if isinstance(values[i], str):
            values[i] = date.fromisoformat(values[i])
    return Found(*values)


def lookup(question: Question) -> list[Found]:
    """The certificates to which everything asked leads, the newest first; one SQL statement, hit or miss.

    ValueError when fewer than two of the three are asked.
    """
    if not question.is_complete:
        raise ValueError("two of name, ID number, certificate number are needed")
    statement, values = _statement(question)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_found(row) for row in cursor.fetchall()]


MANY = 500  # questions that one statement answers

# A certificate of somebody who was enrolled from an organisation.
_ENROLLED_FROM = (
    " AND EXISTS (SELECT 1 FROM attendee a JOIN application p ON p.id = a.application_id"
    " WHERE a.id = c.attendee_id AND p.employer_id = %s)"
)


def lookup_many(questions: Sequence[Question], enrolled_from: int | None = None) -> list[list[Found]]:
    """For each question what `lookup` would find, two statements for every five hundred questions.

    enrolled_from: an organisation; only certificates of those who were enrolled from it are found. ValueError when a
    question is not complete.
    """
    if not all(question.is_complete for question in questions):
        raise ValueError("two of name, ID number, certificate number are needed")
    indexes = [blind_index(question.id_number) if question.id_number else b"" for question in questions]
    numbers = {question.number for question in questions if question.number}
    people = {index for question, index in zip(questions, indexes, strict=True) if not question.number}
    by_number: dict[str, list[_Known]] = {}
    by_person: dict[bytes, list[_Known]] = {}
    for row, owner in _all_with("c.number", numbers, enrolled_from):
        by_number.setdefault(row.number, []).append((row, owner))
    for row, owner in _all_with("c.id_number_index", people, enrolled_from):
        by_person.setdefault(owner, []).append((row, owner))
    return [
        _agreeing(
            question,
            index,
            (by_number.get(question.number) if question.number else by_person.get(index)) or [],
        )
        for question, index in zip(questions, indexes, strict=True)
    ]


_Known = tuple[Found, bytes]  # a certificate and the index of its holder's ID number


def _all_with(
    column: str, wanted: set[str] | set[bytes], enrolled_from: int | None
) -> Iterator[tuple[Found, bytes]]:
    """Certificates with one of the values, the newest first."""
    values: list[Any] = sorted(wanted)
    statement = f"SELECT {_COLUMNS}, c.id_number_index{_FROM}{column} IN (%s)"
    statement += "" if enrolled_from is None else _ENROLLED_FROM
    more = [] if enrolled_from is None else [enrolled_from]
    with connection.cursor() as cursor:
        for start in range(0, len(values), MANY):
            asked = values[start : start + MANY]
            marks = ", ".join(["%s"] * len(asked))
            full = statement.replace(" IN (%s)", f" IN ({marks})") + " ORDER BY c.id DESC"
            cursor.execute(full, [*_FIXED, *asked, *more])
            yield from ((_found(row[:-1]), bytes(row[-1])) for row in cursor.fetchall())


def _agreeing(question: Question, index: bytes, rows: Sequence[_Known]) -> list[Found]:
    """Everything that was asked must agree, as in the single statement."""
    return [
        row
        for row, owner in rows
        if (not question.name or row.holder == question.name) and (not index or owner == index)
    ][:SHOWN_AT_MOST]


def by_number(number: str) -> Found | None:
    """The certificate of a number that was read from a signed document or code."""
    statement, values = _statement(Question(number=number))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return _found(row) if row else None


def ask(question: Question, *, network: str, now: datetime) -> list[Found]:
    """`lookup` for the public: misses are counted per name, per number and per network.

    Raises Waiting, before anything is looked up, while one of them has to wait. Hits neither count nor forgive:
    whoever knows one certificate could otherwise guess for ever.
    """
    return counted_lookup(question, [*question.subjects, (QUERY_ADDRESS, network)], now)


def counted_lookup(question: Question, counters: Sequence[tuple[Limit, str]], now: datetime) -> list[Found]:
    """`lookup` under counters of misses; raises Waiting while one of them has to wait."""
    if seconds := longest_wait(counters, now):
        raise Waiting(seconds)
    rows = lookup(question)
    if not rows:
        for limit, subject in counters:
            failed(limit, subject, now)
    return rows
