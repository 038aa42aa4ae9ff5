"""Real-name sign-up: two steps, derived sex and birth, throttled, silent about who is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gongxue.foundation.access.throttle import SIGN_UP_ADDRESS
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Person
from gongxue.regulations.id_numbers import check_character
from tests.cast import PASSWORD, ClassAtFixture, FreshDatabase, People, Race, SignedIn
from tests.still_clock import StillClock

HERE = "/sign-up/"


def number_of(first_17: str = "13050319880711517") -> str:
    return first_17 + check_character(first_17)


def entry(cast: People, **more: Any) -> dict[str, Any]:
    place = cast.trainee.organisation
    who = {
        "name": "李明远", "id_number": number_of(), "phone": "13912345678", "province": place.province_code,
        "employer": place.name, "consent": "on",
    }  # fmt: skip
    return who | more


def account(cast: People, **more: Any) -> dict[str, Any]:
    return entry(cast) | {"sign_in_name": "limingyuan", "password": PASSWORD, "again": PASSWORD} | more


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    cache.clear()
    yield


def test_the_second_step_shows_what_the_number_says(cast: People, still_clock: StillClock) -> None:
    page = Client().post(HERE, entry(cast, name=" 李 明远 ", id_number=number_of().lower()))
    assert page.status_code == 200
    words = page.content.decode()
    assert "1988年7月11日" in words
    assert "<b>男</b>" in words
    assert 'value="limingyuan"' in words, "a sign-in name is suggested"
    shown = words.split("<form")[0]
    assert number_of() not in shown, "shown only by its last four"
    assert number_of()[-4:] in shown
    assert "no-store" in page["Cache-Control"]
    assert not Person.objects.unscoped("test").filter(account__name="李明远").exists()


def test_signing_up_signs_in_and_leads_back(cast: People, still_clock: StillClock) -> None:
    client = Client()
    done = client.post(HERE, account(cast, next="/classes/7/apply/"))
    assert done.status_code == 302
    assert done.url == "/classes/7/apply/"  # type: ignore[attr-defined]
    role = Role.objects.get(account__sign_in_name="limingyuan")
    assert (role.duty, role.organisation_id) == ("trainee", cast.trainee.organisation_id)
    assert client.session["role"] == role.pk
    person = Person.objects.unscoped("test").get(account=role.account_id)
    assert (person.sex, person.phone, person.consented_at) == ("男", "13912345678", still_clock.now)
    assert role.account.check_password(PASSWORD)
    assert not role.account.must_change_password
    assert client.get(reverse("my_applications")).status_code == 200
    event = Event.objects.unscoped("test").get(code="accounts.sign_up")
    assert number_of() not in json.dumps(event.changes) + event.about_text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_somewhere_else(cast: People, still_clock: StillClock, wanted: str) -> None:
    done = Client().post(HERE, account(cast, next=wanted))
    assert done.url == "/my/applications/"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "李", "2 至 40 个字"),
        ("name", "李<script>", "不含符号"),
        ("id_number", number_of()[:-1] + ("0" if number_of()[-1] != "0" else "1"), "校验位"),
        ("id_number", "13050319881311517X", "身份证号码不正确"),
        ("id_number", number_of("13050320150711517"), "不合情理"),
        ("phone", "1391234567", "11 位"),
        ("province", "99", "有效的选项"),
        ("employer", "没有的学院", "名录中没有"),
        ("consent", "", "必填"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    cast: People, still_clock: StillClock, field: str, value: str, says: str
) -> None:
    page = Client().post(HERE, entry(cast, **{field: value}))
    assert page.status_code == 422
    assert any(says in error for error in page.context["person"].errors[field])
    assert page.context["person"]["name"].value() == entry(cast, **{field: value})["name"], (
        "what was typed stays"
    )


def test_everything_wrong_is_said_at_once(cast: People, still_clock: StillClock) -> None:
    page = Client().post(HERE, entry(cast, name="李", id_number="1", phone="2", employer="没有的学院"))
    assert set(page.context["person"].errors) == {"name", "id_number", "phone", "employer"}


def test_the_employer_must_be_of_the_province_and_of_the_register(
    cast: People, still_clock: StillClock
) -> None:
    far = cast.stranger.organisation
    page = Client().post(HERE, entry(cast, employer=far.name))
    assert page.status_code == 422
    centre = cast.centre.organisation
    page = Client().post(HERE, entry(cast, employer=centre.name))
    assert page.status_code == 422


def test_close_names_are_offered_without_script(cast: People, still_clock: StillClock) -> None:
    words = Client().post(HERE, entry(cast, employer="邢台")).content.decode()
    assert "邢台技师学院" in words


@pytest.mark.postgresql
def test_employers_are_offered_as_one_types(cast: People) -> None:
    client = Client(headers={"Accept": "application/json"})
    found = client.get(HERE, {"province": "13", "q": "邢台"}).json()["employers"]
    assert found == ["邢台技师学院"]
    assert (
        cast.centre.organisation.name not in client.get(HERE, {"province": "11", "q": ""}).json()["employers"]
    )
    assert len(client.get(HERE, {"province": "13"}).json()["employers"]) <= 12
    assert client.get(HERE, {"province": "%", "q": "%_\x00"}).json() == {"employers": []}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"again": "另一句话 2023 correct"}, "不一致"),
        ({"password": "短", "again": "短"}, "不少于 12 位"),
        ({"password": "limingyuan12", "again": "limingyuan12"}, "姓名、登录名"),
        ({"sign_in_name": "李"}, "字母开头"),
        ({"sign_in_name": "1a"}, "字母开头"),
    ],
)
def test_a_weak_password_or_a_bad_name_is_refused(
    cast: People, still_clock: StillClock, more: dict[str, str], says: str
) -> None:
    page = Client().post(HERE, account(cast, **more))
    assert page.status_code == 422
    words = page.content.decode()
    assert says in words
    assert "短" not in words.split("还不能注册")[0].split("<main")[1], "the password is not sent back"
    assert not Account.objects.filter(name="李明远").exists()


def test_a_known_number_is_refused_with_one_sentence_and_nothing_more(
    cast: People, still_clock: StillClock
) -> None:
    known = Person.objects.unscoped("test").get(account=cast.stranger.account_id)
    number = known.id_number.reveal()
    first = Client().post(HERE, entry(cast, id_number=number))
    assert first.status_code == 200, "the first step asks the register nothing"
    page = Client().post(HERE, account(cast, id_number=number))
    assert page.status_code == 422
    words = page.content.decode()
    assert "这些信息与已有记录重复，不能再次注册" in words
    assert cast.stranger.account.name not in words
    assert cast.stranger.account.sign_in_name not in words
    assert cast.stranger.organisation.name not in words
    assert not Account.objects.filter(sign_in_name="limingyuan").exists(), "no half-made account stays"


def test_a_taken_sign_in_name_is_refused(cast: People, still_clock: StillClock) -> None:
    page = Client().post(HERE, account(cast, sign_in_name=cast.stranger.account.sign_in_name))
    assert page.status_code == 422
    assert "已被使用" in page.content.decode()


def test_a_second_click_is_a_sign_in_and_not_another_account(cast: People, still_clock: StillClock) -> None:
    assert Client().post(HERE, account(cast)).status_code == 302
    again = Client()
    assert again.post(HERE, account(cast)).status_code == 302
    assert Account.objects.filter(name="李明远").count() == 1
    assert again.get(reverse("my_applications")).status_code == 200
    wrong = Client().post(HERE, account(cast, password="不对的密码 2023 x", again="不对的密码 2023 x"))
    assert wrong.status_code == 422
    other = account(cast, id_number=number_of("13050319880711519"))
    assert Client().post(HERE, other).status_code == 422, "another person is no second click"
    still_clock.forward(minutes=11)
    assert Client().post(HERE, account(cast)).status_code == 422, "later, the sign-in page is the way"


def test_a_network_that_tries_often_has_to_wait(cast: People, still_clock: StillClock) -> None:
    known = Person.objects.unscoped("test").get(account=cast.stranger.account_id).id_number.reveal()
    for _ in range(SIGN_UP_ADDRESS.free):
        page = Client().post(HERE, account(cast, id_number=known))
        assert "与已有记录重复" in page.content.decode()
    page = Client().post(HERE, account(cast))
    assert page.status_code == 422
    assert "次数过多" in page.content.decode()
    assert not Account.objects.filter(name="李明远").exists()
    assert Client(REMOTE_ADDR="203.0.113.9").post(HERE, account(cast)).status_code == 302
    still_clock.forward(minutes=11)
    other = account(cast, id_number=number_of("13050319880711519"), sign_in_name="limingyuan2")
    assert Client().post(HERE, other).status_code == 302


def test_going_back_keeps_what_was_typed(cast: People, still_clock: StillClock) -> None:
    page = Client().post(HERE, account(cast, change="1"))
    assert page.status_code == 200
    assert page.context["person"]["phone"].value() == "13912345678"


def test_whoever_is_signed_in_needs_no_second_account(cast: People, signed_in: SignedIn) -> None:
    assert signed_in(cast.trainee).get(HERE).status_code == 302


@pytest.mark.postgresql
@pytest.mark.parametrize("field", ["name", "id_number", "phone", "employer", "sign_in_name", "password"])
@pytest.mark.parametrize(
    "value", ["\x00", "x" * 100_000, "<script>alert(1)</script>", "\U0010ffff", "' OR 1=1 --"]
)
def test_hostile_input_is_refused(cast: People, still_clock: StillClock, field: str, value: str) -> None:
    page = Client().post(HERE, account(cast, **{field: value}))
    assert page.status_code == 422
    assert b"<script>alert(1)" not in page.content


def test_the_page_of_a_notice_leads_through_sign_up_to_the_form(
    class_at: ClassAtFixture, still_clock: StillClock
) -> None:
    c = class_at("announced")
    still_clock.set(c.now)
    client = Client()
    apply = reverse("enrolment.save", args=[c.tc.pk])
    first = client.get(HERE, {"next": apply}).content.decode()
    assert f'name="next" value="{apply}"' in first
    done = client.post(HERE, account(c.people, next=apply), follow=True)
    assert done.redirect_chain == [(apply, 302)]
    assert "开始填写申请表" in done.content.decode()


@pytest.mark.postgresql
def test_one_number_signed_up_many_times_at_once_makes_one_person(
    fresh_database: FreshDatabase, race: Race
) -> None:
    from functools import partial

    from gongxue.foundation.lifecycle.errors import Refusal
    from gongxue.parties.actions import sign_up
    from gongxue.rehearsal.timeline import at

    place = fresh_database.cast.trainee.organisation
    now = at(fresh_database.cast.trainee.since + timedelta(days=400))
    calls = [
        partial(
            sign_up, sign_in_name=f"limingyuan{i}", password=PASSWORD, name="李明远", id_number=number_of(),
            phone="13912345678", employer=place, consent=True, now=now,
        )
        for i in range(8)
    ]  # fmt: skip
    found = race(*calls)
    assert sum(isinstance(one, Role) for one in found) == 1
    assert sum(isinstance(one, Refusal) for one in found) == 7, found
    assert Account.objects.filter(name="李明远").count() == 1
