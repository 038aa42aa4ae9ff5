"""Every address × every method: nothing that reads can write, nothing forged is heard, every answer is guarded.

Rows 3, 23, 26 and 40, over the routes of the resolver, pages and API alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from gongxue.api.acts import ON_PAGES_ONLY, path_of
from gongxue.api.reads import LISTS
from gongxue.foundation import clock
from gongxue.foundation.access.middleware import SAFE, WriteInGet
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.scope import Scoped
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, People, Plan, SignedIn, at
from tests.faults.doors import everything
from tests.foundation.access.test_every_page import CLOSED, may, own_row, wrong_headers
from tests.routes import ABSENT, page, pages

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LANE = {"/certificates/query", "/certificates/check"}  # in front of everything: answered below


def addresses() -> Iterator[str]:
    """Every address there is, the API's too, with some number in it."""
    yield from _addresses(get_resolver().url_patterns, "/")


def _addresses(patterns: list[Any], start: str) -> Iterator[str]:
    for pattern in patterns:
        route = start + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            for part in ("<int:pk>", "<pk>", "<int:day>", "<int:period>"):
                route = route.replace(part, "1")
            for name in pattern.pattern.converters:
                route = route.replace(f"<{name}>", "form1").replace(f"<str:{name}>", "form1")
                route = route.replace(f"<slug:{name}>", "form1").replace(f"<int:{name}>", "1")
            yield route


class WritesInstead:
    """In place of every view: tries to change the books, and says whether it could."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                Account.objects.filter(pk=1).update(name="改名")
        except WriteInGet:
            return HttpResponse("stopped")
        return HttpResponse("written")


@pytest.fixture
def writes_instead(settings: Settings) -> None:
    """The last thing before every view."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.WritesInstead"]


def test_no_address_can_write_by_a_reading_method(
    cast: People, signed_in: SignedIn, writes_instead: None
) -> None:
    known = [address for address in addresses() if address not in LANE]
    assert len(known) > 200
    client = signed_in(cast.centre)
    said: dict[str, set[str]] = {}
    for address in known:
        for method in SAFE:
            answer = client.generic(method, address)
            if answer.status_code == 200:  # the others were refused before any view
                said.setdefault(answer.content.decode() or "", set()).add(f"{method} {address}")
    assert said.keys() == {"stopped", ""}, said.get("written")
    assert {words.partition(" ")[0] for words in said[""]} <= {"HEAD"}
    assert len(said["stopped"]) > 200
    written = {client.post(address).content for address in known}
    assert b"written" in written, "the same view writes when it is posted to"


def test_the_public_lane_reads_the_books_at_most(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    certificate = c.certificates[0]
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        for address in LANE:
            client.get(address)
            client.head(address)
        for number in (certificate.number, "130092023063999"):
            client.post(
                "/certificates/query",
                {"name": certificate.holder, "number": number},
                content_type="application/json",
            )
    assert len(queries) == 2 and all(q["sql"].startswith("SELECT") for q in queries.captured_queries)


# Methods ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["centre", "trainee"])
def test_other_methods_change_nothing(class_at: ClassAtFixture, signed_in: SignedIn, who: str) -> None:
    c = class_at("issued")
    role = {"centre": c.people.centre, "trainee": c.trainees[0]}[who]
    client = signed_in(role)
    before = everything()
    for found in CLOSED:
        pk = own_row(found, role) if "pk" in found.inputs else 1
        for method in ("PUT", "PATCH", "DELETE"):
            if pk is not None and may(role, found):
                answer = client.generic(
                    method, found.at(pk), b'{"name": "x"}', content_type="application/json"
                )
                assert answer.status_code < 500, (method, found.name)
    assert everything() == before


def test_the_api_knows_reading_and_posting(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    headers = bearer(c.people.centre)
    before = everything()
    for name in LISTS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = Client().generic(method, f"/api/v1/{name}", b"{}", "application/json", headers=headers)
            assert answer.status_code == 405, (method, name)
    for permission, act in ACTS.items():
        if permission not in ON_PAGES_ONLY:
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                where = f"/api/v1{path_of(act).replace('{pk}', '1')}"
                answer = Client().generic(method, where, b"{}", "application/json", headers=headers)
                assert answer.status_code in (404, 405, 422), (method, permission)
    assert everything() == before


def bearer(role: Role) -> dict[str, str]:
    """A token for a role."""
    return {"Authorization": f"Bearer {issue_token(role=role, now=at(date(2037, 1, 1)))}"}


# Forged requests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json"])
def test_no_page_hears_a_post_without_its_token_whatever_its_kind(
    class_at: ClassAtFixture, signed_in: SignedIn, kind: str
) -> None:
    c = class_at("started")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(c.staff).cookies
    headers = {"Origin": "https://evil.example"} if kind == "text/plain" else {}
    before = everything()
    heard = {
        found.name
        for found in pages()
        if found.at() not in LANE
        and client.post(found.at(c.tc.pk), '{"seen": 1}', content_type=kind, headers=headers).status_code
        != 403
    }
    assert heard == set()
    assert everything() == before


def test_the_token_of_another_person_opens_nothing(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("started")
    theirs = signed_in(c.province)
    token = str(theirs.get("/desk/").context["csrf_token"])
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(c.staff).cookies
    client.get("/desk/")  # has a secret of its own now
    before = everything()
    for found in pages():
        if found.at() not in LANE:
            answer = client.post(found.at(c.tc.pk), {"csrfmiddlewaretoken": token, "seen": 1})
            assert answer.status_code == 403, found.name
    assert everything() == before


def test_a_session_is_no_way_into_the_api(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    """What a browser sends by itself never acts there: only what a program says in so many words."""
    c = class_at("submitted")
    client = signed_in(c.province)
    before = everything()
    for permission, act in ACTS.items():
        if permission not in ON_PAGES_ONLY:
            where = f"/api/v1{path_of(act).replace('{pk}', str(c.tc.pk))}"
            answer = client.post(where, {"seen": c.tc.version}, content_type="text/plain")
            assert answer.status_code == 401, permission
    assert everything() == before


# The API door of every act and reading --------------------------------------------------------------------------


@pytest.fixture
def two(classes_at: ClassesAtFixture, monkeypatch: pytest.MonkeyPatch) -> tuple[ClassAt, ClassAt]:
    """One's own class, and another institution's."""
    mine, theirs = classes_at(Plan("issued"), Plan("issued", "017", "1"))
    monkeypatch.setattr(clock, "now", lambda: mine.now)
    return mine, theirs


def _instance_free(answer: Any) -> Any:
    said = answer.json()
    said.pop("instance", None)
    return answer.status_code, said


ACTORS = ("staff", "coordinator", "officer", "province", "instructor", "trainee", "school", "stranger")


def _actor(name: str, c: ClassAt) -> Role:
    return {
        "staff": c.staff, "coordinator": c.coordinator, "officer": c.certificate_officer, "province": c.province,
        "instructor": c.instructors[0], "trainee": c.trainees[0], "school": c.school, "stranger": c.people.stranger,
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", ACTORS)
def test_a_foreign_row_of_the_api_looks_like_an_absent_one(two: tuple[ClassAt, ClassAt], name: str) -> None:
    role = _actor(name, two[0])
    client = Client(headers=bearer(role))
    before = everything()
    for permission, act in ACTS.items():
        model = act.object_parameter.model if act.object_parameter else None
        if permission in ON_PAGES_ONLY or model is None or not issubclass(model, Scoped):
            continue
        pk = _foreign(model, role)
        where = [f"/api/v1{path_of(act).replace('{pk}', str(number))}" for number in (pk, ABSENT)]
        foreign, absent = (client.post(w, _required(act), content_type="application/json") for w in where)
        if pk is not None:
            assert _instance_free(foreign) == _instance_free(absent), permission
            assert foreign.status_code in (403, 404, 422), permission
    for listed, (model, _) in LISTS.items():
        if issubclass(model, Scoped) and (pk := _foreign(model, role)) is not None:
            foreign, absent = (client.get(f"/api/v1/{listed}/{number}") for number in (pk, ABSENT))
            assert _instance_free(foreign) == _instance_free(absent), listed
            assert foreign.status_code == 404, listed
    assert everything() == before


def _foreign(model: Any, role: Role) -> int | None:
    inside = model.objects.scope(role).values("pk")
    rows = model.objects.unscoped("a foreign row").exclude(pk__in=inside)
    found: int | None = rows.order_by("pk").values_list("pk", flat=True).first()
    return found


def _required(act: Any) -> dict[str, Any]:
    kinds: dict[Any, Any] = {str: "x", int: 1, bool: True, date: "2023-06-12"}
    rest = [p for p in act.parameters[1:] if p.required]
    return {p.name: kinds.get(p.kind, {}) for p in rest}


@pytest.mark.parametrize("name", ACTORS)
def test_a_role_without_the_permission_acts_through_no_operation(
    two: tuple[ClassAt, ClassAt], name: str
) -> None:
    role = _actor(name, two[0])
    client = Client(headers=bearer(role))
    before = everything()
    done = set()
    for permission, act in ACTS.items():
        if permission in ON_PAGES_ONLY or role.may(permission):
            continue
        model = act.object_parameter.model if act.object_parameter else None
        rows: Any = model._default_manager if model else None
        if model is not None and issubclass(model, Scoped):
            rows = model.objects.scope(role)
        pk = rows.order_by("pk").values_list("pk", flat=True).first() if rows is not None else 0
        where = f"/api/v1{path_of(act).replace('{pk}', str(pk))}"
        answer = client.post(where, _required(act), content_type="application/json")
        if answer.status_code not in (403, 404, 422):
            done.add((permission, answer.status_code))
    assert done == set()
    assert everything() == before


# Headers ------------------------------------------------------------------------------------------------------------


def test_the_answers_of_the_api_are_guarded_and_kept_by_nobody(two: tuple[ClassAt, ClassAt]) -> None:
    c = two[0]
    client = Client(headers=bearer(c.staff))
    for where in ("me", *LISTS, f"training-classes/{c.tc.pk}", "training-classes/0", "openapi.json"):
        answer = client.get(f"/api/v1/{where}")
        assert wrong_headers(answer) == [], where
    for refused in (
        Client().get("/api/v1/me"),
        client.post("/api/v1/planning/open-round", "{", "application/json"),
    ):
        assert set(wrong_headers(refused)) <= {"Cache-Control"}, refused.status_code


@pytest.mark.parametrize("failure", ["404", "403", "422", "500", "csrf"])
def test_a_page_that_refuses_is_guarded_like_any_other(
    class_at: ClassAtFixture, signed_in: SignedIn, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = class_at("started")
    client = signed_in(c.staff)
    client.raise_request_exception = False
    if failure == "500":
        monkeypatch.setattr(clock, "today", lambda: 1 / 0)
    answer = {
        "404": lambda: client.get("/no/such/page/"),
        "403": lambda: client.get("/accounts/"),
        "422": lambda: client.post(page("delivery.start").at(c.tc.pk)),
        "500": lambda: client.get("/desk/"),
        "csrf": lambda: _without_token(signed_in(c.staff)),
    }[failure]()
    assert answer.status_code == int(failure if failure != "csrf" else 403)
    assert wrong_headers(answer) == []


def _without_token(client: Client) -> Any:
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client.cookies
    return checking.post("/password/")
