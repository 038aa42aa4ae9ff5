"""Messages: one's own inbox in whatever role, read when opened, never lost with a refused act."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from gongxue.exchange.actions import mark_all_read, mark_read
from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import Message
from gongxue.exchange.notices import send
from gongxue.exchange.queries import messages_visible_to, unread_count
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn

NOW = at(FIRST_DAY)


def tell(*to: Role, subject: str = "请审核方案", link: str = "/classes/") -> None:
    send(to, subject=subject, body="邢台技师学院已报送。", link=link, kind="programme.submit", now=NOW)


@pytest.mark.postgresql
def test_a_message_reaches_each_role_once_and_nobody_else(cast: People) -> None:
    tell(cast.hebei, cast.centre)
    assert [m.subject for m in messages_visible_to(cast.hebei)[:1]] == ["请审核方案"]
    assert unread_count(cast.centre) == Message.objects.scope(cast.centre).filter(read_at=None).count() >= 1
    assert not messages_visible_to(cast.jiangsu).filter(subject="请审核方案").exists()


def test_one_inbox_for_all_roles_of_a_person(cast: People) -> None:
    other = give_role(
        account=cast.trainee.account,
        organisation=cast.trainee.organisation,
        duty="school",
        by=cast.centre,
        now=NOW,
    )
    tell(cast.trainee)
    assert (
        unread_count(Role.objects.select_related("account").get(pk=other.pk))
        == unread_count(cast.trainee)
        == 1
    )


def test_a_message_of_an_act_that_fails_is_not_sent(cast: People) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(cast.stranger)
        raise RuntimeError
    assert unread_count(cast.stranger) == 0


def test_opening_marks_one_and_reading_all_marks_the_rest(cast: People) -> None:
    for _ in range(3):
        tell(cast.stranger)
    first = messages_visible_to(cast.stranger)[0]
    mark_read(message=first, by=cast.stranger, now=NOW)
    assert unread_count(cast.stranger) == 2
    assert mark_all_read(by=cast.stranger, now=NOW) == 2
    assert mark_all_read(by=cast.stranger, now=NOW) == 0


def test_nobody_marks_the_messages_of_another(cast: People, signed_in: SignedIn) -> None:
    tell(cast.stranger)
    message = messages_visible_to(cast.stranger)[0]
    mark_read(message=message, by=cast.centre, now=NOW)
    assert signed_in(cast.centre).post(f"/messages/{message.pk}/").status_code == 404
    assert unread_count(cast.stranger) == 1


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(cast: People, signed_in: SignedIn) -> Client:
    return signed_in(cast.stranger)


def test_an_empty_inbox_says_so(reader: Client) -> None:
    answer = reader.get("/messages/")
    assert answer.status_code == 200 and 'class="empty"' in answer.content.decode()


def test_the_bell_counts_and_opening_leads_to_the_work(cast: People, reader: Client) -> None:
    tell(cast.stranger)
    assert 'aria-label="未读 1 条"' in reader.get("/messages/").content.decode()
    message = messages_visible_to(cast.stranger)[0]
    reader.get(f"/messages/{message.pk}/")  # looking at it is not opening it
    assert 'class="bell"' in reader.get("/messages/").content.decode()
    assert reader.post(f"/messages/{message.pk}/")["Location"] == "/classes/"
    assert 'class="bell"' not in reader.get("/messages/").content.decode()


def test_a_message_without_a_link_leads_back_to_the_inbox(cast: People, reader: Client) -> None:
    tell(cast.stranger, link="")
    message = messages_visible_to(cast.stranger)[0]
    assert reader.post(f"/messages/{message.pk}/")["Location"] == "/messages/"
    tell(cast.stranger)
    assert reader.post("/messages/read/")["Location"] == "/messages/"
    assert unread_count(cast.stranger) == 0


def test_what_is_in_a_message_is_shown_as_text(cast: People, reader: Client) -> None:
    tell(cast.stranger, subject="<script>alert(1)</script>")
    assert "<script>alert" not in reader.get("/messages/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_takes_the_same_number_of_queries_for_any_number_of_messages(
    cast: People, reader: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        tell(cast.stranger)
    with django_assert_num_queries(7):
        reader.get("/messages/")


def test_thirty_messages_fill_a_page(cast: People, reader: Client) -> None:
    for number in range(31):
        tell(cast.stranger, subject=f"第 {number} 条")
    first, second = (reader.get(f"/messages/?page={n}").content.decode() for n in (1, 2))
    assert "第 30 条" in first and "第 0 条" not in first
    assert "第 0 条" in second and "第 1 条" not in second


def test_the_inbox_is_narrowed_by_kind_and_to_the_unread_and_pages_keep_it(
    cast: People, reader: Client
) -> None:
    for number in range(31):
        tell(cast.stranger, subject=f"方案 {number}")
    send([cast.stranger], subject="邀请函", kind="staffing.invite", now=NOW)
    mark_read(message=messages_visible_to(cast.stranger)[1], by=cast.stranger, now=NOW)
    shown = reader.get("/messages/?kind=programme").content.decode()
    assert "方案 30" in shown and "邀请函" not in shown and "kind=programme&amp;page=2" in shown
    unread = reader.get("/messages/?unread=yes&kind=programme").content.decode()
    assert "方案 30" not in unread and "方案 29" in unread
    assert "没有符合条件的消息" in reader.get("/messages/?kind=certificates").content.decode()
    assert (
        "邀请函" in reader.get("/messages/?kind=nonsense").content.decode()
    )  # an unknown kind narrows nothing


def test_an_event_is_offered_as_a_calendar_file(cast: People, reader: Client, signed_in: SignedIn) -> None:
    event = CalendarEvent("class-1@gongxue", "授课：机械类", FIRST_DAY, FIRST_DAY, NOW)
    send([cast.stranger], subject="日程", kind="staffing.accept", now=NOW, event=event)
    with_event = messages_visible_to(cast.stranger)[0]
    where = f"/messages/{with_event.pk}/calendar.ics"
    assert where in reader.get("/messages/").content.decode()
    answer = reader.get(where)
    assert answer["Content-Type"].startswith("text/calendar")
    row: Any = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert (row["SUMMARY"], row["DTSTART"].dt) == ("授课：机械类", FIRST_DAY)
    assert signed_in(cast.centre).get(where).status_code == 404
    tell(cast.stranger)
    bare = messages_visible_to(cast.stranger)[0]
    assert reader.get(f"/messages/{bare.pk}/calendar.ics").status_code == 404
