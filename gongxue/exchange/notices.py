"""Sending messages: rows in the act's own transaction, so that an acknowledged act has told everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import ONCE_LENGTH, SUBJECT_LENGTH, Mail, MailAddress, Message
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
    _write(
        [
            Message(
                to=role, account_id=role.account_id, subject=subject[:SUBJECT_LENGTH], body=body, link=link, kind=kind,
                sent_at=now, once=once, event=data,
            )
            for role, subject in subjects
        ]
    )  # fmt: skip


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
    _write(
        [
            Message(
                to=letter.to, account_id=letter.to.account_id, subject=letter.subject[:SUBJECT_LENGTH],
                body=letter.body, link=letter.link, kind=kind, sent_at=now, once=letter.once,
            )
            for letter in letters
        ]
    )  # fmt: skip


def _write(rows: list[Message]) -> None:
    """Insert the messages, and an e-mail for each of those whose reader wants one."""
    addresses = _addresses({row.account_id for row in rows})
    keyed = [row for row in rows if row.once]
    fresh = Message.objects.bulk_create([row for row in rows if not row.once])
    by_mail = [row for row in keyed if row.account_id in addresses]
    told = _rows_under(by_mail).values_list("to_id", "once") if by_mail else ()
    known = set(told)
    Message.objects.bulk_create(keyed, ignore_conflicts=True)  # the constraint is the judge
    if by_mail:
        fresh += [row for row in _rows_under(by_mail) if (row.to_id, row.once) not in known]
    _queue(fresh, addresses)


def _addresses(accounts: set[int]) -> dict[int, MailAddress]:
    """Account → the address its e-mail goes to; nothing, and no query, where the platform sends no e-mail."""
    if not settings.EMAIL_HOST or not accounts:
        return {}
    rows = MailAddress.objects.unscoped("who wants the message by e-mail").filter(
        account__in=accounts, wanted=True, removed_at=None
    )
    return {row.account_id: row for row in rows.exclude(confirmed_at=None)}


def _rows_under(rows: list[Message]) -> QuerySet[Message]:
    """What is stored under the keys of some messages; an insert that ignores conflicts does not say."""
    found: QuerySet[Message] = Message.objects.unscoped("which of these were told before").filter(
        to__in={row.to_id for row in rows}, once__in={row.once for row in rows}
    )
    return found.order_by("pk")


def _queue(rows: Iterable[Message], addresses: Mapping[int, MailAddress]) -> None:
    """One e-mail for a message and an address; who holds two roles is not written to twice in the same words.

    Somebody may have told the same at the same moment: `mail_once` is the judge.
    """
    letters = {(r.account_id, r.subject, r.body): r for r in rows if r.account_id in addresses}
    Mail.objects.bulk_create(
        [
            Mail(message=row, address=addresses[row.account_id], queued_at=row.sent_at, due_at=row.sent_at)
            for row in letters.values()
        ],
        ignore_conflicts=True,
    )
