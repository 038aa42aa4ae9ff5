"""Writing a programme together (TR 9): who, when, which version, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.programme import SECTION_LIMIT
from gongxue.stage2_staffing.actions import withdraw_invitation
from gongxue.stage3_programme.actions import SessionRow, confirm_programme, edit_programme
from gongxue.stage3_programme.models import CourseSession, Programme, ProgrammeConfirmation
from gongxue.stage3_programme.queries import last_writing, programme_of, sessions_of, words_of
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race

pytestmark = pytest.mark.postgresql


def period(c: ClassAt, number: int = 1, **more: Any) -> SessionRow:
    row: Any = {
        "day": c.tc.first_day, "period": number, "kind": "course", "module": "3-1", "topic": "", "teacher": None,
        "room": "",
    }  # fmt: skip
    return cast(SessionRow, row | more)


def rows_now(c: ClassAt) -> list[SessionRow]:
    return [
        SessionRow(
            day=s.day,
            period=s.period,
            kind=s.kind,
            module=s.module,
            topic=s.topic,
            teacher=s.teacher_id,
            room=s.room,
        )
        for s in sessions_of(c.tc)
    ]


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def refusal(c: ClassAt, **inputs: Any) -> list[str]:
    given: dict[str, Any] = {"training_class": c.tc, "seen": 0, "by": c.staff, "now": c.now, **inputs}
    with pytest.raises(RuleBroken) as caught:
        edit_programme(**given)
    return [breach.rule for breach in caught.value.breaches]


def test_the_first_word_begins_the_programme(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    row = edit_programme(
        training_class=c.tc,
        seen=0,
        sections={"venue": "  学习工作站 "},
        sessions=[period(c)],
        by=c.staff,
        now=c.now,
    )
    assert (row.venue, row.state, row.version) == ("学习工作站", "draft", 2)
    assert len(sessions_of(c.tc)) == 1


def test_institution_and_instructors_write_in_turn(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    row, version = None, 0
    for by, key in (
        (c.staff, "objectives"),
        (c.instructors[0], "course_plan"),
        (c.instructors[1], "materials"),
    ):
        row = edit_programme(training_class=c.tc, seen=version, sections={key: "内容"}, by=by, now=c.now)
        assert row.version > version
        version = row.version
    assert row is not None
    assert (row.objectives, row.course_plan, row.materials) == ("内容", "内容", "内容")
    last = last_writing(c.tc)
    assert last is not None
    assert last.actor == c.instructors[1].account.name


def test_the_trail_says_which_part_but_not_its_text(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    edit_programme(training_class=c.tc, seen=0, sections={"venue": "学习工作站"}, by=c.staff, now=c.now)
    event = Event.objects.unscoped("test").filter(code="programme.edit").get()
    assert event.changes == {"venue": ["…", "…"]}


def test_saving_the_same_again_is_no_new_version(class_at: ClassAtFixture) -> None:
    c = class_at("team_confirmed")
    row = programme(c)
    same = edit_programme(
        training_class=c.tc, seen=row.version, sections=row.sections, final_mode=row.final_mode,
        venue_declared=row.venue_declared, sessions=rows_now(c)[::-1], by=c.staff, now=c.now,
    )  # fmt: skip
    assert same.version == row.version
    assert all(word.confirmed_at for word in words_of(programme(c)))
    assert Event.objects.unscoped("test").filter(code="programme.edit").count() == 1


def test_a_changed_timetable_alone_is_a_new_version(class_at: ClassAtFixture) -> None:
    c = class_at("team_confirmed")
    version = programme(c).version
    row = edit_programme(training_class=c.tc, seen=version, sessions=rows_now(c)[:-1], by=c.staff, now=c.now)
    assert row.version == version + 1
    assert [word.confirmed_at for word in words_of(row)] == [None, None], "their word was for the other text"


def test_text_and_timetable_together_are_one_version(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    version = programme(c).version
    row = edit_programme(
        training_class=c.tc,
        seen=version,
        sections={"venue": "新址"},
        sessions=rows_now(c)[1:],
        by=c.staff,
        now=c.now,
    )
    assert row.version == version + 1


@pytest.mark.parametrize("behind", [-1, 1, 7])
def test_another_version_is_a_conflict_and_nothing_is_overwritten(
    class_at: ClassAtFixture, behind: int
) -> None:
    c = class_at("drafted")
    before = programme(c)
    with pytest.raises(Conflict) as caught:
        edit_programme(
            training_class=c.tc, seen=before.version + behind, sections={"venue": "覆盖"}, sessions=[], by=c.staff,
            now=c.now,
        )  # fmt: skip
    assert [b.rule for b in caught.value.breaches] == ["version.changed"]
    after = programme(c)
    assert (after.version, after.venue, len(sessions_of(c.tc))) == (before.version, before.venue, 56)


def test_whoever_has_not_seen_a_first_version_cannot_begin_again(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    with pytest.raises(Conflict):
        edit_programme(training_class=c.tc, seen=0, sections={"venue": "重来"}, by=c.staff, now=c.now)


def test_examiners_and_strangers_do_not_write(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    actors = c.actors()
    seen = programme(c).version
    for name in ("examiner", "province", "centre", "oversight", "coordinator", "stranger"):
        with pytest.raises(NotAllowed):
            edit_programme(
                training_class=c.tc, seen=seen, sections={"venue": "越权"}, by=actors[name], now=c.now
            )
    for name in ("other_institution", "other_backbone"):
        with pytest.raises(NotThere):
            edit_programme(
                training_class=c.tc, seen=seen, sections={"venue": "越权"}, by=actors[name], now=c.now
            )
    assert programme(c).version == seen


def test_an_instructor_who_was_withdrawn_writes_no_more(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    teacher = c.instructors[0]
    invitation = next(i for i in c.invitations if i.person.account_id == teacher.account_id)
    withdraw_invitation(invitation=invitation, reason="调整", by=c.staff, now=c.now)
    with pytest.raises(NotThere):
        edit_programme(
            training_class=c.tc, seen=programme(c).version, sections={"venue": "再写"}, by=teacher, now=c.now
        )


def test_before_the_opening_application_nothing_is_written(class_at: ClassAtFixture) -> None:
    assert refusal(class_at("published"), sections={"venue": "早"}) == ["programme.early"]


@pytest.mark.parametrize("stage", ["programme_submitted", "filed"])
def test_what_is_submitted_or_filed_is_locked(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    assert refusal(c, seen=programme(c).version, sections={"venue": "晚"}) == ["programme.locked"]


# what is entered, the rule that refuses it
BAD_INPUT = [
    ({"sections": {"poem": "诗"}}, ["programme.section"]),
    ({"sections": {"venue": "长" * (SECTION_LIMIT + 1)}}, ["programme.long"]),
    ({"final_mode": "essay"}, ["programme.mode"]),
    ({"sections": {"poem": "诗"}, "final_mode": "essay"}, ["programme.section", "programme.mode"]),
]


@pytest.mark.parametrize(("inputs", "rules"), BAD_INPUT)
def test_bad_input_is_refused_whole(
    class_at: ClassAtFixture, inputs: dict[str, object], rules: list[str]
) -> None:
    c = class_at("staffed")
    assert refusal(c, **inputs) == rules
    assert programme_of(c.tc) is None


BAD_PERIODS = [
    ({"kind": "party"}, "timetable.kind"),
    ({"module": "2-1"}, "timetable.module"),
    ({"module": "9-9"}, "timetable.module"),
    ({"number": 0}, "timetable.period"),
    ({"number": 13}, "timetable.period"),
    ({"teacher": 10**9}, "timetable.teacher"),
]


@pytest.mark.parametrize(("changes", "rule"), BAD_PERIODS)
def test_a_period_that_cannot_be_is_refused(
    class_at: ClassAtFixture, changes: dict[str, Any], rule: str
) -> None:
    c = class_at("staffed")
    assert refusal(c, sessions=[period(c, 2), period(c, **changes)]) == [rule]
    assert not CourseSession.objects.inside(training_class=c.tc).exists()


def test_one_period_holds_one_thing(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    twice = [period(c, 3), period(c, 3, module="3-2")]
    assert refusal(c, seen=programme(c).version, sessions=twice) == ["timetable.twice"]
    assert len(sessions_of(c.tc)) == 56, "the old timetable stands"


def test_two_at_once_write_one_after_the_other(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("drafted")
    tc, now, seen = c.tc, c.now, programme(c).version
    writers = [c.staff, *c.instructors]
    results = race(*[
        lambda by=by, n=n: edit_programme(training_class=tc, seen=seen, sections={"venue": f"第{n}人"}, by=by, now=now)
        for n, by in enumerate(writers)
    ])  # fmt: skip
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "Conflict", "Programme"]
    (won,) = [r for r in results if isinstance(r, Programme)]
    assert (programme(c).venue, programme(c).version) == (won.venue, seen + 1)


def test_two_at_once_begin_one_programme(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("staffed")
    tc, now = c.tc, c.now
    results = race(*[
        lambda by=by: edit_programme(training_class=tc, seen=0, sections={"venue": by.account.name}, by=by, now=now)
        for by in (c.staff, *c.instructors)
    ])  # fmt: skip
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "Conflict", "Programme"]
    assert Programme.objects.inside(training_class=tc).count() == 1


def test_a_confirmation_races_with_a_saving_and_never_stands_for_an_unseen_text(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("drafted")
    row, now, teacher, staff, tc = programme(c), c.now, c.instructors[0], c.staff, c.tc
    said, written = race(
        lambda: confirm_programme(programme=row, seen=row.version, by=teacher, now=now),
        lambda: edit_programme(
            training_class=tc, seen=row.version, sections={"venue": "改"}, by=staff, now=now
        ),
    )
    assert isinstance(written, Programme), written
    assert isinstance(said, (ProgrammeConfirmation, Conflict)), said
    assert [w.confirmed_at for w in words_of(programme(c))] == [None, None]
    held = ProgrammeConfirmation.objects.inside(training_class=tc).values_list("version", flat=True)
    assert set(held) <= {row.version}
    assert programme(c).version == row.version + 1


def test_a_programme_begun_long_ago_keeps_its_first_writer_in_the_trail(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    edit_programme(training_class=c.tc, seen=0, by=c.staff, now=c.now - timedelta(hours=1))
    assert programme(c).version == 1
    assert Event.objects.unscoped("test").filter(code="programme.edit").count() == 1
