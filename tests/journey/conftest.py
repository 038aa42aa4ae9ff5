"""A served site and a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from gongxue.foundation import clock
from tests.browsing import site as site


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """at_time(moment): the pages read this moment from now on."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)
