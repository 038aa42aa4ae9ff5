"""No certificate without what the law asks for, none withheld from whoever has it all (reliability row 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import DjangoDbBlocker

from gongxue.certificates.actions import issuing
from gongxue.stage6_assessment.queries import transcript_of
from tests.classes import Classes
from tests.faults.counts import short_and_full
from tests.faults.life import Life

QUIET = settings(
    deadline=None, database=None, derandomize=True, print_blob=False, report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def live(classes: Classes, django_db_blocker: DjangoDbBlocker) -> Callable[..., Counter[str]]:
    """live(sequences) → what was counted; raises what the machine found."""

    def run(sequences: int, **how: Any) -> Counter[str]:
        counted: Counter[str] = Counter()
        machine = type("Life", (Life,), {"classes": classes, "counted": counted})
        with django_db_blocker.unblock():
            run_state_machine_as_test(
                machine, settings=settings(QUIET, max_examples=sequences, stateful_step_count=20, **how)
            )
        return counted

    return run


@pytest.mark.parametrize("sequences", short_and_full(30, 10_000))
def test_no_sequence_of_acts_leads_to_a_wrong_certificate(
    live: Callable[..., Counter[str]], sequences: int, measured: Callable[..., None]
) -> None:
    counted = live(sequences)
    assert counted["certificates"] > 0 and counted["refused"] > 0, (
        "some reached the end, and some went astray"
    )
    measured(**counted, wrong=0)


def test_a_certificate_for_somebody_unqualified_is_found_out(
    live: Callable[..., Counter[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: issuing that does not ask who is qualified."""
    monkeypatch.setattr(issuing, "lines_to_certify", transcript_of)
    with pytest.raises(AssertionError, match="a certificate for attendee"):
        live(200, phases=[Phase.generate])
