"""The check of a scanned code: valid, void, replaced, unknown, forged; nothing of it stands in an address or a log."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.certificates.documents.payload import opened, public_key, signed
from gongxue.certificates.documents.sheet import check_address, code_of
from gongxue.certificates.models import Certificate, LedgerEntry
from gongxue.certificates.queries import serial_of
from gongxue.foundation.access.models import Throttle
from tests.cast import ClassAt, ClassAtFixture
from tests.certificates.reading import end, replace_serial

URL = "/certificates/check"


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    return class_at("issued")


@pytest.fixture
def certificate(c: ClassAt) -> Certificate:
    return c.certificates[0]


@pytest.fixture
def code(certificate: Certificate) -> str:
    return code_of(certificate, serial_of(certificate))


def checked(client: Client, code: str) -> dict[str, Any]:
    response = client.post(URL, json.dumps({"code": code}), content_type="application/json")
    assert response.status_code == 200 and response.headers["Cache-Control"] == "private, no-store"
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.postgresql
def test_a_genuine_code_is_valid(client: Client, certificate: Certificate, code: str) -> None:
    answer = checked(client, code)
    assert answer["state"] == "valid"
    shown = answer["certificate"]
    assert (shown["holder"], shown["number"]) == (certificate.holder, certificate.number)
    assert shown["id_number"] == "•" * 14 + certificate.person.id_number.reveal()[-4:]
    assert certificate.person.id_number.reveal()[:14] not in json.dumps(answer)


def test_a_void_certificate_says_so(client: Client, c: ClassAt, certificate: Certificate, code: str) -> None:
    end(certificate, LedgerEntry.Kind.VOIDED, c)
    assert checked(client, code)["state"] == "void"


@pytest.mark.postgresql
def test_the_old_sheet_of_a_replaced_certificate_says_so(
    client: Client, c: ClassAt, certificate: Certificate, code: str
) -> None:
    serial = replace_serial(certificate, c)
    assert checked(client, code)["state"] == "replaced"
    assert checked(client, code_of(certificate, serial))["state"] == "valid"


def test_a_signed_code_that_the_books_do_not_know_is_unknown(client: Client, code: str) -> None:
    facts = opened(code)
    assert facts is not None
    for unknown in (replace(facts, number="130092023063999"), replace(facts, token="00" * 16)):
        answer = checked(client, signed(unknown))
        assert answer["state"] == "unknown" and "certificate" not in answer


@pytest.mark.parametrize("text", ["", "1", "abc", "9" * 300, "１２", "9" * 3000])
def test_anything_else_is_forged_and_costs_no_look_into_the_books(
    client: Client, c: ClassAt, text: str
) -> None:
    with CaptureQueriesContext(connections["default"]) as queries:
        answer = checked(client, text)
    assert answer["state"] == "forged" and len(queries) == 0
    assert Throttle.objects.count() == 0


def test_a_genuine_code_costs_one_statement(client: Client, code: str) -> None:
    with CaptureQueriesContext(connections["default"]) as queries:
        checked(client, code)
    assert len(queries) == 1


def test_the_page_publishes_the_key_and_tells_how_to_see_the_domain(client: Client, c: ClassAt) -> None:
    page = client.get(URL).content.decode()
    assert public_key().hex() in page and "http://127.0.0.1:8000/" in page and "仿冒" in page
    assert "check.js" in page and "<script>" not in page


def test_the_code_stands_behind_the_hash_only(certificate: Certificate, code: str) -> None:
    address, _, behind = check_address(certificate, serial_of(certificate)).partition("#")
    assert address == "http://127.0.0.1:8000/certificates/check" and behind == code


def test_a_wait_of_the_query_does_not_reach_the_check(
    client: Client, certificate: Certificate, code: str
) -> None:
    statuses = [
        client.post(
            "/certificates/query",
            json.dumps({"name": certificate.holder, "id_number": f"{i:018d}"}),
            content_type="application/json",
        ).status_code
        for i in range(12)
    ]
    assert statuses[-1] == 429
    assert checked(client, code)["state"] == "valid"
