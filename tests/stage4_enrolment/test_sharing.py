"""The notice to take along: calendar file, share card, what a messenger shows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from PIL import Image

from gongxue.stage4_enrolment import card_picture
from gongxue.stage4_enrolment.exports import code_of
from gongxue.stage4_enrolment.queries import enrolment_of
from tests.cast import ClassAtFixture

AtTime = Callable[[datetime], None]


def test_the_calendar_holds_the_class_and_the_last_day_to_apply(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    notice = enrolment_of(c.tc)
    assert notice is not None
    answer = Client().get(reverse("notice", args=[c.tc.pk]), {"as": "calendar"})
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    days, last = Calendar.from_ical(b"".join(answer)).walk("VEVENT")
    assert str(days["uid"]) == f"class-{c.tc.pk}@gongxue", "as in the national feed: one class, one entry"
    assert (days.decoded("dtstart"), days.decoded("dtend")) == (
        c.tc.first_day,
        c.tc.last_day + timedelta(days=1),
    )
    assert last.decoded("dtstart") == notice.closes_on
    assert "报名截止" in str(last["summary"])
    for event in (days, last):
        assert str(event["url"]) == f"http://testserver/national/notices/{c.tc.pk}/"
    again = Client().get(reverse("notice", args=[c.tc.pk]), {"as": "calendar"})
    assert b"".join(again) == b"".join(answer), "the same bytes for the same notice"


def test_the_card_says_what_when_where_and_how_and_carries_the_address(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    page = Client().get(reverse("notice", args=[c.tc.pk]), {"as": "card"}).content.decode()
    code = code_of(f"http://testserver/national/notices/{c.tc.pk}/")
    for words in (c.tc.institution.name, c.tc.scope, "截止，当天仍可报名", code.path, "扫码查看通知并报名"):
        assert words in page
    assert "style=" not in page
    at_time(c.now + timedelta(days=400))
    assert "已截止" in Client().get(reverse("notice", args=[c.tc.pk]), {"as": "card"}).content.decode()


@pytest.mark.parametrize("form", ["", "card"])
def test_a_messenger_reads_title_and_days(class_at: ClassAtFixture, at_time: AtTime, form: str) -> None:
    c = class_at("announced")
    at_time(c.now)
    page = Client().get(reverse("notice", args=[c.tc.pk]), {"as": form}).content.decode()
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert found["title"] == f"招生通知：{c.tc.institution.name} {c.tc.level_title}·{c.tc.category_title}"
    assert found["url"] == f"http://testserver/national/notices/{c.tc.pk}/"
    assert f"{c.tc.days} 天" in found["description"]
    assert found["image"] == f"http://testserver/national/notices/{c.tc.pk}/?as=card.png"


@pytest.mark.parametrize(("shape", "size"), [("card.png", (1200, 630)), ("card-5x4.png", (1000, 800))])
def test_the_picture_is_of_the_size_that_messengers_show(
    class_at: ClassAtFixture, at_time: AtTime, shape: str, size: tuple[int, int]
) -> None:
    c = class_at("announced")
    at_time(c.now)
    where = reverse("notice", args=[c.tc.pk])
    answer = Client().get(where, {"as": shape})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == size and len(answer.content) < 300_000
    assert Client().get(where, {"as": shape}).content == answer.content
    assert Client().get(where, {"as": shape}, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    at_time(c.now + timedelta(days=400))
    assert Client().get(where, {"as": shape})["ETag"] != answer["ETag"], "closed by now: another picture"


def test_a_picture_is_drawn_once_for_its_content(
    class_at: ClassAtFixture, at_time: AtTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = class_at("announced")
    at_time(c.now)
    where = reverse("notice", args=[c.tc.pk])
    Client().get(where, {"as": "card.png"})
    monkeypatch.setattr(card_picture, "typeset_picture", lambda *_: pytest.fail("drawn twice"))
    assert Client().get(where, {"as": "card.png"}).status_code == 200


@pytest.mark.parametrize("form", ["calendar", "card", "card.png"])
def test_what_is_not_published_is_in_no_form_there(class_at: ClassAtFixture, form: str) -> None:
    c = class_at("filed")
    assert Client().get(reverse("notice", args=[c.tc.pk]), {"as": form}).status_code == 404
    assert Client().get(reverse("notice", args=[987_654_321]), {"as": form}).status_code == 404


@pytest.mark.parametrize("form", ["calendar", "card", "card.png"])
def test_every_form_asks_two_questions_of_the_database_at_most(
    class_at: ClassAtFixture, at_time: AtTime, form: str
) -> None:
    c = class_at("announced")
    at_time(c.now)
    with CaptureQueriesContext(connection) as captured:
        Client().get(reverse("notice", args=[c.tc.pk]), {"as": form})
    assert len(captured) <= 2


def test_the_code_has_its_quiet_zone_and_its_finders() -> None:
    code = code_of("http://testserver/national/notices/1/")
    places = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", code.path)]
    assert "".join(f"M{x} {y}h1v1h-1z" for x, y in places) == code.path
    assert {min(x for x, _ in places), min(y for _, y in places)} == {4}
    assert max(max(place) for place in places) == code.side - 5
    finder = [(4 + n, 4) for n in range(7)]
    assert set(finder) <= set(places)
