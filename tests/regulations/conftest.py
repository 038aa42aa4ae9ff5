"""Hypothesis without time limits: no test of the law depends on how fast the machine is."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("regulations", deadline=None)
settings.load_profile("regulations")
