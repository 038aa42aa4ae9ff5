"""The door: growing delay, one answer for known and unknown, initial secrets, idle sessions, switching, revocation."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from gongxue.foundation.identity.actions import (
    Handed,
    change_password,
    create_account,
    end_role,
    give_role,
    reset_account,
    suspend_account,
)
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from tests.cast import PASSWORD, People, SignedIn
from tests.still_clock import StillClock

NEW = "河边的柳树 forty two"


def sign_in(
    name: str, password: str = PASSWORD, client: Client | None = None, address: str = "203.0.113.5"
) -> HttpResponse:
    return (client or Client()).post(
        "/sign-in/", {"username": name, "password": password}, REMOTE_ADDR=address
    )  # type: ignore[return-value]


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302


def said(answer: HttpResponse) -> str:
    """The page without what is fresh in each answer."""
    text = answer.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


# Delay ------------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_the_right_password_opens_and_the_name_may_be_typed_in_capitals(cast: People) -> None:
    assert is_in(sign_in(f" {cast.trainee.account.sign_in_name.upper()} "))


def test_after_five_failures_even_the_right_password_waits_and_then_opens(
    cast: People, still_clock: StillClock
) -> None:
    name = cast.trainee.account.sign_in_name
    for _ in range(5):
        assert "登录名或密码不正确" in said(sign_in(name, "wrong"))
    assert "请 3 秒后再试" in said(sign_in(name))
    still_clock.forward(seconds=3)
    assert is_in(sign_in(name))
    assert not is_in(sign_in(name, "wrong"))
    assert is_in(sign_in(name)), "success has forgotten the failures"


def test_the_wait_doubles_and_is_never_for_good(cast: People, still_clock: StillClock) -> None:
    name = cast.trainee.account.sign_in_name
    for _ in range(4):
        sign_in(name, "wrong")
    waits = []
    for _ in range(12):
        sign_in(name, "wrong")
        found = re.search(r"请 (\d+) 秒", said(sign_in(name)))
        waits.append(int(found[1]) - 1 if found else 0)
        still_clock.forward(seconds=waits[-1] + 1)
    assert waits[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert max(waits) == 15 * 60
    assert is_in(sign_in(name))


def test_a_network_that_guesses_many_names_waits_while_others_go_on(
    cast: People, still_clock: StillClock
) -> None:
    for i in range(60):
        sign_in(f"guess{i}", "wrong", address=f"203.0.113.{i}")
    assert "秒后再试" in said(sign_in(cast.trainee.account.sign_in_name, address="203.0.113.200"))
    assert is_in(sign_in(cast.trainee.account.sign_in_name, address="198.51.100.9"))


@pytest.mark.parametrize("failures", [0, 4, 6])
def test_known_and_unknown_names_get_the_same_page(
    cast: People, still_clock: StillClock, failures: int
) -> None:
    known, unknown = cast.trainee.account.sign_in_name, "nobody.here"
    pages = []
    for name, address in ((known, "203.0.113.5"), (unknown, "198.51.100.5")):
        for _ in range(failures):
            sign_in(name, "wrong", address=address)
        answer = sign_in(name, "wrong", address=address)
        pages.append((answer.status_code, said(answer).replace(name, "NAME")))
    assert pages[0] == pages[1]


def test_a_suspended_account_gets_the_same_page_as_an_unknown_name(
    cast: People, still_clock: StillClock
) -> None:
    account = cast.trainee.account
    suspend_account(account=account, reason="离职", by=cast.centre, now=still_clock.now)
    suspended = sign_in(account.sign_in_name)
    unknown = sign_in("nobody.here", address="198.51.100.5")
    assert said(suspended).replace(account.sign_in_name, "NAME") == said(unknown).replace(
        "nobody.here", "NAME"
    )


def test_the_sign_in_page_shows_the_name_of_the_site_and_its_keeper(client: Client, books: object) -> None:
    text = client.get("/sign-in/").content.decode()
    assert "<title>登录 · 工学一体化教师培训管理服务平台</title>" in text
    assert "主办单位：中国就业培训技术指导中心" in text


# Initial secrets --------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_an_initial_secret_opens_only_the_page_that_replaces_it(
    cast: People, still_clock: StillClock
) -> None:
    handed = new_account(cast, still_clock)
    client = Client()
    assert is_in(sign_in(handed.sign_in_name, handed.secret, client))
    for address in ("/desk/", "/classes/", "/accounts/", "/registers/"):
        assert client.get(address)["Location"] == "/password/"
    assert client.get("/password/").status_code == 200
    body = {"current": handed.secret, "new": NEW, "again": NEW}
    assert client.post("/password/", body)["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def new_account(cast: People, clock: StillClock, duty: str = "institution") -> Handed:
    return create_account(
        organisation=cast.xingtai.organisation, name="章文君", duty=duty, by=cast.centre, now=clock.now
    )


def test_an_initial_secret_is_useless_once_it_is_replaced(cast: People, still_clock: StillClock) -> None:
    handed = new_account(cast, still_clock)
    role = Role.objects.select_related("account", "organisation").get(account=handed.pk)
    change_password(current=handed.secret, new=NEW, by=role, now=still_clock.now)
    account = Account.objects.get(pk=handed.pk)
    assert not is_in(sign_in(account.sign_in_name, handed.secret))
    assert is_in(sign_in(account.sign_in_name, NEW))
    assert account.initial_secret_until is None


def test_the_hash_of_an_initial_secret_is_refused_when_it_need_not_be_changed(
    cast: People, still_clock: StillClock
) -> None:
    handed = new_account(cast, still_clock)
    Account.objects.filter(pk=handed.pk).update(must_change_password=False)
    assert not Account.objects.get(pk=handed.pk).check_password(handed.secret)
    assert not is_in(sign_in(handed.sign_in_name, handed.secret))


@pytest.mark.parametrize(("hours", "opens"), [(72, True), (72.01, False)])
def test_an_initial_secret_lapses_after_72_hours(
    cast: People, still_clock: StillClock, hours: float, opens: bool
) -> None:
    handed = new_account(cast, still_clock)
    still_clock.forward(hours=hours)
    answer = sign_in(handed.sign_in_name, handed.secret)
    assert is_in(answer) is opens
    if not opens:
        assert said(answer).replace(handed.sign_in_name, "NAME") == said(
            sign_in("nobody.here", address="198.51.100.5")
        ).replace("nobody.here", "NAME")


def test_a_reset_ends_the_old_password_the_old_sessions_and_the_old_secret(
    cast: People, still_clock: StillClock, signed_in: SignedIn
) -> None:
    account = cast.trainee.account
    client = signed_in(cast.trainee)
    first = reset_account(account=account, by=cast.centre, now=still_clock.now).secret
    second = reset_account(account=account, by=cast.centre, now=still_clock.now).secret
    assert client.get("/desk/")["Location"].startswith("/sign-in/")
    assert [is_in(sign_in(account.sign_in_name, p)) for p in (PASSWORD, first, second)] == [
        False,
        False,
        True,
    ]


# Passwords --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short1", "密码太短"), ("password1234", "过于常见"), ("zhangwenjun2024", "不能以姓名"), ("章文君章文君章文君章文君", ""),
        ("gongxue-2024-a", "不能以姓名、登录名或平台名称为主"), ("QWERTYUIOP123", "过于常见"),
    ],
)  # fmt: skip
def test_weak_passwords_are_refused_with_the_reason(
    cast: People, still_clock: StillClock, new: str, why: str
) -> None:
    handed = new_account(cast, still_clock)
    role = Role.objects.select_related("account", "organisation").get(account=handed.pk)
    if not why:
        change_password(current=handed.secret, new=new, by=role, now=still_clock.now)
        return
    with pytest.raises(RuleBroken) as refused:
        change_password(current=handed.secret, new=new, by=role, now=still_clock.now)
    assert why in str(refused.value)


def test_the_current_password_must_be_known_and_the_new_one_be_new(
    cast: People, still_clock: StillClock
) -> None:
    for current, new, rule in (("wrong", NEW, "password.current"), (PASSWORD, PASSWORD, "password.same")):
        with pytest.raises(RuleBroken) as refused:
            change_password(current=current, new=new, by=cast.trainee, now=still_clock.now)
        assert [b.rule for b in refused.value.breaches] == [rule]


def test_changing_the_password_ends_the_sessions_on_other_devices(cast: People, signed_in: SignedIn) -> None:
    here, elsewhere = signed_in(cast.trainee), signed_in(cast.trainee)
    before = here.cookies["session"].value
    assert here.post("/password/", {"current": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert here.cookies["session"].value != before
    assert here.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/")["Location"].startswith("/sign-in/")


def test_two_different_entries_of_the_new_password_are_refused_on_the_page(
    cast: People, signed_in: SignedIn
) -> None:
    answer = signed_in(cast.trainee).post("/password/", {"current": PASSWORD, "new": NEW, "again": NEW + "x"})
    assert answer.status_code == 422
    assert "两次输入的新密码不一致" in answer.content.decode()


# Sessions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pauses", "still_in"), [([30], True), ([31], False), ([20, 20, 20, 29], True), ([20, 20, 31], False)]
)
def test_a_session_ends_after_thirty_idle_minutes(
    cast: People, still_clock: StillClock, pauses: list[int], still_in: bool
) -> None:
    client = Client()
    sign_in(cast.trainee.account.sign_in_name, client=client)
    answer = client.get("/desk/")
    for minutes in pauses:
        still_clock.forward(minutes=minutes)
        answer = client.get("/desk/")
    assert (answer.status_code == 200) is still_in
    if not still_in:
        assert "长时间未操作" in client.get(answer["Location"]).content.decode()


def test_signing_in_and_switching_the_role_give_a_new_session_id(
    cast: People, still_clock: StillClock
) -> None:
    give_role(
        account=cast.trainee.account, organisation=cast.trainee.organisation, duty="school", by=cast.centre,
        now=still_clock.now,
    )  # fmt: skip
    client = Client()
    client.get("/sign-in/")
    sign_in(cast.trainee.account.sign_in_name, client=client)
    first = client.cookies["session"].value
    other = Role.objects.get(account=cast.trainee.account, duty="school")
    assert client.post(f"/role/{other.pk}/")["Location"] == "/desk/"
    assert client.cookies["session"].value != first
    assert "院校管理人员" in client.get("/desk/").content.decode()


@pytest.mark.parametrize("planted", ["made-up", "anonymous"])
def test_a_session_id_that_somebody_planted_is_worth_nothing(
    cast: People, still_clock: StillClock, planted: str
) -> None:
    """Whoever sends a victim to the sign-in page with a cookie of their own does not get in behind them."""
    attacker = Client()
    attacker.get("/sign-in/")
    session = attacker.session  # an anonymous one that exists
    session["role"] = cast.centre.pk
    session.save()
    key = "planted0planted0planted0planted0" if planted == "made-up" else str(session.session_key)
    victim = Client()
    victim.cookies["session"] = key
    assert is_in(sign_in(cast.trainee.account.sign_in_name, client=victim))
    assert victim.cookies["session"].value != key
    assert victim.get("/accounts/").status_code == 403, "in their own role, whatever stood in it"
    attacker.cookies["session"] = key
    assert attacker.get("/desk/")["Location"].startswith("/sign-in/")


def test_the_session_before_a_switch_of_role_is_dead(cast: People, still_clock: StillClock) -> None:
    give_role(
        account=cast.trainee.account, organisation=cast.trainee.organisation, duty="school", by=cast.centre,
        now=still_clock.now,
    )  # fmt: skip
    client, old = Client(), Client()
    sign_in(cast.trainee.account.sign_in_name, client=client)
    old.cookies["session"] = client.cookies["session"].value
    assert old.get("/desk/").status_code == 200
    other = Role.objects.get(account=cast.trainee.account, duty="school")
    client.post(f"/role/{other.pk}/")
    assert old.get("/desk/")["Location"].startswith("/sign-in/")


def test_nobody_switches_to_a_role_of_another_or_to_one_that_has_ended(
    cast: People, still_clock: StillClock, signed_in: SignedIn
) -> None:
    client = signed_in(cast.trainee)
    assert client.post(f"/role/{cast.centre.pk}/").status_code == 404
    ended = give_role(
        account=cast.trainee.account, organisation=cast.trainee.organisation, duty="school", by=cast.centre,
        now=still_clock.now,
    )  # fmt: skip
    end_role(role=ended, reason="调离", by=cast.centre, now=still_clock.now)
    assert client.post(f"/role/{ended.pk}/").status_code == 404
    assert client.get(f"/role/{cast.trainee.pk}/").status_code == 405


def test_signing_out_ends_the_session(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.trainee)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/desk/")["Location"].startswith("/sign-in/")


# Revocation acts at the next request (row 22) ---------------------------------------------------------------------


def test_a_suspended_account_is_refused_at_the_next_request_of_each_of_its_ten_sessions(
    cast: People, still_clock: StillClock, signed_in: SignedIn
) -> None:
    staff = cast.xingtai.staff
    clients = [signed_in(staff) for _ in range(10)]
    assert {c.get("/classes/").status_code for c in clients} == {200}
    suspend_account(account=staff.account, reason="离职", by=cast.centre, now=still_clock.now)
    for number, client in enumerate(clients):
        answer = client.get("/classes/") if number % 2 else client.post("/planning/1/submit/")
        assert answer["Location"].startswith("/sign-in/")


def test_an_ended_role_is_refused_at_the_next_request_while_the_others_go_on(
    cast: People, still_clock: StillClock, signed_in: SignedIn
) -> None:
    staff = cast.xingtai.staff
    give_role(
        account=staff.account,
        organisation=staff.organisation,
        duty="school",
        by=cast.centre,
        now=still_clock.now,
    )
    clients = [signed_in(staff) for _ in range(10)]
    assert {c.get("/pool/").status_code for c in clients} == {200}
    end_role(role=staff, reason="调整分工", by=cast.centre, now=still_clock.now)
    assert {c.get("/pool/").status_code for c in clients} == {403}
    assert {c.get("/endorsements/").status_code for c in clients} == {200}


def test_somebody_whose_last_role_has_ended_is_told_whom_to_ask(
    cast: People, still_clock: StillClock, signed_in: SignedIn
) -> None:
    client = signed_in(cast.stranger)
    end_role(role=cast.stranger, reason="离职", by=cast.centre, now=still_clock.now)
    answer = client.get("/desk/")
    assert answer.status_code == 200
    assert "您的账号还没有角色" in answer.content.decode()


def test_a_role_in_an_organisation_that_is_closed_holds_nothing(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.xingtai.staff)
    place = cast.xingtai.organisation
    place.is_active = False
    place.save(update_fields=["is_active"])
    assert client.get("/classes/").status_code == 403
