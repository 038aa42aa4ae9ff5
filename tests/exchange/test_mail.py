"""E-mail of messages: written with the act, sent at least once, never in clear where it must not be, read back whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.mail import BadHeaderError
from django.db import transaction
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries, Settings

from gongxue.exchange import outbox
from gongxue.exchange.actions import remove_mail, switch_mail
from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.letters import letter_of, one_line
from gongxue.exchange.models import Mail, MailAddress, Message
from gongxue.exchange.notices import Letter, post, send
from gongxue.exchange.outbox import KEEP_TRYING, LEASE, LONGEST_PAUSE, STALE, pause_after, send_due
from gongxue.exchange.smtp import Backend
from gongxue.exchange.tasks import send_mail
from gongxue.foundation.identity.actions import give_role, suspend_account
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.jobs.backend import PERIODIC, drain
from gongxue.foundation.jobs.models import Job
from tests.cast import FreshDatabase, People, Race
from tests.exchange.conftest import point_to
from tests.exchange.mail_server import MailServer, mail_server, make_certificate
from tests.exchange.mailing import ADDRESS, confirmed, mails
from tests.still_clock import StillClock


@pytest.fixture
def now(still_clock: StillClock) -> datetime:
    return still_clock.now


@pytest.fixture
def reader(cast: People, server: MailServer, now: datetime) -> Role:
    """Somebody with a confirmed address."""
    confirmed(cast.stranger, now)
    return cast.stranger


def tell(*to: Role, now: datetime, subject: str = "请审核方案", **more: Any) -> None:
    send(
        to,
        subject=subject,
        body="邢台技师学院已报送。",
        link="/classes/",
        kind="programme.submit",
        now=now,
        **more,
    )


def words_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


# The letter ---------------------------------------------------------------------------------------------------------


def test_a_letter_says_what_the_message_says_and_leads_to_it(
    reader: Role, server: MailServer, now: datetime
) -> None:
    tell(reader, now=now)
    assert send_due(now) == {"sent": 1}
    (row,) = server.received
    assert (row.sender, row.to) == ("gongxue@centre.example.cn", [ADDRESS])
    message = Message.objects.scope(reader).get()
    letter, words = row.letter, words_of(row.letter)
    assert (letter["Subject"], letter["To"]) == ("请审核方案", ADDRESS)
    assert letter["From"].addresses[0].display_name == product.SITE_NAME
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Reply-To"] is None
    assert "邢台技师学院已报送。" in words and f"https://gongxue.example.cn/messages/{message.pk}/" in words
    assert letter.get_content_type() == "text/plain" and "请不要直接回复" in words
    assert mails(reader)[0].state == "sent" and mails(reader)[0].ended_at == now


def test_answers_go_where_the_settings_say(
    reader: Role, server: MailServer, now: datetime, settings: Settings
) -> None:
    settings.MAIL_REPLY_TO = "office@centre.example.cn"
    tell(reader, now=now)
    send_due(now)
    letter = server.received[0].letter
    assert letter["Reply-To"] == "office@centre.example.cn" and "请不要直接回复" not in words_of(letter)


@pytest.mark.parametrize(("cancelled", "method"), [(False, "REQUEST"), (True, "CANCEL")])
def test_the_days_travel_as_an_invitation_or_its_end(
    reader: Role, server: MailServer, now: datetime, cancelled: bool, method: str
) -> None:
    event = CalendarEvent(
        "invitation-7@gongxue", "授课：邢台，机械类；三级", date(2023, 6, 11), date(2023, 6, 19), now, sequence=4,
        place="邢台技师学院", description="往返各一天。" * 30, cancelled=cancelled,
    )  # fmt: skip
    tell(reader, now=now, event=event)
    send_due(now)
    letter = server.received[0].letter
    (part,) = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == method and part.get_param("charset") == "utf-8"
    assert str(part.get_filename()).endswith(".ics")
    calendar: Any = Calendar.from_ical(part.get_content())
    row = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == method and row["UID"] == "invitation-7@gongxue" and row["SEQUENCE"] == 4
    assert (row["DTSTART"].dt, row["DTEND"].dt) == (date(2023, 6, 11), date(2023, 6, 20))
    assert (row["SUMMARY"], row["DESCRIPTION"]) == ("授课：邢台，机械类；三级", "往返各一天。" * 30)
    assert row["ORGANIZER"] == "mailto:gongxue@centre.example.cn" and row["ATTENDEE"] == f"mailto:{ADDRESS}"
    assert row["STATUS"] == ("CANCELLED" if cancelled else "CONFIRMED")


def test_no_number_of_a_person_is_in_a_letter(reader: Role, server: MailServer, now: datetime) -> None:
    send(
        [reader],
        subject="核对 13010219900307651X",
        body="电话 13800138000，证件 130102199003076519",
        kind="x",
        now=now,
    )
    send_due(now)
    data = server.received[0].letter.as_string() + words_of(server.received[0].letter)
    assert "[证件号]" in words_of(server.received[0].letter) and "[手机]" in data
    assert not any(secret in data for secret in ("13010219900307651X", "13800138000", "130102199003076519"))
    assert reader.account.name not in words_of(server.received[0].letter)


HOSTILE = [
    "好\r\nBcc: all@example.cn",
    "好\nX: y",
    "好\rX",
    "好\u2028Bcc: a@b.cn",
    "好\x0bX\x1c\x85Y",
    "\u202e倒",
    "字" * 120,
]


@pytest.mark.parametrize("subject", HOSTILE)
def test_no_header_comes_out_of_a_subject(
    reader: Role, server: MailServer, now: datetime, subject: str
) -> None:
    send([reader], subject=subject, body="正文\r\n.\r\nRCPT TO:<all@example.cn>", kind="x", now=now)
    assert send_due(now) == {"sent": 1}
    (row,) = server.received
    assert row.to == [ADDRESS] and row.letter["Subject"].strip() == one_line(subject)
    assert {name.lower() for name in row.letter} == {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
        "auto-submitted",
    }  # fmt: skip
    assert "RCPT TO:<all@example.cn>" in words_of(row.letter)


def test_an_address_with_a_line_break_is_refused_even_if_it_were_stored(reader: Role, now: datetime) -> None:
    tell(reader, now=now)
    mail = mails(reader)[0]
    mail.address.keep("a@b.cn\r\nBcc: all@example.cn")
    with pytest.raises(BadHeaderError):
        letter_of(mail).message()


# Written with the act -----------------------------------------------------------------------------------------------


def test_an_act_that_is_rolled_back_sends_nothing(reader: Role, server: MailServer, now: datetime) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(reader, now=now)
        raise RuntimeError
    assert mails(reader) == [] and send_due(now) == {} and server.received == []


def test_without_a_mail_server_nothing_is_queued_and_nothing_asked(
    cast: People, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, server: MailServer,
    settings: Settings,
) -> None:  # fmt: skip
    confirmed(cast.stranger, now)
    settings.EMAIL_HOST = ""
    with django_assert_num_queries(1):
        tell(cast.stranger, cast.centre, now=now)
    tell(cast.stranger, now=now, once="k")
    assert mails(cast.stranger) == [] and send_mail.func() == {}
    assert Message.objects.scope(cast.stranger).count() == 2
    assert "mail.send" not in {entry.name for entry in PERIODIC}  # the tests are started without one


@pytest.mark.parametrize("people", [1, 6])
def test_queueing_takes_the_same_statements_for_any_number_of_readers(
    cast: People, server: MailServer, now: datetime, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:  # fmt: skip
    roles = [cast.stranger, cast.centre, cast.hebei, cast.jiangsu, cast.trainee, cast.school][:people]
    for number, role in enumerate(roles):
        confirmed(role, now, f"reader{number}@example.cn")
    with django_assert_num_queries(3):  # addresses, messages, letters
        tell(*roles, now=now)
    with django_assert_num_queries(5):  # and what was told before, twice
        tell(*roles, now=now, once="k")
    with django_assert_num_queries(4):
        tell(*roles, now=now, once="k")  # nothing new, no letter
    assert Mail.objects.unscoped("test").exclude(message=None).count() == 2 * people


@pytest.mark.postgresql
def test_a_repeat_writes_no_second_letter(
    reader: Role, cast: People, server: MailServer, now: datetime
) -> None:
    letters = [
        Letter(reader, "明日截止", "请尽快", "/", "k"),
        Letter(cast.centre, "明日截止", "请尽快", "/", "k"),
    ]
    for _ in range(2):
        tell(reader, now=now, once="programme/7")
        post(letters, now=now, kind="reminder")
    assert [mail.message.subject for mail in mails(reader)] == ["请审核方案", "明日截止"]  # type: ignore[union-attr]
    assert send_due(now) == {"sent": 2} and send_due(now) == {}
    assert len(server.letters_to(ADDRESS)) == 2


def test_what_was_told_before_there_was_an_address_is_not_sent_when_it_is_repeated(
    cast: People, server: MailServer, now: datetime
) -> None:
    tell(cast.stranger, now=now, once="k")
    confirmed(cast.stranger, now)
    tell(cast.stranger, now=now, once="k")
    assert mails(cast.stranger) == []


def test_two_roles_of_one_person_get_one_letter_in_the_same_words(
    reader: Role, cast: People, now: datetime
) -> None:
    other = give_role(
        account=reader.account, organisation=cast.trainee.organisation, duty="school", by=cast.centre, now=now
    )
    tell(reader, other, now=now)
    assert Message.objects.scope(reader).count() == 2 and len(mails(reader)) == 1


@pytest.mark.postgresql
def test_two_who_tell_the_same_at_the_same_moment_write_one_letter_each(
    fresh_database: FreshDatabase, race: Race, server: MailServer, now: datetime
) -> None:
    people = fresh_database.cast
    told = [people.hebei, people.jiangsu, people.centre]
    for number, role in enumerate(told):
        confirmed(role, now, f"reader{number}@example.cn")

    def tell_all() -> None:
        with transaction.atomic():
            tell(*told, now=now, once="k")

    assert race(tell_all, tell_all, tell_all) == [None] * 3
    assert [len(mails(role)) for role in told] == [1, 1, 1]


# Sent at least once -------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_several_workers_send_each_letter_once(
    fresh_database: FreshDatabase, race: Race, server: MailServer, now: datetime
) -> None:
    role = fresh_database.cast.stranger
    confirmed(role, now)
    for number in range(12):
        tell(role, now=now, subject=f"第 {number} 条")
    done = race(*[lambda: send_due(now)] * 3)
    assert sum(one.get("sent", 0) for one in done) == 12, done
    assert sorted(letter["Subject"] for letter in server.letters_to(ADDRESS)) == sorted(
        f"第 {number} 条" for number in range(12)
    )


def test_a_sweep_is_one_conversation(reader: Role, server: MailServer, now: datetime) -> None:
    for number in range(4):
        tell(reader, now=now, subject=f"第 {number} 条")
    assert send_due(now) == {"sent": 4} and server.conversations == 1
    assert [row.letter["Subject"] for row in server.received] == [f"第 {n} 条" for n in range(4)]


class Killed(BaseException):
    """The worker is gone: nothing after this point ran."""


def test_a_crash_between_sending_and_writing_sends_again_under_the_same_id(
    reader: Role, server: MailServer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    tell(reader, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_end", killed)
        with pytest.raises(Killed):
            send_due(now)
    assert mails(reader)[0].state == "waiting" and len(server.received) == 1
    assert send_due(now + LEASE - timedelta(seconds=1)) == {}  # another worker does not come too early
    assert send_due(now + LEASE) == {"sent": 1}
    first, second = (row.letter for row in server.received)
    assert first["Message-ID"] == second["Message-ID"] == f"<{mails(reader)[0].uid}@centre.example.cn>"
    assert (first["Date"], words_of(first)) == (second["Date"], words_of(second))
    assert send_due(now + 2 * LEASE) == {}


def test_a_server_that_dies_before_its_answer_gets_the_letter_again(
    reader: Role, server: MailServer, now: datetime
) -> None:
    tell(reader, now=now)
    server.hang_up_after = True
    assert send_due(now) == {"waiting": 1}
    server.hang_up_after = False
    assert send_due(now + pause_after(1)) == {"sent": 1}
    assert len({row.letter["Message-ID"] for row in server.received}) == 1 and len(server.received) == 2


REFUSED = [
    (f"RCPT {ADDRESS}", f"550 5.1.1 <{ADDRESS}>: no such user", "550 没有这个收件邮箱"),
    (f"RCPT {ADDRESS}", "552 5.2.2 over quota", "552 收件邮箱已满"),
    (f"RCPT {ADDRESS}", f"553 sorry {ADDRESS}", "553 对方拒收"),
    ("DATA", f"554 5.7.1 spam from {ADDRESS}", "554 对方按其规则拒收"),
]


@pytest.mark.parametrize(("command", "answer", "reason"), REFUSED)
def test_a_mailbox_that_says_no_gets_no_second_try(
    reader: Role, server: MailServer, now: datetime, command: str, answer: str, reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    tell(reader, now=now)
    server.answers[command] = answer
    assert send_due(now) == {"returned": 1}
    (mail,) = mails(reader)
    assert (mail.state, mail.reason, mail.ended_at) == ("returned", reason, now)
    assert send_due(now + KEEP_TRYING) == {} and server.received == []
    assert reason in caplog.text and ADDRESS not in caplog.text


def test_a_refusal_to_one_does_not_keep_the_others_from_theirs(
    reader: Role, cast: People, server: MailServer, now: datetime
) -> None:
    confirmed(cast.centre, now, "centre@example.cn")
    tell(reader, cast.centre, now=now)
    server.answers[f"RCPT {ADDRESS}"] = "550 5.1.1 no"
    assert send_due(now) == {"returned": 1, "sent": 1}
    assert len(server.letters_to("centre@example.cn")) == 1


DELAYED = [
    (f"RCPT {ADDRESS}", "451 4.7.1 greylisted", "451 对方要求稍后再试"),
    ("DATA", "452 later", "452 对方暂不接收"),
    ("MAIL", "550 who are you", "550 邮件服务器不接受平台的发件地址"),
    ("CONNECT", "554 not now", "554 邮件服务器暂不受理"),
    ("CONNECT", "421 busy", "421 邮件服务器暂不受理"),
]


@pytest.mark.parametrize(("command", "answer", "reason"), DELAYED)
def test_what_may_change_is_tried_again_with_growing_pauses(
    reader: Role, server: MailServer, now: datetime, command: str, answer: str, reason: str
) -> None:
    tell(reader, now=now)
    server.answers[command] = answer
    for attempt in (1, 2, 3):
        assert send_due(now) == {"waiting": 1}
        (mail,) = mails(reader)
        assert (mail.attempts, mail.reason, mail.due_at) == (attempt, reason, now + pause_after(attempt))
        assert send_due(mail.due_at - timedelta(seconds=1)) == {}
        now = mail.due_at
    server.answers.clear()
    assert send_due(now) == {"sent": 1}
    assert mails(reader)[0].reason == "" and len(server.received) == 1


def test_pauses_grow_to_six_hours() -> None:
    assert [pause_after(n).total_seconds() / 60 for n in (1, 2, 3, 8, 9, 40)] == [2, 4, 8, 256, 360, 360]
    assert pause_after(40) == LONGEST_PAUSE


def test_after_three_days_it_is_given_up_with_the_reason(
    reader: Role, server: MailServer, now: datetime
) -> None:
    tell(reader, now=now)
    server.answers["DATA"] = "452 4.2.2 full"
    assert send_due(now + KEEP_TRYING) == {"waiting": 1}
    assert send_due(now + KEEP_TRYING + LONGEST_PAUSE) == {"returned": 1}
    assert mails(reader)[0].reason == "三天内一直未能送达（452 收件邮箱已满）"


def test_a_server_out_of_reach_keeps_everything_and_is_asked_once_in_a_sweep(
    cast: People, now: datetime, settings: Settings
) -> None:
    with mail_server() as gone:
        point_to(settings, gone)
    confirmed(cast.stranger, now)
    for number in range(3):
        tell(cast.stranger, now=now, subject=f"第 {number} 条")
    assert send_due(now) == {"waiting": 1}
    first, *others = mails(cast.stranger)
    assert first.reason == "连不上邮件服务器" and {mail.attempts for mail in others} == {0}
    with mail_server() as back:
        point_to(settings, back)
        assert send_due(now + pause_after(1)) == {"sent": 3}


# Whoever does not want it any more ----------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["removed", "switched off", "suspended"])
def test_what_waits_is_not_sent_to_who_does_not_want_it(
    reader: Role, cast: People, server: MailServer, now: datetime, when: str
) -> None:
    tell(reader, now=now)
    address = MailAddress.objects.scope(reader).get()
    if when == "removed":
        remove_mail(mail_address=address, by=reader, now=now)
    elif when == "switched off":
        switch_mail(mail_address=address, wanted=False, by=reader, now=now)
    else:
        suspend_account(account=reader.account, by=cast.centre, now=now, reason="离岗")
    send_due(now)
    (mail,) = Mail.objects.unscoped("test").exclude(message=None)
    assert (mail.state, server.received) == ("dropped", [])
    reasons = {"removed": "邮箱已删除", "switched off": "邮件通知已关闭", "suspended": "账号已停用"}
    assert mail.reason == reasons[when]
    tell(reader, now=now, subject="以后")
    assert len(mails(reader)) == (2 if when == "suspended" else 1)


@pytest.mark.parametrize("change", [{"wanted": False}, {"confirmed_at": None}, {"removed_at": "now"}])
def test_the_last_moment_decides(
    reader: Role, server: MailServer, now: datetime, change: dict[str, Any]
) -> None:
    tell(reader, now=now)
    values = {name: now if value == "now" else value for name, value in change.items()}
    MailAddress.objects.scope(reader).update(**values)
    assert send_due(now) == {"dropped": 1} and server.received == []


def test_after_a_long_outage_old_news_is_not_sent(reader: Role, server: MailServer, now: datetime) -> None:
    tell(reader, now=now, subject="旧闻")
    tell(reader, now=now + timedelta(seconds=1), subject="新闻")
    assert send_due(now + STALE + timedelta(seconds=1)) == {"dropped": 1, "sent": 1}
    assert [letter["Subject"] for letter in server.letters_to(ADDRESS)] == ["新闻"]
    assert mails(reader)[0].reason == "超过七天没有发出，不再发送"


def test_a_destroyed_key_ends_the_letter(reader: Role, server: MailServer, now: datetime) -> None:
    tell(reader, now=now)
    Account.objects.filter(pk=reader.account_id).update(data_key=None)
    assert send_due(now) == {"dropped": 1} and server.received == []


# The way ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_letter_travels_encrypted_and_signed_in(
    cast: People, now: datetime, settings: Settings, tmp_path: Path, tls: str
) -> None:
    paths = make_certificate(tmp_path)
    with mail_server(tls, paths, users={"gongxue": "correct horse"}) as server:
        point_to(settings, server)
        settings.MAIL_AUTHORITY = str(paths[0])
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "gongxue", "correct horse"
        confirmed(cast.stranger, now)
        tell(cast.stranger, now=now)
        assert send_due(now) == {"sent": 1}
        (row,) = server.received
        assert (row.encrypted, row.user, row.letter["Subject"]) == (True, "gongxue", "请审核方案")


@pytest.mark.parametrize("mistake", ["unknown authority", "other host", "no starttls", "password"])
def test_no_letter_and_no_password_goes_to_who_is_not_who_they_say(
    cast: People, now: datetime, settings: Settings, tmp_path: Path, mistake: str
) -> None:
    paths = make_certificate(tmp_path, "127.0.0.9" if mistake == "other host" else "127.0.0.1")
    offered = "none" if mistake == "no starttls" else "starttls"
    with mail_server(offered, paths, users={"gongxue": "right"}) as server:
        point_to(settings, server)
        settings.EMAIL_USE_TLS = True
        settings.MAIL_AUTHORITY = "" if mistake == "unknown authority" else str(paths[0])
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "gongxue", "wrong"
        confirmed(cast.stranger, now)
        tell(cast.stranger, now=now)
        assert send_due(now) == {"waiting": 1}
        assert server.received == [] and not any(word.startswith(("MAIL", "RCPT")) for word in server.said)
        assert ("AUTH" in server.said) == (mistake == "password")
        reasons = {
            "no starttls": "邮件服务器不支持加密连接或登录",
            "password": "535 邮件服务器不接受平台的用户名或密码",
        }
        assert mails(cast.stranger)[0].reason == reasons.get(mistake, "邮件服务器的证书不可信")


def test_the_system_vouches_for_the_server_where_no_authority_is_named(settings: Settings) -> None:
    settings.MAIL_AUTHORITY = ""
    context = Backend().ssl_context
    assert context.check_hostname and context.verify_mode.name == "CERT_REQUIRED"


def test_the_job_sends_what_is_due(reader: Role, server: MailServer, now: datetime) -> None:
    tell(reader, now=now)
    drain()  # the one that was enqueued with the code
    assert len(server.received) == 1
    assert Job.objects.filter(
        path="gongxue.exchange.tasks.send_mail", state="done", result={"sent": 1}
    ).exists()
    assert not Job.objects.filter(inputs__icontains="@").exists()


def test_a_letter_that_cannot_be_written_keeps_no_other_from_its_way(
    reader: Role, server: MailServer, now: datetime, still_clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(mail: Mail) -> Any:
        if mail.message is not None and mail.message.subject == "坏的":
            raise ValueError(f"cannot write to {mail.address.text}")
        return letter_of(mail)

    monkeypatch.setattr(outbox, "letter_of", broken)
    tell(reader, now=now, subject="坏的")
    tell(reader, now=now, subject="好的")
    drain()  # the job with the code: the accident is written beside it, without the address
    job = Job.objects.get(path="gongxue.exchange.tasks.send_mail")
    assert job.state == "ready" and "ValueError" in job.error and ADDRESS not in job.error
    still_clock.set(job.run_after)
    drain()
    assert [letter["Subject"] for letter in server.letters_to(ADDRESS)] == ["好的"]
    assert [mail.state for mail in mails(reader)] == ["waiting", "sent"]
