"""Two people have the same form open: the second save does not overwrite the first (reliability row 12, MG 25.4).

The answer is 409 everywhere. On a page the form comes back with what was typed beside what the other one has saved;
sent once more after that, it overwrites what has been seen.
"""

from __future__ import annotations

import json
import random
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
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Conflict
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Duty, Permission
from gongxue.rehearsal.forms import form1_answers
from gongxue.stage1_planning.actions import approve_line, edit_line
from gongxue.stage3_programme.models import Programme
from gongxue.stage4_enrolment.actions import save_application
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage5_delivery.models import AttendanceMark
from gongxue.stage5_delivery.queries import attendees_of
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


# Pages with many small values: what was not touched stays as somebody else has put it ------------------------------


def roll_form(client: Client, c: ClassAt) -> dict[str, str]:
    """The roll of the first lesson as its page sends it: everybody's mark, and what was shown."""
    where = f"/classes/{c.tc.pk}/roll/?day={c.tc.first_day}&period=1"
    page = client.get(where).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    marks = dict(re.findall(r'name="(presences[^"]+)" value="([^"]+)" checked', page))
    return {name: value for name, value in hidden.items() if name != "csrfmiddlewaretoken"} | marks


def presences(c: ClassAt) -> list[str]:
    """The marks of the first lesson, by seat."""
    rows = AttendanceMark.objects.inside(training_class=c.tc, day=c.tc.first_day, period=1)
    return list(rows.order_by("attendee__application__seat").values_list("presence", flat=True))


def test_the_second_roll_of_a_lesson_overwrites_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("started", headcount=3)
    moment(c)
    first, second = signed_in(c.coordinator), signed_in(c.staff)
    where = reverse(Permission.CALL_ROLL.value, args=[c.tc.pk])
    forms = [roll_form(client, c) for client in (first, second)]
    one, other, _ = (f"presences.{a.pk}" for a in c.attendees)
    assert first.post(where, forms[0] | {one: "absent"}).status_code == SAVED
    answer = second.post(where, forms[1] | {one: "leave"})
    assert answer.status_code == 409
    assert "1 号现为旷课" in answer.content.decode() and "请刷新页面" in answer.content.decode()
    assert presences(c) == ["absent", "present", "present"]
    corrections = [roll_form(client, c) | {"reason": "补交请假条"} for client in (first, second)]
    assert first.post(where, corrections[0] | {one: "leave"}).status_code == SAVED
    assert second.post(where, corrections[1] | {other: "late"}).status_code == SAVED
    assert presences(c) == ["leave", "late", "present"], "what the second one did not touch stays as it is"
    assert entries(Permission.CALL_ROLL) == 3


def test_the_second_grouping_overwrites_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("started", headcount=3)
    moment(c)
    first, second = signed_in(c.coordinator), signed_in(c.staff)
    where = reverse(Permission.ASSIGN_GROUPS.value, args=[c.tc.pk])
    page = second.get(f"/classes/{c.tc.pk}/office/groups/").content.decode()
    shown = dict(re.findall(r'name="(seen\.\d+)" value="(\d+)"', page))
    assert len(shown) == 3
    groups = {f"groups.{a.pk}": shown[f"seen.{a.pk}"] for a in c.attendees}
    one, other, _ = groups
    assert first.post(where, shown | groups | {one: "7"}).status_code == SAVED
    answer = second.post(where, shown | groups | {one: "8"})
    assert answer.status_code == 409 and "1 号现为第 7 组" in answer.content.decode()
    assert second.post(where, shown | groups | {other: "9"}).status_code == SAVED
    found = [a.group for a in attendees_of(c.tc)]
    assert found[:2] == [7, 9] and found[2] == (int(shown[f"seen.{c.attendees[2].pk}"]) or None)


def test_the_second_tab_of_an_application_overwrites_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, moment: Callable[[ClassAt], None]
) -> None:
    c = class_at("announced")
    moment(c)
    enrolment = Enrolment.objects.inside(training_class=c.tc).get()
    answers = form1_answers(c.tc.level_enum, random.Random(5))
    trainee = c.people.trainee
    application = save_application(enrolment=enrolment, answers=answers, by=trainee, now=c.now)
    where = reverse(Permission.SAVE_APPLICATION.value, args=[c.tc.pk])
    form = {f"answers.{code}": "on" if v is True else v for code, v in answers.items()}
    form |= {"filled": "1", "seen": str(application.version)}
    client = signed_in(trainee)
    assert client.post(where, form | {"answers.13": "数控加工"}).status_code == SAVED
    answer = client.post(where, form | {"answers.13": "机电一体化"})
    assert answer.status_code == 409 and "机电一体化" in answer.content.decode()
    (row,) = Application.objects.scope(trainee).select_related("answer")
    assert row.answer.all_items()["13"] == "数控加工"


# Acts on content that somebody else may be changing: they name what was seen. The others add, or change one thing once.
GUARDED = {
    Permission.AMEND_CHANGE, Permission.APPLY_CANCEL, Permission.APPLY_CHANGE, Permission.APPROVE_CHANGE,
    Permission.APPROVE_LEAVE, Permission.CONFIRM_MARK, Permission.DECLINE_MARK, Permission.REFUSE_LEAVE,
    Permission.APPROVE_LINE, Permission.APPROVE_TEAM, Permission.ASSIGN_GROUPS, Permission.CALL_ROLL,
    Permission.CHANGE_PROGRAMME, Permission.CHANGE_ROUND, Permission.CONFIRM_PROGRAMME,
    Permission.COPY_PROGRAMME, Permission.COUNTERSIGN_CORRECTION, Permission.DROP_CHANGE,
    Permission.EDIT_LINE, Permission.EDIT_NOTICE, Permission.EDIT_PROGRAMME, Permission.FILE_CHANGE,
    Permission.FILE_PROGRAMME, Permission.QUESTION_CHANGE, Permission.RECORD_CHANGE,
    Permission.REFUSE_CHANGE, Permission.REFUSE_CORRECTION, Permission.REFUSE_TEAM,
    Permission.RETURN_CHANGE, Permission.RETURN_LINE, Permission.RETURN_PROGRAMME,
    Permission.REVIEW_SECTION, Permission.SAVE_APPLICATION, Permission.SEND_BACK_LINE,
    Permission.SUBMIT_PROGRAMME,
    Permission.CHANGE_ASSIGNMENT, Permission.CLOSE_MISUSE, Permission.CORRECT, Permission.EDIT_FORM, Permission.GIVE_MATERIAL, Permission.HAND_OVER_MISUSE, Permission.KEEP, Permission.PLAN_CEREMONY, Permission.PLAN_PRESENTATIONS, Permission.SET_SECOND_DATES, Permission.KEEP_MARK, Permission.UPHOLD_APPEAL, Permission.DISMISS_OBJECTION, Permission.SUSTAIN_OBJECTION, Permission.PUBLISH_FORM, Permission.EDIT_RUBRIC, Permission.PUBLISH_RUBRIC, Permission.RECORD_CEREMONY, Permission.REFUSE_CASE, Permission.REPLACE, Permission.REVOKE, Permission.UNDO_ARRIVAL, Permission.VOID,
}  # fmt: skip


def test_the_acts_that_name_what_was_seen_are_these() -> None:
    assert {p for p, act in ACTS.items() if any(x.name == "seen" for x in act.parameters)} == GUARDED
