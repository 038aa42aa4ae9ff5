"""Marks are the scorers' own: nobody reads a colleague's sheet, or that there is one, before all are in.

Every page, export and API reading of every actor is searched for canary marks that stand nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

from gongxue.desks.trail import entries_of_class, entries_visible_to
from gongxue.foundation.identity.models import Role
from gongxue.regulations.marks import Part
from gongxue.stage1_planning.models import in_class_scope
from gongxue.stage5_delivery.actions import hand_in
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.actions import (
    allow_retake,
    apply_retake,
    save_score,
    score_final,
    score_process,
)
from gongxue.stage6_assessment.models import Attempt, CriterionMark, ScoreSheet
from gongxue.stage6_assessment.queries import record_of, records_of, rubric_for, score_rows
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage6_assessment.every_page import Library, library, unprinted
from tests.stage6_assessment.rubrics import RUBRIC, published

pytestmark = pytest.mark.ignore_template_errors  # of whatever page: this is about what pages say
AtTime = Callable[[datetime], None]
CANARY, COMMENT, DRAFT, FINAL = "73.7", "金丝雀评语", "64.9", "66.6"
CRITERION = "71.3"  # under the rubric of the process assessment; the final one has none


@pytest.fixture(autouse=True)
def _nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    unprinted(monkeypatch)


def _score(c: ClassAt, attendee: Attendee, part: Part, scorer: Role, mark: str, comment: str = "") -> None:
    """A sheet with this mark: under a rubric a first criterion a little lower and a second a little higher."""
    act = score_process if part == Part.PROCESS else score_final
    if rubric_for(attendee, part, attendee.attempt if part == Part.PROCESS else 1):
        marks = {"1": str(Decimal(mark) - Decimal("2.4")), "2": str(Decimal(mark) + Decimal("1.6"))}
        comments = {"2": comment or "依据"}
        act(attendee=attendee, marks=marks, comments=comments, comment=comment, by=scorer, now=c.now)
    else:
        act(attendee=attendee, mark=mark, comment=comment, by=scorer, now=c.now)


def _begin(c: ClassAt, attendee: Attendee, part: Part, scorer: Role, mark: str) -> None:
    """A draft with this mark on it."""
    ruled = rubric_for(attendee, part, attendee.attempt if part == Part.PROCESS else 1)
    typed: dict[str, Any] = {"marks": {"1": mark}, "comments": {"2": "未定"}} if ruled else {"mark": mark}
    save_score(attendee=attendee, part=part.value, **typed, by=scorer, now=c.now)


@pytest.fixture
def sealed(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """One trainee whose process assessment is half scored, one whose final has a sheet, a draft and a blank."""
    c = class_at("taught", headcount=2)
    at_time(c.now)
    published(c.people.centre, c)
    first, second = c.attendees
    _score(c, first, Part.PROCESS, c.instructors[0], CANARY, COMMENT)
    _begin(c, first, Part.PROCESS, c.instructors[1], DRAFT)
    for instructor in c.instructors:
        _score(c, second, Part.PROCESS, instructor, "80")
    _score(c, second, Part.FINAL, c.examiners[0], FINAL)
    _begin(c, second, Part.FINAL, c.examiners[1], DRAFT)
    return c


AUTHORS = {
    CANARY: {"instructor 1"},
    CRITERION: {"instructor 1"},
    COMMENT: {"instructor 1"},
    DRAFT: {"instructor 2", "examiner 2"},
    FINAL: {"examiner 1"},
}


def test_nobody_reads_a_mark_before_all_are_in(sealed: ClassAt, signed_in: SignedIn) -> None:
    """The canaries can be found, their authors read them; nobody else does, wherever they look."""
    books = library(sealed, signed_in)
    found: dict[str, set[str]] = {word: set() for word in AUTHORS}
    for name in books.readers:
        for _, said in books.everything(name):
            for word, readers in found.items():
                if word.encode() in said:
                    readers.add(name)
    assert found == AUTHORS


def test_when_all_are_in_everybody_in_the_scope_reads_them_but_no_trainee(
    sealed: ClassAt, signed_in: SignedIn
) -> None:
    first, second = sealed.attendees
    _score(sealed, first, Part.PROCESS, sealed.instructors[1], "81.3")
    for examiner in sealed.examiners[1:]:
        _score(sealed, second, Part.FINAL, examiner, "88.8")
    page = f"/classes/{sealed.tc.pk}/assessment/"
    reads = {
        name: {word for word in (CANARY, FINAL) if word in signed_in(role).get(page).content.decode()}
        for name, role in sealed.actors().items()
    }
    assert reads["instructor"] == {CANARY}
    assert reads["examiner"] == {FINAL}
    assert all(reads[name] == {CANARY, FINAL} for name in ("institution", "province", "centre"))
    assert all(
        reads[name] == set() for name in ("trainee", "other_province", "other_institution", "stranger")
    )


def test_without_the_seal_the_search_finds_the_canary(
    sealed: ClassAt, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a scope that forgets whether all are in is noticed."""

    def unsealed(role: Any) -> Q:
        return in_class_scope(role)

    monkeypatch.setattr(ScoreSheet, "scope_for", unsealed)
    books = library(sealed, signed_in)
    for word, where in ((CANARY, "score-sheets"), (CRITERION, "criterion-marks")):
        said = [said for _, said in books.everything("instructor 2", only=where)]
        assert any(word.encode() in one for one in said)


@pytest.mark.postgresql
def test_the_trail_tells_of_sheets_when_all_are_in(class_at: ClassAtFixture) -> None:
    """Institution, province and centre too: who has scored, and when, is told with the last sheet; a second attempt
    takes nothing back that was told of the first."""
    c = class_at("taught", headcount=2)
    first, second = c.attendees

    def told() -> list[str]:
        readings = [entries_visible_to(role) for role in (c.staff, c.people.hebei, c.people.centre)]
        seen = [
            sorted(rows.filter(code__startswith="assessment.s").values_list("code", flat=True))
            for rows in (*readings, entries_of_class(c.tc))
        ]
        assert all(one == seen[0] for one in seen)
        return seen[0]

    _begin(c, first, Part.PROCESS, c.instructors[0], DRAFT)
    _score(c, first, Part.PROCESS, c.instructors[0], "40")
    assert told() == []
    for instructor in c.instructors:
        _score(c, second, Part.PROCESS, instructor, "80")
    assert told() == ["assessment.score_process"] * 2
    _score(c, first, Part.PROCESS, c.instructors[1], "40")
    both = ["assessment.save", *["assessment.score_process"] * 4]
    assert told() == both
    later = c.now + timedelta(hours=2)
    hand_in(attendee=first, title="修改稿", by=c.trainees[0], now=later)
    again = Attendee.objects.inside(pk=first.pk).get()
    score_process(attendee=again, mark="70", by=c.instructors[0], now=later)
    assert told() == both


def _readings(books: Library, name: str) -> dict[str, tuple[bytes, int]]:
    """path → what a colleague reads there, of pages, exports and the API, and how many queries it takes."""
    return {path: (said, books.asked) for path, said in books.everything(name)}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    assert before.keys() <= after.keys()
    return [key for key in before if before[key] != after[key]]


def test_a_colleague_cannot_even_tell_that_a_draft_or_a_sheet_exists(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    """Every reading of a colleague is the same, byte by byte and query by query, before and after."""
    c = class_at("taught", headcount=1)
    at_time(c.now)
    published(c.people.centre, c)
    books = library(c, signed_in)
    before = _readings(books, "instructor 2")
    assert {f"/attendees/{c.attendees[0].pk}/sheet/", f"/classes/{c.tc.pk}/receipts/"} <= before.keys()
    _begin(c, c.attendees[0], Part.PROCESS, c.instructors[0], DRAFT)
    assert _changed(before, _readings(books, "instructor 2")) == []
    _score(c, c.attendees[0], Part.PROCESS, c.instructors[0], CANARY)
    assert _changed(before, _readings(books, "instructor 2")) == []


def test_a_rubric_that_begins_meanwhile_does_not_tell_that_somebody_has_begun(
    class_at: ClassAtFixture,
) -> None:
    """Which rubric a sheet has follows from what everybody sees, so that it is no sign of a colleague's first draft."""
    c = class_at("taught", headcount=2)
    old = published(c.people.centre, c)
    _begin(c, c.attendees[0], Part.PROCESS, c.instructors[0], DRAFT)
    published(
        c.people.centre, c, days=(c.now.date() - c.tc.first_day).days + 1, rubric=replace(RUBRIC, title="新")
    )
    rows = score_rows(c.instructors[1], c.tc, Part.PROCESS)
    assert [row.rubric for row in rows] == [old, old]
    _begin(c, c.attendees[1], Part.PROCESS, c.instructors[1], DRAFT)
    kept = Attempt.objects.inside(training_class=c.tc).values_list("rubric", flat=True)
    assert set(kept) == {old.pk}


def test_ones_own_keys_and_receipts_tell_nothing_of_what_a_colleague_has_signed(
    class_at: ClassAtFixture,
) -> None:
    """Primary keys are drawn, not counted: the order and the gaps of one's own say nothing."""
    c = class_at("taught", headcount=3)
    published(c.people.centre, c)
    for attendee in c.attendees:
        for scorer in (
            (c.instructors[0], c.instructors[1]) if attendee != c.attendees[1] else c.instructors[:1]
        ):
            _score(c, attendee, Part.PROCESS, scorer, "80")
    for model in (Attempt, ScoreSheet, CriterionMark):
        keys = list(model.objects.unscoped("a test").values_list("pk", flat=True))
        assert len(keys) > 2 and all(10**14 <= key < 10**15 for key in keys)
        gaps = [b - a for a, b in zip(sorted(keys), sorted(keys)[1:], strict=False)]
        assert min(gaps) > 1


def test_a_second_process_assessment_under_way_shows_nothing_either(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("taught", headcount=1)
    at_time(c.now)
    published(c.people.centre, c)
    for scorer in c.instructors:
        _score(c, c.attendees[0], Part.PROCESS, scorer, "50")
    hand_in(attendee=c.attendees[0], title="修改稿", by=c.trainees[0], now=c.now)
    attendee = Attendee.objects.inside(pk=c.attendees[0].pk).get()
    books = library(c, signed_in)
    before = _readings(books, "instructor 2")
    _score(c, attendee, Part.PROCESS, c.instructors[0], CANARY)
    assert _changed(before, _readings(books, "instructor 2")) == []


def test_a_second_final_assessment_under_way_shows_nothing_either(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored", headcount=1)
    at_time(c.now)
    for scorer in c.examiners:
        _score(c, c.attendees[0], Part.FINAL, scorer, "50")
    retake = apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    allow_retake(retake=retake, by=c.staff, now=c.now)
    books = library(c, signed_in)
    before = _readings(books, "examiner 3")
    _score(c, c.attendees[0], Part.FINAL, c.examiners[0], CANARY)
    save_score(attendee=c.attendees[0], part="final", mark=DRAFT, by=c.examiners[1], now=c.now)
    assert _changed(before, _readings(books, "examiner 3")) == []


def test_what_is_told_of_a_trainee_rests_on_complete_attempts(class_at: ClassAtFixture) -> None:
    c = class_at("taught", headcount=1)
    before = record_of(c.attendees[0])
    _score(c, c.attendees[0], Part.PROCESS, c.instructors[0], CANARY)
    after = record_of(c.attendees[0])
    assert (after.process.attempts, after.process.mean, after.process.complete, after.outcome) == (
        before.process.attempts, None, False, before.outcome,
    )  # fmt: skip
    assert after.half_scored and not before.half_scored  # only the confirmation asks
    _score(c, c.attendees[0], Part.PROCESS, c.instructors[1], "80.3")
    (record,) = records_of(c.tc)
    assert (record.process.attempts, record.process.mean) == (1, Decimal("77.00"))
    assert Attempt.objects.inside(attendee=c.attendees[0], part=Part.PROCESS).get().complete_at == c.now
