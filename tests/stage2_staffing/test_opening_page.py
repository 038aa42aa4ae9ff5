"""The page of the opening application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from gongxue.parties.models import PoolMembership
from gongxue.regulations.calendar import opening_due
from gongxue.stage2_staffing.models import Opening, Preference
from tests.cast import ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]


@pytest.fixture
def pool() -> Callable[[], list[int]]:
    """Numbers of the pool members for 机械类."""
    rows = PoolMembership.objects.unscoped("test").filter(category="01").order_by("person_id")
    return lambda: list(rows.values_list("person_id", flat=True))


def test_the_application_is_filed_in_the_order_of_the_list(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, pool: Callable[[], list[int]]
) -> None:
    c = class_at("published")
    at_time(c.now)
    client = signed_in(c.staff)
    where = reverse("staffing.open", args=[c.tc.pk])
    shown = client.get(where).content.decode()
    due = opening_due(c.tc.first_day, c.tc.edition)
    assert due.derivation in shown
    assert "准予延期" in shown
    wanted = pool()[2::-1]
    answer = client.post(where, {"preferred": wanted, "remarks": "希望擅长数控", "once": "a1"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("staffing", args=[c.tc.pk]))
    rows = Preference.objects.inside(training_class=c.tc).order_by("rank")
    assert list(rows.values_list("person_id", flat=True)) == wanted


def test_a_double_submit_files_one_application(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("published")
    at_time(c.now)
    client = signed_in(c.staff)
    where = reverse("staffing.open", args=[c.tc.pk])
    answers = [client.post(where, {"remarks": "", "once": "twice"}) for _ in range(2)]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, reverse("staffing", args=[c.tc.pk]))}
    assert Opening.objects.inside(training_class=c.tc).count() == 1


def test_a_late_application_is_refused_in_place_and_keeps_what_was_typed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, pool: Callable[[], list[int]]
) -> None:
    c = class_at("published")
    due = opening_due(c.tc.first_day, c.tc.edition)
    at_time(at(due.on + timedelta(days=2)))
    client = signed_in(c.staff)
    where = reverse("staffing.open", args=[c.tc.pk])
    assert "已逾期 2 天" in client.get(where).content.decode(), "said before anybody types"
    one = pool()[0]
    answer = client.post(where, {"preferred": [one], "remarks": "请予受理", "once": "b"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "技术规程第八条" in page
    assert "请省级管理部门、部指导中心准予延期" in page
    assert "请予受理" in page
    assert f'name="preferred" value="{one}"' in page
    assert not Opening.objects.inside(training_class=c.tc).exists()


@pytest.mark.parametrize("bad", ["x", "-1", "1" * 30, "１２"])
def test_a_damaged_choice_is_refused_in_place(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, bad: str
) -> None:
    c = class_at("published")
    at_time(c.now)
    answer = signed_in(c.staff).post(reverse("staffing.open", args=[c.tc.pk]), {"preferred": [bad]})
    assert answer.status_code == 422
    assert "选择的人员不能识别" in answer.content.decode()


def test_a_filed_class_goes_on_to_its_staffing(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("opened")
    answer = signed_in(c.staff).get(reverse("staffing.open", args=[c.tc.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("staffing", args=[c.tc.pk]))


def test_what_is_not_published_says_why(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("approved")
    at_time(c.now)
    page = signed_in(c.staff).get(reverse("staffing.open", args=[c.tc.pk])).content.decode()
    assert "尚未列入全国培训信息" in page


def test_level_g_has_no_preferences(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("published", institution="017", level="G")
    at_time(c.now)
    page = signed_in(c.staff).get(reverse("staffing.open", args=[c.tc.pk])).content.decode()
    assert "选择倾向" not in page
    assert "提名" in page


def test_the_pool_is_searched_while_one_types(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    client = signed_in(c.staff)
    where = reverse("staffing.teachers", args=[c.tc.pk])
    assert client.get(where).content.decode().count("data-pick=") == len(
        PoolMembership.objects.unscoped("test").filter(category="01")
    )
    assert "没有找到" in client.get(where, {"q": "查无此人"}).content.decode()
    assert client.post(where).status_code == 405


def test_who_may_open_the_page(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    actors = c.actors()
    for name in ("staffing.open", "staffing.teachers"):
        own, absent = reverse(name, args=[c.tc.pk]), reverse(name, args=[10**9])
        found = {who: signed_in(role).get(own).status_code for who, role in actors.items()}
        expected = dict.fromkeys(actors, 403) | {"institution": 200, "other_institution": 404}
        assert found == expected
        assert signed_in(c.staff).get(absent).status_code == 404
