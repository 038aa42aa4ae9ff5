"""Two people have the same form open: the second save does not overwrite the first (reliability row 12, MG 25.4).

The answer is 409 everywhere. On a page the form comes back with what was typed beside what the other one has saved;
sent once more after that, it overwrites what has been seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongxue.foundation import clock
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import approve_line, edit_line
from gongxue.stage3_programme.models import Programme
from gongxue.stage4_enrolment.models import Enrolment
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.faults.books import ANY
from tests.faults.calls import where_of

SAVED, SHOWN_AGAIN = 302, 409


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[ClassAt], None]:
    """Let pages and API read the time at which a class stands."""
    return lambda c: monkeypatch.setattr(clock, "now", lambda: c.now)


def colleague(c: ClassAt) -> Role:
    """Somebody else who may do the same."""
    return Role.objects.create(
        account=c.coordinator.account, organisation=c.tc.institution, duty=Duty.INSTITUTION,
        since=c.tc.first_day - timedelta(days=365),
    )  # fmt: skip


def line_form(c: ClassAt, **changed: Any) -> dict[str, Any]:
    """The plan line as its page sends it."""
    names = ("level", "category", "first_day", "last_day", "days", "headcount", "scope", "note")
    return {name: getattr(c.tc, name) for name in names} | {"seen": c.tc.version} | changed


def entries(permission: Permission) -> int:
    """How often an act stands in the trail."""
    return int(Event.objects.unscoped(ANY).filter(code=permission.value).count())


def test_the_second_save_of_a_plan_line_overwrites_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("planned")
    moment(c)
    first, second = signed_in(c.staff), signed_in(colleague(c))
    where = reverse(Permission.EDIT_LINE.value, args=[c.tc.pk])
    for client in (first, second):
        assert client.get(where).status_code == 200
    assert first.post(where, line_form(c, headcount=20)).status_code == SAVED
    answer = second.post(where, line_form(c, scope="面向本省技工院校"))
    assert answer.status_code == SHOWN_AGAIN
    page = answer.content.decode()
    assert "面向本省技工院校" in page, "what was typed is kept"
    assert "已是第" in page, "the reason: another version"
    assert '<td data-label="现在保存的" class="prose">20</td>' in page, "what the first one has written"
    shown = c.reload()
    assert (shown.headcount, shown.scope != "面向本省技工院校") == (20, True)
    assert entries(Permission.EDIT_LINE) == 1
    again = {"scope": "面向本省技工院校", "headcount": 20, "seen": version_on(page)}
    assert second.post(where, line_form(c, **again)).status_code == SAVED
    assert (c.reload().headcount, c.tc.scope) == (20, "面向本省技工院校")


def version_on(page: str) -> int:
    """The version that a form says it has seen."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return int(found[1])


def test_the_second_save_of_a_notice_overwrites_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("announced")
    moment(c)
    first, second = signed_in(c.staff), signed_in(colleague(c))
    notice = Enrolment.objects.inside(training_class=c.tc).get()
    where = reverse(Permission.EDIT_NOTICE.value, args=[c.tc.pk])
    form = {"contact": notice.contact, "closes_on": notice.closes_on, "seen": notice.version}
    for client in (first, second):
        assert client.get(where).status_code == 200
    assert first.post(where, form | {"text": "第一位写的通知"}).status_code == SAVED
    answer = second.post(where, form | {"text": "第二位写的通知"})
    assert answer.status_code == SHOWN_AGAIN
    page = answer.content.decode()
    assert '<td data-label="您填写的" class="prose">第二位写的通知</td>' in page, "what was typed is kept"
    assert '<td data-label="现在保存的" class="prose">第一位写的通知</td>' in page
    notice.refresh_from_db()
    assert notice.text == "第一位写的通知"
    assert entries(Permission.EDIT_NOTICE) == 2, "when it was written first, and once since"
    form |= {"seen": version_on(page)}
    assert second.post(where, form | {"text": "两位商定的通知"}).status_code == SAVED


def test_the_second_save_of_a_programme_is_shown_both_texts(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("drafted")
    moment(c)
    institution, teacher = signed_in(c.staff), signed_in(c.instructors[0])
    programme = Programme.objects.inside(training_class=c.tc).get()
    where = reverse(Permission.EDIT_PROGRAMME.value, args=[c.tc.pk])

    def save(client: Client, **sections: str) -> Any:
        body = json.dumps({"seen": programme.version, "sections": sections})
        return client.post(where, body, content_type="application/json")

    assert save(institution, venue="实训楼 301").status_code == 200
    answer = save(teacher, objectives="教师写的目标")
    assert answer.status_code == 409
    theirs = answer.json()
    assert theirs["fields"]["venue"] == "实训楼 301", "what the other one wrote, for the comparison"
    assert theirs["version"] == programme.version + 1
    programme.refresh_from_db()
    assert (programme.venue, programme.objectives != "教师写的目标") == ("实训楼 301", True)


def test_the_api_answers_the_second_save_with_409(
    class_at: ClassAtFixture, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("planned")
    moment(c)
    where = f"/api/v1{where_of(Permission.EDIT_LINE, c.tc.pk)}"

    def save(role: Role, **changed: Any) -> Any:
        body = json.dumps(line_form(c, **changed), default=str)
        headers = {"Authorization": f"Bearer {issue_token(role=role, now=c.now)}"}
        return Client().post(where, body, content_type="application/json", headers=headers)

    assert save(c.staff, headcount=20).status_code == 200
    answer = save(colleague(c), headcount=10)
    assert (answer.status_code, answer.json()["breaches"][0]["rule"]) == (409, "version.changed")
    assert c.reload().headcount == 20


def test_an_approval_holds_for_what_was_seen(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    seen = c.tc.version
    edited = line_form(c, headcount=25)
    edit_line(training_class=c.tc, **edited, by=c.staff, now=c.now)
    c.drive_to("submitted")
    with pytest.raises(Conflict):
        approve_line(training_class=c.tc, seen=seen, by=c.province, now=c.now)
    assert c.reload().state == "submitted"
