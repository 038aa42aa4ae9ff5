from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gongxue.regulations.editions import edition_on
from gongxue.regulations.evaluation import (
    answer_breaches,
    closing_breaches,
    download_breaches,
    results_shown,
)

EDITION = edition_on(date(2023, 6, 12))

# G15 H08: took the final assessment, has answered already, broken
ANSWERING = [
    (True, False, []),
    (False, False, ["evaluation.early"]),
    (True, True, ["evaluation.twice"]),
    (False, True, ["evaluation.twice"]),
]


@pytest.mark.parametrize(("took_final", "answered", "broken"), ANSWERING)
def test_form_2_is_filled_once_and_after_the_final_assessment(
    took_final: bool, answered: bool, broken: list[str]
) -> None:
    assert [breach.rule for breach in answer_breaches(took_final, answered)] == broken


@pytest.mark.parametrize(("answers", "visible"), [(0, False), (4, False), (5, True), (30, True)])
def test_results_show_from_five_answers_on(answers: int, visible: bool) -> None:  # AMB-19
    assert results_shown(answers, EDITION) is visible


@pytest.mark.parametrize(
    ("answered", "gate", "refused"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_form_2_comes_before_the_download(answered: bool, gate: bool, refused: bool) -> None:  # AMB-17
    breaches = download_breaches(answered, replace(EDITION, evaluation_gates_download=gate))
    assert [breach.rule for breach in breaches] == (["certificate.form2_first"] if refused else [])


CLOSING = [
    (True, 0, []),
    (False, 0, ["closing.unconfirmed"]),
    (True, 1, ["closing.certificates"]),
    (False, 3, ["closing.unconfirmed", "closing.certificates"]),
]


@pytest.mark.parametrize(("confirmed", "due", "broken"), CLOSING)
def test_a_class_is_closed_with_results_and_certificates(
    confirmed: bool, due: int, broken: list[str]
) -> None:
    assert [breach.rule for breach in closing_breaches(confirmed, due)] == broken
