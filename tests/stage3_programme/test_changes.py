"""A filed programme is changed: the version in force stays until the change is filed (TR 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.actions import (
    change_programme,
    confirm_programme,
    dates_moved,
    drop_change,
    edit_programme,
    file_change,
    file_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.models import CourseSession, DraftSession, Programme
from gongxue.stage3_programme.queries import (
    filed_version,
    filed_versions,
    is_filed,
    may_write,
    moved_by,
    programme_of,
    sessions_of,
    written_sessions,
)
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn

pytestmark = pytest.mark.postgresql


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def rows(c: ClassAt) -> list[dict[str, Any]]:
    return [
        {
            "day": s.day, "period": s.period, "kind": s.kind, "module": s.module, "topic": s.topic,
            "teacher": s.teacher_id, "room": s.room,
        }
        for s in written_sessions(programme(c))
    ]  # fmt: skip


def begin(c: ClassAt) -> Programme:
    row = programme(c)
    return change_programme(programme=row, seen=row.version, reason="教室检修", by=c.staff, now=c.now)


def write(c: ClassAt, **inputs: Any) -> None:
    edit_programme(training_class=c.tc, seen=programme(c).version, by=c.staff, now=c.now, **inputs)


def confirm(c: ClassAt) -> None:
    for by in c.instructors:
        confirm_programme(programme=programme(c), seen=programme(c).version, by=by, now=c.now)


def other_room(c: ClassAt, first: int = 0) -> None:
    changed = rows(c)
    for one in changed[first:]:
        one["room"] = "二号实训室"
    write(c, sessions=changed)


def act(c: ClassAt, function: Any, by: Any = None, **more: Any) -> Any:
    row = programme(c)
    return function(programme=row, seen=row.version, by=by or c.staff, now=c.now, **more)


def refused(c: ClassAt, function: Any, by: Any = None, **more: Any) -> list[str]:
    with pytest.raises(RuleBroken) as caught:
        act(c, function, by, **more)
    return [b.rule for b in caught.value.breaches]


def told(kind: str) -> list[Message]:
    return list(Message.objects.unscoped("test").filter(kind=kind).order_by("pk"))


def test_what_is_filed_stays_in_force_while_it_is_changed(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    before = [str(s) for s in sessions_of(c.tc)]
    row = begin(c)
    assert (row.state, row.change_reason, row.is_change) == ("changing", "教室检修", True)
    assert may_write(c.staff, c.tc, row)
    write(c, sections={"venue": "新校区"}, sessions=rows(c)[8:])
    assert [str(s) for s in sessions_of(c.tc)] == before, "later stages read what is in force"
    assert len(written_sessions(programme(c))) == 48
    assert is_filed(c.tc)
    filed = filed_version(c.tc)
    assert filed is not None
    assert filed.content["sections"]["venue"] != "新校区"
    c.drive_to("started")


def test_a_harmless_change_is_filed_on_the_word_of_those_who_write(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    kept = {s.pk for s in sessions_of(c.tc)}
    begin(c)
    assert refused(c, file_change) == ["change.nothing", "programme.unconfirmed"]
    other_room(c)
    assert refused(c, file_change) == ["programme.unconfirmed"]
    confirm(c)
    filed = act(c, file_change)
    assert (filed.material, filed.reason, programme(c).state) == (False, "教室检修", "filed")
    assert filed.moved[0] == "6月12日的上课地点调整为二号实训室。"
    assert {s.room for s in sessions_of(c.tc)} == {"二号实训室"}
    assert {s.pk for s in sessions_of(c.tc)} == kept, "periods keep their rows"
    assert not DraftSession.objects.inside(training_class=c.tc).exists()
    assert next(v.pk for v in filed_versions(c.tc)) == filed.pk
    assert {m.to.duty for m in told("programme.file_change")} == {"province", "centre"}
    assert {m.to.duty for m in told("programme.changed")} == {"trainee"}
    assert len(told("programme.changed")) == len(c.trainees)
    assert "二号实训室" in told("programme.changed")[0].body


def test_what_the_province_approved_goes_to_the_province(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    late = programme(c).late_days
    begin(c)
    write(c, sections={"venue": "新校区实训楼"})
    confirm(c)
    assert refused(c, file_change) == ["change.material"]
    assert act(c, submit_programme).state == "submitted"
    assert programme(c).late_days == late, "the first submission was in time"
    act(c, return_programme, c.province, reason="请说明交通")
    assert programme(c).state == "returned"
    write(c, sections={"logistics": "班车接送"})
    confirm(c)
    act(c, submit_programme)
    filed = act(c, file_programme, c.province)
    assert (filed.material, filed.reason) == (True, "教室检修")
    assert filed.moved == ["“场地设备”有修改。", "“后勤服务”有修改。"]
    assert told("programme.changed")[0].body == "“场地设备”有修改。\n“后勤服务”有修改。"
    assert (programme(c).is_change, programme(c).change_reason) == (False, "")


def test_moved_assessments_are_told_to_the_examiners(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    begin(c)
    changed = rows(c)
    finals = [one for one in changed if one["kind"] == "final"]
    finals[-1]["kind"], finals[-1]["module"] = "course", changed[0]["module"]
    write(c, sessions=changed)
    confirm(c)
    act(c, submit_programme)
    act(c, file_programme, c.province)
    assert {m.to.account_id for m in told("programme.changed")} == {r.account_id for r in c.examiners}


def test_a_change_is_given_up(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    venue = programme(c).venue
    begin(c)
    write(c, sections={"venue": "新校区"}, sessions=[])
    row = act(c, drop_change)
    assert (row.state, row.venue, row.is_change) == ("filed", venue, False)
    assert len(sessions_of(c.tc)) == 56
    assert not DraftSession.objects.inside(training_class=c.tc).exists()
    begin(c)  # and may be begun anew
    assert len(written_sessions(programme(c))) == 56


def test_what_was_never_filed_is_no_change(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    act(c, return_programme, c.province, reason="补充")
    assert refused(c, drop_change) == ["change.none"]
    assert refused(c, file_change) == ["change.none"]


def test_a_called_period_does_not_move(class_at: ClassAtFixture) -> None:
    c = class_at("taught")
    TrainingClass.objects.inside(pk=c.tc.pk).update(stage=5)
    begin(c)
    other_room(c, first=8)
    assert refused(c, submit_programme) == ["change.taught", "programme.unconfirmed"]


def test_a_roll_called_meanwhile_keeps_the_change_from_being_filed(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    begin(c)
    changed = rows(c)
    changed[-1]["kind"], changed[-1]["module"] = "course", changed[0]["module"]
    changed[0]["room"] = "二号实训室"
    write(c, sessions=changed)
    confirm(c)
    act(c, submit_programme)
    c.drive_to("taught")
    assert refused(c, file_programme, c.province) == ["change.taught"]
    act(c, return_programme, c.province, reason="已经上课")
    act(c, drop_change)
    assert programme(c).state == "filed"


def test_when_teaching_has_ended_nothing_changes(class_at: ClassAtFixture) -> None:
    c = class_at("finished")
    assert refused(c, change_programme, reason="补记") == ["change.ended"]


def test_who_may_begin_and_file(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    actors = c.actors()
    for name in ("examiner", "province", "centre", "coordinator"):
        with pytest.raises(NotAllowed):
            act(c, change_programme, actors[name], reason="x")
    assert refused(c, change_programme, reason=" ") == ["reason.missing"]
    act(c, change_programme, c.instructors[0], reason="复核学员需求")
    for function in (file_change, drop_change):
        with pytest.raises(NotAllowed):
            act(c, function, c.instructors[0])
    with pytest.raises(Conflict):
        drop_change(programme=programme(c), seen=1, by=c.staff, now=c.now)


def test_dates_that_moved_ask_for_a_new_filing(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    old, days = c.tc.first_day, c.tc.last_day - c.tc.first_day
    new = old + timedelta(days=1)
    TrainingClass.objects.inside(pk=c.tc.pk).update(first_day=new, last_day=new + days)
    dates_moved(c.reload(), old, c.province, c.now)
    row = programme(c)
    assert row.state == "changing"
    assert next(s.day for s in sessions_of(c.tc)) == new
    assert next(s.day for s in written_sessions(row)) == new
    assert refused(c, drop_change) == ["change.dates"]
    confirm(c)
    act(c, submit_programme)
    assert act(c, file_programme, c.province).content["sessions"][0]["day"] == new.isoformat()


@pytest.mark.parametrize(("stage", "state"), [("drafted", "draft"), ("programme_submitted", "returned")])
def test_dates_that_moved_before_filing(class_at: ClassAtFixture, stage: str, state: str) -> None:
    c = class_at(stage)
    old, version = c.tc.first_day, programme(c).version
    new = old - timedelta(days=2)
    TrainingClass.objects.inside(pk=c.tc.pk).update(first_day=new)
    dates_moved(c.reload(), old, c.province, c.now)
    assert (programme(c).state, programme(c).version) == (state, version + 1)
    assert next(s.day for s in sessions_of(c.tc)) == new
    assert len(sessions_of(c.tc)) == 56


def test_filing_a_change_and_dropping_it_at_once_have_one_effect(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("filed")
    begin(c)
    other_room(c)
    confirm(c)
    row = programme(c)
    inputs: dict[str, Any] = {"programme": row, "seen": row.version, "by": c.staff, "now": c.now}
    results = race(lambda: file_change(**inputs), lambda: drop_change(**inputs))
    assert sum(isinstance(r, Exception) for r in results) == 1
    assert programme(c).state == "filed"
    assert len(CourseSession.objects.inside(training_class=c.tc)) == 56


def test_the_pages_of_a_change(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("filed")
    where = reverse("programme", args=[c.tc.pk])
    assert "变更方案" in signed_in(c.staff).get(where).content.decode()
    assert "变更方案" not in signed_in(c.province).get(where).content.decode()
    begin(c)
    other_room(c)
    assert moved_by(programme(c), written_sessions(programme(c)), c.tc.first_day)
    page = signed_in(c.staff).get(where).content.decode()
    for words in ("正在变更已报备的方案", "教室检修", "直接报备", "撤销变更", "上课地点调整为二号实训室"):
        assert words in page
    confirm(c)
    first = filed_versions(c.tc)[0].version
    act(c, file_change)
    old = signed_in(c.staff).get(reverse("programme.filed", args=[c.tc.pk, first])).content.decode()
    assert "这不是现行的方案" in old
    new = signed_in(c.staff).get(reverse("programme.filed", args=[c.tc.pk, programme(c).version]))
    assert "上课地点调整为二号实训室" in new.content.decode()
