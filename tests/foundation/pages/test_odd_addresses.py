"""Whatever stands in an address, a page answers: filters, page numbers and paths that make no sense, on both databases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from gongxue.api.reads import LISTS
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from tests.cast import ClassAt, ClassAtFixture, People, SignedIn, at
from tests.faults.counts import short_and_full
from tests.foundation.access.test_every_page import CLOSED, may, own_row
from tests.routes import pages

pytestmark = [pytest.mark.postgresql, pytest.mark.ignore_template_errors]
PACKAGE = Path(__file__).parents[3] / "gongxue"
ODD: tuple[str, ...] = (
    "a\0b",
    "长" * 3000,
    "9" * 30,
    "-1",
    "0001-01-01",
    "9999-12-31",
    "２",
    "'\"<𠮷\u202e>",
)
FULL = (*ODD, "0", "1e5", "9" * 15, "2023-02-30", "%", "\ufffd", "", " ", "01", "true", "1")


def _words(node: ast.Call) -> Iterator[str]:
    yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


@cache
def names_asked() -> set[str]:
    """Every name that a page looks for in its address, read from the source, and the fields of the filter forms."""
    found = {
        "institution",
        "kind",
        "since",
        "until",
        "q",
        "page",
        "first",
        "last",
        "code",
        "actor",
        "class",
        "before",
    }
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (
                ast.unparse(node.func).endswith("GET.get") or ast.unparse(node.func) == "chosen"
            ):
                found |= set(_words(node))
    return {name for name in found if name.isidentifier()}


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    return class_at("issued")


def roles_of(c: ClassAt) -> dict[str, Role]:
    return {
        "centre": c.people.centre, "certificate_officer": c.certificate_officer, "instructor": c.instructors[0],
        "trainee": c.trainees[0], "school": c.school,
    }  # fmt: skip


def shown(client: Client, role: Role) -> tuple[set[str], dict[str, str]]:
    """The names of the pages that answer a role; and those that look at what stands behind the ?, with a row of its own."""
    found, asked = set(), {}
    for page in CLOSED:
        pk = own_row(page, role) if "pk" in page.inputs and may(role, page) else 1
        if pk is None or not may(role, page):
            continue
        answer = client.get(page.at(pk))
        if answer.status_code == 200:
            found.add(page.name)
            if "GET" in vars(answer.wsgi_request):  # a cached property: there once somebody has read it
                asked[page.name] = page.at(pk)
    return found, asked


@pytest.mark.parametrize("wrong", short_and_full(ODD[:4], FULL, postgresql=True))
def test_no_filter_is_an_error_of_ours(c: ClassAt, signed_in: SignedIn, wrong: tuple[str, ...]) -> None:
    """Every page once, by the first of them to whom it answers; in full by everybody to whom it answers."""
    names = sorted(names_asked())
    assert {"q", "province", "page", "stage", "groups", "person"} <= set(names)
    failed: dict[str, list[str]] = {}
    tried: set[str] = set()
    seen: set[str] = set()
    for role in roles_of(c).values():
        client = signed_in(role)
        client.raise_request_exception = False
        answered, asked = shown(client, role)
        for name in asked.keys() - tried:
            for odd in wrong:
                answer = client.get(f"{asked[name]}?{urlencode(dict.fromkeys(names, odd))}")
                if answer.status_code >= 500:
                    failed.setdefault(name, []).append(ascii(odd)[:20])
        seen |= answered
        tried = set() if wrong is FULL else seen
    assert len(seen) > 60
    assert failed == {}


def test_no_address_of_the_public_pages_is_an_error_of_ours(c: ClassAt) -> None:
    client = Client(raise_request_exception=False)
    public = [page for page in pages() if page.is_public]
    for odd in ODD:
        query = urlencode(dict.fromkeys(names_asked() | {"level", "next"}, odd))
        for page in public:
            assert client.get(f"{page.at(c.tc.pk)}?{query}").status_code < 500, (page.name, odd)
        for where in (
            f"/forms/{quote(odd, safe='')}/",
            f"/{quote(odd)}",
            f"/static/{quote(odd)}",
            f"/classes/{quote(odd)}/",
        ):
            assert client.get(where).status_code < 500, where


def test_no_filter_of_the_api_is_an_error_of_ours(c: ClassAt) -> None:
    token = issue_token(role=c.people.centre, now=at(date(2037, 1, 1)))
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    for name, (_, filters) in LISTS.items():
        for odd in ODD:
            query = urlencode(dict.fromkeys((*filters, "limit", "offset"), odd))
            assert client.get(f"/api/v1/{name}?{query}").status_code < 500, (name, odd)


@pytest.mark.parametrize("field", ["sign_in_name", "password", "role"])
def test_no_sign_in_to_the_api_is_an_error_of_ours(cast: People, field: str) -> None:
    client = Client(raise_request_exception=False)
    wrong: tuple[Any, ...] = (*ODD, "\ud800", None, 10**30, {}, [])
    for odd in wrong:
        sent: dict[str, Any] = {"sign_in_name": "zhangwei", "password": "x", field: odd}
        answer = client.post("/api/v1/token", sent, content_type="application/json")
        assert 400 <= answer.status_code < 500, (field, odd)
