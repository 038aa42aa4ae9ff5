"""Sealing: events get their leaf in the tree, each round ends with a signed checkpoint.

An event is written by the act it belongs to and sealed afterwards, so that acts do not wait for one another. The
order of leaves is the order of sealing and, within a round, of event ids. A leaf carries a keyed digest besides its
hash: somebody with the database alone cannot make a new leaf, which lets verification name the first bad one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connections, transaction
from django.db.utils import OperationalError

from gongxue.foundation.keys import key
from gongxue.foundation.trail.checkpoints import signed_head
from gongxue.foundation.trail.merkle import Frontier, leaf_hash
from gongxue.foundation.trail.models import Checkpoint, Event, Leaf

# Every column, in this order; a test compares it with the model, so that nothing stays unsealed.
FIELDS = (
    "id", "code", "at", "account_id", "actor", "duty", "organisation_id", "organisation", "about", "about_text",
    "class_id", "province_code", "institution_id", "reason", "changes", "request_id",
)  # fmt: skip
BATCH = 5000  # events in one transaction: the write lock is not held for long
_LOCK = 0x6762  # the advisory lock of sealing on PostgreSQL
_WAIT = "250ms"  # how long writers may have to wait for us there

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def leaf_data(values: Sequence[Any]) -> bytes:
    """The canonical JSON of an event, given the values of FIELDS: sorted keys, UTC with microseconds, UTF-8."""
    event = dict(zip(FIELDS, values, strict=True))
    event["at"] = event["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return _encode(event).encode()


@cache
def _mac_key() -> bytes:
    return hmac.digest(key("trail.key"), b"gongxue trail leaf", "sha256")


def leaf_mac(index: int, event_id: int, digest: bytes) -> bytes:
    """16 bytes that only the holder of the trail's key can make."""
    return hmac.digest(_mac_key(), b"%d %d " % (index, event_id) + digest, "sha256")[:16]


def seal(now: datetime, using: str = "default") -> int:
    """Seal every event that has no leaf; returns how many. Running it twice, or twice at once, seals once.

    KeysMissing without the trail's key: nothing is sealed then.
    """
    if not _unsealed(using, _last(using)).exists():  # a look without a write transaction
        return 0
    settled = _settled(using)
    sealed = number = _seal_batch(now, using, settled)
    while number == BATCH:
        number = _seal_batch(now, using, settled)
        sealed += number
    return sealed


def _last(using: str) -> Checkpoint | None:
    return Checkpoint.objects.using(using).order_by("-size").first()


def _settled(using: str) -> int:
    """The highest event id below which nothing can appear any more; 0 when that cannot be known now.

    SQLite has one writer at a time. On PostgreSQL a transaction may commit an event with a lower id after a higher
    one is sealed. A lock that no writer holds, taken for a moment, shows that none is under way.
    """
    with connections[using].cursor() as cursor:
        if connections[using].vendor != "postgresql":
            return _highest(cursor)
        try:
            with transaction.atomic(using=using):
                cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
                cursor.execute("LOCK TABLE trail_event IN SHARE MODE")
                return _highest(cursor)
        except OperationalError:
            return 0  # a long act is under way; its events are found later, they are above the horizon


def _highest(cursor: Any) -> int:
    cursor.execute("SELECT COALESCE(MAX(id), 0) FROM trail_event")
    return int(cursor.fetchone()[0])


def _seal_batch(now: datetime, using: str, settled: int) -> int:
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = _last(using)
        rows = list(_unsealed(using, last)[:BATCH])
        if not rows:
            return 0
        frontier = Frontier.from_bytes(last.size, bytes(last.frontier)) if last else Frontier()
        Leaf.objects.using(using).bulk_create(_leaves(rows, frontier), batch_size=500)
        reached = min(settled, rows[-1][0]) if len(rows) == BATCH else settled
        root = frontier.root()
        Checkpoint.objects.using(using).create(
            size=frontier.size, root=root, frontier=frontier.to_bytes(), note=signed_head(frontier.size, root),
            at=now, horizon=max(reached, last.horizon if last else 0),
        )  # fmt: skip
        return len(rows)


def _unsealed(using: str, last: Checkpoint | None) -> Any:
    rows = Event.objects.unscoped("sealing covers the whole trail").using(using)
    return rows.filter(id__gt=last.horizon if last else 0, leaf=None).order_by("id").values_list(*FIELDS)


def _leaves(rows: Sequence[Sequence[Any]], frontier: Frontier) -> Iterator[Leaf]:
    """The next leaves; `frontier` grows with them."""
    for values in rows:
        digest, index = leaf_hash(leaf_data(values)), frontier.size
        frontier.append(digest)
        yield Leaf(index=index, event_id=values[0], digest=digest, mac=leaf_mac(index, values[0], digest))
