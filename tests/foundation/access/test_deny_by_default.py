"""Everything is closed unless the literal list says otherwise (row 23)."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from gongxue import urls
from gongxue.api.urls import api
from gongxue.foundation.access.routes import PUBLIC_ROUTES, Open
from gongxue.regulations.roles import Permission
from tests.cast import People, SignedIn
from tests.routes import Page, pages

CLOSED = [page for page in pages() if not page.is_public]
METHODS = ("get", "head", "options", "post", "put", "delete")


def test_what_is_public_is_a_literal_list_of_at_most_fourteen_pages_each_with_its_reason() -> None:
    assert {page.name for page in pages() if page.is_public} == set(PUBLIC_ROUTES)
    assert len(PUBLIC_ROUTES) <= 16
    assert all(PUBLIC_ROUTES.values())


def test_every_page_says_what_it_needs() -> None:
    assert [page.name for page in pages() if not isinstance(page.needs, (Permission, Open))] == []


def test_names_are_unique() -> None:
    names = [page.name for page in pages()]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("page", CLOSED, ids=lambda page: page.name)
def test_a_closed_page_sends_whoever_has_no_session_to_sign_in(
    books: object, client: Client, page: Page
) -> None:
    for method in METHODS:
        answer = getattr(client, method)(page.at())
        assert answer.status_code == 302, method
        assert answer["Location"].startswith("/sign-in/"), method
        assert answer.content == b""


def test_a_part_of_a_page_is_told_to_sign_in_without_a_redirect(books: object, client: Client) -> None:
    answer = client.get("/desk/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"]


def test_the_api_answers_401_without_a_token(books: object, client: Client) -> None:
    schema = api.get_openapi_schema()
    closed = [
        (path_.replace("{pk}", "987654321"), method)
        for path_, methods in schema["paths"].items()
        for method, operation in methods.items()
        if operation.get("security")
    ]
    assert len(closed) > 60
    for path_, method in closed:
        answer = client.generic(method.upper(), path_, data="{}", content_type="application/json")
        assert answer.status_code == 401, (method, path_)


def test_the_api_is_open_only_where_a_token_is_got() -> None:
    schema = api.get_openapi_schema()
    open_ = {
        op["operationId"] for ops in schema["paths"].values() for op in ops.values() if not op.get("security")
    }
    assert len(open_) <= 8
    assert not {p.value for p in Permission} & open_


def test_a_url_that_forgot_to_say_what_it_needs_is_refused_even_to_the_centre(
    cast: People, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        urls, "urlpatterns", [*urls.urlpatterns, path("forgotten/", lambda request: HttpResponse("x"))]
    )
    clear_url_caches()
    try:
        assert Client().get("/forgotten/").status_code == 302
        assert signed_in(cast.centre).get("/forgotten/").status_code == 403
    finally:
        monkeypatch.undo()
        clear_url_caches()
