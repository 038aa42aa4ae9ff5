"""Keys of employers at the public query: given once, counted, limited, stopped; answers as for anybody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.api.public import described
from gongxue.api.urls import api
from gongxue.certificates.actions import issue_key, revoke_key
from gongxue.certificates.keys import NotHeard, asker_of
from gongxue.certificates.models import Certificate, QueryKey, QueryKeyUse
from gongxue.foundation.access.throttle import QUERY_NAME
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn

URL = "/certificates/query"
AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("issued")
    at_time(c.now)
    return c


def given(c: ClassAt, **more: Any) -> QueryKey:
    inputs: dict[str, Any] = {
        "body": "邢台某某装备制造有限公司", "purpose": "聘用前核验证书", "expires_on": c.now.date() + timedelta(days=90),
        "per_day": 100, "by": c.people.centre, "now": c.now,
    }  # fmt: skip
    return issue_key(**inputs | more)


def asked(client: Client, secret: str, **fields: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return client.post(URL, json.dumps(fields), content_type="application/json", headers=headers)


def right(certificate: Certificate) -> dict[str, str]:
    return {"name": certificate.holder, "number": certificate.number}


def used(key: QueryKey) -> int:
    return sum(QueryKeyUse.objects.unscoped("test").filter(key=key).values_list("asked", flat=True))


@pytest.mark.postgresql
def test_the_three_pairs_are_answered_as_without_a_key(client: Client, c: ClassAt) -> None:
    key, one = given(c), c.certificates[0]
    identity = one.person.id_number.reveal()
    for fields in (
        right(one),
        {"name": one.holder, "id_number": identity},
        {"id_number": identity, "number": one.number},
    ):
        answer = asked(client, key.secret, **fields)
        public = client.post(URL, json.dumps(fields), content_type="application/json")
        assert answer.json() == public.json() and answer.json()["found"]
        assert identity not in answer.content.decode()
    missed = asked(client, key.secret, name="无此人", number=one.number)
    assert missed.status_code == 200 and missed.json()["found"] is False
    assert used(key) == 4


@pytest.mark.postgresql
def test_a_hit_and_a_miss_take_the_same_statements_in_the_books(client: Client, c: ClassAt) -> None:
    key, one = given(c), c.certificates[0]
    statements = []
    for fields in (right(one), {"name": "无此人", "number": one.number}):
        with CaptureQueriesContext(connections["default"]) as captured:
            asked(client, key.secret, **fields)
        statements.append([query["sql"].split(" WHERE ")[0] for query in captured])
    assert statements[0] == statements[1] and len(statements[0]) == 3  # the key, its use, the question


def test_only_the_hash_is_kept(c: ClassAt) -> None:
    key = given(c)
    row = QueryKey.objects.unscoped("test").get()
    assert row.secret == "" and key.secret not in str(row.__dict__) and len(key.secret) > 40
    event = Event.objects.unscoped("test").get(code="certificates.issue_key")
    assert key.secret[10:] not in f"{event.changes} {event.about_text} {event.reason}"


def test_what_is_refused_is_refused_in_words(client: Client, c: ClassAt, at_time: AtTime) -> None:
    key, one = given(c, per_day=2), c.certificates[0]
    wrong = asked(client, key.secret + "x", **right(one))
    assert wrong.status_code == 401 and "密钥无效" in wrong.json()["title"]
    assert wrong.headers["Content-Type"] == "application/problem+json"
    assert asked(client, key.secret, name=one.holder).status_code == 422
    assert asked(client, key.secret, **right(one)).json()["found"]
    full = asked(client, key.secret, **right(one))
    assert full.status_code == 429 and "已用完" in full.json()["title"]
    assert 0 < int(full.headers["Retry-After"]) <= 86_400
    at_time(c.now + timedelta(days=1))
    assert asked(client, key.secret, **right(one)).json()["found"]
    at_time(c.now + timedelta(days=91))
    assert asked(client, key.secret, **right(one)).status_code == 403
    at_time(c.now + timedelta(days=2))
    revoke_key(query_key=key, reason="合作结束", by=c.people.centre, now=c.now)
    stopped = asked(client, key.secret, **right(one))
    assert stopped.status_code == 403 and "停用" in stopped.json()["title"]
    with pytest.raises(RuleBroken):
        revoke_key(query_key=key, reason="合作结束", by=c.people.centre, now=c.now)


def test_a_key_does_not_help_guessing_and_strangers_do_not_stop_it(client: Client, c: ClassAt) -> None:
    key, one = given(c), c.certificates[0]
    for n in range(QUERY_NAME.free):  # a stranger has guessed under the name
        client.post(
            URL, json.dumps({"name": one.holder, "id_number": f"{n:018d}"}), content_type="application/json"
        )
    assert asked(client, key.secret, **right(one)).status_code == 200
    for n in range(QUERY_NAME.free):
        assert asked(client, key.secret, name=one.holder, id_number=f"{n:018d}").status_code == 200
    assert asked(client, key.secret, **right(one)).status_code == 429


def test_guessing_keys_waits(client: Client, c: ClassAt) -> None:
    statuses = [asked(client, f"gxq_{n}", **right(c.certificates[0])).status_code for n in range(21)]
    assert statuses == [401] * 20 + [429]


@pytest.mark.postgresql
def test_the_limit_holds_when_many_ask_at_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("issued", headcount=1)
    key = given(c, per_day=5)
    found = race(*[lambda: asker_of(f"Bearer {key.secret}", "test", c.now) for _ in range(8)])
    assert sum(isinstance(answer, NotHeard) for answer in found) == 3 and used(key) == 5


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"body": "甲"}, "key.body"), ({"purpose": ""}, "key.purpose"), ({"per_day": 10_001}, "key.per_day"),
        ({"expires_on": date(2020, 1, 1)}, "key.expires"), ({"expires_on": date(2099, 1, 1)}, "key.expires"),
    ],
)  # fmt: skip
def test_a_key_has_a_body_a_purpose_an_end_and_a_limit(c: ClassAt, more: dict[str, Any], rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        given(c, **more)
    assert [breach.rule for breach in refused.value.breaches] == [rule]


def test_the_page_shows_the_key_once(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.province)
    form = {
        "body": "河北某某学校", "purpose": "教师资格核验", "expires_on": str(c.now.date() + timedelta(days=9)),
        "per_day": "50", "once": "k",
    }  # fmt: skip
    first = client.post("/certificates/keys/", form)
    secret = first.content.decode().partition("gxq_")[2].partition("<")[0]
    assert first.status_code == 200 and len(secret) > 40 and "no-store" in first.headers["Cache-Control"]
    assert client.post("/certificates/keys/", form).status_code == 302
    row = QueryKey.objects.unscoped("test").get()
    assert asked(Client(), f"gxq_{secret}", **right(c.certificates[0])).json()["found"]
    page = client.get("/certificates/keys/").content.decode()
    assert secret not in page and row.begins in page and "1 / 50" in page
    assert client.post(f"/certificates/keys/{row.pk}/revoke/", {"reason": "泄露"}).status_code == 302
    assert "已停用" in client.get("/certificates/keys/").content.decode()


def test_a_province_has_its_own_keys_and_others_none(c: ClassAt, signed_in: SignedIn) -> None:
    key = given(c)
    assert key.begins not in signed_in(c.province).get("/certificates/keys/").content.decode()
    assert (
        signed_in(c.province).post(f"/certificates/keys/{key.pk}/revoke/", {"reason": "泄露"}).status_code
        == 404
    )
    assert key.begins in signed_in(c.people.centre).get("/certificates/keys/").content.decode()
    for other in (c.staff, c.certificate_officer, c.trainees[0]):
        assert signed_in(other).get("/certificates/keys/").status_code == 403
        with pytest.raises(NotAllowed):
            given(c, by=other)


def test_the_api_documents_the_query_with_its_key() -> None:
    schema = described(api.get_openapi_schema())
    operation = schema["paths"][URL]["post"]
    assert operation["security"] == [{}, {"query_key": []}]
    assert schema["components"]["securitySchemes"]["query_key"]["scheme"] == "bearer"
    assert {"200", "401", "403", "422", "429"} == set(operation["responses"])
