"""How a message was mailed is seen by its reader; the centre sees sums; nobody else anything."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from gongxue.exchange.models import Message
from gongxue.exchange.notices import send
from gongxue.exchange.outbox import KEEP_TRYING, LONGEST_PAUSE, send_due
from gongxue.exchange.queries import mail_sums
from tests.cast import People, SignedIn
from tests.exchange.mail_server import MailServer
from tests.exchange.mailing import ADDRESS, confirmed
from tests.still_clock import StillClock


@pytest.fixture
def now(still_clock: StillClock) -> datetime:
    return still_clock.now


@pytest.fixture
def reader(cast: People, server: MailServer, signed_in: SignedIn, now: datetime) -> Client:
    confirmed(cast.stranger, now)
    return signed_in(cast.stranger)


def told(cast: People, now: datetime, subject: str = "请审核方案") -> str:
    send([cast.stranger], subject=subject, body="已报送", link="/classes/", kind="x", now=now)
    found = Message.objects.scope(cast.stranger).order_by("-pk")[0]
    return f"/messages/{found.pk}/"


def text(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_reader_sees_each_state(cast: People, server: MailServer, reader: Client, now: datetime) -> None:
    where = told(cast, now)
    assert "等待发送" in text(reader, where) and "邮件等待发送" in text(reader, "/messages/")
    server.answers["DATA"] = "451 later"
    send_due(now)
    assert "451 对方暂不接收" in text(reader, where) and "已试 1 次" in text(reader, where)
    server.answers.clear()
    send_due(now + LONGEST_PAUSE)
    assert "已发送" in text(reader, where) and "邮件已发送" in text(reader, "/messages/")
    server.answers[f"RCPT {ADDRESS}"] = "550 5.1.1 no"
    where = told(cast, now)
    send_due(now)
    assert "退回</span>：550 没有这个收件邮箱" in text(reader, where)
    assert "邮件退回</span>：550 没有这个收件邮箱" in text(reader, "/messages/")


def test_a_message_is_a_page_that_reads_only_and_a_form_that_opens_the_work(
    cast: People, reader: Client, now: datetime
) -> None:
    where = told(cast, now)
    assert "请审核方案" in text(reader, where) and "去办理" in text(reader, where)
    assert Message.objects.scope(cast.stranger).filter(read_at=None).count() == 1
    assert reader.post(where)["Location"] == "/classes/"
    assert Message.objects.scope(cast.stranger).filter(read_at=None).count() == 0


def test_a_message_from_before_says_why_it_was_not_mailed(
    cast: People, server: MailServer, signed_in: SignedIn, now: datetime, settings: Settings
) -> None:
    where, client = told(cast, now), signed_in(cast.stranger)
    assert "填写并确认邮箱后" in text(client, where)
    settings.EMAIL_HOST = ""
    assert "没有开通邮件发送" in text(client, where)


def test_nobody_else_sees_the_message_or_its_letter(
    cast: People, reader: Client, signed_in: SignedIn, now: datetime
) -> None:
    where = told(cast, now)
    for role in (cast.centre, cast.hebei, cast.trainee):
        assert signed_in(role).get(where).status_code == 404


@pytest.mark.parametrize("rows", [1, 5])
def test_the_pages_take_the_same_number_of_queries_for_any_number_of_letters(
    cast: People, reader: Client, now: datetime, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    where = [told(cast, now, f"第 {number} 条") for number in range(rows)][-1]
    with django_assert_num_queries(8):
        reader.get("/messages/")
    with django_assert_num_queries(7):
        reader.get(where)
    with django_assert_num_queries(5):
        reader.get("/my/account/")


def test_the_centre_sees_sums_and_no_person(
    cast: People, server: MailServer, reader: Client, signed_in: SignedIn, now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries, still_clock: StillClock,
) -> None:  # fmt: skip
    centre = signed_in(cast.centre)
    told(cast, now)
    send_due(now)
    server.answers[f"RCPT {ADDRESS}"] = "550 5.1.1 no"
    told(cast, now)
    told(cast, now)
    send_due(now)
    server.answers[f"RCPT {ADDRESS}"] = "451 4.2.2 full"
    told(cast, now)
    send_due(now)
    told(cast, now)
    with django_assert_num_queries(4):
        sums = mail_sums(now)
    assert (sums.addresses, sums.waiting, sums.oldest) == (1, 2, now)
    assert sums.lately == {"sent": 2, "returned": 2}  # one of them the code, at the fixture
    assert sums.reasons == (("退回", "550 没有这个收件邮箱", 2), ("等待发送", "451 收件邮箱已满", 1))
    shown = text(centre, "/mail/")
    assert "没有这个收件邮箱" in shown and "127.0.0.1" in shown and "连接未加密" in shown
    assert not any(word in shown for word in (ADDRESS, cast.stranger.account.name, "请审核方案"))
    assert mail_sums(now + timedelta(days=8)).lately == {}
    send_due(now + KEEP_TRYING + LONGEST_PAUSE)


def test_only_the_centre_has_the_page(cast: People, signed_in: SignedIn) -> None:
    for role in (cast.oversight, cast.hebei, cast.xingtai.staff, cast.trainee, cast.stranger):
        assert signed_in(role).get("/mail/").status_code == 403
    shown = text(signed_in(cast.centre), "/mail/")
    assert "没有设置邮件服务器" in shown and "GONGXUE_SMTP_HOST" in shown


def test_a_letters_days_are_one_more_way_to_the_calendar(cast: People, reader: Client, now: datetime) -> None:
    from gongxue.exchange.calendars import CalendarEvent

    event = CalendarEvent("x@gongxue", "授课", date(2023, 6, 12), date(2023, 6, 13), now)
    send([cast.stranger], subject="日程", kind="x", now=now, event=event)
    found = Message.objects.scope(cast.stranger).order_by("-pk")[0]
    assert f"/messages/{found.pk}/calendar.ics" in text(reader, f"/messages/{found.pk}/")
