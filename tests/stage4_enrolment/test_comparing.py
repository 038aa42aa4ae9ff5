"""Reasons by kind, the filters for them, applicants side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.roles import Duty
from gongxue.stage4_enrolment.actions import reject_applicant
from gongxue.stage4_enrolment.models import Application
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage4_enrolment.conftest import application_of, applied, newcomers

AtTime = Callable[[datetime], None]


def three(class_at: ClassAtFixture, at_time: AtTime) -> tuple[ClassAt, list[Application]]:
    c = class_at("announced")
    at_time(c.now)
    roles = newcomers(c, 3)
    return c, [
        applied(c, roles[0]),
        applied(c, roles[1], opinions=(True, False)),
        applied(c, roles[2], endorsed=False),
    ]


def test_a_rejection_has_a_kind_that_the_list_filters_by(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    client, where = signed_in(c.staff), reverse("enrolment.reject", args=[rows[0].pk])
    assert client.post(where, {"code": "other", "reason": " "}).status_code == 422
    assert client.post(where, {"code": "nothing", "reason": "x"}).status_code == 422
    assert client.post(where, {"code": "category", "reason": "任教会计专业"}).status_code == 302
    bulk = {"pick": [rows[1].pk], "act": "enrolment.reject", "code": "level", "reason": ""}
    assert client.post(reverse("applicants.decide", args=[c.tc.pk]), bulk).status_code == 302
    found = {a.pk: a for a in Application.objects.unscoped("test").filter(training_class=c.tc)}
    assert (found[rows[0].pk].decision_code, found[rows[0].pk].decision_reason) == (
        "category",
        "不属于本班专业大类：任教会计专业",
    )
    assert (found[rows[1].pk].decision_code, found[rows[1].pk].decision_reason) == (
        "level",
        "不符合本级别申报条件",
    )
    listed = reverse("applicants", args=[c.tc.pk])
    page = client.get(listed, {"state": "rejected", "why": "level"}).content.decode()
    assert rows[1].person.name in page
    assert rows[0].person.name not in page
    assert rows[0].person.name in client.get(listed, {"why": "'; DROP"}).content.decode(), (
        "other words are ignored"
    )


def test_the_words_stand_in_the_refusal(class_at: ClassAtFixture, at_time: AtTime) -> None:
    c, rows = three(class_at, at_time)
    with pytest.raises(RuleBroken, match="没有这一类不予录取的原因"):
        reject_applicant(application=rows[0], code="", reason="x", by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="须写明理由"):
        reject_applicant(application=rows[0], by=c.staff, now=c.now)


def test_who_can_be_admitted_at_once_is_a_filter(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    page = (
        signed_in(c.staff).get(reverse("applicants", args=[c.tc.pk]), {"opinion": "ready"}).content.decode()
    )
    assert [row.person.name in page for row in rows] == [True, False, False]


def test_applicants_stand_side_by_side_without_personal_items(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    client, where = signed_in(c.staff), reverse("applicants.compare", args=[c.tc.pk])
    sent = client.post(where, {"pick": [row.pk for row in rows[:2]]})
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    for row in rows[:2]:
        assert row.person.name in page
        items = application_of(c, _role(row)).answer.all_items()
        assert items["16"] in page
        assert items["9"] not in page, "the address is for the one who works with the applicant"
    assert rows[2].person.name not in page
    assert "16. 简要介绍您在工学一体化教学方面承担过的工作" in page
    assert "有不同意见" in page
    assert signed_in(c.instructors[0]).get(sent["Location"]).status_code == 200


def _role(row: Application) -> Role:

    return Role.objects.get(account=row.person.account_id, duty=Duty.TRAINEE)


def test_one_or_five_or_strangers_are_not_compared(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    client, where = signed_in(c.staff), reverse("applicants.compare", args=[c.tc.pk])
    for picks in ([], [rows[0].pk], [rows[0].pk, 987_654_321], ["x"]):
        answer = client.get(where, {"pick": picks}, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("applicants", args=[c.tc.pk])
        assert "请勾选 2 至 4 名报名教师再比较" in answer.content.decode()
    more = [*rows, *[applied(c, role) for role in newcomers(c, 2)]]
    assert client.get(where, {"pick": [row.pk for row in more]}).status_code == 302
    assert client.get(where, {"pick": [row.pk for row in more[:4]]}).status_code == 200


def test_side_by_side_is_for_reviewers_of_the_class(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    where = reverse("applicants.compare", args=[c.tc.pk])
    asked = {"pick": [row.pk for row in rows[:2]]}
    assert signed_in(c.people.changzhou.staff).get(where, asked).status_code == 404
    assert signed_in(c.examiners[0]).get(where, asked).status_code == 403
    assert signed_in(_role(rows[0])).get(where, asked).status_code == 404, "only the admitted see their class"


def test_the_page_asks_the_same_number_of_queries_for_two_and_four(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, rows = three(class_at, at_time)
    rows.append(applied(c, newcomers(c, 1)[0]))
    client, where = signed_in(c.staff), reverse("applicants.compare", args=[c.tc.pk])
    counts = []
    for many in (2, 4):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(where, {"pick": [row.pk for row in rows[:many]]}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
