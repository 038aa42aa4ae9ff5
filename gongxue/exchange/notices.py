"""Sending messages: rows in the act's own transaction, so that an acknowledged act has told everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import ONCE_LENGTH, SUBJECT_LENGTH, Message
from gongxue.foundation.identity.models import Role


def send(
    to: Iterable[Role], *, subject: str, now: datetime, kind: str, body: str = "", link: str = "",
    once: str = "", event: CalendarEvent | None = None,
) -> None:  # fmt: skip
    """One message to each role; a subject with the longest names of all is cut, the act goes on.

    once: a key (at most 120 characters) under which a role is told at most once, whoever sends it again and however
    many at the same moment; a repeat is silently nothing. event: goes along as a calendar file.
    """
    told = ((role, subject) for role in to)
    send_each(told, now=now, kind=kind, body=body, link=link, once=once, event=event)


def send_each(
    subjects: Iterable[tuple[Role, str]], *, now: datetime, kind: str, body: str = "", link: str = "",
    once: str = "", event: CalendarEvent | None = None,
) -> None:  # fmt: skip
    """A message to each role under a subject of its own, all in one insert. `once`, `event`: as in `send`."""
    if len(once) > ONCE_LENGTH:
        raise ValueError(f"a key of at most {ONCE_LENGTH} characters, not {once!r}")
    data = event.as_data() if event else None
    rows = [
        Message(
            to=role, account_id=role.account_id, subject=subject[:SUBJECT_LENGTH], body=body, link=link, kind=kind,
            sent_at=now, once=once, event=data,
        )
        for role, subject in subjects
    ]  # fmt: skip
    Message.objects.bulk_create(rows, ignore_conflicts=bool(once))  # the constraint is the judge


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with a text of its own for one reader."""

    to: Role
    subject: str
    body: str
    link: str
    once: str


def post(letters: Iterable[Letter], *, now: datetime, kind: str) -> None:
    """Letters that each have a text of their own, all in one insert; each at most once by its key."""
    rows = [
        Message(
            to=letter.to, account_id=letter.to.account_id, subject=letter.subject[:SUBJECT_LENGTH], body=letter.body,
            link=letter.link, kind=kind, sent_at=now, once=letter.once,
        )
        for letter in letters
    ]  # fmt: skip
    Message.objects.bulk_create(rows, ignore_conflicts=True)
