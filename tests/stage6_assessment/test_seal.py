"""Marks are the scorers' own: nobody reads a colleague's sheet, or that there is one, before all are in.

Every page, export and API reading of every actor is searched for canary marks that stand nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

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
from gongxue.stage6_assessment.models import Attempt, ScoreSheet
from gongxue.stage6_assessment.queries import record_of, records_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage6_assessment.every_page import Library, library

pytestmark = pytest.mark.ignore_template_errors  # of whatever page: this is about what pages say
AtTime = Callable[[datetime], None]
CANARY, COMMENT, DRAFT, FINAL = "73.7", "金丝雀评语", "64.9", "66.6"


def _who_reads(books: Library, word: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if any(word.encode() in said for _, said in books.everything(name))}


def _score(c: ClassAt, attendee: Attendee, part: Part, scorer: Role, mark: str, comment: str = "") -> None:
    act = score_process if part == Part.PROCESS else score_final
    act(attendee=attendee, mark=mark, comment=comment, by=scorer, now=c.now)


@pytest.fixture
def sealed(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """One trainee whose process assessment is half scored, one whose final has a sheet, a draft and a blank."""
    c = class_at("taught", headcount=2)
    at_time(c.now)
    first, second = c.attendees
    _score(c, first, Part.PROCESS, c.instructors[0], CANARY, COMMENT)
    save_score(attendee=first, part="process", mark=DRAFT, by=c.instructors[1], now=c.now)
    for instructor in c.instructors:
        _score(c, second, Part.PROCESS, instructor, "80")
    _score(c, second, Part.FINAL, c.examiners[0], FINAL)
    save_score(attendee=second, part="final", mark=DRAFT, by=c.examiners[1], now=c.now)
    return c


AUTHORS = {
    CANARY: {"instructor 1"},
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
    assert _who_reads(books, CANARY, {"instructor 2"}) == {"instructor 2"}


def _readings(books: Library, names: Iterable[str], api: bool = False) -> dict[tuple[str, str], bytes]:
    """(name, path) → what was read: of pages and exports, or of the API."""
    found = ((name, path, said) for name in names for path, said in books.everything(name))
    return {(name, path): said for name, path, said in found if path.startswith("/api/") == api}


def _changed(before: dict[Any, bytes], after: dict[Any, bytes]) -> list[Any]:
    assert before.keys() <= after.keys()
    return [key for key in before if before[key] != after[key]]


@pytest.mark.parametrize("api", [False, True], ids=["pages", "api"])
@pytest.mark.parametrize("act", ["draft", "sheet"])
def test_a_colleague_cannot_even_tell_that_a_sheet_exists(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, act: str, api: bool
) -> None:
    """Every reading of a colleague is the same, byte by byte, before and after."""
    c = class_at("taught", headcount=1)
    at_time(c.now)
    books, colleagues = library(c, signed_in), ["instructor 2"]
    before = _readings(books, colleagues, api)
    if act == "draft":
        save_score(attendee=c.attendees[0], part="process", mark=DRAFT, by=c.instructors[0], now=c.now)
    else:
        _score(c, c.attendees[0], Part.PROCESS, c.instructors[0], CANARY)
    assert _changed(before, _readings(books, colleagues, api)) == []


def test_a_second_process_assessment_under_way_shows_nothing_either(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("taught", headcount=1)
    at_time(c.now)
    for scorer in c.instructors:
        _score(c, c.attendees[0], Part.PROCESS, scorer, "50")
    hand_in(attendee=c.attendees[0], title="修改稿", by=c.trainees[0], now=c.now)
    books, colleagues = library(c, signed_in), ["instructor 2"]
    before = _readings(books, colleagues)
    _score(c, c.attendees[0], Part.PROCESS, c.instructors[0], CANARY)
    assert _changed(before, _readings(books, colleagues)) == []


def test_a_second_final_assessment_under_way_shows_nothing_either(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored", headcount=1)
    at_time(c.now)
    for scorer in c.examiners:
        _score(c, c.attendees[0], Part.FINAL, scorer, "50")
    retake = apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    allow_retake(retake=retake, by=c.staff, now=c.now)
    books, colleagues = library(c, signed_in), ["examiner 3"]
    before = _readings(books, colleagues)
    _score(c, c.attendees[0], Part.FINAL, c.examiners[0], CANARY)
    save_score(attendee=c.attendees[0], part="final", mark=DRAFT, by=c.examiners[1], now=c.now)
    assert _changed(before, _readings(books, colleagues)) == []


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
