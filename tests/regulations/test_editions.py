from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal

import pytest

from gongxue.regulations import editions
from gongxue.regulations.editions import edition_by_code, edition_on

# The numbers of the texts, row by row.
NUMBERS = [
    ("opening_days", 40),  # C03: TR 8
    ("recommendation_days", 35),  # C05: TR 8
    ("programme_days", 30),  # D03: TR 9
    ("feedback_days", 7),  # H09: TR 13, AMB-15
    ("summary_from", (12, 1)),  # H04: TR 13.2, AMB-15
    ("summary_until", (12, 10)),
    ("enrolment_close_days", 7),  # AMB-61
    ("report_days", 7),  # ours
    ("review_days", 5),  # ours
    ("correction_days", 5),  # ours
    ("instructors", 2),  # C01: TR 8
    ("examiners", 3),  # C02: TR 8
    ("class_size", 30),  # F06: TR 11.3
    ("days_level_1", 8),  # F05: TR 11.2
    ("days_level_2", 9),
    ("days_level_3", 7),
    ("periods_a_day", 8),  # AMB-04
    ("absence_limit", 4),  # G03: TR 12, AMB-02
    ("late_costs", 0),  # AMB-03
    ("pass_mark", Decimal(60)),  # G07 G13: TR 12.1, 12.2
    ("attempts", 2),  # G08 G14
    ("spread_note", Decimal(15)),
    ("appeal_days", 5),  # AMB-80
    ("appeal_answer_days", 5),
    ("objection_days", 3),
    ("objection_decision_days", 5),
    ("duty_jobs", 2),  # O06: MG 8.4
    ("duty_satisfaction", Decimal(2)),  # O07: MG 8.4
    ("idle_years", 2),  # A21 O16: MG 5.3, 9.1
    ("shown_from", 5),  # AMB-19
    ("evaluation_gates_download", True),  # AMB-17
]


@pytest.mark.parametrize(("name", "value"), NUMBERS)
def test_the_trial_edition_has_the_numbers_of_the_texts(name: str, value: object) -> None:
    assert getattr(edition_by_code("2022-trial"), name) == value


def test_every_parameter_is_in_the_table_above() -> None:
    parameters = set(editions.Edition.__dataclass_fields__) - {"code", "title", "effective_from"}
    assert parameters == {name for name, _ in NUMBERS}


def test_the_trial_edition_is_in_force_since_2022() -> None:
    assert edition_by_code("2022-trial").effective_from == date(2022, 1, 1)


@pytest.fixture
def two_editions(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = edition_by_code("2022-trial")
    later = replace(trial, code="2026", effective_from=date(2026, 3, 1), class_size=25)
    monkeypatch.setattr(editions, "EDITIONS", (trial, later))


CHANGE = [
    (date(2021, 12, 31), "2022-trial"),  # nothing is older
    (date(2022, 1, 1), "2022-trial"),
    (date(2026, 2, 28), "2022-trial"),
    (date(2026, 3, 1), "2026"),
    (date(2030, 1, 1), "2026"),
]


@pytest.mark.usefixtures("two_editions")
@pytest.mark.parametrize(("day", "code"), CHANGE)
def test_an_edition_begins_on_its_day(day: date, code: str) -> None:
    assert edition_on(day).code == code


@pytest.mark.usefixtures("two_editions")
def test_a_class_finds_the_edition_it_was_planned_under() -> None:
    assert edition_by_code("2022-trial").class_size == 30
    assert edition_by_code("2026").class_size == 25


def test_an_unknown_edition_is_an_error() -> None:
    with pytest.raises(KeyError, match="1999"):
        edition_by_code("1999")


def test_an_edition_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        edition_on(date(2023, 1, 1)).class_size = 31  # type: ignore[misc]
