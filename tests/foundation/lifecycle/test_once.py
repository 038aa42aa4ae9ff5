"""A retry is not a second action (row 10): the same key has one effect and the same answer, another body a conflict."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAtFixture, FreshDatabase, People, Race, SignedIn

SCHOOL = {"name": "石家庄第九技师学院", "province_code": "13"}
ADD = "/registers/schools/add/"


def schools() -> int:
    return Organisation.objects.filter(name__startswith="石家庄第九").count()


@pytest.mark.postgresql
def test_a_repeated_form_has_one_effect_and_the_same_answer(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    answers = [client.post(ADD, {**SCHOOL, "once": "k"}) for _ in range(4)]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/registers/schools/")}
    assert schools() == 1
    assert Event.objects.unscoped("a test").filter(code=Permission.REGISTER_SCHOOL).count() == 1


def test_another_body_under_the_same_key_is_a_conflict(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    client.post(ADD, {**SCHOOL, "once": "k"})
    other = client.post(ADD, {**SCHOOL, "name": "石家庄第九十技师学院", "once": "k"})
    assert "这次提交的标识已用于不同的内容" in other.content.decode()
    assert other.status_code in (409, 422)
    assert schools() == 1


def test_the_same_body_for_another_page_under_the_same_key_is_a_conflict(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    client = signed_in(c.province)
    lines = f"/planning/lines/{c.tc.pk}"
    body = {"seen": c.tc.version, "reason": "请改", "once": "k", "next": "/desk/"}
    assert client.post(f"{lines}/approve/", body).status_code == 302
    assert client.post(f"{lines}/return/", body).status_code == 409
    assert c.reload().state == "approved"


def test_a_double_click_on_an_act_is_one_act(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    client = signed_in(c.province)
    body = {"seen": c.tc.version, "once": "k", "next": "/planning/"}
    answers = [client.post(f"/planning/lines/{c.tc.pk}/approve/", body) for _ in range(3)]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/planning/")}
    line = TrainingClass.objects.scope(c.province).get(pk=c.tc.pk)
    assert (line.state, line.version) == ("approved", c.tc.version + 1)


def test_a_refused_request_may_be_corrected_under_the_same_key(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    refused = client.post(ADD, {"name": "邢台技师学院", "province_code": "13", "once": "k"})
    assert refused.status_code == 422
    assert not AnsweredRequest.objects.filter(key="k").exists(), "the key commits with the work"
    assert client.post(ADD, {**SCHOOL, "once": "k"}).status_code == 302


def test_keys_of_two_people_do_not_meet(cast: People, rf: Any) -> None:
    def send(account: Account) -> Any:
        request = rf.post("/x/", {"once": "k"})
        request.user = account
        return answer_once(request, Permission.REGISTER_SCHOOL, lambda: account.name)

    assert send(cast.centre.account) == (cast.centre.account.name, True)
    assert send(cast.hebei.account) == (cast.hebei.account.name, True)


def test_a_header_is_as_good_as_the_hidden_field_and_no_key_means_no_memory(
    cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.centre)
    for _ in range(2):
        assert client.post(ADD, SCHOOL, headers={"Idempotency-Key": "h"}).status_code == 302
    assert schools() == 1
    assert client.post(ADD, SCHOOL).status_code == 422, "without a key the second one is refused by the rule"


def test_another_file_under_the_same_key_is_another_body(cast: People, rf: Any) -> None:
    def send(data: bytes) -> Any:
        request = rf.post("/x/", {"once": "k", "file": SimpleUploadedFile("a.pdf", data)})
        request.user = cast.centre.account
        try:
            return answer_once(request, Permission.REGISTER_SCHOOL, lambda: "1")
        finally:
            request.close()

    assert send(b"one") == ("1", True)
    assert send(b"one") == ("1", False)
    with pytest.raises(Exception, match="不同的内容"):
        send(b"longer")


@pytest.mark.postgresql
def test_identical_requests_at_the_same_moment_have_one_effect(
    fresh_database: FreshDatabase, race: Race
) -> None:
    centre = fresh_database.cast.centre
    clients = [_client(centre) for _ in range(6)]
    answers = race(*[lambda c=c: c.post(ADD, {**SCHOOL, "once": "k"}) for c in clients])
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/registers/schools/")}
    assert schools() == 1


@pytest.mark.postgresql
def test_lost_answers_and_retries_in_any_order_add_up(fresh_database: FreshDatabase, race: Race) -> None:
    """The short tier of row 10: twenty requests, each sent again one to three times, some in parallel."""
    dice = random.Random(10)
    centre = fresh_database.cast.centre
    sent = [f"第{i}号{'技师学院'}" for i in range(20) for _ in range(dice.randint(2, 4))]
    dice.shuffle(sent)
    clients = [_client(centre) for _ in range(3)]

    def work(client: Client, names: list[str]) -> set[int]:
        bodies = [{"name": name, "province_code": "13", "once": name} for name in names]
        return {client.post(ADD, body).status_code for body in bodies}

    results = race(*[lambda c=c, n=sent[i::3]: work(c, n) for i, c in enumerate(clients)])
    assert results == [{302}] * 3
    assert Organisation.objects.filter(name__startswith="第", name__endswith="号技师学院").count() == 20
    assert Event.objects.unscoped("a test").filter(code=Permission.REGISTER_SCHOOL).count() == 20


def _client(role: Role) -> Client:
    client = Client()
    client.force_login(role.account)
    session = client.session
    session["role"] = role.pk
    session.save()
    return client
