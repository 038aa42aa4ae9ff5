"""Until when a published class may change, and which deadlines new dates leave no time for (TR 7, 脚注④, AMB-66)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.changes import (
    FIELD_TITLES,
    GRANT_DAYS,
    ChangeKind,
    ChangePath,
    Standing,
    addition_breaches,
    granted_until,
    missed_breaches,
    missed_dues,
    path_of_change,
    window_breaches,
)
from gongxue.regulations.editions import EDITIONS

EDITION = EDITIONS[0]
FIRST = date(2023, 6, 12)
EARLY = date(2023, 1, 10)
CLASS = Standing(FIRST)


@pytest.mark.parametrize(("opened", "path"), [(False, ChangePath.LIST), (True, ChangePath.CLASS)])
def test_the_opening_application_decides_the_path(opened: bool, path: ChangePath) -> None:
    assert path_of_change(replace(CLASS, opened=opened)) is path


@pytest.mark.parametrize("path", ChangePath)
def test_only_a_class_outside_the_plan_needs_the_scan(path: ChangePath) -> None:
    assert path.needs_scan is (path is ChangePath.OUTSIDE)
    assert path.article == ("TR 7" if path is ChangePath.LIST else "TR 脚注④")


@pytest.mark.parametrize(
    ("standing", "free"),
    [
        (CLASS, set(FIELD_TITLES)),
        (replace(CLASS, opened=True), set(FIELD_TITLES) - {"level", "category"}),
        (replace(CLASS, opened=True, filed=True), set(FIELD_TITLES) - {"level", "category"}),
        (replace(CLASS, opened=True, filed=True, noticed=True), {"headcount"}),
        (replace(CLASS, opened=True, filed=True, noticed=True, begun=True), set()),
    ],
)
def test_what_may_still_change_shrinks_with_every_step(standing: Standing, free: set[str]) -> None:
    allowed = {
        name for name in FIELD_TITLES if not window_breaches(ChangeKind.CHANGE, [name], standing, EARLY)
    }
    assert allowed == free
    cancels = not window_breaches(ChangeKind.CANCEL, (), standing, EARLY)
    assert cancels is not standing.begun


@pytest.mark.parametrize("kind", [ChangeKind.CHANGE, ChangeKind.CANCEL])
def test_on_its_first_day_a_class_stays_as_it_is(kind: ChangeKind) -> None:
    assert window_breaches(kind, ["headcount"], CLASS, FIRST - timedelta(days=1)) == []
    (breach,) = window_breaches(kind, ["headcount"], CLASS, FIRST)
    assert breach.rule == "change.begun"


@pytest.mark.parametrize(
    ("path", "today", "published", "rules"),
    [
        (ChangePath.LIST, FIRST - timedelta(days=40), True, []),
        (ChangePath.LIST, FIRST - timedelta(days=39), True, ["change.outside"]),
        (ChangePath.OUTSIDE, FIRST - timedelta(days=39), True, []),
        (ChangePath.LIST, EARLY, False, ["change.unpublished"]),
        (ChangePath.OUTSIDE, EARLY, False, ["change.unpublished"]),
    ],
)
def test_an_addition_comes_before_the_opening_or_outside_the_plan(
    path: ChangePath, today: date, published: bool, rules: list[str]
) -> None:
    found = addition_breaches(
        path, FIRST, HalfYear(2023, 1), today, EDITION, published=published, reporting=False
    )
    assert [breach.rule for breach in found] == rules
    assert all(breach.way_out for breach in found)


@given(ahead=st.integers(1, 90), opened=st.booleans(), filed=st.booleans(), noticed=st.booleans())
def test_a_deadline_is_missed_when_it_is_still_ahead_of_the_class_and_its_day_is_over(
    ahead: int, opened: bool, filed: bool, noticed: bool
) -> None:
    today = FIRST - timedelta(days=ahead)
    standing = Standing(FIRST, opened, filed, noticed)
    expected = {
        key
        for key, days, done in (("opening", 40, opened), ("programme", 30, filed), ("enrolment", 7, noticed))
        if ahead < days and not done
    }
    dues = missed_dues(standing, FIRST, EDITION, today)
    assert {due.key for due in dues} == expected
    assert len(missed_breaches(dues)) == len(expected)
    until = granted_until(FIRST, today)
    assert today <= until < FIRST
    assert until - today <= timedelta(days=GRANT_DAYS)
