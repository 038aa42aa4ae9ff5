"""A certificate that was made void is neither collected nor downloaded nor printed, through no door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from gongxue.certificates.documents import print_run
from gongxue.certificates.models import Certificate, IssuedDocument, LedgerEntry
from gongxue.certificates.queries import void_among
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.trail.models import Event
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at
from tests.certificates.reading import end, pages_of, replace_serial

AtTime = Callable[[datetime], None]
pytestmark = pytest.mark.postgresql


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Issued, form 2 answered by everybody; the first certificate is void."""
    c = class_at("issued", headcount=2)
    at_time(c.now)
    end(c.certificates[0], LedgerEntry.Kind.VOIDED, c)
    return c


def _left() -> tuple[int, int]:
    entries = LedgerEntry.objects.unscoped("test").filter(kind=LedgerEntry.Kind.COLLECTED)
    return entries.count(), Event.objects.unscoped("test").count()


def _through_the_page(c: ClassAt, signed_in: SignedIn, certificate: Certificate) -> tuple[int, str]:
    answer = signed_in(c.trainees[0]).post(f"/certificates/{certificate.pk}/collect/")
    return answer.status_code, answer.content.decode()


def _through_the_api(c: ClassAt, signed_in: SignedIn, certificate: Certificate) -> tuple[int, str]:
    token = issue_token(role=c.trainees[0], now=at(date(2037, 1, 1)))
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post(f"/api/v1/certificates/{certificate.pk}/download", headers=headers)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("door", [_through_the_page, _through_the_api])
def test_nobody_collects_a_void_certificate(c: ClassAt, signed_in: SignedIn, door: Any) -> None:
    before = _left()
    status, said = door(c, signed_in, c.certificates[0])
    assert status == 422
    for words in ("该证书已作废", "管理指南第十八条(二)", "请联系发证机构"):
        assert words in said
    assert (_left(), IssuedDocument.objects.unscoped("test").count()) == (before, 0)


def test_what_was_collected_before_is_not_downloaded_any_more(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("issued", headcount=1)
    at_time(c.now)
    client, (certificate,) = signed_in(c.trainees[0]), c.certificates
    assert client.post(f"/certificates/{certificate.pk}/collect/").status_code == 302
    assert client.get(f"/certificates/{certificate.pk}/file/").status_code == 200
    end(certificate, LedgerEntry.Kind.VOIDED, c)
    refused = client.get(f"/certificates/{certificate.pk}/file/")
    assert refused.status_code == 422 and "该证书已作废" in refused.content.decode()


def test_its_holder_and_the_office_see_that_it_is_void(c: ClassAt, signed_in: SignedIn) -> None:
    own = signed_in(c.trainees[0]).get("/my/certificates/").content.decode()
    assert "已作废" in own and "该证书已作废" in own
    assert f"/certificates/{c.certificates[0].pk}/collect/" not in own
    office = signed_in(c.certificate_officer).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert office.count("已作废") == 1 and "下载打印件（1 张）" in office


def test_it_is_neither_printed_nor_made(c: ClassAt) -> None:
    (page,) = pages_of(print_run(c.tc))
    assert c.certificates[1].number in page and c.certificates[0].number not in page
    assert prepare_documents.func(c.tc.pk) == 1
    assert IssuedDocument.objects.unscoped("test").get().certificate == c.certificates[1]


def test_one_that_was_replaced_holds_under_its_new_serial(c: ClassAt, signed_in: SignedIn) -> None:
    replaced = c.certificates[1]
    replace_serial(replaced, c)
    assert void_among(c.certificates) == {c.certificates[0].pk}
    answer = signed_in(c.trainees[1]).post(f"/certificates/{replaced.pk}/collect/")
    assert answer.status_code == 302
