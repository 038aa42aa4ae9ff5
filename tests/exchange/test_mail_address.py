"""One's own address: given, proved by a code, sealed, switched, removed; nobody else learns anything."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from gongxue.exchange.actions import confirm_mail, remove_mail, set_mail, switch_mail
from gongxue.exchange.addresses import CODE_LASTS, code_of, regular_address
from gongxue.exchange.models import Mail, MailAddress
from gongxue.exchange.notices import send
from gongxue.exchange.outbox import send_due
from gongxue.foundation.access.models import Throttle
from gongxue.foundation.identity.models import Role
from gongxue.foundation.identity.vault import Unreadable
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from tests.cast import FreshDatabase, People, Race, SignedIn
from tests.exchange.mail_server import MailServer
from tests.exchange.mailing import ADDRESS, confirmed, mails
from tests.still_clock import StillClock

OTHER = "wei@home.example.cn"


@pytest.fixture
def now(still_clock: StillClock) -> datetime:
    return still_clock.now


def rules(refusal: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [breach.rule for breach in refusal.value.breaches]


def code_in(server: MailServer, address: str = ADDRESS) -> str:
    part = server.letters_to(address)[-1].get_body(("plain",))
    assert part is not None
    found = re.search(r"确认码：(\d{8})\s", part.get_content())
    assert found is not None
    return found[1]


def in_force(role: Role) -> list[str]:
    rows = MailAddress.objects.scope(role).exclude(confirmed_at=None).select_related("account")
    return [row.text for row in rows]


# Proving it ---------------------------------------------------------------------------------------------------------


def test_an_unconfirmed_address_gets_the_code_and_nothing_else(
    cast: People, server: MailServer, now: datetime
) -> None:
    set_mail(address=ADDRESS, by=cast.stranger, now=now)
    send([cast.stranger], subject="请审核", kind="x", now=now)
    drain()
    (letter,) = server.letters_to(ADDRESS)
    assert letter["Subject"] == "邮箱确认码" and cast.stranger.account.name not in letter.as_string()
    assert mails(cast.stranger) == [] and len(code_in(server)) == 8


def test_the_code_from_the_letter_confirms_once(cast: People, server: MailServer, now: datetime) -> None:
    row = set_mail(address=f"  {ADDRESS.upper().replace('@SCHOOL', '@School')} ", by=cast.stranger, now=now)
    drain()
    code = code_in(server, regular_address(ADDRESS.upper()))
    confirm_mail(mail_address=row, code=f" {code[:4]} {code[4:]}", by=cast.stranger, now=now)
    assert in_force(cast.stranger) == ["ZHANG.WEI@school.example.cn"]
    with pytest.raises(RuleBroken) as again:
        confirm_mail(mail_address=row, code=code, by=cast.stranger, now=now)
    assert rules(again) == ["mail.code"]


@pytest.mark.parametrize(
    "typed", ["", "00000000", "1234567", "一二三四五六七八", "1" * 50_000, "\ud7ff", "-1"]
)
def test_no_other_code_does(cast: People, server: MailServer, now: datetime, typed: str) -> None:
    row = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    assert code_of(row) != typed
    with pytest.raises(RuleBroken) as refusal:
        confirm_mail(mail_address=row, code=typed, by=cast.stranger, now=now)
    assert rules(refusal) == ["mail.code"] and in_force(cast.stranger) == []


def test_a_code_lasts_half_an_hour_and_a_new_one_ends_the_old(
    cast: People, server: MailServer, now: datetime
) -> None:
    first = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    old = code_of(first)
    second = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    assert code_of(second) != old
    with pytest.raises(NotThere):
        confirm_mail(mail_address=first, code=old, by=cast.stranger, now=now)
    with pytest.raises(RuleBroken):
        confirm_mail(mail_address=second, code=old, by=cast.stranger, now=now)
    last = now + CODE_LASTS - timedelta(seconds=1)
    confirm_mail(mail_address=second, code=code_of(second), by=cast.stranger, now=last)
    assert in_force(cast.stranger) == [ADDRESS]


def test_a_lapsed_code_does_not_confirm(cast: People, server: MailServer, now: datetime) -> None:
    row = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    with pytest.raises(RuleBroken) as refusal:
        confirm_mail(mail_address=row, code=code_of(row), by=cast.stranger, now=now + CODE_LASTS)
    assert rules(refusal) == ["mail.code"]


def test_a_late_letter_with_a_lapsed_code_is_not_sent(
    cast: People, server: MailServer, now: datetime
) -> None:
    set_mail(address=ADDRESS, by=cast.stranger, now=now)
    assert send_due(now + CODE_LASTS) == {"dropped": 1} and server.received == []


def test_the_code_of_one_is_no_good_for_another(cast: People, server: MailServer, now: datetime) -> None:
    mine = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    theirs = set_mail(address=ADDRESS, by=cast.trainee, now=now)
    assert code_of(mine) != code_of(theirs)
    with pytest.raises(NotThere):
        confirm_mail(mail_address=theirs, code=code_of(theirs), by=cast.stranger, now=now)
    with pytest.raises(RuleBroken):
        confirm_mail(mail_address=mine, code=code_of(theirs), by=cast.stranger, now=now)


BAD = [
    "", " ", "zhang", "zhang@", "@b.cn", "a@b", "a@b.c", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "a@b.cn\n", '"a b"@c.cn',
    "a@[127.0.0.1]", "张@例子.cn", "a@b.cn,c@d.cn", "<a@b.cn>", "a@@b.cn", "a..b@c.cn", ".a@b.cn", "a@-b.cn", "a@b-.cn",
    f"{'a' * 65}@b.cn", f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.cn", "a" * 50_000, "a@b.cn\0", "a@b.123",
]  # fmt: skip


@pytest.mark.parametrize("address", BAD, ids=range(len(BAD)))
def test_what_is_no_address_is_refused(cast: People, server: MailServer, now: datetime, address: str) -> None:
    if address.strip() == "a@b.cn":  # a line end that came with the paste is no part of it
        set_mail(address=address, by=cast.stranger, now=now)
        return
    with pytest.raises(RuleBroken) as refusal:
        set_mail(address=address, by=cast.stranger, now=now)
    assert rules(refusal) in (["mail.address"], ["input.text"])
    assert not MailAddress.objects.scope(cast.stranger).exists()


@pytest.mark.parametrize(
    "address",
    [
        "a@b.cn",
        "zhang_wei+pt@mail.xtjs.edu.cn",
        "12345678@qq.com",
        "o'b@x.cn",
        "ａ@b.cn".translate({0xFF41: "a"}),
    ],
)
def test_real_ones_are_taken(cast: People, server: MailServer, now: datetime, address: str) -> None:
    set_mail(address=address, by=cast.stranger, now=now)
    assert send_due(now) == {"sent": 1} and server.received[0].to == [address]


def test_without_a_mail_server_no_address_is_asked_for(cast: People, now: datetime) -> None:
    with pytest.raises(RuleBroken) as refusal:
        set_mail(address=ADDRESS, by=cast.stranger, now=now)
    assert rules(refusal) == ["mail.off"]


# Patience and silence -----------------------------------------------------------------------------------------------


def test_who_asks_for_many_codes_waits(cast: People, server: MailServer, now: datetime) -> None:
    for _ in range(3):
        set_mail(address=ADDRESS, by=cast.stranger, now=now)
    with pytest.raises(RuleBroken) as refusal:
        set_mail(address=OTHER, by=cast.stranger, now=now)
    assert rules(refusal) == ["mail.wait"] and "秒后再试" in str(refusal.value)
    set_mail(address=OTHER, by=cast.stranger, now=now + timedelta(seconds=3))


def test_who_guesses_waits_longer_and_longer(cast: People, server: MailServer, now: datetime) -> None:
    row = set_mail(address=ADDRESS, by=cast.stranger, now=now)
    heard, moment = 0, now
    while moment < now + CODE_LASTS:
        with pytest.raises(RuleBroken) as refusal:
            confirm_mail(mail_address=row, code="00000000", by=cast.stranger, now=moment)
        heard += rules(refusal) == ["mail.code"]
        moment += timedelta(seconds=1)
    assert heard < 16  # of a hundred million
    with pytest.raises(RuleBroken) as patience:
        confirm_mail(mail_address=row, code=code_of(row), by=cast.stranger, now=now + CODE_LASTS / 2)
    assert rules(patience) == ["mail.wait"]


def test_a_strangers_mailbox_is_not_filled_from_many_accounts_and_nobody_learns_of_it(
    cast: People, server: MailServer, now: datetime
) -> None:
    roles = [cast.stranger, cast.trainee, cast.centre, cast.hebei, cast.jiangsu, cast.school, cast.oversight]
    answers = [
        (row.code_until, bool(row.nonce), row.confirmed_at)
        for row in (set_mail(address=ADDRESS, by=role, now=now) for role in roles)
    ]
    assert len(set(answers)) == 1
    send_due(now)
    assert len(server.received) == 6
    assert not Throttle.objects.filter(key__icontains="zhang").exists()


def test_an_address_that_another_has_is_answered_the_same(
    cast: People, server: MailServer, now: datetime
) -> None:
    confirmed(cast.trainee, now)
    assert confirmed(cast.stranger, now).confirmed_at == now
    assert in_force(cast.stranger) == in_force(cast.trainee) == [ADDRESS]


# Keeping it ---------------------------------------------------------------------------------------------------------


def test_the_address_stands_nowhere_in_clear(cast: People, server: MailServer, now: datetime) -> None:
    row = confirmed(cast.stranger, now)
    send([cast.stranger], subject="请审核", kind="x", now=now)
    switch_mail(mail_address=row, wanted=False, by=cast.stranger, now=now)
    remove_mail(mail_address=row, by=cast.stranger, now=now)
    events = [f"{e.about} {e.about_text} {e.reason} {e.changes}" for e in Event.objects.unscoped("test")]
    jobs = [f"{job.inputs} {job.result} {job.error}" for job in Job.objects.all()]
    assert not [text for text in events + jobs if "zhang.wei" in text or "school.example" in text]
    codes = list(Event.objects.unscoped("test").order_by("pk").values_list("code", flat=True))[-4:]
    assert codes == [
        "accounts.set_mail",
        "accounts.confirm_mail",
        "accounts.switch_mail",
        "accounts.remove_mail",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_address")
        stored = b"|".join(
            bytes(v) for row_ in cursor.fetchall() for v in row_ if isinstance(v, (bytes, memoryview))
        )
    assert b"zhang" not in stored


def test_a_sealed_address_is_good_for_its_account_only(
    cast: People, server: MailServer, now: datetime
) -> None:
    mine = confirmed(cast.stranger, now)
    theirs = confirmed(cast.trainee, now, OTHER)
    MailAddress.objects.scope(cast.trainee).update(sealed=bytes(mine.sealed))
    theirs = MailAddress.objects.scope(cast.trainee).select_related("account").get()
    with pytest.raises(Unreadable):
        _ = theirs.text


def test_a_removed_address_is_forgotten(cast: People, server: MailServer, now: datetime) -> None:
    row = confirmed(cast.stranger, now)
    remove_mail(mail_address=row, by=cast.stranger, now=now)
    stored = MailAddress.objects.unscoped("test").get(pk=row.pk)
    assert (bytes(stored.sealed), bytes(stored.nonce), stored.removed_at) == (b"", b"", now)
    with pytest.raises(NotThere):
        remove_mail(mail_address=row, by=cast.stranger, now=now)


def test_a_new_address_takes_over_when_it_is_confirmed_and_not_before(
    cast: People, server: MailServer, now: datetime
) -> None:
    confirmed(cast.stranger, now)
    send([cast.stranger], subject="之前", kind="x", now=now)
    new = set_mail(address=OTHER, by=cast.stranger, now=now)
    send([cast.stranger], subject="其间", kind="x", now=now)
    assert in_force(cast.stranger) == [ADDRESS]
    confirm_mail(mail_address=new, code=code_of(new), by=cast.stranger, now=now)
    send([cast.stranger], subject="之后", kind="x", now=now)
    send_due(now)
    assert in_force(cast.stranger) == [OTHER] and server.letters_to(ADDRESS) == []
    subjects = [letter["Subject"] for letter in server.letters_to(OTHER)]
    assert subjects == ["之前", "其间", "之后"]  # the code was used already and is not sent any more


def test_the_same_address_again_is_refused(cast: People, server: MailServer, now: datetime) -> None:
    confirmed(cast.stranger, now)
    with pytest.raises(RuleBroken) as refusal:
        set_mail(address=ADDRESS, by=cast.stranger, now=now)
    assert rules(refusal) == ["mail.same"]


def test_off_and_on_again(cast: People, server: MailServer, now: datetime) -> None:
    row = confirmed(cast.stranger, now)
    switch_mail(mail_address=row, wanted=False, by=cast.stranger, now=now)
    send([cast.stranger], subject="不发", kind="x", now=now)
    switch_mail(mail_address=row, wanted=True, by=cast.stranger, now=now)
    switch_mail(mail_address=row, wanted=True, by=cast.stranger, now=now)  # a repeat is nothing
    send([cast.stranger], subject="发", kind="x", now=now)
    send_due(now)
    assert [letter["Subject"] for letter in server.letters_to(ADDRESS)] == ["发"]
    assert Event.objects.unscoped("test").filter(code="accounts.switch_mail").count() == 2


@pytest.mark.postgresql
def test_two_windows_confirm_once_and_guess_no_faster(
    fresh_database: FreshDatabase, race: Race, server: MailServer, now: datetime
) -> None:
    role = fresh_database.cast.stranger
    row = set_mail(address=ADDRESS, by=role, now=now)
    code = code_of(row)

    def confirm(typed: str) -> object:
        return confirm_mail(mail_address=row, code=typed, by=role, now=now)

    wrong = race(*[lambda: confirm("00000000")] * 8)
    assert [rules_of(answer) for answer in wrong].count(
        "mail.code"
    ) == 5  # then the sixth waits, also of eight at once
    done = race(
        *[lambda: confirm_mail(mail_address=row, code=code, by=role, now=now + timedelta(hours=0.2))] * 3
    )
    assert sum(isinstance(answer, MailAddress) for answer in done) == 1
    assert in_force(role) == [ADDRESS]


def rules_of(answer: object) -> str:
    assert isinstance(answer, RuleBroken), answer
    return answer.breaches[0].rule


@pytest.mark.postgresql
def test_an_account_has_one_address_in_force_and_one_that_waits(
    cast: People, server: MailServer, now: datetime
) -> None:
    confirmed(cast.stranger, now)
    set_mail(address=OTHER, by=cast.stranger, now=now)
    for more in ({}, {"confirmed_at": now}):
        row = MailAddress(account=cast.stranger.account, nonce=b"", code_until=now, **more)
        row.keep("third@example.cn")
        with pytest.raises(Exception, match=r"mail_address|UNIQUE"), transaction.atomic():
            row.save()


# Pages --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(cast: People, signed_in: SignedIn) -> Client:
    return signed_in(cast.stranger)


def page(client: Client, where: str = "/my/account/") -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_an_empty_page_to_letters_and_back(
    cast: People, server: MailServer, reader: Client, still_clock: StillClock
) -> None:
    assert "填写邮箱后" in page(reader)
    answer = reader.post("/my/account/mail/", {"address": ADDRESS, "once": "one"})
    assert (answer.status_code, answer["Location"]) == (302, "/my/account/")
    reader.post("/my/account/mail/", {"address": ADDRESS, "once": "one"})  # a double click
    assert "等待发送" in page(reader) and Mail.objects.scope(cast.stranger).count() == 1
    drain()
    assert ADDRESS in page(reader) and "已发送" in page(reader)
    pk = MailAddress.objects.scope(cast.stranger).get().pk
    wrong = reader.post(f"/my/account/mail/{pk}/confirm/", {"code": "00000000"})
    assert wrong.status_code == 422 and "确认码不正确" in wrong.content.decode()
    reader.post(f"/my/account/mail/{pk}/confirm/", {"code": code_in(server)})
    assert "已开启" in page(reader) and "待确认" not in page(reader)
    reader.post(f"/my/account/mail/{pk}/switch/", {"wanted": "no"})
    assert "已关闭" in page(reader) and "邮件通知已关闭" in page(reader, "/messages/")
    reader.post(f"/my/account/mail/{pk}/switch/", {"wanted": "yes"})
    assert "同时发到您的邮箱" in page(reader, "/messages/")
    reader.post(f"/my/account/mail/{pk}/remove/")
    assert ADDRESS not in page(reader) and "填写邮箱后" in page(reader)


def test_a_refused_address_stays_in_the_form(server: MailServer, reader: Client) -> None:
    answer = reader.post("/my/account/mail/", {"address": "zhang@"})
    assert answer.status_code == 422
    assert "这不是一个邮箱地址" in answer.content.decode() and 'value="zhang@"' in answer.content.decode()
    assert reader.post("/my/account/mail/", {"address": "a" * 300}).status_code == 422


def test_a_code_that_came_back_or_lapsed_is_said(
    cast: People, server: MailServer, reader: Client, still_clock: StillClock, signed_in: SignedIn
) -> None:
    server.answers[f"RCPT {ADDRESS}"] = "550 5.1.1 no"
    reader.post("/my/account/mail/", {"address": ADDRESS})
    drain()
    assert "没有这个收件邮箱" in page(reader)
    still_clock.forward(minutes=31)
    reader = signed_in(cast.stranger)
    assert "已过期" in page(reader) and "confirm/" not in page(reader)


def test_without_a_mail_server_the_pages_say_so(
    cast: People, server: MailServer, reader: Client, now: datetime, settings: Settings
) -> None:
    row = confirmed(cast.stranger, now)
    send([cast.stranger], subject="之前", kind="x", now=now)
    settings.EMAIL_HOST = ""
    assert "没有开通邮件发送" in page(reader) and "没有开通邮件发送" in page(reader, "/messages/")
    assert "发送确认码" not in page(reader)
    message = mails(cast.stranger)[0].message_id
    assert "平台现在没有开通邮件发送" in page(reader, f"/messages/{message}/")
    reader.post(f"/my/account/mail/{row.pk}/remove/")  # what is personal can always be taken away
    assert not MailAddress.objects.scope(cast.stranger).exists()


def test_nobody_reaches_the_address_of_another(
    cast: People, server: MailServer, signed_in: SignedIn, now: datetime
) -> None:
    row = confirmed(cast.stranger, now)
    for role in (cast.centre, cast.trainee, cast.hebei):
        client = signed_in(role)
        for act in ("confirm", "remove", "switch"):
            sent = {"code": "12345678", "wanted": "no"}
            assert client.post(f"/my/account/mail/{row.pk}/{act}/", sent).status_code == 404
        assert ADDRESS not in page(client)
    assert in_force(cast.stranger) == [ADDRESS]
