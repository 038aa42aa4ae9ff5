"""Forged requests, writing GETs, the headers of public pages, the production profile (rows 26 and 40)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client

from gongxue.foundation.access.middleware import GetCannotWrite, WriteInGet
from gongxue.foundation.access.routes import PUBLIC_ROUTES
from gongxue.foundation.identity.models import Account
from gongxue.foundation.trail.models import Event
from tests.cast import ClassAtFixture, People, SignedIn
from tests.foundation.access.test_every_page import wrong_headers
from tests.routes import page, pages

ROOT = Path(__file__).parents[3]


def test_a_post_without_our_token_is_refused_everywhere_and_changes_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("started")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(c.staff).cookies
    before = Event.objects.unscoped("a count").count()
    answers = {p.name: client.post(p.at(c.tc.pk)).status_code for p in pages()}
    outside = {"certificates.query", "certificates.check"}  # the public lane has no session to abuse
    assert {name: status for name, status in answers.items() if status != 403}.keys() <= outside
    assert Event.objects.unscoped("a count").count() == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_token_from_elsewhere_does_not_help(cast: People, signed_in: SignedIn, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(cast.centre).cookies
    token = client.get("/registers/schools/add/").context["csrf_token"]
    body = {"csrfmiddlewaretoken": str(token), "name": "某某技师学院", "province_code": "13"}
    assert client.post("/registers/schools/add/", body, headers={"Origin": origin}).status_code == 403
    other = Client(enforce_csrf_checks=True)
    other.cookies = signed_in(cast.hebei).cookies
    assert other.post("/role/1/", {"csrfmiddlewaretoken": str(token)}).status_code == 403
    assert (
        client.post("/registers/schools/add/", body, headers={"Origin": "http://testserver"}).status_code
        == 302
    )


def test_a_get_that_writes_is_stopped_by_the_database_wrapper(cast: People) -> None:
    def writes(request: HttpRequest) -> HttpResponse:
        Account.objects.filter(pk=cast.centre.account_id).update(name="改名")
        return HttpResponse()

    request = HttpRequest()
    for method in ("GET", "HEAD", "OPTIONS"):
        request.method = method
        with pytest.raises(WriteInGet), transaction.atomic():
            GetCannotWrite(writes)(request)
    request.method = "POST"
    assert GetCannotWrite(writes)(request).status_code == 200


@pytest.mark.parametrize(
    "sql",
    ["UPDATE account SET name = 'x'", "delete from role", " (INSERT INTO x VALUES (1))", "DROP TABLE role"],
)
def test_no_writing_statement_passes_as_a_reading_one(cast: People, sql: str) -> None:
    def writes(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        return HttpResponse()

    request = HttpRequest()
    request.method = "GET"
    with pytest.raises(WriteInGet):
        GetCannotWrite(writes)(request)


@pytest.mark.parametrize("name", sorted(PUBLIC_ROUTES))
def test_public_pages_carry_the_same_headers(class_at: ClassAtFixture, client: Client, name: str) -> None:
    c = class_at("announced")
    address = page(name).at(c.tc.pk).replace("/forms/x/", "/forms/form1/")
    answer = client.get(address)
    assert answer.status_code in (200, 302, 404, 405)
    assert set(wrong_headers(answer)) <= {"Cache-Control"}


def test_an_address_that_is_no_page_says_so_in_words(client: Client, books: object) -> None:
    for address in ("/.git/config", "/docs/", "/metrics", "/admin/", "/static/../pyproject.toml"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "没有找到这个页面" in answer.content.decode()


def test_the_production_profile_passes_djangos_deployment_check(tmp_path: Path) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("GONGXUE_") and k != "DATABASE_URL"},
        "GONGXUE_PRODUCTION": "yes", "GONGXUE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings",
    }  # fmt: skip
    (tmp_path / "static").mkdir()
    script = (
        "from gongxue.foundation.keys import create_keys; from pathlib import Path;"
        f"create_keys(Path({str(tmp_path)!r}) / 'keys');"
        "import django; django.setup();"
        "from django.core.management import call_command; call_command('check', deploy=True, fail_level='WARNING');"
        "from django.conf import settings as s;"
        "assert s.SESSION_COOKIE_NAME.startswith('__Host-') and s.CSRF_COOKIE_NAME.startswith('__Host-');"
        "assert s.SECURE_HSTS_SECONDS >= 31536000 and s.SECURE_SSL_REDIRECT and not s.DEBUG"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
