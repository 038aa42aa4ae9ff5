"""Issue in one act, in roster order, gapless; never twice; nothing is written at a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from gongxue.certificates.actions import issue_certificates, receive_stock
from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.certificates.queries import reconcile, serials_of
from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Qualification
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, SignedIn

AtTime = Callable[[datetime], None]


def _issue(c: ClassAt) -> list[Certificate]:
    return issue_certificates(training_class=c.tc, by=c.certificate_officer, now=c.now)


def _everything() -> tuple[int, ...]:
    """How many rows there are in every table that an issue writes."""
    models: tuple[Any, ...] = (Certificate, SerialNumberRow, LedgerEntry, Qualification)
    used = sum(NumberCounter.objects.values_list("last", flat=True))
    return (
        *(model.objects.unscoped("test").count() for model in models),
        used,
        Event.objects.unscoped("test").count(),
    )


def test_the_class_gets_its_numbers_in_roster_order(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("confirmed", headcount=4, fates=("", "failed"))
    at_time(c.now)
    client = signed_in(c.certificate_officer)
    page = client.get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert "将为 3 人核发证书，编号自 130092023063001 起" in page
    assert "不发证 <small>1 人" in page and "过程性考核" in page
    assert client.post(f"/classes/{c.tc.pk}/certificates/issue/").status_code == 302
    issued = c.certificates
    assert [x.number for x in issued] == [f"130092023063{n:03d}" for n in (1, 2, 3)]
    assert [x.attendee.application.seat for x in issued] == [1, 3, 4]
    assert sorted(serials_of(issued).values()) == [f"13009{n:05d}" for n in (1, 2, 3)]
    assert reconcile(c.tc.institution) == []


def test_a_second_issue_is_refused_and_writes_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("issued")
    at_time(c.now)
    before = _everything()
    answer = signed_in(c.certificate_officer).post(f"/classes/{c.tc.pk}/certificates/issue/")
    assert answer.status_code == 422
    assert "没有待发证的人员" in answer.content.decode()
    assert _everything() == before


def test_unconfirmed_results_are_not_certified(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("evaluated")
    before = _everything()
    with pytest.raises(RuleBroken, match="成绩尚未确认"):
        _issue(c)
    assert _everything() == before
    page = signed_in(c.certificate_officer).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert "成绩尚未确认，不能发证" in page and "/certificates/issue/" not in page


def test_two_classes_of_different_categories_share_one_sequence(classes_at: ClassesAtFixture) -> None:
    machines, computers = classes_at(
        Plan("confirmed", category="机械类"),
        Plan("confirmed", category="信息类", first_day=date(2023, 6, 19)),
    )
    first, second = _issue(machines), _issue(computers)
    numbers = [x.number for x in first + second]
    assert numbers == [f"130092023063{n:03d}" for n in range(1, 9)]


def test_another_level_or_month_has_a_sequence_of_its_own_and_shares_the_serials(
    classes_at: ClassesAtFixture,
) -> None:
    june, july, second = classes_at(
        Plan("confirmed", headcount=1),
        Plan("confirmed", headcount=1, first_day=date(2023, 7, 10)),
        Plan("confirmed", headcount=1, level="2", category="信息类"),
    )
    issued = [_issue(c)[0] for c in (june, july, second)]
    assert [x.number for x in issued] == ["130092023063001", "130092023073001", "130092023062001"]
    assert sorted(serials_of(issued).values()) == ["1300900001", "1300900002", "1300900003"]


@pytest.mark.postgresql
def test_the_thousandth_of_a_month_is_refused_and_nothing_is_written(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    NumberCounter.objects.create(series="130092023063", last=996)
    before = _everything()
    with pytest.raises(RuleBroken, match="已用顺序号 996 个，再发 4 个将超过 999，一个也没有发出"):
        _issue(c)
    assert _everything() == before


def test_the_last_three_of_a_month_still_fit(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed", headcount=3)
    NumberCounter.objects.create(series="130092023063", last=996)
    assert [x.number[-3:] for x in _issue(c)] == ["997", "998", "999"]


def test_the_page_says_beforehand_that_the_sequence_is_full(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("confirmed")
    NumberCounter.objects.create(series="130092023063", last=999)
    page = signed_in(c.certificate_officer).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert "不能核发" in page and "/certificates/issue/" not in page


@pytest.mark.postgresql
def test_serial_100000_is_refused_and_nothing_is_written(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    NumberCounter.objects.create(series="S13009", last=99_998)
    before = _everything()
    with pytest.raises(RuleBroken, match="序列号已用到 99998，再用 4 个将超过 99999，一个也没有发出"):
        _issue(c)
    with pytest.raises(RuleBroken, match="将超过 99999"):
        receive_stock(quantity=2, by=c.certificate_officer, now=c.now)
    assert _everything() == before
    receive_stock(quantity=1, by=c.certificate_officer, now=c.now)
    assert SerialNumberRow.objects.unscoped("test").get().serial == "1300999999"


def test_the_lowest_received_sheets_are_used_first_and_the_ledger_agrees(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("confirmed")
    at_time(c.now)
    client = signed_in(c.certificate_officer)
    assert client.post("/ledger/receive/", {"quantity": "6", "once": "a"}).status_code == 302
    assert (
        client.post("/ledger/receive/", {"quantity": "6", "once": "a"}).status_code == 302
    )  # a double click
    page = client.get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert "库存 6 张，将用序号最小的 4 张" in page
    issued = _issue(c)
    by_serial = serials_of(issued)
    assert [by_serial[x.pk] for x in issued] == [f"13009{n:05d}" for n in (1, 2, 3, 4)]
    left = SerialNumberRow.objects.unscoped("test").filter(state="received").order_by("order")
    assert list(left.values_list("order", flat=True)) == [5, 6]
    kinds = list(LedgerEntry.objects.unscoped("test").order_by("pk").values_list("kind", "quantity"))
    assert kinds == [("received", 6), *[("issued", 1)] * 4]
    assert reconcile(c.tc.institution) == []


def test_sheets_that_are_missing_are_registered_in_the_same_sequence(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    receive_stock(quantity=1, by=c.certificate_officer, now=c.now)
    issued = _issue(c)
    assert sorted(serials_of(issued).values()) == [f"13009{n:05d}" for n in (1, 2, 3, 4)]
    assert reconcile(c.tc.institution) == []


@pytest.mark.parametrize("quantity", ["0", "-1", "5001", "1e3", "", "999999999999", "１２ａ"])
def test_a_senseless_quantity_is_refused(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, quantity: str
) -> None:
    c = class_at("confirmed")
    at_time(c.now)
    answer = signed_in(c.certificate_officer).post("/ledger/receive/", {"quantity": quantity})
    assert answer.status_code == 422
    assert not SerialNumberRow.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    "actor", ["institution", "coordinator", "province", "centre", "trainee", "instructor"]
)
def test_only_the_certificate_officer_issues_and_receives(
    class_at: ClassAtFixture, signed_in: SignedIn, actor: str
) -> None:
    c = class_at("confirmed")
    role = c.actors()[actor]
    before = _everything()
    assert signed_in(role).post(f"/classes/{c.tc.pk}/certificates/issue/").status_code == 403
    assert signed_in(role).post("/ledger/receive/", {"quantity": "1"}).status_code == 403
    with pytest.raises(NotAllowed):
        issue_certificates(training_class=c.tc, by=role, now=c.now)
    assert _everything() == before


def test_a_foreign_officer_issues_nothing_here(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("confirmed"), Plan("confirmed", "017", "1"))
    client = signed_in(mine.certificate_officer)
    assert client.post(f"/classes/{theirs.tc.pk}/certificates/issue/").status_code == 404
    assert not Certificate.objects.unscoped("test").exists()


def test_a_corrected_mark_brings_the_certificate_later_with_the_next_number(
    class_at: ClassAtFixture,
) -> None:
    from gongxue.stage6_assessment.actions import countersign_correction, request_correction

    c = class_at("issued", fates=("final_failed",))
    correction = request_correction(
        attendee=c.attendees[0], part="final", new="80", reason="登分有误", by=c.staff, now=c.now
    )
    countersign_correction(correction=correction, seen=1, by=c.province, now=c.now)
    (late,) = _issue(c)
    assert (late.number[-3:], late.attendee_id) == ("004", c.attendees[0].pk)


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["certificate", "ledger_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET institution_id = institution_id", "DELETE FROM {}"])
def test_certificates_and_ledger_refuse_every_change(
    fresh_database: FreshDatabase, table: str, statement: str
) -> None:
    fresh_database.class_at("issued", headcount=1)
    with pytest.raises(DatabaseError, match="登记簿只能追加"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_certificate_keeps_the_class_it_was_issued_for(class_at: ClassAtFixture) -> None:
    """It is a register of its own: what is told later of the class changes nothing on it."""
    c = class_at("issued", headcount=1)
    TrainingClass.objects.inside(pk=c.tc.pk).update(category="02")
    assert c.certificates[0].category == "01"


def test_a_large_class_takes_as_many_statements_as_a_small_one(classes_at: ClassesAtFixture) -> None:
    four, one = classes_at(
        Plan("confirmed", category="机械类"),
        Plan("confirmed", category="信息类", fates=("failed", "failed", "failed")),
    )
    for series in ("130092023063", "S13009"):  # the first issue of all also creates its counters
        NumberCounter.objects.create(series=series)
    told = Message.objects.unscoped("test").filter(kind="certificates.issue")
    counts = []
    for c in (four, one):
        officer = c.certificate_officer
        with CaptureQueriesContext(connection) as queries:
            issued = issue_certificates(training_class=c.tc, by=officer, now=c.now)
        counts.append((len(issued), len(queries)))
        holders = {certificate.person.account_id: certificate.number for certificate in issued}
        subjects = told.filter(account__in=holders).values_list("account", "subject")
        assert dict(subjects) == {pk: f"您的证书已核发：{number}" for pk, number in holders.items()}
    assert counts == [(4, 23), (1, 23)]
