"""Fixtures of the fault tests.

server       server(application=…, threads=…) → a Server over the clone of `fresh_database`, not started yet
token_of     token_of(role) → an API token for a role, valid now by the real clock, as the server reads it
measured     measured(kills=200, lost=0): figures that are printed below the results, beside the test's name
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gongxue.foundation import clock
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from tests.cast import FreshDatabase
from tests.faults.server import Server

_FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[..., None]:
    """What a test counted, for whoever reads its report."""

    def note(**figures: object) -> None:
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
        request.config.stash.setdefault(_FIGURES, []).append(f"{request.node.name}: {words}")

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figures of the fault tests."""
    if lines := config.stash.get(_FIGURES, []):
        terminalreporter.section("faults: what was counted")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def server(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers that are gone after the test; begin classes before the first one."""
    with ExitStack() as stack:

        def make(**how: Any) -> Server:
            log = tmp_path / "server.log"
            return stack.enter_context(Server(fresh_database.clone, log, **how))

        yield make


@pytest.fixture
def token_of(fresh_database: FreshDatabase) -> Callable[[Role], str]:
    """Tokens, one per role, remembered."""
    known: dict[int, str] = {}

    def token(role: Role) -> str:
        if role.pk not in known:
            known[role.pk] = issue_token(role=role, now=clock.now())
        return known[role.pk]

    return token
