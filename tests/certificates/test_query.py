"""The public query (MG 18.2): three modes, one answer for every miss, growing delay, nothing said that was not asked."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.certificates import lane
from gongxue.certificates import lookup as lookup_module
from gongxue.certificates.lookup import lookup, question_of
from gongxue.certificates.models import Certificate, LedgerEntry
from gongxue.foundation import clock
from gongxue.foundation.access.models import Throttle
from gongxue.foundation.access.throttle import QUERY_ADDRESS, QUERY_NAME
from gongxue.foundation.identity.models import Account
from tests.cast import ClassAt, ClassAtFixture
from tests.certificates.reading import end

FORM = "application/x-www-form-urlencoded"
URL = "/certificates/query"


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    return class_at("issued")


@pytest.fixture
def certificate(c: ClassAt) -> Certificate:
    return c.certificates[0]


class Stopwatch:
    """The clock of a test, which moves when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def stopwatch(c: ClassAt, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    watch = Stopwatch(c.now)
    monkeypatch.setattr(clock, "now", watch)
    yield watch


def asked(client: Client, **fields: str) -> Any:
    """As a browser without script asks."""
    return client.post(URL, urlencode(fields), content_type=FORM)


def asked_as_json(client: Client, **fields: Any) -> Any:
    return client.post(URL, json.dumps(fields), content_type="application/json")


def id_number(certificate: Certificate) -> str:
    return certificate.person.id_number.reveal()


# Hits ----------------------------------------------------------------------------------------------------------------


def _modes(certificate: Certificate) -> dict[str, dict[str, str]]:
    name, number, identity = certificate.holder, certificate.number, id_number(certificate)
    return {
        "name and ID number": {"name": name, "id_number": identity},
        "name and number": {"name": name, "number": number},
        "ID number and number": {"id_number": identity, "number": number},
        "all three": {"name": name, "id_number": identity, "number": number},
    }


@pytest.mark.postgresql
def test_any_two_lead_to_the_certificate(client: Client, certificate: Certificate) -> None:
    for mode, fields in _modes(certificate).items():
        page, data = asked(client, **fields), asked_as_json(client, **fields).json()
        assert page.status_code == 200 and certificate.number in page.content.decode(), mode
        (row,) = data["certificates"]
        assert data["found"] and row["number"] == certificate.number, mode
        assert row["state"] == "valid" and row["state_title"] == "有效", mode
        assert row["serial"].startswith("13009") and row["issuer"] == "邢台技师学院", mode


def test_the_name_is_shown_only_to_whoever_typed_it(client: Client, certificate: Certificate) -> None:
    modes = _modes(certificate)
    masked = f"{certificate.holder[0]}**"
    for mode, shown in {"name and ID number": certificate.holder, "ID number and number": masked}.items():
        (row,) = asked_as_json(client, **modes[mode]).json()["certificates"]
        assert row["holder"] == shown
        assert (certificate.holder in asked(client, **modes[mode]).content.decode()) is (
            "name" in modes[mode]
        )


def test_no_answer_contains_an_id_number(client: Client, c: ClassAt, certificate: Certificate) -> None:
    others = [id_number(other) for other in c.certificates]
    for fields in [*_modes(certificate).values(), {"name": "张三", "id_number": id_number(certificate)}]:
        for ask in (asked, asked_as_json):
            response = ask(client, **fields)
            seen = response.content.decode() + str(response.headers)
            assert not [number for number in others if number in seen or number[6:14] in seen]


@pytest.mark.postgresql
def test_somebody_with_two_certificates_sees_both_the_newest_first(class_at: ClassAtFixture) -> None:
    c = class_at("issued", fates=("barred",))
    first = c.certificates[0]
    other = Certificate.objects.inside(pk=first.pk).get()
    other.pk, other._state.adding = None, True
    other.number, other.order, other.attendee, other.token = "130092023063900", 900, c.attendees[0], "ab" * 16
    other.save()
    rows = lookup(question_of(name=first.holder, id_number=id_number(first)))
    assert [row.number for row in rows] == [other.number, first.number]


def test_what_people_type_is_made_regular(client: Client, certificate: Certificate) -> None:
    wide = str.maketrans("0123456789XG", "０１２３４５６７８９ＸＧ")
    name, number, identity = certificate.holder, certificate.number, id_number(certificate)
    typed = [
        {"name": f" {name}　", "number": f"\t{number}\n"},
        {"name": name, "number": number.translate(wide)},
        {"id_number": identity.translate(wide), "number": number},
        {"id_number": f" {identity.lower()} ", "name": name},
        {"id_number": identity.lower().translate(wide), "number": number.lower()},
    ]
    for fields in typed:
        assert asked_as_json(client, **fields).json()["found"], fields


@pytest.mark.postgresql
def test_the_dot_inside_a_name_may_be_any_dot(client: Client, class_at: ClassAtFixture) -> None:
    c = class_at("confirmed", headcount=1)
    account = Account.objects.get(pk=c.trainees[0].account_id)
    account.name = "阿卜杜·买买提"
    account.save(update_fields=["name"])
    (certificate,) = c.drive_to("issued").certificates
    for dot in ("·", "•", "．", "・", ".", " · "):
        fields = {"name": f"阿卜杜{dot}买买提", "number": certificate.number}
        assert asked_as_json(client, **fields).json()["found"], dot
        assert certificate.number in asked(client, **fields).content.decode(), dot
    assert not asked_as_json(client, name="阿卜杜买买提", number=certificate.number).json()["found"]


# Misses --------------------------------------------------------------------------------------------------------------


def _misses(c: ClassAt) -> list[dict[str, str]]:
    one, other = c.certificates[:2]
    identity = id_number(one)
    return [
        {"name": "无此人", "number": "130092023063999"},
        {"name": other.holder + "某", "number": one.number},
        {"name": one.holder, "number": other.number},
        {"name": one.holder, "id_number": id_number(other)},
        {"id_number": identity, "number": other.number},
        {"name": one.holder, "id_number": identity, "number": other.number},
        {"name": one.holder, "id_number": identity[:-1] + ("1" if identity[-1] != "1" else "2")},
        {"name": one.holder, "number": one.number[:-1]},
        {"name": "%", "number": one.number},
        {"name": "_" * len(one.holder), "number": one.number},
        {"name": one.holder[0] + "*", "number": one.number},
        {"name": one.holder[:1], "number": one.number},
        {"name": one.holder, "number": "%" + one.number[1:]},
        {"name": one.holder, "number": one.number[:8] + " " + one.number[8:]},
        {"name": "' OR 1=1 --", "number": one.number},
        {"name": "张\x00三", "number": one.number},
        {"name": one.holder, "number": "\ufdfa" * 60},
        {"name": one.holder, "number": "长" * 500},
    ]


@pytest.mark.postgresql
def test_every_kind_of_miss_has_the_same_answer(client: Client, c: ClassAt) -> None:
    pages, data = set(), set()
    for fields in _misses(c):
        Throttle.objects.all().delete()
        page = asked(client, **fields)
        pages.add((page.status_code, page.content, page.headers["Content-Type"]))
        answer = asked_as_json(client, **fields)
        data.add((answer.status_code, answer.content))
    assert len(pages) == 1 and len(data) == 1
    ((status, body),) = data
    assert status == 200 and json.loads(body)["found"] is False
    assert lane.MISSED in next(iter(pages))[1].decode()


@pytest.mark.postgresql
def test_lone_surrogates_are_a_miss(client: Client, certificate: Certificate) -> None:
    body = json.dumps({"name": "\ud800", "number": certificate.number})
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 200 and response.json()["found"] is False


def _books_read(client: Client, fields: dict[str, str]) -> list[str]:
    with CaptureQueriesContext(connections["default"]) as queries:
        asked_as_json(client, **fields)
    return [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "mode", ["name and ID number", "name and number", "ID number and number", "all three"]
)
def test_hit_and_miss_take_one_and_the_same_statement(
    client: Client, c: ClassAt, certificate: Certificate, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[str, int]] = []
    build = lookup_module._statement

    def noted(question: Any) -> Any:
        statement, values = build(question)
        shapes.append((statement, len(values)))
        return statement, values

    monkeypatch.setattr(lookup_module, "_statement", noted)
    hit = _modes(certificate)[mode]
    wrong = dict.fromkeys(hit, "x")
    partly = hit | {next(iter(hit)): "无此人"}
    for fields in (hit, wrong, partly):
        assert len(_books_read(client, fields)) == 1
    assert len(shapes) == 3 and len(set(shapes)) == 1


def _work(client: Client, fields: dict[str, str]) -> tuple[list[str], list[str]]:
    """The statements of a question in both databases, without what was asked for."""
    with (
        CaptureQueriesContext(connections["default"]) as books,
        CaptureQueriesContext(connections["volatile"]) as counters,
    ):
        assert asked_as_json(client, **fields).status_code == 200
    shapes = [
        [re.sub(r"'[^']*'|X'[^']*'|\b\d+\b", "?", q["sql"]) for q in queries] for queries in (books, counters)
    ]
    return shapes[0], shapes[1]


CAUSES = {  # what is wrong, by the two fields that are asked
    ("name", "number"): [
        {"name": "无此人", "number": "130092023063999"}, {"name": "无此人"}, {"number": "130092023063999"}, {"number": "13"},
        {"number": "长" * 99}, {"name": "%"}, {"name": "张\0三"},
    ],
    ("name", "id_number"): [
        {"name": "无此人"}, {"id_number": "110101199001011234"}, {"id_number": "x"}, {"id_number": "长" * 99}, {"name": "_"},
    ],
    ("id_number", "number"): [
        {"id_number": "110101199001011234"}, {"number": "130092023063999"}, {"id_number": "1", "number": "1"},
    ],
}  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.parametrize("asked_for", CAUSES)
def test_every_kind_of_miss_costs_the_same_work(
    client: Client, certificate: Certificate, asked_for: tuple[str, str]
) -> None:
    """Statement by statement in the books and in the counters: nothing can be told from how long a miss takes."""
    right = _modes(certificate)["all three"]
    works = set()
    for wrong in CAUSES[asked_for]:
        Throttle.objects.all().delete()
        books, counters = _work(client, {name: right[name] for name in asked_for} | wrong)
        works.add((*books, "|", *counters))
    assert len(works) == 1
    (work,) = works
    assert work.index("|") == 1, "one statement in the books"


def test_fewer_than_two_are_refused_without_a_look(client: Client, certificate: Certificate) -> None:
    for fields in ({"name": ""}, {"number": certificate.number}, {"name": "张三", "number": "  "}):
        with CaptureQueriesContext(connections["default"]) as queries:
            response = asked(client, **fields)
        assert response.status_code == 422 and lane.TWO_NEEDED in response.content.decode()
        assert len(queries) == 0
    assert Throttle.objects.count() == 0


# State ---------------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_a_void_certificate_is_shown_as_void(client: Client, c: ClassAt, certificate: Certificate) -> None:
    end(certificate, LedgerEntry.Kind.VOIDED, c)
    fields = {"name": certificate.holder, "number": certificate.number}
    (row,) = asked_as_json(client, **fields).json()["certificates"]
    assert (row["state"], row["state_title"]) == ("void", "已作废")
    assert row["serial"].startswith("13009")
    assert "已作废" in asked(client, **fields).content.decode()
    other = c.certificates[1]
    (row,) = asked_as_json(client, name=other.holder, number=other.number).json()["certificates"]
    assert row["state"] == "valid"


def test_a_later_entry_of_another_kind_does_not_revive_it(client: Client, c: ClassAt) -> None:
    certificate = c.certificates[0]
    end(certificate, LedgerEntry.Kind.VOIDED, c)
    last = LedgerEntry.objects.inside(certificate=certificate).order_by("-pk")[0]
    last.pk, last.kind, last._state.adding = None, LedgerEntry.Kind.COLLECTED, True
    last.save()
    fields = {"name": certificate.holder, "number": certificate.number}
    assert asked_as_json(client, **fields).json()["certificates"][0]["state"] == "void"


# Guessing ------------------------------------------------------------------------------------------------------------


def test_misses_under_one_name_wait_longer_and_longer(
    client: Client, certificate: Certificate, stopwatch: Stopwatch
) -> None:
    _exhaust(client, certificate.holder)
    waits = []
    for i in range(5):
        wrong = {"name": certificate.holder, "id_number": f"9{i:017d}"}
        waits.append(int(asked_as_json(client, **wrong).headers["Retry-After"]))
        stopwatch.now += timedelta(seconds=waits[-1])
        assert asked_as_json(client, **wrong).status_code == 200  # heard again, and missed again
    assert all(later >= 1.5 * earlier for earlier, later in pairwise(waits))


def _exhaust(client: Client, name: str) -> None:
    for attempt in range(QUERY_NAME.free):
        assert asked_as_json(client, name=name, id_number=f"{attempt:018d}").status_code == 200


def test_while_waiting_even_the_right_answer_is_not_given(
    client: Client, certificate: Certificate, stopwatch: Stopwatch
) -> None:
    _exhaust(client, certificate.holder)
    right = {"name": certificate.holder, "id_number": id_number(certificate)}
    data, page = asked_as_json(client, **right), asked(client, **right)
    assert data.status_code == page.status_code == 429
    assert data.headers["Retry-After"] == page.headers["Retry-After"] != "0"
    assert data.headers["Content-Type"] == "application/problem+json" and "再试" in data.json()["title"]
    assert certificate.number not in page.content.decode() and "再试" in page.content.decode()
    stopwatch.now += timedelta(seconds=int(page.headers["Retry-After"]))
    assert asked_as_json(client, **right).json()["found"]


@pytest.mark.postgresql
def test_one_name_does_not_make_another_wait(
    client: Client, c: ClassAt, certificate: Certificate, stopwatch: Stopwatch
) -> None:
    _exhaust(client, certificate.holder)
    other = c.certificates[1]
    assert asked_as_json(client, name=other.holder, number=other.number).json()["found"]


def test_guessing_id_numbers_for_one_certificate_number_waits_too(
    client: Client, certificate: Certificate, stopwatch: Stopwatch
) -> None:
    answers = [
        asked_as_json(client, number=certificate.number, id_number=f"{i:018d}").status_code
        for i in range(QUERY_NAME.free + 1)
    ]
    assert answers == [200] * QUERY_NAME.free + [429]


def test_hits_neither_count_nor_forgive(
    client: Client, certificate: Certificate, stopwatch: Stopwatch
) -> None:
    right = {"name": certificate.holder, "number": certificate.number}
    for _ in range(QUERY_NAME.free + 3):
        assert asked_as_json(client, **right).json()["found"]
    for attempt in range(QUERY_NAME.free - 1):
        assert asked_as_json(client, name=certificate.holder, id_number=f"{attempt:018d}").status_code == 200
        assert asked_as_json(client, **right).status_code == 200
    assert asked_as_json(client, name=certificate.holder, id_number="0").status_code == 200
    assert asked_as_json(client, **right).status_code == 429


def test_a_claimed_address_changes_nothing(client: Client, c: ClassAt, stopwatch: Stopwatch) -> None:
    statuses = []
    for i in range(QUERY_ADDRESS.free + 1):
        fields = json.dumps({"name": f"无此人{i}", "number": f"1300920230{i:05d}"})
        spoofed = {
            "X-Forwarded-For": f"10.{i}.0.1, 192.0.{i}.7",
            "X-Real-Ip": f"10.{i}.0.1",
            "Forwarded": f"for=10.{i}.0.1",
        }
        statuses.append(
            client.post(URL, fields, content_type="application/json", headers=spoofed).status_code
        )
    assert statuses == [200] * QUERY_ADDRESS.free + [429]


def test_no_name_and_no_number_stands_in_the_counters(client: Client, certificate: Certificate) -> None:
    asked_as_json(client, name=certificate.holder, id_number="0" * 18)
    rows = list(Throttle.objects.values_list("key", flat=True))
    assert rows and all(len(key) == 64 and certificate.holder not in key for key in rows)


# The door ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_cannot_ask_in_a_visitors_name(
    client: Client, c: ClassAt, certificate: Certificate, headers: dict[str, str]
) -> None:
    body = f"name=a&number={certificate.number}"
    for url in (URL, "/certificates/check"):
        assert client.post(url, body, content_type=FORM, headers=headers).status_code == 403
    assert Throttle.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}])
def test_our_own_pages_and_programs_may_ask(
    client: Client, certificate: Certificate, headers: dict[str, str]
) -> None:
    body = json.dumps({"name": certificate.holder, "number": certificate.number})
    assert client.post(URL, body, content_type="application/json", headers=headers).json()["found"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("name=a&number=b", "text/plain", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
        ("a" * 9000, FORM, 413),
        ("&".join(f"a{i}=" for i in range(1200)), FORM, 422),
        ("{", "application/json", 422),
        ("[1]", "application/json", 422),
        ("[" * 5000, "application/json", 422),
        ('{"name": 7, "number": {"a": 1}}', "application/json", 422),
        ('{"name": null, "number": null}', "application/json", 422),
        (b"name=\xff\xfe&number=%ff", FORM, 200),
    ],
)
def test_odd_bodies_are_refused_in_words(
    client: Client, c: ClassAt, body: str | bytes, kind: str, status: int
) -> None:
    response = client.post(URL, body, content_type=kind)
    assert response.status_code == status
    assert any("\u4e00" <= ch <= "\u9fff" for ch in response.content.decode())


def test_other_methods_are_not_known(client: Client, c: ClassAt) -> None:
    for url in (URL, "/certificates/check"):
        for method in ("put", "patch", "delete", "options"):
            response = getattr(client, method)(url)
            assert response.status_code == 405 and response.headers["Allow"] == "GET, HEAD, POST"
        assert client.head(url).status_code == 200


def test_what_stands_in_the_address_is_ignored(client: Client, certificate: Certificate) -> None:
    fields = {"name": certificate.holder, "number": certificate.number}
    with CaptureQueriesContext(connections["default"]) as queries:
        response = client.get(URL, fields)
    assert certificate.holder not in response.content.decode() and len(queries) == 0


def test_the_lane_sets_no_cookie_and_keeps_every_header(client: Client, certificate: Certificate) -> None:
    for response in (client.get(URL), asked(client, name=certificate.holder, number=certificate.number)):
        assert not response.cookies and "Set-Cookie" not in response.headers
        assert int(response.headers["Content-Length"]) == len(response.content)
        assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["X-Request-Id"]
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "private, no-store"


def test_the_log_names_the_page_and_no_person(
    client: Client, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fields in _modes(certificate).values():
        asked(client, **fields)
    said = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "certificates.query" in said
    for secret in (
        certificate.holder,
        certificate.number,
        id_number(certificate),
        id_number(certificate)[-4:],
    ):
        assert secret not in "".join(
            f"{record.getMessage()} {record.__dict__.get('facts')}"
            for record in caplog.records
            if record.name == "gongxue.request"
        )


def test_only_the_result_comes_back_when_the_page_asks_for_it(
    client: Client, certificate: Certificate
) -> None:
    body = f"name=x&number={certificate.number}"
    part = client.post(URL, body, content_type=FORM, headers={"X-Part": "result"}).content.decode()
    assert lane.MISSED in part and "<html" not in part and "<form" not in part


def test_the_names_lead_to_the_lane() -> None:
    assert (reverse("certificates.query"), reverse("certificates.check")) == (URL, "/certificates/check")
