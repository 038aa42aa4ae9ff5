"""The idle clock and what teachers may say of themselves (MG 8.4, MG 9.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongxue.regulations.editions import edition_on
from gongxue.regulations.pool import (
    AWAY_DAYS,
    AWAY_ROWS,
    away_breaches,
    away_clash_breaches,
    idle_clock,
    introduction_breaches,
    satisfaction_word,
    willing_breaches,
)

TODAY = date(2026, 3, 1)
EDITION = edition_on(TODAY)


def rules(breaches: list[object]) -> list[str]:
    return [b.rule for b in breaches]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("registered", "last_job", "full_on"),
    [
        (
            date(2025, 1, 1),
            None,
            date(2027, 1, 1),
        ),  # AMB-20: a new teacher's clock starts at the registration
        (date(2020, 1, 1), date(2025, 6, 18), date(2027, 6, 18)),
        (date(2025, 9, 1), date(2025, 6, 18), date(2027, 9, 1)),  # entered again later
        (date(2020, 1, 1), date(2024, 2, 29), date(2026, 3, 1)),
    ],
)
def test_two_years_run_from_the_last_job_or_the_registration(
    registered: date, last_job: date | None, full_on: date
) -> None:
    assert idle_clock(registered, last_job, TODAY, EDITION).full_on == full_on


@pytest.mark.parametrize(
    ("left", "warning"), [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (1, 30), (0, 0), (-9, 0)]
)  # fmt: skip
def test_warnings_come_180_90_and_30_days_before(left: int, warning: int | None) -> None:
    full_on = date(2028, 1, 10)
    clock = idle_clock(date(2026, 1, 10), None, full_on - timedelta(days=left), EDITION)
    assert (clock.left, clock.warning, clock.begun) == (left, warning, False)


@pytest.mark.parametrize(
    ("mean", "word"), [(None, "样本不足"), (2.0, "达标"), (1.999, "未达标"), (3.0, "达标")]
)
def test_institutions_learn_only_whether_the_line_is_met(mean: float | None, word: str) -> None:
    assert satisfaction_word(mean, EDITION) == word


@pytest.mark.parametrize(
    ("first", "last", "known", "rule"),
    [
        (1, 1, 0, []), (0, 0, 0, []), (-3, 0, 0, []),
        (5, 4, 0, ["pool.away_dates"]), (-5, -1, 0, ["pool.away_past"]),
        (1, AWAY_DAYS, 0, []), (1, AWAY_DAYS + 1, 0, ["pool.away_long"]), (800, 801, 0, ["pool.away_far"]),
        (1, 1, AWAY_ROWS, ["pool.away_many"]),
    ],
)  # fmt: skip
def test_days_one_cannot_lie_ahead_and_are_not_endless(
    first: int, last: int, known: int, rule: list[str]
) -> None:
    rows = [(TODAY + timedelta(days=300 + i), TODAY + timedelta(days=300 + i)) for i in range(known)]
    found = away_breaches(TODAY + timedelta(days=first), TODAY + timedelta(days=last), TODAY, rows)
    assert rules(list(found)) == rule


def test_the_same_days_twice_and_days_of_an_accepted_class_are_refused() -> None:
    day = TODAY + timedelta(days=9)
    assert rules(list(away_breaches(day, day, TODAY, [(day, day)]))) == ["pool.away_known"]
    (clash,) = away_clash_breaches([("某班", day, day + timedelta(days=8))])
    assert clash.rule == "pool.away_taken" and "某班" in clash.says and "撤回" in clash.way_out


def test_levels_may_be_paused_and_never_added() -> None:
    assert not willing_breaches("", "23") and not willing_breaches("32", "23")
    assert rules(list(willing_breaches("12", "23"))) == ["pool.willing"]


@pytest.mark.parametrize(
    ("text", "fine"), [("", True), ("字" * 100, True), ("字" * 101, False), ("两\n行", False)]
)
def test_an_introduction_is_one_line(text: str, fine: bool) -> None:
    assert (not introduction_breaches(text)) == fine
