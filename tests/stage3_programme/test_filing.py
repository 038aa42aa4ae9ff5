"""Confirming, submitting, returning and filing a programme (TR 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.regulations.calendar import programme_due
from gongxue.stage3_programme.actions import (
    confirm_programme,
    edit_programme,
    file_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.models import FiledProgramme, Programme, ProgrammeConfirmation
from gongxue.stage3_programme.queries import (
    filed_version,
    filed_versions,
    is_filed,
    may_write,
    programme_breaches,
    programme_of,
    sessions_of,
    words_of,
)
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, at

pytestmark = pytest.mark.postgresql


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def missing(c: ClassAt) -> list[str]:
    return [b.rule for b in programme_breaches(programme(c), sessions_of(c.tc))]


def confirm_all(c: ClassAt) -> None:
    for by in c.instructors:
        confirm_programme(programme=programme(c), seen=programme(c).version, by=by, now=c.now)


def test_both_instructors_confirm_the_version_they_saw(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    one, other = c.instructors
    row = programme(c)
    confirm_programme(programme=row, seen=row.version, by=one, now=c.now)
    confirm_programme(programme=row, seen=row.version, by=one, now=c.now)
    assert [bool(w.confirmed_at) for w in words_of(row)] == [True, False]
    assert ProgrammeConfirmation.objects.inside(training_class=c.tc).count() == 1
    assert missing(c) == ["programme.unconfirmed"]
    with pytest.raises(Conflict):
        confirm_programme(programme=row, seen=row.version - 1, by=other, now=c.now)
    confirm_programme(programme=row, seen=row.version, by=other, now=c.now)
    assert missing(c) == []


def test_only_the_instructors_of_the_class_confirm(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    row, actors = programme(c), c.actors()
    for name in ("examiner", "institution", "province", "centre", "stranger"):
        with pytest.raises(NotAllowed):
            confirm_programme(programme=row, seen=row.version, by=actors[name], now=c.now)
    with pytest.raises(NotThere):
        confirm_programme(programme=row, seen=row.version, by=actors["other_backbone"], now=c.now)


@pytest.mark.parametrize("stage", ["programme_submitted", "filed"])
def test_a_submitted_programme_needs_no_word(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    with pytest.raises(RuleBroken) as caught:
        confirm_programme(programme=programme(c), seen=programme(c).version, by=c.instructors[0], now=c.now)
    assert [b.rule for b in caught.value.breaches] == ["confirm.closed"]


@pytest.mark.parametrize("late", [0, 1, 12])
def test_late_is_accepted_marked_and_told(class_at: ClassAtFixture, late: int) -> None:
    c = class_at("team_confirmed")
    due = programme_due(c.tc.first_day, c.tc.edition).on
    row = submit_programme(
        programme=programme(c),
        seen=programme(c).version,
        by=c.staff,
        now=at(due + timedelta(days=late), 23, 59),
    )
    assert (row.state, row.late_days) == ("submitted", late)
    told = Message.objects.unscoped("test").filter(kind="programme.submit").get()
    assert (f"逾期 {late} 天" in told.subject) == bool(late)
    assert all(w.confirmed_at for w in words_of(row)), "their word goes out with the text"


def test_everything_missing_is_said_at_once(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    edit_programme(training_class=c.tc, seen=0, sections={"venue": "太湖边的酒店"}, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken) as caught:
        submit_programme(programme=programme(c), seen=programme(c).version, by=c.staff, now=c.now)
    assert [b.rule for b in caught.value.breaches] == [
        "programme.sections", "programme.venue", "timetable.days", "timetable.modules", "timetable.assessment",
        "timetable.assessment", "programme.unstaffed",
    ]  # fmt: skip


def test_a_declaration_settles_a_mere_name(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    inputs: dict[str, Any] = {"training_class": c.tc, "by": c.staff, "now": c.now}
    edit_programme(
        **inputs, seen=programme(c).version, sections={"venue": "黄山市技师学院"}, venue_declared=False
    )
    assert "programme.venue" in missing(c)
    edit_programme(**inputs, seen=programme(c).version, venue_declared=True)
    assert "programme.venue" not in missing(c)


def test_only_the_institution_submits_what_it_sees(class_at: ClassAtFixture) -> None:
    c = class_at("team_confirmed")
    row, actors = programme(c), c.actors()
    for name in ("instructor", "province", "coordinator", "centre"):
        with pytest.raises(NotAllowed):
            submit_programme(programme=row, seen=row.version, by=actors[name], now=c.now)
    with pytest.raises(NotThere):
        submit_programme(programme=row, seen=row.version, by=actors["other_institution"], now=c.now)
    with pytest.raises(Conflict):
        submit_programme(programme=row, seen=row.version - 1, by=c.staff, now=c.now)


def test_the_province_returns_with_comments_and_it_goes_the_same_way_again(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    with pytest.raises(RuleBroken) as caught:
        return_programme(
            programme=programme(c), seen=programme(c).version, reason=" ", by=c.province, now=c.now
        )
    assert [b.rule for b in caught.value.breaches] == ["reason.missing"]
    row = return_programme(
        programme=programme(c),
        seen=programme(c).version,
        reason="请补充实训安全措施",
        by=c.province,
        now=c.now,
    )
    assert (row.state, row.returned_reason) == ("returned", "请补充实训安全措施")
    assert may_write(c.staff, c.tc, row)
    edit_programme(
        training_class=c.tc, seen=row.version, sections={"logistics": "增加安全员"}, by=c.staff, now=c.now
    )
    assert missing(c) == ["programme.unconfirmed"], "the text has changed"
    confirm_all(c)
    again = submit_programme(programme=programme(c), seen=programme(c).version, by=c.staff, now=c.now)
    assert (again.state, again.returned_reason) == ("submitted", "")


def test_filing_freezes_the_content_and_opens_enrolment(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    row = programme(c)
    filed = file_programme(programme=row, seen=row.version, by=c.province, now=c.now)
    assert filed.content["sections"]["venue"] == row.venue
    assert len(filed.content["sessions"]) == len(sessions_of(c.tc)) == 56
    assert is_filed(c.tc)
    assert c.reload().stage == 4
    assert not may_write(c.staff, c.tc, programme(c))
    latest = filed_version(c.tc)
    assert latest is not None
    assert (latest.pk, [v.pk for v in filed_versions(c.tc)]) == (filed.pk, [filed.pk])


def test_what_is_filed_still_shows_who_stood_by_it(class_at: ClassAtFixture) -> None:
    row = programme(class_at("filed"))
    assert row.state == "filed"
    assert all(w.confirmed_at for w in words_of(row))


def test_the_province_files_only_what_it_has_seen_and_only_its_own(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    row, actors = programme(c), c.actors()
    with pytest.raises(Conflict):
        file_programme(programme=row, seen=row.version - 1, by=c.province, now=c.now)
    for name in ("institution", "instructor", "centre", "oversight"):
        with pytest.raises(NotAllowed):
            file_programme(programme=row, seen=row.version, by=actors[name], now=c.now)
    for act in (file_programme, return_programme):
        extra = {"reason": "越权"} if act is return_programme else {}
        with pytest.raises(NotThere):
            act(programme=row, seen=row.version, by=actors["other_province"], now=c.now, **extra)
    assert not FiledProgramme.objects.inside(training_class=c.tc).exists()


def test_nobody_files_what_they_submitted(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    row = programme(c)
    Programme.objects.inside(pk=row.pk).update(submitted_by=c.province.account)
    with pytest.raises(RuleBroken) as caught:
        file_programme(programme=row, seen=row.version, by=c.province, now=c.now)
    assert [b.rule for b in caught.value.breaches] == ["approval.own"]


def test_filing_and_returning_at_once_have_one_effect(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("programme_submitted")
    row, by, now = programme(c), c.province, c.now
    results = race(
        lambda: file_programme(programme=row, seen=row.version, by=by, now=now),
        lambda: return_programme(programme=row, seen=row.version, reason="请补充", by=by, now=now),
        lambda: file_programme(programme=row, seen=row.version, by=by, now=now),
    )
    assert sum(not isinstance(r, Exception) for r in results) == 1, results
    assert all(isinstance(r, Refusal) for r in results if isinstance(r, Exception)), results
    filed = FiledProgramme.objects.inside(training_class=c.tc).count()
    assert (programme(c).state, filed) in (("filed", 1), ("returned", 0))
