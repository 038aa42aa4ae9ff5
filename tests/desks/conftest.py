"""Fixtures of this folder."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from tests.cast import ClassAt, ClassAtFixture
from tests.still_clock import StillClock
from tests.still_clock import still_clock as still_clock


class ClassNow(Protocol):
    """`class_now("admitted", headcount=1)`: the pages read the time of the class."""

    def __call__(self, stage: str, **plan: Any) -> ClassAt:
        """The class."""


@pytest.fixture
def class_now(class_at: ClassAtFixture, still_clock: StillClock) -> ClassNow:
    """A class at a stage, and the clock of the pages where the class stands."""

    def prepare(stage: str, **plan: Any) -> ClassAt:
        c = class_at(stage, **plan)
        still_clock.set(c.now)
        return c

    return prepare
