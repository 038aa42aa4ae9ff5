"""Fixtures of this folder."""

from __future__ import annotations

import pytest

from gongxue.stage1_planning.models import ReportingRound
from tests.cast import People
from tests.stage1_planning.plans import IN_ROUND, opened
from tests.still_clock import StillClock
from tests.still_clock import still_clock as still_clock


@pytest.fixture
def the_round(cast: People, still_clock: StillClock) -> ReportingRound:
    """The round of the first half of 2023, on a day on which it is open."""
    still_clock.set(IN_ROUND)
    return opened(cast)
