"""A clock that stands still until a test moves it: views and jobs read `clock.now()` and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from gongxue.foundation import clock
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY


class StillClock:
    """`still_clock.now`, `still_clock.forward(minutes=31)`, `still_clock.set(moment)`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def set(self, moment: datetime) -> None:
        """Go to a moment."""
        self.now = moment

    def forward(self, **span: float) -> datetime:
        """Go on by a span of time."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[StillClock]:
    """The clock at the door stands at a Monday in June 2023."""
    stands = StillClock(at(FIRST_DAY))
    monkeypatch.setattr(clock, "now", lambda: stands.now)
    yield stands
