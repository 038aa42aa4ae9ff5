"""The clock of the pages, for the tests of the certificates."""

from __future__ import annotations
