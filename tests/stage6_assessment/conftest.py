"""A site with a browser, for the tests of stage 6."""

from __future__ import annotations

from tests.browsing import site as site
