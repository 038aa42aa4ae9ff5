from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import edition_on
from gongxue.regulations.enrolment import (
    RejectReason,
    admission_breaches,
    applying_breaches,
    free_seat,
    full_breach,
    notice_breaches,
    reject_breaches,
    reject_words,
)

EDITION = edition_on(date(2023, 6, 12))
CLOSES_ON = date(2023, 6, 5)


def test_no_notice_before_the_programme_is_filed() -> None:  # E01: TR 10
    assert notice_breaches(programme_filed=True) == []
    assert [b.rule for b in notice_breaches(programme_filed=False)] == ["notice.before_filing"]


# open now, closing day, today, accepted
APPLYING = [
    (True, CLOSES_ON, date(2023, 6, 5), True),  # the closing day itself
    (True, CLOSES_ON, date(2023, 6, 6), False),
    (True, None, date(2023, 6, 6), True),
    (False, CLOSES_ON, date(2023, 6, 1), False),
    (False, None, date(2023, 6, 1), False),
]


@pytest.mark.parametrize(("open_now", "closes_on", "today", "accepted"), APPLYING)
def test_applications_are_taken_until_the_closing_day(
    open_now: bool, closes_on: date | None, today: date, accepted: bool
) -> None:  # AMB-61
    rules = [breach.rule for breach in applying_breaches(open_now, closes_on, today)]
    assert rules == ([] if accepted else ["application.closed"])


def test_a_closed_enrolment_names_its_closing_day() -> None:
    assert (
        applying_breaches(True, CLOSES_ON, date(2023, 6, 6))[0].says
        == "本班目前不接受报名（截止日2023年6月5日）。"
    )
    assert applying_breaches(False, None, CLOSES_ON)[0].says == "本班目前不接受报名。"


SEATS = [
    (set(), 1),
    ({1, 2, 3}, 4),
    ({2, 3}, 1),
    (set(range(1, 30)), 30),
    (set(range(1, 31)) - {17}, 17),
    (set(range(1, 31)), None),
    (set(range(1, 32)), None),
]


@pytest.mark.parametrize(("taken", "seat"), SEATS)
def test_the_lowest_free_seat_is_given(taken: set[int], seat: int | None) -> None:  # F06, AMB-63
    assert free_seat(taken, EDITION) == seat


@given(st.lists(st.integers(-30, 12), max_size=120))
def test_thirty_are_reached_and_never_passed(steps: list[int]) -> None:
    """A negative step frees that seat, any other is somebody who asks for one."""
    taken: set[int] = set()
    asked = 0
    for step in steps:
        if step < 0:
            taken.discard(-step)
            continue
        asked += 1
        seat = free_seat(taken, EDITION)
        assert (seat is None) == (len(taken) == 30)
        if seat is not None:
            assert seat not in taken
            taken.add(seat)
        assert taken <= set(range(1, 31))
    if all(step >= 0 for step in steps):
        assert taken == set(range(1, min(asked, 30) + 1))


def test_of_a_hundred_who_ask_exactly_thirty_are_seated() -> None:
    taken: set[int] = set()
    for _ in range(100):
        seat = free_seat(taken, EDITION)
        taken |= {seat} if seat else set()
    assert taken == set(range(1, 31))


def test_the_number_of_seats_follows_the_edition() -> None:
    assert free_seat({1, 2}, replace(EDITION, class_size=2)) is None


def test_the_thirty_first_is_told_why() -> None:
    breach = full_breach(EDITION)
    assert breach.says == "本班已录取 30 人，每班不得超过 30 人。"
    assert breach.article == "TR 11.3"


def admission(
    *, taken: int = 0, endorsed: bool = True, opinions: tuple[bool, ...] = (True, True), reason: str = ""
) -> list[Breach]:
    return admission_breaches(
        taken=range(1, taken + 1),
        edition=EDITION,
        endorsed=endorsed,
        opinions=opinions,
        instructors=2,
        reason=reason,
    )


def test_an_endorsed_applicant_whom_both_instructors_accept_is_admitted() -> None:  # E04 E07
    assert admission() == admission(taken=29) == []


# E07 I52, AMB-32, AMB-62
ADMISSIONS = [
    ({"taken": 30}, "enrolment.class_full"),
    ({"endorsed": False}, "application.endorsement"),
    ({"opinions": (True,)}, "application.opinion"),
    ({"opinions": (True, False)}, "application.against_opinion"),
    ({"opinions": (True, False), "reason": " "}, "application.against_opinion"),
]


@pytest.mark.parametrize(("fault", "rule"), ADMISSIONS)
def test_each_obstacle_to_admission_is_one_breach(fault: dict[str, object], rule: str) -> None:
    assert [breach.rule for breach in admission(**fault)] == [rule]  # type: ignore[arg-type]


def test_against_an_opinion_a_reason_is_enough() -> None:  # AMB-32
    assert admission(opinions=(False, False), reason="条件符合，机构核实") == []


def test_every_obstacle_is_told_at_once() -> None:
    found = admission(taken=30, endorsed=False, opinions=(False,))
    assert [breach.rule for breach in found] == [
        "enrolment.class_full",
        "application.endorsement",
        "application.opinion",
        "application.against_opinion",
    ]


def test_missing_opinions_are_counted() -> None:
    assert admission(opinions=())[0].says == "授课骨干教师的审核意见还差 2 份。"
    assert admission(opinions=(True,))[0].says == "授课骨干教师的审核意见还差 1 份。"


# code, words, what the applicant reads
REASONS = [
    ("category", "任教会计专业", "不属于本班专业大类：任教会计专业"),
    ("level", "  ", "不符合本级别申报条件"),
    ("full", "", "名额已满"),
    ("other", " 已参加过同级培训 ", "已参加过同级培训"),
    ("other", " ", ""),  # the act asks for words
]


@pytest.mark.parametrize(("code", "words", "said"), REASONS)
def test_a_rejection_says_why(code: str, words: str, said: str) -> None:  # E04: TR 10
    assert reject_breaches(code) == []
    assert reject_words(code, words) == said


@pytest.mark.parametrize("code", ["", "x", "CATEGORY"])
def test_an_unknown_kind_of_reason_is_refused_with_the_kinds(code: str) -> None:
    (breach,) = reject_breaches(code)
    assert breach.rule == "reject.code"
    assert all(reason.title in breach.way_out for reason in RejectReason)
