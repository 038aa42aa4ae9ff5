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
from gongxue.certificates.actions import issuing as issuing_acts
from gongxue.certificates.actions import numbering
from gongxue.certificates.books import CHECKS
from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.commands.check_books import differences
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Plan, Race, SignedIn
from tests.faults.books import ANY
from tests.faults.calls import Deed, at_once, where_of
from tests.faults.counts import short_and_full
from tests.faults.doors import DOORS, Door, everything
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

    for module in (numbering, issuing_acts):
        monkeypatch.setattr(module, "counter_of", looked_up)
    results = race(*[issuing(c) for c in classes])
    assert any(isinstance(result, IntegrityError) for result in results), "the constraint had the last word"


NUMBERS_FULL = ("130092023063", 999, "certificate.series_full")
SERIALS_FULL = ("S13009", 99_999, "certificate.serial_full")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("left", [0, 1, 3])
@pytest.mark.parametrize(("series", "limit", "rule"), [NUMBERS_FULL, SERIALS_FULL])
def test_a_series_that_would_overflow_gives_nothing(
    class_at: ClassAtFixture, door: Door, series: str, limit: int, rule: str, left: int
) -> None:
    """Four certificates, and fewer numbers left: none is given, through the page and the API."""
    c = class_at("confirmed")
    NumberCounter.objects.create(series=series, last=limit - left)
    before = everything()
    said = door.send(c.certificate_officer, Permission.ISSUE, c.tc.pk)
    assert said.refuses(
        422, rule, f"将超过 {limit}", "一个也没有", "管理指南第十七条(二)", "请联系部指导中心处理"
    )
    assert everything() == before


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize(("series", "limit"), [NUMBERS_FULL[:2], SERIALS_FULL[:2]])
def test_the_last_numbers_of_a_series_are_given(
    class_at: ClassAtFixture, door: Door, series: str, limit: int
) -> None:
    """Not one more, and not one less."""
    c = class_at("confirmed")
    NumberCounter.objects.create(series=series, last=limit - 4)
    assert door.send(c.certificate_officer, Permission.ISSUE, c.tc.pk).status in (200, 302)
    last = numbers()[-1] if series != "S13009" else serials()[-1]
    assert last == ("130092023063999" if series != "S13009" else "1300999999")
    assert NumberCounter.objects.get(pk=series).last == limit


def test_the_page_of_a_full_series_says_so_before_anybody_tries(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("confirmed")
    NumberCounter.objects.create(series="130092023063", last=999)
    page = signed_in(c.certificate_officer).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert "将超过 999" in page and "请联系部指导中心处理" in page
    assert f"/classes/{c.tc.pk}/certificates/issue/" not in page


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize(("quantity", "rule"), [(2, ""), (3, "certificate.serial_full")])
def test_no_more_sheets_are_received_than_serials_can_count(
    class_at: ClassAtFixture, door: Door, quantity: int, rule: str
) -> None:
    c = class_at("confirmed")
    NumberCounter.objects.create(series="S13009", last=99_997)
    before = everything()
    said = door.send(c.certificate_officer, Permission.RECEIVE_STOCK, 0, {"quantity": quantity})
    if not rule:
        assert said.status in (200, 302)
        return
    assert said.refuses(422, rule, "将超过 99999", "管理指南第十七条(二)")
    assert everything() == before
