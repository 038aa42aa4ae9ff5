"""Every act of the regulations is one atomic function with a page, an API operation and a sentence."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from gongxue.api.acts import ON_PAGES_ONLY
from gongxue.api.urls import api
from gongxue.foundation.access.routes import PUBLIC_ROUTES, Open
from gongxue.foundation.lifecycle.acts import ACTS, Act
from gongxue.regulations.lifecycle import MOVES
from gongxue.regulations.roles import DUTIES, Permission

READINGS = {p for p in Permission if p.value.endswith(".see")}
# Consequences of the clock, without a button of their own.
BY_THE_CLOCK = {
    Permission.EXPIRE, Permission.SUBSTITUTE, Permission.OFFER_SEAT, Permission.LAPSE_SEAT, Permission.LAPSE_COLLEAGUE
}  # fmt: skip


def _patterns(resolver: URLResolver, namespace: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += _patterns(pattern, pattern.namespace or namespace)
        else:
            found.append((namespace, pattern))
    return found


def _needs(pattern: URLPattern) -> Permission | Open | None:
    return getattr(pattern.callback, "needs", None)


PAGES = [(ns, p) for ns, p in _patterns(get_resolver()) if ns != "api"]


@pytest.mark.parametrize("act", ACTS.values(), ids=[p.value for p in ACTS])
def test_an_act_takes_keywords_a_role_and_a_moment(act: Act) -> None:
    function = inspect.unwrap(act.function)
    parameters = inspect.signature(function).parameters
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    assert "now" in parameters
    assert "by" in parameters or act.permission == Permission.SIGN_UP
    assert act.function is not function, "the decorator opens the transaction"
    assert inspect.getdoc(function)
    assert act.permission.title


def test_every_permission_is_an_act_or_a_reading() -> None:
    assert {p for p in Permission if p not in ACTS} == READINGS | {Permission.RUN_DAILY, Permission.RESTORE}


def test_every_act_has_a_page() -> None:
    names = {pattern.name for _, pattern in PAGES}
    assert {p.value for p in ACTS if p not in BY_THE_CLOCK} - names == set()


def test_every_act_has_an_api_operation() -> None:
    schema = api.get_openapi_schema()
    operations = {op["operationId"] for path in schema["paths"].values() for op in path.values()}
    assert {p.value for p in ACTS} - {p.value for p in ON_PAGES_ONLY} <= operations


def test_every_url_says_what_it_needs() -> None:
    silent = [p.name for _, p in PAGES if not isinstance(_needs(p), (Permission, Open))]
    assert silent == []


def test_public_pages_are_a_literal_list() -> None:
    public = {p.name for _, p in PAGES if _needs(p) == Open.PUBLIC}
    assert public == set(PUBLIC_ROUTES)
    assert len(PUBLIC_ROUTES) <= 16


def test_url_names_are_used_once() -> None:
    names = [p.name for _, p in PAGES]
    assert len(names) == len(set(names))


def test_the_url_of_an_act_needs_exactly_its_permission() -> None:
    values = {p.value: p for p in ACTS}
    wrong = [p.name for _, p in PAGES if p.name in values and _needs(p) not in (values[p.name], Open.PUBLIC)]
    assert wrong == []


def test_every_button_in_a_template_is_an_act() -> None:
    """A misspelt one would fail only on the page that shows it."""
    codes = {
        code
        for path in (Path(__file__).resolve().parents[2] / "gongxue").rglob("*.html")
        for code in re.findall(r"{% act_button \"([^\"]+)\"", path.read_text(encoding="utf-8"))
    }
    assert codes and codes <= {act.value for act in ACTS}


def test_every_move_belongs_to_an_act() -> None:
    assert {move.permission for move in MOVES} <= set(ACTS)


def test_nobody_prepares_and_approves_in_one_duty() -> None:
    pairs = [
        (Permission.SUBMIT_PLAN, Permission.APPROVE_LINE),
        (Permission.APPLY_CHANGE, Permission.APPROVE_CHANGE),
        (Permission.SUBMIT_PROGRAMME, Permission.FILE_PROGRAMME),
        (Permission.REQUEST_CORRECTION, Permission.COUNTERSIGN_CORRECTION),
        (Permission.SUBMIT_APPLICATION, Permission.ENDORSE),
        (Permission.SCORE_PROCESS, Permission.CONFIRM_RESULTS),
    ]
    for spec in DUTIES.values():
        for prepares, approves in pairs:
            assert not {prepares, approves} <= spec.permissions
