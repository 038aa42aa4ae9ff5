"""The notice: prefilled, refused before filing, public with the discipline text, closed after its last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from gongxue.foundation.lifecycle.errors import Conflict, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.calendar import enrolment_due
from gongxue.regulations.discipline import RULES
from gongxue.stage4_enrolment import deadlines
from gongxue.stage4_enrolment.actions import close_enrolment, edit_notice, publish_notice
from gongxue.stage4_enrolment.models import Enrolment
from gongxue.stage4_enrolment.queries import enrolment_of, suggested_notice
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]


def write(c: ClassAt, **more: object) -> Enrolment:
    words = {
        "text": "欢迎报名",
        "contact": "李老师 0319-1234567",
        "closes_on": c.tc.first_day - timedelta(days=9),
        "seen": 0,
    }
    return edit_notice(training_class=c.tc, by=c.staff, now=c.now, **(words | more))  # type: ignore[arg-type]


def test_the_suggested_text_says_what_class_and_programme_say(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    text = suggested_notice(c.tc)
    for words in (
        "邢台技师学院",
        "三级",
        "机械类",
        "2023年6月12日至2023年6月18日",
        "共 7 天",
        "教学场所使用管理",
        c.tc.scope,
    ):
        assert words in text
    assert "计划招收 4 人" in text
    assert "统一安排食宿" in text  # the programme's own words


def test_the_editor_begins_with_the_text_and_the_default_closing_day(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(c.now)
    page = signed_in(c.staff).get(reverse("enrolment.edit_notice", args=[c.tc.pk]))
    assert page.status_code == 200
    assert page.context["form"]["text"].value() == suggested_notice(c.tc)
    assert page.context["form"]["closes_on"].value() == enrolment_due(c.tc.first_day, c.tc.edition).on


def test_a_notice_can_be_written_and_is_not_published_before_filing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("staffed")
    at_time(c.now)
    enrolment = write(c)
    with pytest.raises(RuleBroken, match="尚未报备"):
        publish_notice(enrolment=enrolment, by=c.staff, now=c.now)
    client = signed_in(c.staff)
    page = client.get(reverse("enrolment.edit_notice", args=[c.tc.pk])).content.decode()
    assert "还不能发布" in page
    assert reverse("enrolment.publish", args=[enrolment.pk]) not in page
    refused = client.post(reverse("enrolment.publish", args=[enrolment.pk]))
    assert refused.status_code == 422
    assert "尚未报备" in refused.content.decode()


def test_saving_and_publishing_through_the_pages(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(c.now)
    client, where = signed_in(c.staff), reverse("enrolment.edit_notice", args=[c.tc.pk])
    sent = {"text": "<b>欢迎</b>报名", "contact": "李老师", "closes_on": "2023-06-05", "once": "a1"}
    assert client.post(where, sent).status_code == 302
    assert client.post(where, sent).status_code == 302  # a second click is the same act
    assert Event.objects.unscoped("test").filter(code="enrolment.edit_notice", class_id=c.tc.pk).count() == 1
    enrolment = enrolment_of(c.tc)
    assert enrolment is not None
    public = reverse("notice", args=[c.tc.pk])
    assert Client().get(public).status_code == 404
    assert client.get(public).status_code == 404, "the address of the public page shows no draft to anybody"
    client.post(reverse("enrolment.publish", args=[enrolment.pk]))
    page = Client().get(public)
    assert page.status_code == 200
    words = page.content.decode()
    assert "&lt;b&gt;欢迎&lt;/b&gt;报名" in words
    assert "2023年6月5日" in words
    assert "李老师" in words
    assert c.tc.scope in words
    for _, rule in RULES:
        assert rule in words, "MG 10: the discipline text stands in every notice"


def test_wrong_input_keeps_what_was_typed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(c.now)
    where = reverse("enrolment.edit_notice", args=[c.tc.pk])
    sent = {"text": "正文在此", "contact": "李老师", "closes_on": c.tc.first_day.isoformat()}
    page = signed_in(c.staff).post(where, sent)
    assert page.status_code == 422
    words = page.content.decode()
    assert "正文在此" in words
    assert "报名截止日应早于开班日2023年6月12日" in words
    assert enrolment_of(c.tc) is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"text": "  "}, "招生通知应有内容"),
        ({"text": "长" * 4001}, "不超过 4000 字"),
        ({"contact": " "}, "联系人"),
        ({"contact": "号" * 81}, "不超过 80 字"),
    ],
)
def test_what_a_notice_needs(class_at: ClassAtFixture, more: dict[str, str], says: str) -> None:
    c = class_at("filed")
    with pytest.raises(RuleBroken, match=says):
        write(c, **more)


def test_two_writers_do_not_overwrite_each_other(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    first = write(c)
    write(c, text="甲的修改", seen=first.version)
    with pytest.raises(Conflict, match="内容有变化"):
        write(c, text="乙的修改", seen=first.version)


def test_a_notice_whose_closing_day_is_past_is_not_published(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    enrolment = write(c)
    late = at(enrolment.closes_on + timedelta(days=1))
    with pytest.raises(RuleBroken, match="已过"):
        publish_notice(enrolment=enrolment, by=c.staff, now=late)


def test_another_institution_can_neither_change_nor_close_it(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    enrolment = enrolment_of(c.tc)
    assert enrolment is not None
    other = c.people.changzhou.staff
    with pytest.raises(NotThere):
        close_enrolment(enrolment=enrolment, by=other, now=c.now)
    with pytest.raises(NotThere):
        edit_notice(
            training_class=c.tc, text="x", contact="y", closes_on=c.tc.first_day, seen=1, by=other, now=c.now
        )
    assert signed_in(other).post(reverse("enrolment.close", args=[enrolment.pk])).status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.state == "published"


def test_the_daily_run_closes_it_after_its_last_day_and_not_on_it(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    enrolment = enrolment_of(c.tc)
    assert enrolment is not None
    last = enrolment.closes_on
    assert deadlines.run(today=last, by=c.people.system, now=at(last))["closed"] == 0
    after = last + timedelta(days=1)
    assert deadlines.run(today=after, by=c.people.system, now=at(after))["closed"] == 1
    assert deadlines.run(today=after, by=c.people.system, now=at(after))["closed"] == 0
    with pytest.raises(RuleBroken, match="不再修改"):
        write(c, seen=3)


def test_what_the_public_page_offers_depends_on_who_looks(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    where, apply = reverse("notice", args=[c.tc.pk]), reverse("enrolment.save", args=[c.tc.pk])
    stranger = Client().get(where).content.decode()
    assert apply in stranger
    assert "next=%2Fclasses%2F" in stranger, "signing up leads back to the form"
    assert "我要报名" in signed_in(c.people.trainee).get(where).content.decode()
    assert apply not in signed_in(c.people.centre).get(where).content.decode()
    at_time(at(c.tc.first_day))
    assert "不再接受报名" in Client().get(where).content.decode()


@pytest.mark.postgresql
@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_an_absent_notice_is_not_there(class_at: ClassAtFixture, pk: int) -> None:
    class_at("planned")
    assert Client().get(f"/national/notices/{pk}/").status_code == 404
