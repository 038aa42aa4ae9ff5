from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongxue.regulations.approvals import (
    RUNS_OUT_DAYS,
    Approval,
    approval_breaches,
    kind_breaches,
    running_out,
)
from gongxue.regulations.levels import InstitutionKind, Level

CENTRE, BASE = InstitutionKind.DEVELOPMENT_CENTRE, InstitutionKind.TRAINING_BASE
FIRST_DAY = date(2023, 6, 12)
FROM, UNTIL = date(2022, 6, 1), date(2025, 12, 31)
APPROVED = Approval("03", Level.THREE, FROM, UNTIL)

# A12 A13 A16 A17, AMB-26: kind × level
MATRIX = [
    (CENTRE, Level.BACKBONE, True),
    (CENTRE, Level.ONE, True),
    (CENTRE, Level.TWO, False),
    (CENTRE, Level.THREE, False),
    (BASE, Level.BACKBONE, False),
    (BASE, Level.ONE, False),
    (BASE, Level.TWO, True),
    (BASE, Level.THREE, True),
]


@pytest.mark.parametrize(("kind", "level", "may"), MATRIX)
def test_the_kind_of_institution_decides_the_levels(kind: InstitutionKind, level: Level, may: bool) -> None:
    assert [breach.rule for breach in kind_breaches(kind, level)] == ([] if may else ["approval.kind"])


@pytest.mark.parametrize(("kind", "level", "may"), MATRIX)
def test_no_approval_helps_the_wrong_kind(kind: InstitutionKind, level: Level, may: bool) -> None:
    approvals = [Approval("03", level, FROM, UNTIL)]
    rules = [breach.rule for breach in approval_breaches(kind, level, "03", FIRST_DAY, approvals)]
    assert rules == ([] if may else ["approval.kind"])


def test_the_refusal_names_who_runs_the_level_and_what_is_possible() -> None:
    breach = kind_breaches(BASE, Level.ONE)[0]
    assert breach.says == "一级培训由师资研修中心组织，本机构是教师培训基地，不能开办。"
    assert breach.way_out == "请改报三级、二级培训。"


def test_backbone_training_needs_only_the_kind() -> None:  # AMB-69
    assert approval_breaches(CENTRE, Level.BACKBONE, "03", FIRST_DAY, []) == []


def test_an_approval_covers_its_category_and_level() -> None:  # A14
    assert approval_breaches(BASE, Level.THREE, "03", FIRST_DAY, [APPROVED]) == []


@pytest.mark.parametrize(("level", "category"), [(Level.TWO, "03"), (Level.THREE, "04")])
def test_another_category_or_level_is_not_approved(level: Level, category: str) -> None:
    breaches = approval_breaches(BASE, level, category, FIRST_DAY, [APPROVED])
    assert [breach.rule for breach in breaches] == ["approval.missing"]


def test_without_any_approval_nothing_is_approved() -> None:
    breach = approval_breaches(BASE, Level.THREE, "03", FIRST_DAY, [])[0]
    assert breach.says == "本机构未获批信息类三级培训。"


# A15, AMB-60: both ends belong to the approval
DATES = [
    (date(2022, 5, 31), False),
    (date(2022, 6, 1), True),
    (date(2025, 12, 31), True),
    (date(2026, 1, 1), False),
]


@pytest.mark.parametrize(("first_day", "valid"), DATES)
def test_an_approval_has_a_first_and_a_last_day(first_day: date, valid: bool) -> None:
    rules = [breach.rule for breach in approval_breaches(BASE, Level.THREE, "03", first_day, [APPROVED])]
    assert rules == ([] if valid else ["approval.expired"])


def test_an_expired_approval_can_be_renewed() -> None:
    renewed = Approval("03", Level.THREE, date(2026, 1, 1), date(2028, 12, 31))
    assert approval_breaches(BASE, Level.THREE, "03", date(2026, 3, 2), [APPROVED, renewed]) == []


def test_the_refusal_names_the_latest_approval() -> None:
    older = Approval("03", Level.THREE, date(2018, 1, 1), date(2021, 12, 31))
    for approvals in ([APPROVED, older], [older, APPROVED]):
        breach = approval_breaches(BASE, Level.THREE, "03", date(2026, 1, 1), approvals)[0]
        assert breach.says == (
            "信息类三级的获批期限为2022年6月1日至2025年12月31日，开班日2026年1月1日不在期限内。"
        )


def test_what_ends_within_half_a_year_and_is_not_renewed_is_named() -> None:
    today = date(2025, 8, 1)
    ends, later = date(2025, 12, 31), date(2028, 12, 31)
    kept = Approval("02", Level.THREE, date(2022, 1, 1), ends)
    renewed = [
        Approval("01", Level.THREE, date(2022, 1, 1), ends),
        Approval("01", Level.THREE, date(2026, 1, 1), later),
    ]
    assert running_out([kept, *renewed], today) == [kept]
    assert running_out([kept], ends - timedelta(days=RUNS_OUT_DAYS)) == [kept]
    assert running_out([kept], ends - timedelta(days=RUNS_OUT_DAYS + 1)) == []
    assert running_out([kept], ends + timedelta(days=1)) == [], "then it has ended, and is refused"
