"""A message with a key reaches a role once, whoever sends it again and however many at the same moment."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import Message
from gongxue.exchange.notices import send, send_each
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, FreshDatabase, People, Race

pytestmark = pytest.mark.postgresql
NOW = at(FIRST_DAY)


def keys(subject: str) -> list[str]:
    rows = Message.objects.unscoped("tests").filter(subject=subject).order_by("to_id")
    return list(rows.values_list("once", flat=True))


def test_a_repeat_is_silently_nothing(cast: People) -> None:
    for _ in range(2):
        send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="programme/7/before")
    send([cast.hebei, cast.jiangsu], subject="明日截止", kind="reminder", now=NOW, once="programme/7/before")
    assert keys("明日截止") == ["programme/7/before"] * 2  # one for each of two
    send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="programme/7/on")
    assert len(keys("明日截止")) == 3


def test_without_a_key_every_message_counts(cast: People) -> None:
    for _ in range(2):
        send([cast.hebei], subject="请审核", kind="programme.submit", now=NOW)
    assert keys("请审核") == ["", ""]


def test_a_refused_act_leaves_the_key_free(cast: People) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="k")
        raise RuntimeError
    send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="k")
    assert keys("明日截止") == ["k"]


def test_a_key_that_is_too_long_is_a_mistake_of_the_caller(cast: People) -> None:
    with pytest.raises(ValueError, match="120"):
        send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="k" * 121)
    send([cast.hebei], subject="明日截止", kind="reminder", now=NOW, once="k" * 120)
    assert keys("明日截止") == ["k" * 120]


def test_two_at_the_same_moment_tell_once(fresh_database: FreshDatabase, race: Race) -> None:
    people = fresh_database.cast
    told = [people.hebei, people.jiangsu, people.centre]

    def tell() -> None:
        with transaction.atomic():
            send_each([(role, "今日截止") for role in told], kind="reminder", now=NOW, once="k")

    assert race(tell, tell, tell) == [None, None, None]
    assert keys("今日截止") == ["k"] * 3


def test_an_event_is_kept_with_the_message(cast: People) -> None:
    event = CalendarEvent("class-1@gongxue", "培训", date(2023, 6, 12), date(2023, 6, 18), NOW)
    send([cast.hebei], subject="日程", kind="x", now=NOW, event=event)
    message = Message.objects.unscoped("tests").get(subject="日程")
    assert CalendarEvent.from_data(message.event) == event
