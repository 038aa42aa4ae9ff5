"""A served site."""

from __future__ import annotations

from tests.browsing import site as site
