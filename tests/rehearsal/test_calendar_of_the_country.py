"""The demonstration country can be built on any day: its calendar alone, every day of two years, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace

import pytest

from gongxue.regulations.calendar import deadlines_of_class, half_year_of
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import institutions
from gongxue.rehearsal.drive import STAGE_1, STEPS
from gongxue.rehearsal.nation import COUNTRY
from gongxue.rehearsal.plans import PLANS, UNDER_REVIEW, Plan, Round, first_day, open_period, reporting_from
from gongxue.rehearsal.plans import rounds as rounds_of
from gongxue.rehearsal.specification import Specification
from gongxue.rehearsal.timeline import at
from gongxue.rehearsal.twists import TWISTS

EVERY = (*PLANS, *COUNTRY[len(PLANS) :: 8])  # of the drawn ones every eighth
YEARS = [date(2027, 1, 1) + timedelta(days=n) for n in range(731)]  # with the leap day of 2028
PLACES = {one.code: one for one in institutions()}
NAMES = [step.name for step in STEPS]


@cache
def rounds(today: date) -> list[Round]:
    return rounds_of(COUNTRY, today)


def the_class(plan: Plan, today: date) -> SimpleNamespace:
    spec = Specification(
        PLACES[plan.code], Level(plan.level), plan.category, first_day(plan, today), plan.headcount
    )
    return SimpleNamespace(specification=spec, reporting_from=reporting_from(plan, today), early=plan.early)


def days(plan: Plan, today: date) -> dict[str, date]:
    one = the_class(plan, today)
    return {step.name: step.day(one) for step in STEPS}  # type: ignore[arg-type]


@pytest.mark.parametrize("plan", EVERY, ids=lambda p: f"{p.code}:{p.level}:{p.category}:{p.offset}")
def test_every_step_of_a_class_can_happen_whatever_day_it_is(plan: Plan) -> None:
    for today in YEARS:
        when, first = days(plan, today), first_day(plan, today)
        (round_,) = [r for r in rounds(today) if first in r.period]
        assert round_.opens <= when["plan"] <= when["submit_plan"] <= round_.closes, today
        assert when["submit_plan"] < first, "no plan is reported after its first day"
        happens = NAMES[: NAMES.index(plan.halt)] if plan.halt else NAMES
        moments = [at(when[step.name], step.hour) for step in STEPS if step.name in happens]
        assert moments == sorted(moments), today
        last = the_class(plan, today).specification.last_day
        dues = {d.key: d.on for d in deadlines_of_class(first, last, edition_on(first))}
        assert when["open_class"] <= dues["opening"]
        assert when["submit_programme"] <= dues["programme"]
        assert when["close_enrolment"] < first


@pytest.mark.parametrize("plan", [p for p in EVERY if p.halt], ids=lambda p: f"{p.code}:{p.offset}:{p.halt}")
def test_what_is_left_undone_is_reached_whatever_day_it_is(plan: Plan) -> None:
    before = NAMES[NAMES.index(plan.halt) - 1] if plan.halt != NAMES[0] else None
    for today in YEARS:
        assert before is None or days(plan, today)[before] < today, today
        if plan.halt not in STAGE_1:
            assert plan.offset < UNDER_REVIEW
        if plan.halt in ("recommend", "invite", "answer_invitations", "confirm_programme", "file_programme"):
            assert first_day(plan, today) > today


@pytest.mark.parametrize("today", YEARS[::7])
def test_one_round_is_open_and_every_half_year_has_one_round(today: date) -> None:
    found = rounds(today)
    assert len({r.period for r in found}) == len(found)
    assert [r.period for r in found if r.opens <= today <= r.closes] == [open_period(today)]
    assert {half_year_of(first_day(p, today)) for p in COUNTRY} <= {r.period for r in found}
    for plan in COUNTRY:
        first = first_day(plan, today)
        assert (first in open_period(today)) or plan.offset < UNDER_REVIEW
        assert first.weekday() == 0 or abs(plan.offset) < 10


def test_every_twist_is_known_and_every_stage_is_left_undone_somewhere() -> None:
    assert {p.twist for p in PLANS if p.twist} == set(TWISTS)
    assert {p.halt for p in PLANS if p.halt} >= {
        "submit_plan", "approve", "report", "publish", "recommend", "invite", "answer_invitations", "confirm_programme",
        "file_programme", "score_process", "score_final", "confirm_results", "issue", "close",
    }  # fmt: skip
