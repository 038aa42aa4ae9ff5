"""How often: a short count in every test run, the full one in `make faults`."""

from __future__ import annotations

from typing import Any

import pytest


def short_and_full(short: Any, full: Any, *, postgresql: bool = False) -> list[Any]:
    """Parameters for `parametrize`: `short` always, `full` only under the mark `faults`.

    postgresql: the full count runs on PostgreSQL as well; for the short one the test is marked itself (races).
    """
    marks = [pytest.mark.faults, *([pytest.mark.postgresql] if postgresql else [])]
    return [pytest.param(short, id="short"), pytest.param(full, id="full", marks=marks)]
