"""The programme to read and to write, its panel, its filed versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import programme_due
from gongxue.stage3_programme.models import CourseSession, FiledProgramme, Programme
from gongxue.stage3_programme.queries import filed_version, programme_of, sessions_of
from tests.cast import STAGES, ClassAt, ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]
LIVE = STAGES[STAGES.index("published") : STAGES.index("admitted") + 1]


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def page(signed_in: SignedIn, c: ClassAt, role: Role, **query: str) -> str:
    answer = signed_in(role).get(reverse("programme", args=[c.tc.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_sees_the_programme(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("admitted")
    at_time(c.now)
    latest = filed_version(c.tc)
    assert latest is not None
    outside = {
        "other_province",
        "other_institution",
        "other_coordinator",
        "other_certificate_officer",
        "other_backbone",
        "stranger",
    }
    for own in (
        reverse("programme", args=[c.tc.pk]),
        reverse("programme.filed", args=[c.tc.pk, latest.version]),
    ):
        found = {who: signed_in(role).get(own).status_code for who, role in c.actors().items()}
        expected = {who: 404 if who in outside else 200 for who in found} | {
            "school": 403,
            "other_school": 403,
        }
        assert found == expected
    assert signed_in(c.staff).get(reverse("programme", args=[10**9])).status_code == 404
    assert signed_in(c.staff).get(reverse("programme.filed", args=[c.tc.pk, 999])).status_code == 404


@pytest.mark.parametrize("stage", LIVE)
def test_the_page_can_be_read_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, stage: str
) -> None:
    c = class_at(stage)
    at_time(c.now)
    for role in (c.staff, c.province, c.people.centre, c.coordinator, *c.instructors[:1], *c.examiners[:1]):
        assert "报送期限" in page(signed_in, c, role)
    assert "报送期限" in page(signed_in, c, c.staff, view="read")


def test_writers_get_the_editor_and_nobody_else(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    for role in (c.staff, *c.instructors):
        assert "data-editor" in page(signed_in, c, role)
        assert "data-editor" not in page(signed_in, c, role, view="read")
    for role in (c.province, c.people.centre, c.people.oversight, c.coordinator, c.examiners[0]):
        shown = page(signed_in, c, role)
        assert "data-editor" not in shown
        assert reverse("programme.edit", args=[c.tc.pk]) not in shown
        assert "编写中，尚未报送" in shown


@pytest.mark.parametrize("stage", ["programme_submitted", "filed"])
def test_what_is_submitted_is_read_only_for_its_writers(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, stage: str
) -> None:
    c = class_at(stage)
    at_time(c.now)
    for role in (c.staff, c.instructors[0]):
        assert "data-editor" not in page(signed_in, c, role)


def grid(shown: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unescape(shown.partition('data-timetable="')[2].partition('"')[0]))
    return found


def test_the_editor_brings_days_modules_team_and_a_proposal(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("staffed")
    at_time(c.now)
    data = grid(page(signed_in, c, c.staff))
    assert [d["day"] for d in data["days"]] == [d.isoformat() for d in c.tc.days_list]
    assert (data["periods"], data["sessions"], len(data["team"])) == (8, [], 5)
    assert [b["tone"] for b in data["brushes"]] == [
        "m1",
        "m2",
        "m3",
        "m4",
        "m5",
        "m6",
        "process",
        "final",
        "other",
    ]
    client = signed_in(c.staff)
    body = json.dumps({"seen": 0, "sessions": data["standard"]})
    answer = client.post(reverse("programme.edit", args=[c.tc.pk]), body, content_type="application/json")
    assert answer.status_code == 200
    assert "课表" not in answer.json()["panel"].partition("还缺")[2], (
        "the proposal leaves nothing to mend in the timetable"
    )


def test_level_g_paints_its_own_content(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("staffed", institution="017", level="G")
    at_time(c.now)
    data = grid(page(signed_in, c, c.staff))
    assert [b["tone"] for b in data["brushes"]] == ["course", "process", "final", "other"]
    assert {row["topic"] for row in data["standard"] if row["kind"] == "course"} == {"骨干教师培训专题"}


def test_the_whole_way_through_the_buttons(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    row = programme(c)
    for teacher in c.instructors:
        where = reverse("programme.confirm", args=[row.pk])
        assert where in page(signed_in, c, teacher)
        assert signed_in(teacher).post(where, {"seen": row.version}).status_code == 302
        assert where not in page(signed_in, c, teacher)
    assert "报送省级审核" in page(signed_in, c, c.staff)
    client = signed_in(c.staff)
    answers = [
        client.post(reverse("programme.submit", args=[row.pk]), {"seen": row.version, "once": "s"})
        for _ in "ab"
    ]
    assert [a.status_code for a in answers] == [302, 302]
    assert (programme(c).state, programme(c).version) == ("submitted", row.version + 1)
    row = programme(c)
    shown = page(signed_in, c, c.province)
    assert "审核通过并报备" in shown
    assert "退回修改" in shown
    assert "审核通过并报备" not in page(signed_in, c, c.people.centre)
    answer = signed_in(c.province).post(
        reverse("programme.file", args=[row.pk]), {"seen": row.version, "once": "f"}
    )
    assert answer.status_code == 302
    assert "已报备的版本" in page(signed_in, c, c.staff)


def test_submitting_something_incomplete_is_refused_with_articles(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    row = programme(c)
    assert "报送省级审核" not in page(signed_in, c, c.staff)
    answer = signed_in(c.staff).post(reverse("programme.submit", args=[row.pk]), {"seen": row.version})
    assert answer.status_code == 422
    assert "尚未确认当前版本" in answer.content.decode()
    assert "技术规程第九条" in answer.content.decode()


@pytest.mark.parametrize("act", ["programme.file", "programme.return"])
def test_an_unseen_version_is_neither_filed_nor_returned(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, act: str
) -> None:
    c = class_at("programme_submitted")
    at_time(c.now)
    row = programme(c)
    answer = signed_in(c.province).post(
        reverse(act, args=[row.pk]), {"seen": row.version - 1, "reason": "请补充"}
    )
    assert answer.status_code == 409
    assert programme(c).state == "submitted"


def test_returning_needs_a_reason_and_shows_it_to_the_writers(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("programme_submitted")
    at_time(c.now)
    row = programme(c)
    where, client = reverse("programme.return", args=[row.pk]), signed_in(c.province)
    assert client.post(where, {"seen": row.version, "reason": ""}).status_code == 422
    assert client.post(where, {"seen": row.version, "reason": "请补充实训安全措施"}).status_code == 302
    for role in (c.staff, c.instructors[0]):
        shown = page(signed_in, c, role)
        assert "请补充实训安全措施" in shown
        assert "data-editor" in shown


def test_who_may_press_the_buttons(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("programme_submitted")
    at_time(c.now)
    may = {
        "programme.confirm": "instructor",
        "programme.submit": "institution",
        "programme.file": "province",
        "programme.return": "province",
    }
    kin = {
        "instructor": ("examiner", "other_backbone"),
        "institution": ("other_institution",),
        "province": ("other_province",),
    }
    row = programme(c)
    for name, who in may.items():
        sent = {"seen": row.version + 1, "reason": "请补充"}
        found = {
            w: signed_in(r).post(reverse(name, args=[row.pk]), sent).status_code
            for w, r in c.actors().items()
        }
        expected = dict.fromkeys(found, 403) | dict.fromkeys(kin[who], 404) | {who: 409}
        assert found == expected | ({"examiner": 403} if who == "instructor" else {})
        assert signed_in(c.actors()[who]).post(reverse(name, args=[10**9]), sent).status_code == 404


@pytest.mark.parametrize(("days", "words"), [(-1, "剩 1 天"), (0, "今天到期"), (4, "逾期 4 天")])
def test_the_deadline_is_always_in_sight(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, days: int, words: str
) -> None:
    c = class_at("team_confirmed")
    due = programme_due(c.tc.first_day, c.tc.edition)
    at_time(at(due.on + timedelta(days=days)))
    shown = page(signed_in, c, c.staff)
    assert words in shown
    assert due.derivation in shown
    assert ("报送后标记“逾期 4 天”" in shown) == (days == 4)


def test_a_late_submission_stays_marked(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("team_confirmed")
    due = programme_due(c.tc.first_day, c.tc.edition)
    at_time(at(due.on + timedelta(days=4)))
    row = programme(c)
    signed_in(c.staff).post(reverse("programme.submit", args=[row.pk]), {"seen": row.version})
    assert "逾期 4 天" in page(signed_in, c, c.province)


def test_a_filed_version_stays_as_it_was(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(c.now)
    latest = filed_version(c.tc)
    assert latest is not None
    where = reverse("programme.filed", args=[c.tc.pk, latest.version])
    before = signed_in(c.province).get(where).content.decode()
    Programme.objects.inside(training_class=c.tc).update(venue="后来改的地方")
    CourseSession.objects.inside(training_class=c.tc).delete()
    after = signed_in(c.province).get(where).content.decode()
    assert latest.content["sections"]["venue"] in after
    assert "后来改的地方" not in after
    assert before.count("课程教学进度计划编制") == after.count("课程教学进度计划编制") > 0


def test_trainees_see_what_is_filed_only(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("admitted")
    at_time(c.now)
    Programme.objects.inside(training_class=c.tc).update(venue="草稿里的地方")
    shown = page(signed_in, c, c.trainees[0])
    assert "草稿里的地方" not in shown
    assert "学习工作站" in shown
    assert "未确认" not in shown
    assert "审核人" not in shown


def test_text_is_shown_as_text(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("drafted")
    at_time(c.now)
    nasty = "<script>alert(1)</script>\"'><img src=x>"
    Programme.objects.inside(training_class=c.tc).update(venue=nasty)
    CourseSession.objects.inside(training_class=c.tc).update(topic=nasty, room=nasty[:40])
    for role, view in ((c.staff, ""), (c.staff, "read"), (c.province, "")):
        shown = page(signed_in, c, role, view=view)
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, rows: int
) -> None:
    c = class_at("team_confirmed")
    at_time(c.now)
    kept = [s.pk for s in sessions_of(c.tc)[:rows]]
    CourseSession.objects.inside(training_class=c.tc).exclude(pk__in=kept).delete()
    content = {"sections": {}, "final_mode": "lesson", "sessions": []}
    for version in range(rows):
        FiledProgramme.objects.create(
            training_class=c.tc, version=version, content=content, filed_by=c.province.account, filed_at=c.now
        )
    for role, view, count in ((c.staff, "", 28), (c.staff, "read", 25), (c.province, "", 25)):
        client, where = signed_in(role), reverse("programme", args=[c.tc.pk])
        client.get(where)
        with CaptureQueriesContext(connection) as captured:
            client.get(where, {"view": view})
        assert len(captured) == count, (view, len(captured))
