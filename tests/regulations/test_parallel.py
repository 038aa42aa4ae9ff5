"""Groups taught in parallel: who clashes, what counts for whom, whose roll is missing (TR 9, TR 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level, modules_of
from gongxue.regulations.parallel import (
    by_group,
    clashes,
    group_title,
    groups_in,
    is_expected,
    least,
    said_of,
    taken_twice,
    trainee_periods,
    uncalled,
)
from gongxue.regulations.programme import (
    FinalMode,
    Session,
    SessionKind,
    note_breaches,
    timetable_breaches,
    training_periods,
)
from gongxue.regulations.timetable import Elsewhere, Finding, Frame, findings

FIRST = date(2023, 6, 12)
EDITION = edition_on(FIRST)
COURSE, PROCESS, FINAL, OTHER = SessionKind
placed = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 3)), max_size=12)


def whole(teacher: int | None = None) -> list[Session]:
    """Seven full days that keep the standard."""
    codes = [m.code for m in modules_of(Level.THREE)]
    course = [
        Session(FIRST + timedelta(days=d), p, COURSE, codes[(d * 8 + p) % 6], teacher)
        for d in range(6)
        for p in range(1, 9)
    ]
    last = FIRST + timedelta(days=6)
    ends = [Session(last, p, PROCESS if p < 3 else FINAL, "", teacher) for p in range(1, 9)]
    return course + ends


def apart(sessions: list[Session], number: int) -> list[Session]:
    """Every lesson of the whole class given to each of so many groups at the same time."""
    return [replace(one, group=group) for one in sessions for group in range(1, number + 1)]


def breaches(sessions: list[Session], groups: int = 2) -> list[str]:
    found = timetable_breaches(sessions, Level.THREE, 7, FIRST, FIRST + timedelta(days=6), EDITION, groups)
    return [b.says for b in found]


def found(
    rows: list[tuple[Session, str]], rule: str, around: Elsewhere | None = None, groups: int = 2
) -> list[Finding]:
    frame = Frame(Level.THREE, 7, FIRST, FIRST + timedelta(days=6), 30, EDITION, groups)
    return [
        f for f in findings(rows, frame, around or Elsewhere(), FinalMode.LESSON) if f.breach.rule == rule
    ]


@given(placed)
def test_only_different_groups_share_a_period(rows: list[tuple[int, int]]) -> None:
    wrong = {
        place for place, one in rows
        for other in [g for p, g in rows if p == place]
        if ([g for p, g in rows if p == place].count(one) > 1) or (other == 0) != (one == 0)
    }  # fmt: skip
    assert set(clashes(rows)) == wrong


@given(st.lists(st.integers(0, 4), max_size=60), st.integers(1, 4))
def test_a_period_counts_once_for_each_trainee(groups: list[int], of: int) -> None:
    counted = trainee_periods(groups, of)
    whole_class = groups.count(0)
    for group, n in counted.items():
        assert n == whole_class + (groups.count(group) if group else 0)
    assert least(counted) == min(counted.values())
    assert set(counted) == ({0} if not any(groups) else {*range(1, of + 1), *(g for g in groups if g)})


@given(st.integers(1, 6))
def test_the_same_lessons_for_every_group_are_no_more_hours(number: int) -> None:
    assert training_periods(apart(whole(), number), number) == training_periods(whole()) == 56
    assert breaches(apart(whole(), number), number) == []


def test_the_standard_holds_for_every_group() -> None:
    rows = [s for s in apart(whole(), 2) if not (s.group == 2 and s.module == "3-1")]
    assert breaches(rows) == ["第2组：课表缺少培训标准要求的内容：课程教学进度计划编制。"]
    assert breaches([s for s in rows if s.module != "3-1"]) == [
        "课表缺少培训标准要求的内容：课程教学进度计划编制。"
    ]
    only_one = [replace(s, group=1) if s.day == FIRST else s for s in whole()]
    assert breaches(only_one) == ["第2组：课表安排了 6 天，本班培训时间为 7 天（含两项考核）。"]
    assert training_periods(only_one, 2) == 48, "the certificate says what everybody was taught"


def test_the_whole_class_clashes_with_any_group() -> None:
    rows = [*whole(), replace(whole()[0], group=2)]
    assert breaches(rows) == ["2023年6月12日第 1 课时安排了两次。"]
    (one,) = found([(s, "") for s in rows], "timetable.twice")
    assert one.places == ((FIRST, 1),)


def test_nobody_teaches_two_groups_at_once_and_no_room_holds_two() -> None:
    first = whole()[0]
    rest = [(s, "") for s in whole()[1:]]
    pair = [(replace(first, group=n, teacher=7), "A101") for n in (1, 2)]
    (one,) = found([*pair, *rest], "timetable.two_groups", Elsewhere(names={7: "李明"}))
    assert one.breach.says == "李明在2023年6月12日第 1 课时同时给两组上课。"
    assert (one.places, one.is_hint) == (((FIRST, 1),), False)
    (room,) = found([*pair, *rest], "timetable.one_room")
    assert (room.places, room.is_hint) == (((FIRST, 1),), True)
    assert not found([*pair, *rest], "timetable.one_room", Elsewhere(registered={"A101"}))[0].is_hint
    other = [pair[0], (replace(first, group=2, teacher=8), "A102")]
    assert (
        found([*other, *rest], "timetable.two_groups") == found([*other, *rest], "timetable.one_room") == []
    )


def test_a_person_taken_by_another_class_is_taken_for_every_group() -> None:  # the national guard
    first = whole()[0]
    rows = [(replace(first, group=n, teacher=n), "") for n in (1, 2)] + [(s, "") for s in whole()[1:]]
    around = Elsewhere(taken={(2, FIRST): "乙班的课表"}, names={2: "王红"})
    (one,) = found(rows, "timetable.busy", around)
    assert "王红" in one.breach.says
    assert one.places == ((FIRST, 1),)


def test_hours_are_those_of_the_group_that_has_fewer() -> None:
    rows = [(s, "") for s in apart(whole(), 2)]
    gone = next(one for one in rows if one[0].group == 2 and one[0].module == "3-1")
    rows.remove(gone)
    (short,) = found(rows, "timetable.hours", Elsewhere(minimums={"3-1": 8}))
    assert "安排了 7 课时（第1组 8，第2组 7）" in short.breach.says
    assert short.breach.way_out == "请再安排 1 课时。"
    says = [f.breach.says for f in found(rows, "timetable.uneven")]
    assert says == [
        "“课程教学进度计划编制”各组不同：第1组 8 课时、第2组 7 课时。",
        "培训课时合计各组不同：第1组 56 课时、第2组 55 课时。",
    ]
    assert all(f.is_hint for f in found(rows, "timetable.uneven"))


def test_assessing_in_parallel_is_hinted_at() -> None:  # TR 12: everybody is marked by all
    assert found([(s, "") for s in whole()], "timetable.parallel_assessment") == []
    (one,) = found([(s, "") for s in apart(whole(), 2)], "timetable.parallel_assessment")
    assert (len(one.places), one.is_hint) == (8, True)


@pytest.mark.parametrize(
    ("group", "taught", "expected"),
    [(1, [0], True), (1, [1, 2], True), (1, [2], False), (2, [2], True), (None, [2], True), (5, [2], True), (0, [1], True)],
)  # fmt: skip
def test_who_sits_where(group: int | None, taught: list[int], expected: bool) -> None:
    assert is_expected(group, taught, groups=2) is expected


def test_a_roll_is_complete_when_every_group_is_called() -> None:
    lessons = [(1, 1), (1, 2), (2, 0), (3, 1)]
    assert uncalled(lessons, set(), {1, 2}) == [1, 2, 3]
    assert uncalled(lessons, {(1, 1), (2, 1), (3, 1)}, {1, 2}) == [1]
    assert uncalled(lessons, {(1, 1), (1, 2), (2, None), (3, 1)}, {1, 2}) == []
    assert uncalled(lessons, {(1, None), (2, None), (3, None)}, {None}) == [], "nobody is divided yet"


@given(placed, st.integers(1, 4))
def test_every_group_has_the_lessons_of_the_whole_class(rows: list[tuple[int, int]], of: int) -> None:
    sessions = [Session(FIRST, p, COURSE, "3-1", None, g) for p, g in rows]
    views = by_group(sessions, of)
    assert list(views) == groups_in((g for _, g in rows), of)
    assert all(one in view for view in views.values() for one in sessions if not one.group)
    assert all(one.group in (0, group) for group, view in views.items() for one in view)


def test_words() -> None:
    assert (group_title(0), group_title(3)) == ("全班", "第3组")
    assert said_of({0: 56}) == said_of({1: 56, 2: 56}) == "56 课时"
    assert said_of({1: 56, 2: 54}) == "54 课时（第1组 56，第2组 54）"
    assert taken_twice([(1, ""), (1, ""), (1, None), (2, "a")]) == {}


def long_day(extra: int, group: int = 0) -> list[Session]:
    """The standard week with so many more periods on its first day."""
    more = [Session(FIRST, 9 + n, COURSE, "3-1", None, group) for n in range(extra)]
    return [*whole(), *more]


def noted(sessions: list[Session], notes: dict[date, str]) -> list[str]:
    last = FIRST + timedelta(days=6)
    found = timetable_breaches(sessions, Level.THREE, 7, FIRST, last, EDITION, 2, notes)
    return [b.rule for b in found]


def test_more_than_eight_periods_only_with_a_note_that_says_why() -> None:  # AMB-04
    assert noted(long_day(0), {}) == []
    assert noted(long_day(1), {}) == ["timetable.long_day"]
    assert noted(long_day(4), {FIRST: "  "}) == ["timetable.long_day"]
    assert noted(long_day(1), {FIRST + timedelta(days=1): "别的一天"}) == ["timetable.long_day"]
    assert noted(long_day(4), {FIRST: "晚间参观企业"}) == []
    assert noted(long_day(5), {FIRST: "晚间参观企业"}) == ["timetable.period"], "twelve at the most"


def test_a_day_is_long_when_it_is_for_anybody() -> None:
    evenings = [*whole(), Session(FIRST, 9, COURSE, "3-1", None, 2)]
    assert noted(evenings, {}) == ["timetable.long_day"]
    shared = [s for s in apart(whole(), 2) if not (s.day == FIRST and s.period > 4)]
    shared += [Session(FIRST, 4 + n, COURSE, "3-1", None, 1) for n in range(1, 5)]
    shared += [Session(FIRST, 8 + n, COURSE, "3-1", None, 2) for n in range(1, 5)]
    assert "timetable.long_day" not in noted(shared, {}), "eight for each, one in the evening"


def test_where_a_day_is_too_long() -> None:
    frame = Frame(Level.THREE, 7, FIRST, FIRST + timedelta(days=6), 30, EDITION)
    rows = [(s, "") for s in long_day(2)]
    (one,) = [
        f
        for f in findings(rows, frame, Elsewhere(), FinalMode.LESSON)
        if f.breach.rule == "timetable.long_day"
    ]
    assert one.places == ((FIRST, 9), (FIRST, 10))


def test_notes_stand_on_days_of_the_class_and_are_short() -> None:
    last = FIRST + timedelta(days=6)
    assert note_breaches({FIRST: "休息", last: "长" * 60}, FIRST, last) == []
    assert [b.rule for b in note_breaches({FIRST: "长" * 61}, FIRST, last)] == ["note.long"]
    assert [b.rule for b in note_breaches({last + timedelta(days=1): "休息"}, FIRST, last)] == ["note.day"]
