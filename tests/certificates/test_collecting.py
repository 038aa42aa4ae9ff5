"""Collecting the electronic certificate: form 2 first, one entry in the ledger, the same bytes each time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

import pytest

from gongxue.certificates.models import Certificate, IssuedDocument, LedgerEntry
from gongxue.foundation.pages.typesetter import FontsMissing
from gongxue.rehearsal.forms import form2_answers
from gongxue.stage7_evaluation.actions import answer_evaluation
from tests.cast import ClassAt, FreshDatabase, SignedIn

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: AtTime) -> ClassAt:
    """Certificates are issued, nobody has answered form 2."""
    c = fresh_database.class_at("finished", headcount=2)
    c.plan = c.plan.at_step(c.plan.step + 1)
    c.drive_to("issued")
    at_time(c.now)
    return c


def _answer(c: ClassAt) -> None:
    answers = form2_answers(c.tc.level_enum, random.Random(1))
    answer_evaluation(training_class=c.tc, answers=answers, by=c.trainees[0], now=c.now)


def _collected(certificate: Certificate) -> int:
    return int(LedgerEntry.objects.inside(certificate=certificate, kind=LedgerEntry.Kind.COLLECTED).count())


def test_form_2_comes_first_and_the_way_there_is_shown(c: ClassAt, signed_in: SignedIn) -> None:
    client, certificate = signed_in(c.trainees[0]), c.certificates[0]
    page = client.get("/my/certificates/").content.decode()
    assert "先填评估表，再领证书" in page
    assert f'href="/classes/{c.tc.pk}/evaluate/"' in page
    assert f"/certificates/{certificate.pk}/collect/" not in page
    assert client.post(f"/certificates/{certificate.pk}/collect/").status_code == 422
    early = client.get(f"/certificates/{certificate.pk}/file/")
    assert (early.status_code, early.headers["Location"]) == (302, "/my/certificates/")
    assert (_collected(certificate), IssuedDocument.objects.unscoped("test").count()) == (0, 0)


def test_after_form_2_the_certificate_is_collected_and_downloaded(c: ClassAt, signed_in: SignedIn) -> None:
    client, certificate = signed_in(c.trainees[0]), c.certificates[0]
    _answer(c)
    assert (
        f'action="/certificates/{certificate.pk}/collect/"'
        in client.get("/my/certificates/").content.decode()
    )
    for _ in range(2):  # a second time changes nothing
        assert client.post(f"/certificates/{certificate.pk}/collect/").status_code == 302
    assert _collected(certificate) == 1
    page = client.get("/my/certificates/").content.decode()
    assert f'href="/certificates/{certificate.pk}/file/" download' in page
    first, second = (client.get(f"/certificates/{certificate.pk}/file/") for _ in range(2))
    assert first.content.startswith(b"%PDF-") and first.content == second.content
    assert first.headers["Content-Disposition"].startswith("attachment;")
    ledger = signed_in(c.certificate_officer).get("/ledger/?kind=collected").content.decode()
    assert certificate.number in ledger


def test_a_certificate_collected_before_its_document_was_made_gets_one_now(
    c: ClassAt, signed_in: SignedIn
) -> None:
    from gongxue.certificates.actions import collect_certificate

    client, certificate = signed_in(c.trainees[0]), c.certificates[0]
    _answer(c)
    collect_certificate(certificate=certificate, by=c.trainees[0], now=c.now)
    assert (
        f'action="/certificates/{certificate.pk}/collect/"'
        in client.get("/my/certificates/").content.decode()
    )
    client.post(f"/certificates/{certificate.pk}/collect/")
    assert client.get(f"/certificates/{certificate.pk}/file/").content.startswith(b"%PDF-")
    assert _collected(certificate) == 1


def test_what_cannot_be_made_is_not_entered_as_collected(
    c: ClassAt, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongxue.certificates import views

    def missing(*_: object) -> None:
        raise FontsMissing("缺少字体文件")

    monkeypatch.setattr(views, "document_of", missing)
    client, certificate = signed_in(c.trainees[0]), c.certificates[0]
    _answer(c)
    answer = client.post(f"/certificates/{certificate.pk}/collect/")
    assert answer.status_code == 302
    assert "证书文件暂时不能生成：缺少字体文件" in client.get("/my/certificates/").content.decode()
    assert _collected(certificate) == 0


def test_who_has_none_is_told_how_one_comes(c: ClassAt, signed_in: SignedIn) -> None:
    page = signed_in(c.people.stranger).get("/my/certificates/").content.decode()
    assert "还没有证书" in page
