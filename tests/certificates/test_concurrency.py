"""Thirty issue requests at once for several classes of one institution, month and level: no duplicate, no gap.

The two number spaces are counter rows; the control shows why `max() + 1` would not do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from gongxue.certificates.actions import issue_certificates, receive_stock
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.certificates.queries import reconcile
from gongxue.foundation.lifecycle.errors import RuleBroken
from tests.cast import FreshDatabase, Plan, Race

REQUESTS = 30
# Five classes of 邢台技师学院, level 3, June 2023: they share one sequence whatever their category.
PLANS = (
    Plan("confirmed", headcount=2),
    Plan("confirmed", headcount=2, category="信息类"),
    Plan("confirmed", headcount=2, first_day=date(2023, 6, 19)),
    Plan("confirmed", headcount=2, category="信息类", first_day=date(2023, 6, 19)),
    Plan("confirmed", headcount=2, first_day=date(2023, 6, 5)),
)


@pytest.mark.postgresql
def test_thirty_issues_at_once_leave_no_duplicate_and_no_gap(
    fresh_database: FreshDatabase, race: Race
) -> None:
    classes = fresh_database.classes_at(*PLANS)
    receive_stock(quantity=3, by=classes[0].certificate_officer, now=classes[0].now)

    def issue(n: int) -> Callable[[], Any]:
        c = classes[n % len(classes)]
        tc, officer, now = c.tc, c.certificate_officer, c.now
        return lambda: len(issue_certificates(training_class=tc, by=officer, now=now))

    found = race(*[issue(n) for n in range(REQUESTS)])
    refused = [answer for answer in found if isinstance(answer, RuleBroken)]
    assert [answer for answer in found if answer not in refused] == [2] * len(PLANS)  # each class once
    assert all("没有待发证的人员" in str(answer) for answer in refused)
    _numbers_are_whole(2 * len(PLANS))
    assert reconcile(classes[0].tc.institution) == []


def _numbers_are_whole(wanted: int) -> None:
    certificates = Certificate.objects.unscoped("test").order_by("number")
    assert [c.number for c in certificates] == [f"130092023063{n:03d}" for n in range(1, wanted + 1)]
    rows = SerialNumberRow.objects.unscoped("test").order_by("order")
    assert list(rows.values_list("order", flat=True)) == list(range(1, wanted + 1))
    assert set(rows.values_list("state", flat=True)) == {"issued"}
    assert len(set(rows.values_list("certificate", flat=True))) == wanted
    issued = LedgerEntry.objects.unscoped("test").filter(kind=LedgerEntry.Kind.ISSUED)
    assert len(set(issued.values_list("first_serial", flat=True))) == wanted == issued.count()


@pytest.mark.postgresql
def test_receipts_and_issues_at_once_share_the_serials(fresh_database: FreshDatabase, race: Race) -> None:
    classes = fresh_database.classes_at(*PLANS[:2])
    officer, now = classes[0].certificate_officer, classes[0].now
    calls: list[Callable[[], Any]] = [
        lambda: receive_stock(quantity=3, by=officer, now=now) for _ in range(6)
    ]
    calls += [
        lambda tc=c.tc: issue_certificates(training_class=tc, by=officer, now=now)  # type: ignore[misc]
        for c in classes
    ]
    found = race(*calls)
    assert not [answer for answer in found if isinstance(answer, Exception)]
    orders = SerialNumberRow.objects.unscoped("test").order_by("order").values_list("order", flat=True)
    assert list(orders) == list(range(1, len(orders) + 1))
    assert reconcile(classes[0].tc.institution) == []


@pytest.mark.postgresql(only=True)
def test_max_plus_one_gives_the_same_number_twice(fresh_database: FreshDatabase, race: Race) -> None:
    """The control, and a demonstration: what the counter row is for. SQLite hides it, its writers queue."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_number (number integer NOT NULL)")
    everybody_has_read = threading.Barrier(4)

    def number() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM naive_number")
            found = int(cursor.fetchone()[0])
            everybody_has_read.wait(30)
            cursor.execute("INSERT INTO naive_number VALUES (%s)", [found])
            return found

    assert race(*[number] * 4) == [1, 1, 1, 1]
