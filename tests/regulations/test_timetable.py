"""The timetable against the world around it: hours, team, people and rooms taken, each finding at its periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level, modules_of
from gongxue.regulations.programme import (
    LUXURY_WORDS,
    SCENIC_21,
    FinalMode,
    Session,
    SessionKind,
    timetable_breaches,
    venue_warnings,
)
from gongxue.regulations.timetable import Elsewhere, Finding, Frame, findings

FIRST = date(2023, 6, 12)
FRAME = Frame(Level.THREE, 7, FIRST, FIRST + timedelta(days=6), 30, edition_on(FIRST))
COURSE, PROCESS, FINAL, OTHER = SessionKind


def row(day: int, period: int, kind: SessionKind = COURSE, module: str = "3-1", room: str = "", teacher: int | None = 1) -> tuple[Session, str]:  # fmt: skip
    return Session(FIRST + timedelta(days=day), period, kind, module if kind == COURSE else "", teacher), room


def whole() -> list[tuple[Session, str]]:
    """Seven full days that keep the standard."""
    codes = [m.code for m in modules_of(Level.THREE)]
    rows = [row(d, p, module=codes[(d * 8 + p) % 6], room="一号站") for d in range(6) for p in range(1, 9)]
    rows += [row(6, p, PROCESS) for p in (1, 2)] + [row(6, p, FINAL) for p in range(3, 9)]
    return rows


def found(
    rows: list[tuple[Session, str]], around: Elsewhere, rule: str, frame: Frame = FRAME
) -> list[Finding]:
    return [f for f in findings(rows, frame, around, FinalMode.LESSON) if f.breach.rule == rule]


def test_a_whole_timetable_leaves_only_hints() -> None:
    assert all(f.is_hint for f in findings(whole(), FRAME, Elsewhere(), FinalMode.LESSON))


def test_hours_are_checked_once_they_are_entered() -> None:  # TR 11.1
    assert found(whole(), Elsewhere(), "timetable.hours") == []
    planned = sum(s.module == "3-1" for s, _ in whole())
    assert found(whole(), Elsewhere(minimums={"3-1": planned}), "timetable.hours") == []
    (one,) = found(whole(), Elsewhere(minimums={"3-1": planned + 2, "2-1": 99}), "timetable.hours")
    assert f"安排了 {planned} 课时" in one.breach.says
    assert one.breach.way_out == "请再安排 2 课时。"
    assert (len(one.places), one.is_hint) == (planned, False)


def test_a_missing_module_is_said_once() -> None:
    rows = [(s, r) for s, r in whole() if s.module != "3-1"]
    assert found(rows, Elsewhere(minimums={"3-1": 8}), "timetable.hours") == []
    assert len(found(rows, Elsewhere(minimums={"3-1": 8}), "timetable.modules")) == 1


def test_who_teaches_is_of_the_class() -> None:  # TR 8
    rows = [*whole()[1:], row(0, 1, teacher=9)]
    around = Elsewhere(team={1}, names={9: "外人"})
    (one,) = found(rows, around, "timetable.teacher")
    assert "外人" in one.breach.says
    assert found(rows, Elsewhere(team=None), "timetable.teacher") == []
    assert found(rows, replace(around, team={1, 9}), "timetable.teacher") == []


def test_nobody_is_in_two_places() -> None:  # TR 11
    taken = {(1, FIRST): "甲班的课表", (1, FIRST + timedelta(days=1)): "乙班的课表", (2, FIRST): "别人"}
    (one,) = found(whole(), Elsewhere(taken=taken, names={1: "李明"}), "timetable.busy")
    assert "李明在2023年6月12日、2023年6月13日另有安排（甲班的课表、乙班的课表）" in one.breach.says
    assert len(one.places) == 16


@pytest.mark.parametrize(("registered", "hint"), [(["一号站"], False), ([], True)])
def test_a_room_taken_is_an_error_when_it_is_registered(registered: list[str], hint: bool) -> None:
    rooms = {("一号站", FIRST, 1): "“乙班”", ("二号站", FIRST, 2): "“乙班”", ("一号站", FIRST, 40): "“乙班”"}
    (one,) = found(whole(), Elsewhere(rooms=rooms, registered=registered), "timetable.room")
    assert one.places == ((FIRST, 1),)
    assert one.is_hint is hint


def test_the_final_assessment_has_time_for_everybody_is_a_hint() -> None:  # 30 × 10 / 45 = 7
    (one,) = found(whole(), Elsewhere(), "timetable.final_capacity")
    assert one.is_hint
    assert "安排了 6 课时" in one.breach.says
    assert "约需 7 课时" in one.breach.says
    assert found(whole(), Elsewhere(), "timetable.final_capacity", replace(FRAME, headcount=27)) == []


def test_errors_stand_before_hints_and_at_their_periods() -> None:
    late = replace(FRAME, last_day=FIRST + timedelta(days=5))
    flags = [f.is_hint for f in findings(whole(), late, Elsewhere(), FinalMode.DEFENCE)]
    assert flags == sorted(flags)
    (one,) = found(whole(), Elsewhere(), "timetable.dates", late)
    assert {day for day, _ in one.places} == {FIRST + timedelta(days=6)}


def test_the_order_of_assessments_is_shown_where_it_breaks() -> None:
    rows = [*whole()[:-8], row(6, 1, FINAL), row(6, 2, PROCESS), row(6, 3, FINAL)]
    (one,) = found(rows, Elsewhere(), "timetable.order")
    assert one.places == ((FIRST + timedelta(days=6), 1),)


@given(st.lists(st.tuples(st.integers(-2, 9), st.integers(1, 12), st.sampled_from(SessionKind), st.sampled_from(["3-1", "3-6", "2-1"])), max_size=60))  # fmt: skip
def test_places_are_periods_of_the_timetable_and_nothing_of_the_standard_is_lost(
    drawn: list[tuple[int, int, SessionKind, str]],
) -> None:
    rows = [row(*one) for one in drawn]
    sessions = [s for s, _ in rows]
    plain = timetable_breaches(sessions, Level.THREE, 7, FRAME.first_day, FRAME.last_day, FRAME.edition)
    made = findings(rows, FRAME, Elsewhere(), FinalMode.LESSON)
    assert [f.breach for f in made if not f.is_hint] == plain
    assert {place for f in made for place in f.places} <= {(s.day, s.period) for s in sessions}


def test_there_are_21_scenic_areas() -> None:  # MG 11
    assert len(SCENIC_21) == 21


@pytest.mark.parametrize("word", LUXURY_WORDS)
def test_words_of_luxury_hotels_ask_for_a_declaration(word: str) -> None:
    assert word in venue_warnings(f"某某{word}二楼")
    assert venue_warnings("本院实训楼") == []
