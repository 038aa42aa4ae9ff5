"""Sheets far apart ask for notes on a second look: sealed like sheets, wanted before the results are confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from gongxue.desks.todos import todos_for
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage6_assessment.actions import confirm_results, score_process, write_second_look
from gongxue.stage6_assessment.books import note_differences
from gongxue.stage6_assessment.models import Attempt, ScoreSheet, SecondLook
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
WORDS = "重看第三页任务分析，维持原评分。"


@pytest.fixture
def apart(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """One trainee whose two sheets are 15.1 apart."""
    c = class_at("taught", headcount=1)
    at_time(c.now)
    _score(c, "90.1", "75")
    return c


def _score(c: ClassAt, *marks: str) -> None:
    for role, mark in zip(c.instructors, marks, strict=True):
        score_process(attendee=c.attendees[0], mark=mark, by=role, now=c.now)


def _attempt(c: ClassAt) -> Attempt:
    found: Attempt = Attempt.objects.inside(training_class=c.tc, part="process").get()
    return found


def _note(c: ClassAt, by: Role, note: str = WORDS) -> SecondLook:
    return write_second_look(attempt=_attempt(c), note=note, by=by, now=c.now)


def _page(c: ClassAt, signed_in: SignedIn, role: Role) -> str:
    return signed_in(role).get(f"/classes/{c.tc.pk}/second-looks/").content.decode()


def test_a_note_is_sealed_until_all_are_in_and_no_sheet_changes(apart: ClassAt, signed_in: SignedIn) -> None:
    c, (first, second) = apart, apart.instructors
    sent = signed_in(first).post(f"/attempts/{_attempt(c).pk}/second-look/", {"note": WORDS})
    assert sent.status_code == 302
    assert WORDS in _page(c, signed_in, first)
    for role in (second, c.staff, c.province, c.people.centre):
        assert WORDS not in _page(c, signed_in, role)
    _note(c, second, "重看视频后仍认为展示不完整。")
    for role in (second, c.staff, c.province, c.people.centre):
        assert WORDS in _page(c, signed_in, role)
    assert _attempt(c).noted_at == c.now and list(note_differences()) == []
    marks = ScoreSheet.objects.inside(attempt=_attempt(c)).values_list("mark", flat=True)
    assert sorted(map(str, marks)) == ["75.0", "90.1"]
    events = Event.objects.unscoped("test").filter(code="assessment.second_look")
    assert [(e.account_id, e.about) for e in events.order_by("pk")] == [
        (role.account_id, f"attendee/{c.attendees[0].pk}") for role in (first, second)
    ]
    assert all(WORDS not in str(e.changes) + e.reason for e in events)


def test_it_waits_on_the_desk_of_each_scorer_until_their_own_is_in(apart: ClassAt) -> None:
    c, (first, second) = apart, apart.instructors

    def waits(role: Role) -> bool:
        return any(todo.kind == "复看" for todo in todos_for(role, c.now.date()))

    assert waits(first) and waits(second) and not waits(c.examiners[0])
    _note(c, first)
    assert not waits(first) and waits(second)


def test_what_a_colleague_reads_does_not_tell_that_a_note_is_in(apart: ClassAt, signed_in: SignedIn) -> None:
    c, (first, second) = apart, apart.instructors
    reader = signed_in(second)

    def read() -> list[int]:
        return [
            len(reader.get(f"/classes/{c.tc.pk}/{page}").content) for page in ("assessment/", "second-looks/")
        ]

    before = read()
    _note(c, first)
    assert read() == before


@pytest.mark.parametrize(
    ("marks", "note", "rule"),
    [
        (("90", "75"), WORDS, "second_look.not_due"),  # fifteen is within the limit
        (("90.1", "75"), "同意", "second_look.length"),
        (("90.1", "75"), "长" * 501, "second_look.length"),
    ],
)
def test_a_note_that_is_not_due_or_says_nothing_is_refused(
    class_at: ClassAtFixture, marks: tuple[str, str], note: str, rule: str
) -> None:
    c = class_at("taught", headcount=1)
    _score(c, *marks)
    with pytest.raises(RuleBroken) as refused:
        _note(c, c.instructors[0], note)
    assert [b.rule for b in refused.value.breaches] == [rule]


def test_a_note_is_written_once_and_only_by_who_scored(apart: ClassAt) -> None:
    c = apart
    _note(c, c.instructors[0])
    with pytest.raises(RuleBroken, match="已提交"):
        _note(c, c.instructors[0])
    with pytest.raises(NotAllowed):
        _note(c, c.examiners[0])


def test_results_wait_for_the_notes_or_for_a_reason(apart: ClassAt, signed_in: SignedIn) -> None:
    c = apart
    for role in c.examiners:
        signed_in(role).post(
            f"/classes/{c.tc.pk}/score/final/", {"do": "submit", f"mark.{c.attendees[0].pk}": "80"}
        )
    c.plan = c.plan.at_step(c.plan.step + 2)
    c.drive_to("finished")
    _note(c, c.instructors[0])
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/confirm/").content.decode()
    assert "复看说明没有齐的 1 次考核" in page
    with pytest.raises(RuleBroken) as refused:
        confirm_results(training_class=c.tc, by=c.staff, now=c.now)
    assert [b.rule for b in refused.value.breaches] == ["confirm.notes"]
    assert c.instructors[1].account.name not in str(refused.value)
    confirm_results(training_class=c.tc, by=c.staff, now=c.now, reason="另一位教师住院，无法联系")
    assert WORDS in _page(c, signed_in, c.province)  # nothing stays sealed for ever
    with pytest.raises(RuleBroken, match="成绩已确认"):
        _note(c, c.instructors[1])
