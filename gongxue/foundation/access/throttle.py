"""Growing delay per key: never a hard stop, so that nobody can lock a colleague out by typing errors.

Keys are hashed: names and addresses do not stand in the table. Decisions take the same statements for known and
unknown keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connections

from gongxue.foundation.access.models import Throttle


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures the next tries wait 2, 4, 8 … seconds, at most `longest`; forgotten after `forget`."""

    name: str
    free: int
    longest: timedelta
    forget: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after this many failures the next try is not heard."""
        if failures < self.free:
            return timedelta()
        return min(timedelta(seconds=2 ** min(failures - self.free + 1, 20)), self.longest)


SIGN_IN_NAME = Limit("sign-in-name", 5, timedelta(minutes=15), timedelta(hours=24))
SIGN_IN_ADDRESS = Limit("sign-in-address", 60, timedelta(minutes=5), timedelta(hours=1))
SIGN_UP_ADDRESS = Limit("sign-up-address", 40, timedelta(minutes=10), timedelta(hours=1))
MAIL_CODE_ACCOUNT = Limit("mail-code-account", 3, timedelta(hours=1), timedelta(hours=24))
MAIL_CODE_ADDRESS = Limit("mail-code-address", 6, timedelta(hours=12), timedelta(hours=24))
MAIL_GUESS = Limit("mail-guess", 5, timedelta(minutes=15), timedelta(hours=24))
QUERY_NAME = Limit("query-name", 8, timedelta(hours=6), timedelta(days=30))
QUERY_KEY = Limit("query-key", 20, timedelta(minutes=10), timedelta(hours=1))
QUERY_ADDRESS = Limit("query-address", 60, timedelta(minutes=10), timedelta(hours=1))


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.name}\0{subject}".encode()).hexdigest()


def seconds_to_wait(limit: Limit, subject: str, now: datetime) -> int:
    """Seconds until the next try is heard; 0 when it is heard now."""
    return longest_wait([(limit, subject)], now)


def longest_wait(counters: Sequence[tuple[Limit, str]], now: datetime) -> int:
    """Seconds until all counters hear the next try, in one statement: the public query asks three at once.

    Plain SQL: every query begins here, and a queryset would cost it more than the look into the register.
    """
    limits = {_key(limit, subject): limit for limit, subject in counters}
    marks = ", ".join(["%s"] * len(limits))
    with connections["volatile"].cursor() as cursor:
        cursor.execute(
            f"SELECT key, heard_from, last_at FROM {Throttle._meta.db_table} WHERE key IN ({marks})",  # noqa: S608 — own name
            list(limits),
        )
        rows = [(limits[key], _moment(heard), _moment(last)) for key, heard, last in cursor.fetchall()]
    waits = [
        int((heard_from - now).total_seconds()) + 1
        for limit, heard_from, last_at in rows
        if heard_from > now and last_at + limit.forget > now
    ]
    return max(waits, default=0)


def _moment(value: datetime | str) -> datetime:
    """A moment as the engine gives it: SQLite as text, in UTC unless it says otherwise."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def failed(limit: Limit, subject: str, now: datetime) -> int:
    """Count a failure in one statement (workers race); returns the failures so far."""
    key = _key(limit, subject)
    table = Throttle._meta.db_table
    with connections["volatile"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, failures, last_at, heard_from) VALUES (%s, 1, %s, %s)"  # noqa: S608 — own name
            f" ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN {table}.last_at <= %s THEN 1"
            f" ELSE {table}.failures + 1 END, last_at = excluded.last_at RETURNING failures",
            [key, now, now, now - limit.forget],
        )
        failures = int(cursor.fetchone()[0])
    Throttle.objects.filter(key=key).update(heard_from=now + limit.wait(failures))
    return failures


def succeeded(limit: Limit, subject: str) -> None:
    """Forget the failures of a key."""
    Throttle.objects.filter(key=_key(limit, subject)).delete()


def forget_old(now: datetime) -> int:
    """Remove counters that no limit remembers; returns how many."""
    return Throttle.objects.filter(last_at__lt=now - timedelta(days=31)).delete()[0]
