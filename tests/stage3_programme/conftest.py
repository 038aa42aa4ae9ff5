"""A site with a browser, for the tests of stage 3."""

from __future__ import annotations

from tests.browsing import site as site
