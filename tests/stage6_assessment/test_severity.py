"""Severity beside colleagues and patterns that deserve a look, from complete attempts only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.mark_patterns import Signed, patterns, severities
from gongxue.regulations.marks import Part
from gongxue.stage6_assessment.actions import look_at_pattern, score_final
from gongxue.stage6_assessment.models import PatternLook
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
NOON = datetime(2023, 6, 18, 4, tzinfo=UTC)


def _sheets(*marks: tuple[str, ...], part: Part = Part.FINAL, number: int = 1) -> list[Signed]:
    """A line for each trainee: the marks of scorer 0, 1, 2."""
    return [
        Signed(100 * number + trainee, trainee, part, number, scorer, Decimal(mark), NOON)
        for trainee, row in enumerate(marks)
        for scorer, mark in enumerate(row)
    ]


def _kinds(found: list[Signed], **moments: dict[tuple[int, int], datetime]) -> list[str]:
    return [p.key for p in patterns(found, moments.get("turns", {}), moments.get("works", {}))]


def test_a_scorer_is_measured_against_colleagues_on_the_same_attempts() -> None:
    rows = {row.scorer: row for row in severities(_sheets(("70", "80", "90"), ("74", "80", "86")))}
    assert (rows[0].sheets, rows[0].mean, rows[0].spread) == (2, -12.0, 3.0)
    assert (rows[1].mean, rows[2].mean) == (0.0, 12.0)
    assert severities(_sheets(("70",))) == []  # nobody to compare with


@pytest.mark.parametrize(
    ("marks", "keys"),
    [
        ([(f"8{i}", f"8{i}", f"7{i}") for i in range(5)], ["same/final/0/1"]),
        ([(f"8{i}", f"8{i}", f"7{i}") for i in range(4)], []),  # too few to tell
        ([(f"8{i}", f"8{i}", f"7{i}") for i in range(4)] + [("85", "85.1", "70")], []),
        ([("60", "61.5", "60.5"), ("61", "60", "60.4"), ("61", "61", "61"), ("60", "60", "60"), ("59", "61", "60")], ["line/final"]),
        ([("60", "61.5", "60.5"), ("61", "60", "60.4"), ("61", "61", "61"), ("60", "60", "60"), ("59", "62", "64")], []),
    ],
)  # fmt: skip
def test_identical_sheets_and_a_class_on_the_line(marks: list[tuple[str, ...]], keys: list[str]) -> None:
    assert _kinds(_sheets(*marks)) == keys


def test_sheets_before_the_turn_or_before_the_work() -> None:
    later = NOON + timedelta(minutes=1)
    assert _kinds(_sheets(("80", "81")), turns={(0, 1): later}) == ["before_turn/2"]
    assert _kinds(_sheets(("80", "81")), turns={(0, 1): NOON, (0, 2): later}) == []
    work = _sheets(("80", "81"), part=Part.PROCESS)
    assert (
        _kinds(work, works={(0, 1): later}) == ["before_work/2"] and _kinds(work, works={(0, 1): NOON}) == []
    )


@pytest.fixture
def alike(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Two examiners give the same marks to five trainees; the sixth trainee's attempt is not complete."""
    c = class_at("process_scored", headcount=6)
    at_time(c.now)
    for n, attendee in enumerate(c.attendees):
        for role, mark in zip(c.examiners, (f"7{n}", f"7{n}", f"8{n}"), strict=True):
            if n < 5 or role is c.examiners[0]:
                score_final(attendee=attendee, mark=mark, by=role, now=c.now)
    return c


def test_province_and_centre_read_the_reason_and_note_their_look(alike: ClassAt, signed_in: SignedIn) -> None:
    c, where = alike, "/assessment/severity/patterns/"
    page = signed_in(c.province).get(where).content.decode()
    assert "对 5 名学员的终结性考核评分完全相同" in page and "待核查" in page
    one, other = sorted(
        i.person_id for i in c.invitations if i.person.account_id in {r.account_id for r in c.examiners[:2]}
    )
    key = f"same/final/{one}/{other}"
    form = {"key": key, "note": "已电话核实，两人分别评分。"}
    assert signed_in(c.province).post(f"/classes/{c.tc.pk}/patterns/look/", form).status_code == 302
    assert PatternLook.objects.inside(training_class=c.tc).get().key == key
    assert "已电话核实" in signed_in(c.people.centre).get(where).content.decode()
    with pytest.raises(RuleBroken, match="没有这条"):
        look_at_pattern(
            training_class=c.tc, key="line/final", note="核查情况如实登记。", by=c.province, now=c.now
        )


def test_the_map_counts_complete_attempts_and_is_closed_to_the_class(
    alike: ClassAt, signed_in: SignedIn
) -> None:
    c = alike
    page = signed_in(c.people.centre).get("/assessment/severity/?part=final").content.decode()
    assert 'role="img"' in page and page.count('data-label="评分份数">5<') == 3  # never the sixth
    assert (
        "没有符合条件" in signed_in(c.people.centre).get("/assessment/severity/?year=2001").content.decode()
    )
    answers = {n: signed_in(r).get("/assessment/severity/").status_code for n, r in c.actors().items()}
    assert {n for n, status in answers.items() if status == 200} == {
        "centre",
        "oversight",
        "province",
        "other_province",
    }
    other = signed_in(c.actors()["other_province"]).get("/assessment/severity/").content.decode()
    assert "没有符合条件" in other


@pytest.mark.parametrize("page", ["", "patterns/"])
@pytest.mark.parametrize("headcount", [1, 4])
def test_queries_do_not_grow(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, page: str, headcount: int
) -> None:
    c = class_at("confirmed", headcount=headcount)
    at_time(c.now)
    client = signed_in(c.province)
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/assessment/severity/{page}").status_code == 200
    assert len(captured) == {"": 5, "patterns/": 7}[page]
