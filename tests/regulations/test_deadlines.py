"""The clock of all deadlines, against an independent calculator and by its properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations import appeals
from gongxue.regulations.breaches import cite
from gongxue.regulations.calendar import Due, deadlines_of_class, programme_due, summary_due
from gongxue.regulations.deadline_table import GRANTABLE, RULES, step_on
from gongxue.regulations.deadlines import (
    DECIDED,
    RETURNED,
    SUBMITTED,
    Grant,
    Moment,
    Stop,
    Timetable,
    answer_due,
    approval_due,
    consequence,
    consequence_of_report,
    correction_due,
    enrolment_closes,
    first_handed_in,
    last_returned,
    lines_due,
    province_due,
    reckon,
    review_due,
    second_due,
    stops_of,
)
from gongxue.regulations.editions import Edition, edition_on
from gongxue.regulations.roles import Duty
from tests.regulations.deadline_reference import Happening, Reference, histories

EDITION = edition_on(date(2023, 6, 12))
FIRST, LAST = date(2023, 6, 12), date(2023, 6, 18)
WHAT = {"submit": SUBMITTED, "return": RETURNED, "decide": DECIDED}
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


# Two hundred histories, event by event ----------------------------------------------------------------------------


def reckoned(reference: Reference, today: date) -> dict[str, date]:
    """What the platform's clock says of the same events."""
    moments = [Moment(e.day, WHAT[e.what]) for e in reference.seen if e.what in WHAT]
    table = Timetable(reference.first_day, reference.last_day, EDITION)
    found = {}
    for key, due in table.dues.items():
        grants = [Grant(e.until, "张三", e.day) for e in reference.seen if e.deadline == key and e.until]
        found[key] = reckon(due, today, (), grants, None if key == "feedback" else table.eve).due.on
    if first := first_handed_in(moments):
        found["review"] = reckon(review_due(first, EDITION), today, stops_of(moments)).due.on
    if back := last_returned(moments):
        found["correction"] = reckon(correction_due(back, EDITION), today, stops_of(moments)).due.on
    return found


def expected(reference: Reference, today: date) -> dict[str, date]:
    """What the independent calculator says."""
    keys = ("opening", "recommendation", "programme", "enrolment", "feedback")
    found = {key: reference.own(key) for key in keys}
    for key, day in (("review", reference.review(today)), ("correction", reference.correction())):
        if day is not None:
            found[key] = day
    return found


def compared(first: date, length: int, events: list[Happening]) -> int:
    """Compare after each event, on the day itself and until the next one; returns how often."""
    reference, times = Reference(first, length), 0
    assert all(a.day <= b.day for a, b in pairwise(events))
    following = [*(e.day for e in events[1:]), events[-1].day + timedelta(days=40)] if events else []
    for event, until in zip(events, following, strict=True):
        reference.take(event)
        today = event.day
        while today == event.day or today < until:
            assert reckoned(reference, today) == expected(reference, today), (first, today, reference.seen)
            today, times = today + timedelta(days=1), times + 1
    return times


def test_two_hundred_histories_agree_with_a_calculator_that_walks_day_by_day() -> None:
    told = list(histories(200))
    assert sum(compared(*history) for history in told) > 5000
    events = [event for _, _, found in told for event in found]
    assert {e.what for e in events} == {"submit", "return", "decide", "grant", "move"}
    assert sum(e.what == "return" for e in events) > 200


# The arithmetic in words ------------------------------------------------------------------------------------------


def test_the_stopped_clock_is_told_with_its_arithmetic() -> None:
    due = reckon(
        review_due(date(2023, 5, 10), EDITION),
        date(2023, 5, 20),
        [Stop(date(2023, 5, 12), date(2023, 5, 16))],
    )
    assert (due.due.on, due.stopped, due.standing) == (date(2023, 5, 19), 4, False)
    assert due.due.derivation == (
        "首次报送日 2023年5月10日 后 5 天 = 2023年5月15日（平台设定，当日仍算按时）；"
        "退回修改停钟 4 天（2023年5月12日至2023年5月16日） → 2023年5月19日"
    )


@pytest.mark.parametrize("day", [12, 15, 31])
def test_while_the_file_is_back_the_clock_stands_and_the_rest_is_told(day: int) -> None:
    found = reckon(review_due(date(2023, 5, 10), EDITION), date(2023, 5, day), [Stop(date(2023, 5, 12))])
    assert (found.standing, found.left, found.due.late_by(date(2023, 5, day))) == (True, 3, 0)
    assert "2023年5月12日起，现仍停钟，重报后余 3 天" in found.due.derivation


def test_a_grant_names_who_gave_it() -> None:
    grant = Grant(date(2023, 5, 20), "李四", date(2023, 5, 10))
    found = reckon(programme_due(FIRST, EDITION), date(2023, 5, 11), [], [grant])
    assert found.due.on == date(2023, 5, 20)
    assert found.extended
    assert found.due.derivation.endswith(
        "（按自然日计，当日仍算按时）；李四于2023年5月10日已准予延期至2023年5月20日"
    )


def test_a_grant_ends_on_the_eve_of_a_class_that_was_moved_forward() -> None:
    grant = Grant(date(2023, 6, 10), "李四", date(2023, 5, 1))
    moved = programme_due(date(2023, 6, 5), EDITION)
    assert reckon(moved, date(2023, 5, 11), [], [grant], date(2023, 6, 4)).due.on == date(2023, 6, 4)


@pytest.mark.parametrize("key", ["opening", "recommendation", "programme", "feedback"])
def test_the_days_of_the_texts_do_not_move_while_a_file_is_back(key: str) -> None:
    due = next(d for d in deadlines_of_class(FIRST, LAST, EDITION) if d.key == key)
    assert reckon(due, date(2023, 6, 1), [Stop(date(2023, 5, 1), date(2023, 5, 20))]).due == due


def test_the_first_time_counts_however_often_a_file_comes_back() -> None:
    told = [(1, SUBMITTED), (3, RETURNED), (9, SUBMITTED), (10, RETURNED), (10, SUBMITTED), (20, DECIDED)]
    moments = [Moment(date(2023, 5, day), what) for day, what in told]
    assert first_handed_in(moments) == date(2023, 5, 1)
    assert stops_of(moments) == (
        Stop(date(2023, 5, 3), date(2023, 5, 9)), Stop(date(2023, 5, 10), date(2023, 5, 10)),
    )  # fmt: skip
    assert last_returned(moments) is None
    assert last_returned(moments[:4]) == date(2023, 5, 10)


# Properties -------------------------------------------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5)


def spans(start: date, pairs: list[tuple[int, int]]) -> list[Stop]:
    """Stops one after the other."""
    found, day = [], start
    for wait, length in pairs:
        since = day + timedelta(days=wait)
        day = since + timedelta(days=length)
        found.append(Stop(since, day))
    return found


@given(DAYS, PAIRS, st.integers(0, 300))
def test_each_day_back_adds_one_day_and_nothing_else_does(
    start: date, pairs: list[tuple[int, int]], later: int
) -> None:
    today = start + timedelta(days=later)
    base = review_due(start, EDITION)
    found = reckon(base, today, spans(start, pairs))
    assert (found.due.on - base.on).days == sum(length for _, length in pairs) == found.stopped
    assert not found.standing


@given(DAYS, st.lists(st.integers(-60, 60), max_size=4), st.randoms())
def test_extensions_count_the_furthest_in_any_order_and_never_shorten(
    first: date, untils: list[int], dice: object
) -> None:
    due = programme_due(first, EDITION)
    grants = [Grant(due.on + timedelta(days=n), "张三", due.on) for n in untils]
    found = reckon(due, due.on, [], grants)
    assert found.due.on == due.on + timedelta(days=max([0, *untils]))
    assert reckon(due, due.on, [], grants[::-1]).due.on == found.due.on
    assert found.extended is (max([0, *untils]) > 0)


@given(DAYS, st.integers(0, 30), st.integers(0, 400))
def test_nobody_becomes_late_while_the_clock_stands(start: date, held: int, later: int) -> None:
    back = start + timedelta(days=held)
    late = [
        reckon(review_due(start, EDITION), day, [Stop(back)]).due.late_by(day)
        for day in (back, back + timedelta(days=later))
    ]
    assert late[0] == late[1] == max(0, held - EDITION.review_days)


# The table --------------------------------------------------------------------------------------------------------


def every_due() -> list[Due]:
    """A due of every row."""
    return [
        *deadlines_of_class(FIRST, LAST, EDITION), summary_due(2023, EDITION), lines_due(FIRST), province_due(FIRST, EDITION),
        review_due(FIRST, EDITION), correction_due(FIRST, EDITION), answer_due(FIRST), approval_due(FIRST),
        enrolment_closes(FIRST), second_due("resubmission", FIRST), second_due("retake", FIRST),
        appeals.answer_due(FIRST, EDITION), appeals.decision_due(FIRST, EDITION),
    ]  # fmt: skip


def test_every_deadline_has_its_row_and_every_row_its_deadline() -> None:
    assert {due.key for due in every_due()} == set(RULES)
    for due in every_due():
        rule = RULES[due.key]
        assert (due.title, due.refuses, due.article) == (rule.title, rule.refuses, rule.article)
        assert cite(rule.article) != rule.article
        assert rule.slips
        assert rule.stops_why[0] == ("停" if rule.stops else "不")


def test_every_length_is_a_parameter_of_the_edition() -> None:
    fields = set(Edition.__dataclass_fields__)
    assert {rule.days for rule in RULES.values() if rule.days} <= fields
    longer = replace(EDITION, review_days=9, correction_days=8, report_days=6)
    assert review_due(FIRST, longer).on == date(2023, 6, 21)
    assert correction_due(FIRST, longer).on == date(2023, 6, 20)
    assert province_due(FIRST, longer).on == date(2023, 6, 18)


def test_only_the_review_stops_and_what_is_ours_refuses_nothing() -> None:
    assert [rule.key for rule in RULES.values() if rule.stops] == ["review"]
    ours = [rule for rule in RULES.values() if rule.ours]
    assert [rule.key for rule in ours] == [
        "report_province",
        "review",
        "correction",
        "resubmission",
        "retake",
        "appeal_answer",
        "appeal_decision",
    ]
    assert not any(rule.refuses or rule.grantable for rule in ours)


def test_the_end_of_enrolment_is_the_institutions_own_day() -> None:  # AMB-61
    assert GRANTABLE == ("opening", "recommendation", "programme", "feedback")
    table = Timetable(FIRST, LAST, EDITION, date(2023, 6, 9))
    assert table.dues["enrolment"].on == date(2023, 6, 9)
    assert "招生通知写明" in table.dues["enrolment"].derivation


def test_the_rows_belong_to_the_duties_of_the_texts() -> None:
    owners = {rule.key: rule.owner for rule in RULES.values()}
    assert (owners["opening"], owners["review"], owners["recommendation"], owners["answer"]) == (
        Duty.INSTITUTION, Duty.PROVINCE, Duty.CENTRE, Duty.BACKBONE,
    )  # fmt: skip


# What slips -------------------------------------------------------------------------------------------------------

TABLE = Timetable(FIRST, LAST, EDITION)
SLIPS = [
    ("programme", date(2023, 5, 1), "按期则审核和招生有 23 天（2023年5月13日至2023年6月5日），每晚 1 天少 1 天。"),
    (
        "programme", date(2023, 5, 20),
        "按期则审核和招生有 23 天（2023年5月13日至2023年6月5日）；推迟到2023年5月20日，只剩 16 天。",
    ),
    (
        "opening", date(2023, 5, 13),
        "按期则推荐、邀请骨干教师和编写方案有 10 天（2023年5月3日至2023年5月13日）；推迟到2023年5月13日，已没有时间。",
    ),
    ("recommendation", date(2023, 5, 9), "按期则邀请答复和编写方案有 5 天（2023年5月8日至2023年5月13日）；推迟到2023年5月9日，只剩 4 天。"),
    ("enrolment", date(2023, 5, 9), "截止后到开班前，审核录取有 6 天（至2023年6月11日）。"),
    ("feedback", date(2023, 6, 20), "证书核发和结班推迟。"),
    ("feedback", date(2023, 6, 30), "证书核发和结班已推迟 5 天。"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "on", "says"), SLIPS)
def test_what_slips_is_told_in_dates(key: str, on: date, says: str) -> None:
    assert consequence(TABLE.dues[key], on, TABLE) == says


def test_a_late_report_costs_the_classes_that_begin_soon() -> None:
    assert consequence_of_report(date(2023, 1, 10), EDITION) == (
        "2023年1月10日上报并发布，2023年2月19日之前开班的班次来不及按期提出开班申请。"
    )
    assert consequence(lines_due(FIRST), FIRST) == RULES["report_lines"].slips


# Reminders --------------------------------------------------------------------------------------------------------

STEPS = [
    ("programme", -8, None), ("programme", -7, -7), ("programme", -4, -7), ("programme", -3, -3), ("programme", -1, -1),
    ("programme", 0, 0), ("programme", 2, 1), ("programme", 3, 3), ("programme", 400, 7), ("feedback", -6, -6),
    ("feedback", -2, -2), ("answer", 5, 0), ("summary", -20, -20),
]  # fmt: skip


@pytest.mark.parametrize(("key", "late", "step"), STEPS)
def test_only_the_latest_reminder_stands(key: str, late: int, step: int | None) -> None:
    assert step_on(RULES[key], late) == step


@given(st.sampled_from(sorted(RULES)), st.integers(-100, 100))
def test_reminders_follow_each_other_and_none_comes_early(key: str, late: int) -> None:
    step, following = step_on(RULES[key], late), step_on(RULES[key], late + 1)
    assert step is None or (step <= late and step in RULES[key].steps)
    assert following == step or following == late + 1
