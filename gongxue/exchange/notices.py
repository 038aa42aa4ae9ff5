"""Sending messages: rows in the act's own transaction, so that an acknowledged act has told everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gongxue.exchange.models import SUBJECT_LENGTH, Message
from gongxue.foundation.identity.models import Role


def send(
    to: Iterable[Role], *, subject: str, now: datetime, kind: str, body: str = "", link: str = ""
) -> None:
    """One message to each role; a subject with the longest names of all is cut, the act goes on."""
    send_each(((role, subject) for role in to), now=now, kind=kind, body=body, link=link)


def send_each(
    subjects: Iterable[tuple[Role, str]], *, now: datetime, kind: str, body: str = "", link: str = ""
) -> None:
    """A message to each role under a subject of its own, all in one insert."""
    Message.objects.bulk_create(
        Message(
            to=role, account_id=role.account_id, subject=subject[:SUBJECT_LENGTH], body=body, link=link, kind=kind,
            sent_at=now,
        )
        for role, subject in subjects
    )  # fmt: skip
