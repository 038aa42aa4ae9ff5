"""What happens after the issue: replacement, correction, void, revocation, reprint, handing out (MG 18)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from gongxue.certificates.actions import (
    apply_correction,
    apply_replacement,
    apply_revocation,
    apply_void,
    correct_certificate,
    hand_out,
    keep_certificate,
    receive_stock,
    refuse_case,
    replace_certificate,
    reprint_certificate,
    revoke_certificate,
    spoil_stock,
    void_certificate,
    withdraw_case,
)
from gongxue.certificates.books import CHECKS
from gongxue.certificates.documents import document_of, print_run
from gongxue.certificates.lookup import Question, lookup
from gongxue.certificates.models import Certificate, CertificateCase, LedgerEntry, SerialNumberRow
from gongxue.certificates.queries import is_collected, reconcile, serial_of, standing_of
from gongxue.exchange.models import Message
from gongxue.foundation.files.store import read
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Qualification
from gongxue.rehearsal.forms import form2_answers
from gongxue.rehearsal.names import Invention
from gongxue.stage7_evaluation.actions import answer_evaluation
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn
from tests.certificates.reading import pages_of

AtTime = Callable[[datetime], None]
pytestmark = pytest.mark.postgresql


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Two certificates, form 2 answered, the first in its holder's hands."""
    c = class_at("issued", headcount=2)
    at_time(c.now)
    assert [is_collected(row) for row in c.certificates] == [True, False]
    return c


def _asked(c: ClassAt, ask: Any, which: int, by: Role | None = None, **more: Any) -> CertificateCase:
    made: CertificateCase = ask(
        certificate=c.certificates[which],
        reason="核对后办理",
        by=by or c.certificate_officer,
        now=c.now,
        **more,
    )
    return made


def _corrected(c: ClassAt, which: int = 1, **more: Any) -> CertificateCase:
    row = c.certificates[which]
    said: dict[str, Any] = {"holder": row.holder, "courses": row.courses, "periods": row.periods} | more
    return _asked(c, apply_correction, which, **said)


def _agrees() -> None:
    assert [says for check in CHECKS for says in check.differences()] == []


def _states() -> list[tuple[str, str]]:
    rows = SerialNumberRow.objects.unscoped("test").order_by("order")
    return list(rows.values_list("serial", "state"))


def _public(number: str, name: str) -> str:
    (found,) = lookup(Question(name=name, number=number))
    return found.state.value


def _rules(refused: pytest.ExceptionInfo[Any]) -> list[str]:
    return [breach.rule for breach in refused.value.breaches]


# Replacement --------------------------------------------------------------------------------------------------------


def test_a_replacement_keeps_the_number_and_takes_the_next_sheet(c: ClassAt) -> None:
    row, holder = c.certificates[0], c.trainees[0]
    first = read(document_of(row, c.now))
    case = _asked(c, apply_replacement, 0, holder)
    replace_certificate(case=case, seen=1, by=c.staff, now=c.now)
    assert (serial_of(row), row.number) == ("1300900003", "130092023063001")
    assert _states() == [("1300900001", "void"), ("1300900002", "issued"), ("1300900003", "issued")]
    entry = LedgerEntry.objects.inside(certificate=row, kind="replaced").get()
    assert (entry.first_serial, entry.former_serial, entry.reason) == (
        "1300900003",
        "1300900001",
        "核对后办理",
    )
    assert _public(row.number, row.holder) == "valid"
    assert Qualification.objects.unscoped("test").get(certificate_number=row.number).ended_on is None
    again = read(document_of(row, c.now))
    assert again != first and "1300900003" in pages_of(again)[0] and "1300900001" in pages_of(first)[0]
    assert reconcile(c.tc.institution) == []
    _agrees()


def test_the_holder_collects_the_replacement_anew(c: ClassAt, signed_in: SignedIn) -> None:
    replace_certificate(case=_asked(c, apply_replacement, 0), seen=1, by=c.staff, now=c.now)
    client, row = signed_in(c.trainees[0]), c.certificates[0]
    assert "领取电子证书" in client.get("/my/certificates/").content.decode()
    assert client.post(f"/certificates/{row.pk}/collect/").status_code == 302
    serials = LedgerEntry.objects.inside(certificate=row, kind="collected").order_by("pk")
    assert list(serials.values_list("first_serial", flat=True)) == ["1300900001", "1300900003"]


@pytest.mark.parametrize(
    ("ask", "which", "rule"),
    [
        (apply_replacement, 1, "case.not_collected"),
        (apply_void, 0, "case.collected"),
        (apply_revocation, 1, "case.revoke_early"),
    ],
)
def test_what_does_not_fit_the_place_of_the_paper_is_refused(
    c: ClassAt, ask: Any, which: int, rule: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        _asked(c, ask, which)
    assert _rules(refused) == [rule]
    assert not CertificateCase.objects.unscoped("test").exists()


def test_a_second_application_waits_for_the_first(c: ClassAt) -> None:
    _asked(c, apply_replacement, 0, c.trainees[0])
    with pytest.raises(RuleBroken) as refused:
        _asked(c, apply_revocation, 0)
    assert _rules(refused) == ["case.open"]


def test_no_reason_no_application(c: ClassAt) -> None:
    for reason, rule in (("  ", "case.reason"), ("长" * 501, "case.reason_long")):
        with pytest.raises(RuleBroken) as refused:
            apply_replacement(certificate=c.certificates[0], reason=reason, by=c.trainees[0], now=c.now)
        assert _rules(refused) == [rule]


def test_nobody_decides_on_their_own_application(c: ClassAt) -> None:
    from gongxue.foundation.identity.actions import give_role

    given = give_role(
        account=c.certificate_officer.account, organisation=c.tc.institution, duty="institution",
        by=c.people.centre, now=c.now,
    )  # fmt: skip
    both = Role.objects.select_related("account", "organisation").get(pk=given.pk)
    case = _asked(c, apply_replacement, 0)
    with pytest.raises(RuleBroken) as refused:
        replace_certificate(case=case, seen=1, by=both, now=c.now)
    assert _rules(refused) == ["approval.own"]
    replace_certificate(case=case, seen=1, by=c.staff, now=c.now)


def test_strangers_find_nothing_and_others_may_not(c: ClassAt) -> None:
    case = _asked(c, apply_replacement, 0, c.trainees[0])
    with pytest.raises(NotThere):
        replace_certificate(case=case, seen=1, by=c.people.changzhou.staff, now=c.now)
    with pytest.raises(NotThere):
        apply_replacement(certificate=c.certificates[0], reason="遗失", by=c.trainees[1], now=c.now)
    for by in (c.certificate_officer, c.province, c.people.centre, c.trainees[0]):
        with pytest.raises(NotAllowed):
            replace_certificate(case=case, seen=1, by=by, now=c.now)
    with pytest.raises(NotAllowed):
        withdraw_case(case=case, by=c.certificate_officer, now=c.now)
    withdraw_case(case=case, by=c.trainees[0], now=c.now)
    with pytest.raises(RuleBroken) as refused:
        replace_certificate(case=case, seen=2, by=c.staff, now=c.now)
    assert _rules(refused) == ["state.not_allowed"]


def test_an_application_is_decided_as_what_it_is_and_as_it_was_seen(c: ClassAt) -> None:
    case = _asked(c, apply_replacement, 0)
    with pytest.raises(NotAllowed):
        void_certificate(case=case, seen=1, by=c.staff, now=c.now)
    with pytest.raises(NotAllowed):
        keep_certificate(case=case, seen=1, reason="不符", by=c.province, now=c.now)
    with pytest.raises(Conflict):
        replace_certificate(case=case, seen=7, by=c.staff, now=c.now)
    refuse_case(case=case, seen=1, reason="证书并未遗失", by=c.staff, now=c.now)
    assert serial_of(c.certificates[0]) == "1300900001"
    told = Message.objects.unscoped("test").filter(kind="certificates.decided", to=c.certificate_officer)
    assert told.get().body == "证书并未遗失"


# Correction ---------------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_certificate_that_names_the_old(c: ClassAt) -> None:
    old = c.certificates[0]
    made = correct_certificate(case=_corrected(c, 0, holder="王更正"), seen=1, by=c.staff, now=c.now)
    assert (made.number, made.order, made.holder, made.corrects) == ("130092023063003", 3, "王更正", old)
    assert (serial_of(made), serial_of(old)) == ("1300900003", "")
    assert _public(old.number, old.holder) == "corrected" and _public(made.number, "王更正") == "valid"
    held = Qualification.objects.unscoped("test").filter(person=old.person).order_by("pk")
    assert [(q.certificate_number, q.ended_on is None) for q in held] == [
        (old.number, False),
        (made.number, True),
    ]
    assert "王更正" in pages_of(read(document_of(made, c.now)))[0]
    kinds = (
        LedgerEntry.objects.inside(certificate__in=[old, made])
        .order_by("pk")
        .values_list("kind", "certificate")
    )
    assert list(kinds)[-2:] == [("corrected", old.pk), ("issued", made.pk)]
    with pytest.raises(RuleBroken) as refused:
        _asked(c, apply_replacement, 0)
    assert "case.ended" in _rules(refused) and "已更正换发" in str(refused.value)
    _agrees()


def test_a_corrected_name_stands_in_the_account_too(c: ClassAt) -> None:
    old = c.certificates[0]
    correct_certificate(case=_corrected(c, 0, holder="王更正"), seen=1, by=c.staff, now=c.now)
    assert Account.objects.get(pk=old.person.account_id).name == "王更正"
    entry = Event.objects.unscoped("test").filter(code="certificates.correct").get()
    assert entry.changes["name"] == [old.holder, "王更正"]


@pytest.mark.postgresql
def test_a_wrong_id_number_is_corrected_on_certificate_and_record(c: ClassAt) -> None:
    old, new = c.certificates[0], Invention(77).id_number()
    wrong = old.person.id_number.reveal()
    case = _corrected(c, 0, id_number=new.lower())
    assert new.encode() not in bytes(case.id_number_sealed) and case.id_number_end == new[-4:]
    made = correct_certificate(case=case, seen=1, by=c.staff, now=c.now)
    assert made.person.id_number.reveal() == new and made.holder == old.holder
    assert lookup(Question(id_number=new, number=made.number)) and lookup(
        Question(id_number=wrong, number=old.number)
    )
    assert not lookup(Question(id_number=wrong, number=made.number))
    text = pages_of(read(document_of(made, c.now)))[0]
    assert new in text and wrong not in text
    case.refresh_from_db()
    entry = Event.objects.unscoped("test").filter(code="certificates.correct").get()
    assert bytes(case.id_number_sealed) == b"" and set(entry.changes) >= {"id_number", "numbers"}
    assert new not in str(entry.changes) and wrong not in str(entry.changes)
    _agrees()


def test_an_id_number_that_is_none_or_somebody_elses_is_refused(c: ClassAt) -> None:
    for text, rule in (
        ("123", "id_number.invalid"),
        (c.certificates[1].person.id_number.reveal()[:-1], "id_number.invalid"),
    ):
        with pytest.raises(RuleBroken) as refused:
            _corrected(c, 1, id_number=text)
        assert _rules(refused) == [rule] and text not in str(refused.value)
    with pytest.raises(RuleBroken) as refused:
        _corrected(c, 1, id_number=c.certificates[1].person.id_number.reveal())
    assert _rules(refused) == ["correction.same"]
    case = _corrected(c, 1, id_number=c.certificates[0].person.id_number.reveal())
    with pytest.raises(RuleBroken) as refused:
        correct_certificate(case=case, seen=1, by=c.staff, now=c.now)
    assert _rules(refused) == ["person.taken"]
    withdraw_case(case=case, by=c.certificate_officer, now=c.now)
    case.refresh_from_db()
    assert bytes(case.id_number_sealed) == b""


def test_a_correction_changes_something_that_can_be_printed(c: ClassAt) -> None:
    for more, rule in (
        ({}, "correction.same"),
        ({"holder": " "}, "correction.name"),
        ({"periods": 0}, "correction.periods"),
        ({"holder": "王\U0001f600"}, "correction.glyphs"),
    ):
        with pytest.raises(RuleBroken) as refused:
            _corrected(c, 1, **more)
        assert _rules(refused) == [rule]


def test_a_full_series_refuses_a_correction_and_writes_nothing(c: ClassAt) -> None:
    from gongxue.certificates.models import NumberCounter

    case = _corrected(c, 1, periods=99)
    NumberCounter.objects.filter(series="130092023063").update(last=999)
    with pytest.raises(RuleBroken) as refused:
        correct_certificate(case=case, seen=1, by=c.staff, now=c.now)
    assert _rules(refused) == ["certificate.series_full"]
    case = CertificateCase.objects.unscoped("test").get()
    assert case.state == "applied" and Certificate.objects.unscoped("test").count() == 2


# Void and revocation ------------------------------------------------------------------------------------------------


def test_what_was_not_handed_out_is_void_in_the_house(c: ClassAt) -> None:
    row = c.certificates[1]
    void_certificate(case=_asked(c, apply_void, 1), seen=1, by=c.staff, now=c.now)
    assert (standing_of(row), _public(row.number, row.holder)) == ("void", "void")
    assert Qualification.objects.unscoped("test").get(certificate_number=row.number).ended_on is not None
    (page,) = pages_of(print_run(c.tc))
    assert c.certificates[0].number in page
    _agrees()


def test_what_was_handed_out_is_revoked_by_the_province(c: ClassAt, signed_in: SignedIn) -> None:
    row = c.certificates[0]
    case = _asked(c, apply_revocation, 0)
    with pytest.raises(NotAllowed):
        revoke_certificate(case=case, seen=1, by=c.staff, now=c.now)
    with pytest.raises(NotThere):
        revoke_certificate(case=case, seen=1, by=c.people.jiangsu, now=c.now)
    revoke_certificate(case=case, seen=1, by=c.province, now=c.now)
    assert _public(row.number, row.holder) == "revoked"
    mine = signed_in(c.trainees[0])
    assert "证书已撤销" in mine.get("/my/certificates/").content.decode()
    assert mine.get(f"/certificates/{row.pk}/file/").status_code == 422
    told = set(
        Message.objects.unscoped("test").filter(kind="certificates.decided").values_list("to", flat=True)
    )
    assert told == {c.certificate_officer.pk, c.trainees[0].pk}
    event = Event.objects.unscoped("test").filter(code="certificates.revoke").get()
    assert event.changes["certificate"] == [row.number, None]
    _agrees()


def test_the_query_page_says_revoked_and_not_where_the_new_one_is(c: ClassAt, signed_in: SignedIn) -> None:
    from django.test import Client

    row = c.certificates[0]
    revoke_certificate(case=_asked(c, apply_revocation, 0), seen=1, by=c.province, now=c.now)
    answer = Client().post(
        "/certificates/query",
        urlencode({"name": row.holder, "number": row.number}),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200 and "已撤销" in answer.content.decode()


# Reprint, handing out, stock ----------------------------------------------------------------------------------------


def test_a_spoiled_print_takes_the_next_sheet_while_it_is_in_the_house(c: ClassAt) -> None:
    receive_stock(quantity=2, by=c.certificate_officer, now=c.now)
    made = reprint_certificate(
        certificate=c.certificates[1], reason="卡纸", by=c.certificate_officer, now=c.now
    )
    assert (made.first_serial, made.former_serial) == ("1300900003", "1300900002")
    assert _states()[1] == ("1300900002", "spoiled")
    with pytest.raises(RuleBroken) as refused:
        reprint_certificate(certificate=c.certificates[0], reason="卡纸", by=c.certificate_officer, now=c.now)
    assert _rules(refused) == ["reprint.collected"]
    _agrees()


def test_the_paper_goes_to_its_holder_or_to_somebody_authorised(c: ClassAt) -> None:
    row, officer = c.certificates[1], c.certificate_officer
    with pytest.raises(RuleBroken) as refused:
        hand_out(certificate=row, collector="李代领", by=officer, now=c.now)
    assert _rules(refused) == ["hand_out.authority"]
    with pytest.raises(RuleBroken) as refused:
        hand_out(certificate=row, collector=" ", by=officer, now=c.now)
    assert _rules(refused) == ["hand_out.collector"]
    entry = hand_out(certificate=row, collector="李代领", authority="7月1日委托书", by=officer, now=c.now)
    assert (entry.collector, entry.reason) == ("李代领", "委托领取：7月1日委托书")
    with pytest.raises(RuleBroken) as refused:
        hand_out(certificate=row, collector=row.holder, by=officer, now=c.now)
    assert _rules(refused) == ["hand_out.twice"]
    own = hand_out(certificate=c.certificates[0], collector=c.certificates[0].holder, by=officer, now=c.now)
    assert own.reason == "本人领取"  # the electronic copy was collected before: paper is entered too


def test_form_2_comes_before_the_paper(fresh_database: FreshDatabase, at_time: AtTime) -> None:
    c = fresh_database.class_at("finished", headcount=1)
    c.plan = c.plan.at_step(c.plan.step + 1)
    c.drive_to("issued")
    at_time(c.now)
    row = c.certificates[0]
    inputs: dict[str, Any] = {"by": c.certificate_officer, "now": c.now}
    with pytest.raises(RuleBroken) as refused:
        hand_out(certificate=row, collector=row.holder, **inputs)
    assert _rules(refused) == ["hand_out.form2"]
    answers = form2_answers(c.tc.level_enum, random.Random(1))
    answer_evaluation(training_class=c.tc, answers=answers, by=c.trainees[0], now=c.now)
    assert hand_out(certificate=row, collector=row.holder, **inputs).quantity == 1


def test_blank_sheets_leave_the_stock_before_a_second_person(c: ClassAt) -> None:
    officer = c.certificate_officer
    receive_stock(quantity=5, by=officer, now=c.now)
    right = {
        "first": "1300900004",
        "last": "1300900005",
        "kind": "void",
        "reason": "印刷不清",
        "witness": "王芳",
    }
    for wrong, rule in (
        ({"reason": ""}, "case.reason"),
        ({"witness": ""}, "spoil.witness"),
        ({"witness": officer.account.name}, "spoil.own_witness"),
        ({"first": "1300900002"}, "spoil.not_there"),
        ({"last": "1300900003"}, "spoil.range"),
        ({"last": "3201700005"}, "spoil.serial"),
        ({"kind": "eaten"}, "spoil.kind"),
    ):
        with pytest.raises(RuleBroken) as refused:
            spoil_stock(**(right | wrong), by=officer, now=c.now)
        assert _rules(refused) == [rule]
    entry = spoil_stock(**right, by=officer, now=c.now)
    assert (entry.kind, entry.quantity, entry.reason) == ("voided", 2, "印刷不清（监销人：王芳）")
    assert [state for _, state in _states()] == [
        "issued",
        "issued",
        "received",
        "void",
        "void",
        "received",
        "received",
    ]
    _agrees()


# Races --------------------------------------------------------------------------------------------------------------


def test_one_of_thirty_decisions_counts(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("issued", headcount=2)
    case = _corrected(c, 0, periods=99)
    found = race(*[lambda: correct_certificate(case=case, seen=1, by=c.staff, now=c.now) for _ in range(30)])
    assert len([made for made in found if isinstance(made, Certificate)]) == 1
    assert all(isinstance(made, (Certificate, Conflict, RuleBroken)) for made in found)
    assert [row.number[-3:] for row in c.certificates] == ["001", "002", "003"]
    assert reconcile(c.tc.institution) == []


def test_reprints_replacements_receipts_and_spoiling_at_once_share_the_sheets(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("issued", headcount=4)
    officer, now = c.certificate_officer, c.now
    receive_stock(quantity=6, by=officer, now=now)
    in_hand = [n for n, row in enumerate(c.certificates) if is_collected(row)]
    waiting = [_asked(c, apply_replacement, n) for n in in_hand]
    assert len(waiting) == 2
    calls: list[Callable[[], Any]] = []
    for case in waiting:
        calls += [partial(replace_certificate, case=case, seen=1, by=c.staff, now=now)] * 4
    for row in c.certificates[1:3]:
        calls += [partial(reprint_certificate, certificate=row, reason="卡纸", by=officer, now=now)] * 2
    calls += [lambda: receive_stock(quantity=1, by=officer, now=now)] * 3
    blank = {
        "first": "1300900010",
        "last": "1300900010",
        "kind": "spoiled",
        "reason": "破损",
        "witness": "王芳",
    }
    calls += [lambda: spoil_stock(**blank, by=officer, now=now)] * 3
    found = race(*calls)
    assert not [
        made for made in found if isinstance(made, Exception) and not isinstance(made, (RuleBroken, Conflict))
    ]
    assert reconcile(c.tc.institution) == []
    active = SerialNumberRow.objects.unscoped("test").filter(state="issued")
    assert len(set(active.values_list("certificate", flat=True))) == active.count() == 4


# Pages --------------------------------------------------------------------------------------------------------------


def test_an_application_goes_through_the_pages(c: ClassAt, signed_in: SignedIn) -> None:
    holder, staff, row = signed_in(c.trainees[0]), signed_in(c.staff), c.certificates[0]
    assert holder.post(f"/certificates/{row.pk}/replacement/", {"reason": "遗失"}).status_code == 302
    assert "补发申请待办理" in holder.get("/my/certificates/").content.decode()
    assert f"补发：{row}" in staff.get("/desk/").content.decode()
    page = staff.get("/ledger/cases/?state=applied").content.decode()
    case = CertificateCase.objects.unscoped("test").get()
    assert f"/certificate-cases/{case.pk}/replace/" in page and "遗失" in page
    assert staff.post(f"/certificate-cases/{case.pk}/replace/", {"seen": 1}).status_code == 302
    record = staff.get(f"/certificates/{row.pk}/").content.decode()
    assert "1300900003" in record and "补发" in record and "已办结" in record
    assert holder.get(f"/certificates/{row.pk}/").status_code == 403


def test_a_correction_page_keeps_what_was_typed_and_says_why_not(c: ClassAt, signed_in: SignedIn) -> None:
    client, row = signed_in(c.certificate_officer), c.certificates[1]
    path = f"/certificates/{row.pk}/correction/"
    assert f'value="{row.holder}"' in client.get(path).content.decode()
    said = {"holder": row.holder, "courses": row.courses, "periods": row.periods, "reason": "核对"}
    refused = client.post(path, said)
    assert refused.status_code == 422 and "更正后的内容与原证书相同" in refused.content.decode()
    assert client.post(path, said | {"periods": row.periods + 1}).status_code == 302
    assert signed_in(c.staff).get(path).status_code == 403


def test_the_office_hands_out_and_prints_one(c: ClassAt, signed_in: SignedIn) -> None:
    client, row = signed_in(c.certificate_officer), c.certificates[1]
    path = f"/certificates/{row.pk}/hand-out/"
    refused = client.post(path, {"collector": "李代领"})
    assert refused.status_code == 422 and "委托书" in refused.content.decode()
    assert client.post(path, {"collector": row.holder}).status_code == 302
    assert "本人领取" in client.get(f"/certificates/{row.pk}/").content.decode()
    (page,) = pages_of(client.get(f"/classes/{c.tc.pk}/certificates.pdf?certificate={row.pk}").content)
    assert row.number in page
    sheet = pages_of(client.get(f"/classes/{c.tc.pk}/collection.pdf").content)[0]
    assert row.holder in sheet and "领取人签名" in sheet and date(2023, 6, 12) == c.tc.first_day
