"""The API refuses as the pages do, in problem details with the breaches and their articles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from gongxue.api.acts import ON_PAGES_ONLY, path_of
from gongxue.api.reads import LISTS
from gongxue.foundation.identity.actions import issue_token, suspend_account
from gongxue.foundation.identity.models import ApiToken, Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.stage1_planning.models import TrainingClass
from tests.api.conftest import Caller, Clock
from tests.cast import PASSWORD, ClassAtFixture, People

Callers = Callable[[Role | None], Caller]
OPERATIONS = [path_of(act).replace("{pk}", "1") for p, act in ACTS.items() if p not in ON_PAGES_ONLY]


@pytest.mark.parametrize("where", [*OPERATIONS, *(f"/{name}" for name in LISTS), "/me", "/openapi.json"])
def test_nothing_answers_without_a_token(books: object, where: str) -> None:
    client = Client()
    method = client.post if where in OPERATIONS else client.get
    response = method(f"/api/v1{where}", content_type="application/json")
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("application/problem+json")


def test_a_refusal_names_rule_article_and_way_out(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("published")
    problem = caller(c.staff).post(f"/training-classes/{c.tc.pk}/recommend", status=422)
    assert problem["status"] == 422
    breach = problem["breaches"][0]
    assert (breach["rule"], breach["article"]) == ("opening.missing", "TR 8")
    assert breach["cites"] == "技术规程第八条"
    assert breach["way_out"]


def test_foreign_and_absent_rows_look_the_same(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("published")
    foreign = caller(c.people.changzhou.staff)
    there = foreign.get(f"/training-classes/{c.tc.pk}", status=404)
    absent = foreign.get("/training-classes/999999", status=404)
    there.pop("instance"), absent.pop("instance")
    assert there == absent
    foreign.post(f"/training-classes/{c.tc.pk}/open", status=404)


def test_a_role_without_the_permission_is_refused(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("submitted")
    problem = caller(c.staff).post(f"/training-classes/{c.tc.pk}/approve", status=403, seen=c.tc.version)
    assert problem["breaches"][0]["rule"] == "access.not_allowed"


def test_another_version_is_a_conflict(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("submitted")
    problem = caller(c.province).post(
        f"/training-classes/{c.tc.pk}/approve", status=409, seen=c.tc.version - 1
    )
    assert problem["breaches"][0]["rule"] == "version.changed"
    assert c.reload().state == "submitted"


@pytest.mark.parametrize(
    "field", ["state", "stage", "institution_id", "province_code", "submitted_by", "version"]
)
def test_only_the_inputs_of_an_act_can_be_sent(class_at: ClassAtFixture, caller: Callers, field: str) -> None:
    c = class_at("submitted")
    before = TrainingClass.objects.unscoped("test").values().get(pk=c.tc.pk)
    body: dict[str, Any] = {"seen": c.tc.version, field: "1"}
    problem = caller(c.province).post(f"/training-classes/{c.tc.pk}/approve", status=422, **body)
    assert any(field in breach["says"] for breach in problem["breaches"])
    assert TrainingClass.objects.unscoped("test").values().get(pk=c.tc.pk) == before


def test_a_repeated_key_has_one_effect_and_the_same_answer(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("confirmed")
    officer = caller(c.certificate_officer)
    first = officer.post(f"/training-classes/{c.tc.pk}/issue", key="a-key")
    again = officer.post(f"/training-classes/{c.tc.pk}/issue", key="a-key")
    assert [row["number"] for row in first] == [row["number"] for row in again]
    assert len(first) == len(c.trainees)


def test_a_key_with_another_body_is_a_conflict(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("approved")
    province = caller(c.province)
    province.post(f"/reporting-rounds/{c.tc.round_id}/report", key="k")
    problem = province.post(f"/training-classes/{c.tc.pk}/return", status=409, key="k", reason="x", seen=1)
    assert problem["breaches"][0]["rule"] == "once.reused"


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '"x"', "{", '{"seen": "1e9"}', '{"seen": 1e400}', '{"seen": null}']
)
def test_malformed_bodies_are_refused_without_an_error(
    class_at: ClassAtFixture, caller: Callers, body: str
) -> None:
    c = class_at("submitted")
    who = caller(c.province)
    response = who.client.post(
        f"/api/v1/training-classes/{c.tc.pk}/approve",
        body,
        content_type="application/json",
        headers=who._headers(),
    )
    assert response.status_code in (400, 422)
    assert c.reload().state == "submitted"


@pytest.mark.parametrize(
    "where", ["/training-classes/99999999999999999999999", "/training-classes/-1", "/training-classes/x"]
)
def test_impossible_ids_are_not_found(cast: People, caller: Callers, where: str) -> None:
    response = Client().get(f"/api/v1{where}", headers=caller(cast.centre)._headers())
    assert response.status_code in (404, 422)


def test_filters_outside_the_list_change_nothing(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("admitted")
    staff = caller(c.staff)
    everything = staff.get("/applications")["total"]
    assert (
        staff.get("/applications?person__account__password__startswith=x&ordering=answer")["total"]
        == everything
    )


def test_personal_values_never_appear(class_at: ClassAtFixture, caller: Callers) -> None:
    c = class_at("closed")
    person = c.trainees[0].account.person
    secrets = (person.id_number.reveal(), person.phone)
    for role in (c.staff, c.province, c.trainees[0], c.instructors[0]):
        who = caller(role)
        for name in LISTS:
            text = who.client.get(f"/api/v1/{name}?limit=200", headers=who._headers()).content.decode()
            assert not any(secret in text for secret in secrets)


def test_signing_in_gives_a_token_for_a_role(cast: People, moment: Clock) -> None:
    client = Client()
    name = cast.xingtai.staff.account.sign_in_name
    answer = client.post(
        "/api/v1/token", {"sign_in_name": name, "password": PASSWORD}, content_type="application/json"
    ).json()
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {answer['token']}"}).json()
    assert me["role"]["duty"] == "institution"
    assert ApiToken.objects.filter(digest=answer["token"]).count() == 0, "only a hash is kept"


def test_a_wrong_password_and_an_unknown_name_look_the_same(cast: People, moment: Clock) -> None:
    client = Client()
    name = cast.xingtai.staff.account.sign_in_name
    answers = [
        client.post(
            "/api/v1/token", {"sign_in_name": n, "password": "wrong"}, content_type="application/json"
        ).json()
        for n in (name, "nobody-here")
    ]
    for answer in answers:
        answer.pop("instance")
    assert answers[0] == answers[1]


def test_a_token_dies_with_its_account_and_its_role(cast: People, caller: Callers, moment: Clock) -> None:
    role = cast.changzhou.staff
    who = caller(role)
    who.get("/me")
    suspend_account(account=role.account, by=cast.centre, now=moment.moment, reason="离职")
    who.get("/me", status=401)


def test_a_token_expires(cast: People, moment: Clock) -> None:
    token = issue_token(role=cast.centre, now=moment.moment)
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/me", headers=headers).status_code == 200
    moment.set(moment.moment.date().replace(year=moment.moment.year + 1))
    assert Client().get("/api/v1/me", headers=headers).status_code == 401


def test_the_initial_secret_is_said_once(cast: People, caller: Callers) -> None:
    centre = caller(cast.centre)
    place = cast.xingtai.staff.organisation.pk
    inputs: dict[str, Any] = {"name": "赵新", "duty": "institution"}
    first = centre.post(f"/organisations/{place}/create", key="new", **inputs)
    again = centre.post(f"/organisations/{place}/create", key="new", **inputs)
    assert first["initial_secret"] and "initial_secret" not in again
    assert first["id"] == again["id"]


def test_lists_take_the_same_queries_for_one_row_and_many(
    class_at: ClassAtFixture,
    caller: Callers,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    c = class_at("admitted")
    staff = caller(c.staff)
    for limit in (1, 4):
        with django_assert_num_queries(3):  # token with its role, count, rows
            staff.get(f"/applications?limit={limit}")
