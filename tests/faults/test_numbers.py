"""Thirty officers issue at the same moment: numbers without a gap, none twice (reliability row 4, MG 17.2).

The two classes of a round are of different categories, but of one institution, month and level: they share one
series, and their serials come from one stock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from bench.copies import Copies
from gongxue.certificates import actions
from gongxue.certificates.books import CHECKS
from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.commands.check_books import differences
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAt, FreshDatabase, Plan, Race
from tests.faults.books import ANY
from tests.faults.calls import Deed, at_once, where_of
from tests.faults.counts import short_and_full
from tests.faults.server import Server

pytestmark = pytest.mark.postgresql
AT_ONCE = 30
MECHANICS, COMPUTERS = Plan("confirmed"), Plan("confirmed", category="信息类")


def numbers() -> list[str]:
    """Every certificate number, in order."""
    return sorted(Certificate.objects.unscoped(ANY).values_list("number", flat=True))


def serials() -> list[str]:
    """Every serial in use, in order."""
    rows = SerialNumberRow.objects.unscoped(ANY).filter(state="issued")
    return sorted(rows.values_list("serial", flat=True))


def gapless(start: str, first: int, wanted: int) -> list[str]:
    """The numbers that must have been given."""
    width = 15 - len(start) if len(start) == 12 else 10 - len(start)
    return [f"{start}{order:0{width}d}" for order in range(first, first + wanted)]


def register_differences() -> list[str]:
    """What the books of the certificates say against each other."""
    return [line for check in CHECKS for line in differences(check)]


@pytest.mark.parametrize("rounds", short_and_full(1, 100))
def test_thirty_at_once_issue_each_class_once_and_leave_no_gap(
    fresh_database: FreshDatabase, server: Callable[..., Server], token_of: Callable[[Role], str], rounds: int,
    measured: Callable[..., None],
) -> None:  # fmt: skip
    both = fresh_database.classes_at(MECHANICS, COMPUTERS)
    copies = [Copies(c.tc, rounds) for c in both]
    officer = both[0].certificate_officer
    token = token_of(officer)
    running = server(threads=15)
    running.start()
    for n in range(rounds):
        classes = [copy.class_id(n) for copy in copies]
        deeds = [
            Deed(where_of(Permission.ISSUE, classes[i % 2]), token, {}, f"{n}-{i}") for i in range(AT_ONCE)
        ]
        answers = at_once(running.port, deeds)
        for k in (0, 1):
            mine = answers[k::2]
            assert sorted(answer.status for answer in mine) == [200] + [422] * (len(mine) - 1)
            refused = [answer.rules for answer in mine if answer.status == 422]
            assert all(rules == [("certificate.nobody", "MG 17")] for rules in refused)
    wanted = rounds * 8
    assert numbers() == gapless("130092023063", 1, wanted)
    assert serials() == gapless("13009", 1, wanted)
    assert LedgerEntry.objects.unscoped(ANY).count() == wanted
    assert Event.objects.unscoped(ANY).filter(code=Permission.ISSUE).count() == rounds * 2
    measured(rounds=rounds, requests=rounds * AT_ONCE, certificates=wanted, doubled=0, gaps=0)


def test_the_books_of_two_raced_classes_agree(fresh_database: FreshDatabase, race: Race) -> None:
    one, other = fresh_database.classes_at(MECHANICS, COMPUTERS)
    results = race(*[issuing(c) for c in (one, other) for _ in range(5)])
    assert sum(isinstance(result, list) for result in results) == 2
    assert all(isinstance(result, (list, RuleBroken)) for result in results)
    assert numbers() == gapless("130092023063", 1, 8)
    assert register_differences() == []


def issuing(c: ClassAt) -> Callable[[], Any]:
    """The act, for a thread."""
    officer, tc, now = c.certificate_officer, c.tc, c.now
    return lambda: actions.issue_certificates(training_class=tc, by=officer, now=now)


@pytest.mark.postgresql(only=True)
def test_numbering_without_the_lock_is_found_out(
    fresh_database: FreshDatabase, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: counting on from the highest number that one sees. SQLite would hide it."""
    classes = fresh_database.classes_at(MECHANICS, COMPUTERS)

    for series in ("130092023063", "S13009"):
        NumberCounter.objects.create(series=series)

    def looked_up(series: str) -> NumberCounter:
        return NumberCounter.objects.get_or_create(series=series)[0]

    monkeypatch.setattr(actions, "_counter", looked_up)
    results = race(*[issuing(c) for c in classes])
    assert any(isinstance(result, IntegrityError) for result in results), "the constraint had the last word"


@pytest.mark.parametrize(
    ("series", "used", "rule"),
    [("130092023063", 996, "certificate.series_full"), ("S13009", 99_996, "certificate.serial_full")],
)
def test_a_series_that_would_overflow_gives_nothing(
    fresh_database: FreshDatabase, series: str, used: int, rule: str
) -> None:
    c = fresh_database.class_at("confirmed")
    NumberCounter.objects.create(series=series, last=used)
    with pytest.raises(RuleBroken) as refused:
        issuing(c)()
    assert [(breach.rule, breach.article) for breach in refused.value.breaches] == [(rule, "MG 17.2")]
    assert numbers() == [] and serials() == []
    assert set(NumberCounter.objects.values_list("series", "last")) == {(series, used)}
    stage = TrainingClass.objects.unscoped(ANY).values_list("stage", flat=True).get(pk=c.tc.pk)
    assert stage == c.tc.stage
