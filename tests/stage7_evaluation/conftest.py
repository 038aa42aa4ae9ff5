"""The clock of the pages, for the tests of stage 7."""

from __future__ import annotations
