"""The fingerprint of a sheet changes with every part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from gongxue.regulations.sealed_sheets import SealedMark, SealedSheet, canonical, commitment

SHEET = SealedSheet(
    trainee=31, training_class=4, part="process", attempt=1, scorer=9, rubric=2, mark=Decimal("85.5"), comment="扎实",
    criteria=(SealedMark("1", 40, Decimal("90"), ""), SealedMark("2", 60, Decimal("82.5"), "“任务”清楚")),
    signed_at=datetime(2026, 3, 2, 4, 5, 6, 7, UTC), salt="ab" * 32,
)  # fmt: skip


def test_the_canonical_form_is_written_down() -> None:
    """As docs/sealed-sheets.md shows it: another program must come to the same bytes."""
    assert canonical(SHEET).decode() == (
        '{"attempt":1,"class":4,"comment":"扎实","criteria":[{"code":"1","comment":"","mark":"90.0","weight":40},'
        '{"code":"2","comment":"“任务”清楚","mark":"82.5","weight":60}],"format":"gongxue-sheet/1","mark":"85.5",'
        '"part":"process","rubric":2,"salt":"' + "ab" * 32 + '","scorer":9,'
        '"signed_at":"2026-03-02T04:05:06.000007Z","trainee":31}'
    )
    assert commitment(SHEET) == "1f769e5b0f3360500454523e2c95d644f28dd427e01bc096578930e740af57ef"


@pytest.mark.parametrize(
    "changed",
    [
        {"trainee": 32}, {"training_class": 5}, {"part": "final"}, {"attempt": 2}, {"scorer": 8}, {"rubric": None},
        {"mark": Decimal("85.6")}, {"comment": "扎实 "}, {"criteria": SHEET.criteria[::-1]}, {"salt": "ac" * 32},
        {"criteria": (SHEET.criteria[0], replace(SHEET.criteria[1], comment=""))},
        {"signed_at": SHEET.signed_at + timedelta(microseconds=1)},
    ],
)  # fmt: skip
def test_every_change_changes_the_fingerprint(changed: dict[str, object]) -> None:
    assert commitment(replace(SHEET, **changed)) != commitment(SHEET)  # type: ignore[arg-type]


def test_the_same_moment_and_the_same_mark_give_the_same_fingerprint_however_they_are_written() -> None:
    there = SHEET.signed_at.astimezone(timezone(timedelta(hours=8)))
    assert commitment(replace(SHEET, signed_at=there, mark=Decimal("85.50"))) == commitment(SHEET)
