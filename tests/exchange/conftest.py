"""Fixtures of this folder."""

from tests.still_clock import still_clock as still_clock
