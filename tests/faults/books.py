"""What stands in the books, read past the product's own queries, and whether everything in them agrees."""

from __future__ import annotations

import time
from collections import Counter

from django.db import connection, connections

from gongxue.certificates.models import Certificate, LedgerEntry
from gongxue.commands.check_books import all_checks, differences
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.stage6_assessment.models import ScoreSheet

ANY = "the fault tests read everything"


def reopen() -> None:
    """Look with a connection of our own at what the dead have left; on PostgreSQL when their sessions are over."""
    connections.close_all()
    while connection.vendor == "postgresql" and _sessions() > 1:
        time.sleep(0.01)


def _sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def signs() -> Counter[tuple[object, ...]]:
    """The rows by which deeds are found again; one that stands there twice counts twice."""
    sheets = ScoreSheet.objects.unscoped(ANY).values_list(
        "attempt__attendee_id", "attempt__part", "attempt__number", "scorer__account_id", "mark"
    )
    found: Counter[tuple[object, ...]] = Counter(("sheet", *row[:4], str(row[4])) for row in sheets)
    certificates = Certificate.objects.unscoped(ANY).values_list("number", "training_class_id")
    found.update(("certificate", *row) for row in certificates)
    received = LedgerEntry.objects.unscoped(ANY).filter(kind=LedgerEntry.Kind.RECEIVED)
    found.update(("receipt", pk) for pk in received.values_list("pk", flat=True))
    return found


def answered() -> set[str]:
    """The keys of the requests that the books remember."""
    return set(AnsweredRequest.objects.values_list("key", flat=True))


def disagreements() -> dict[str, list[str]]:
    """What `gongxue check-books` would print, by check: structure, trail, seats, sheets, numbers, ledger, files."""
    return {check.name: found for check in all_checks(every_file=True) if (found := differences(check))}
