"""Keys of employers at the public query: who is heard, and that every use is counted (MG 18.2, AMB-77)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from gongxue.certificates.lookup import Found, Question, counted_lookup
from gongxue.certificates.models import QueryKey, QueryKeyUse
from gongxue.foundation.access.throttle import QUERY_KEY, QUERY_NAME, failed, longest_wait
from gongxue.foundation.identity.actions import token_digest
from gongxue.regulations.calendar import SHANGHAI, day_of, said

SCHEME = "Bearer "


class NotHeard(Exception):
    """A key that is not heard, with the status and the reason in Chinese."""

    def __init__(self, status: int, says: str, seconds: int = 0) -> None:
        super().__init__(says)
        self.status, self.says, self.seconds = status, says, seconds


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever holds a key that was heard and counted."""

    key: int


def asker_of(header: str, network: str, now: datetime) -> Asker:
    """The holder of the key in an Authorization header; this use is counted.

    NotHeard: no such key (401; too many of them from one network wait), ended or stopped (403), the limit of the day
    is reached (429).
    """
    if seconds := longest_wait([(QUERY_KEY, network)], now):
        raise NotHeard(429, "无效密钥的尝试过多，请稍后再试。", seconds)
    secret = header.removeprefix(SCHEME).strip() if header.startswith(SCHEME) else ""
    row = (
        QueryKey.objects.unscoped("a key is asked for by its hash")
        .filter(digest=token_digest(secret))
        .first()
    )
    if row is None:
        failed(QUERY_KEY, network, now)
        raise NotHeard(401, "密钥无效。请检查 Authorization: Bearer 后的密钥是否完整，或向发放单位重新申请。")
    if row.revoked_at is not None:
        raise NotHeard(403, f"密钥已于{said(day_of(row.revoked_at))}停用。请与发放单位联系。")
    if not row.is_live(day_of(now)):
        raise NotHeard(403, f"密钥的有效期至{said(row.expires_on)}，已经到期。请向发放单位申请新的密钥。")
    if not _count(row, now):
        says = f"今天的 {row.per_day:,} 次查询已用完，请明天再查；确需更多的，请与发放单位联系。"
        raise NotHeard(429, says, _until_midnight(now))
    return Asker(row.pk)


def _count(row: QueryKey, now: datetime) -> bool:
    """Count a use in one statement, however many come at once; False when the day's are used up."""
    table = QueryKeyUse._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key_id, day, asked) VALUES (%s, %s, 1)"  # noqa: S608 — own name
            f" ON CONFLICT (key_id, day) DO UPDATE SET asked = {table}.asked + 1"
            f" WHERE {table}.asked < %s RETURNING asked",
            [row.pk, day_of(now), row.per_day],
        )
        return cursor.fetchone() is not None


def _until_midnight(now: datetime) -> int:
    here = now.astimezone(SHANGHAI)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int((midnight - here).total_seconds()) + 1


def ask_with(asker: Asker, question: Question, now: datetime) -> list[Found]:
    """The public query for a key: misses are counted under its own names and numbers, so that no stranger can make an
    employer wait, and an employer cannot guess. Raises Waiting."""
    counters = [(QUERY_NAME, f"key {asker.key}\0{subject}") for _, subject in question.subjects]
    return counted_lookup(question, counters, now)
