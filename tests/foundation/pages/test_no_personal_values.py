"""Names, ID numbers and phones stand in no address and in no log line, whatever is asked and whatever fails (row 15)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from gongxue.certificates import lane
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Account
from gongxue.foundation.pages.logs import JsonLines
from gongxue.parties.models import Person
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage6_assessment.every_page import library

pytestmark = pytest.mark.ignore_template_errors
_ADDRESSES = re.compile(r"""(?:href|action|src|formaction)="([^"]+)"|'Location', '([^']+)'""")
READERS = ("centre", "province", "institution", "certificate_officer", "instructor 1", "trainee 1", "school")


@pytest.fixture
def c(class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch) -> ClassAt:
    c = class_at("closed", headcount=1)
    monkeypatch.setattr(clock, "now", lambda: c.now)
    return c


def people() -> list[Person]:
    return list(Person.objects.unscoped("a test").select_related("account"))


def test_no_link_and_no_form_carries_a_person(c: ClassAt, signed_in: SignedIn) -> None:
    names = set(Account.objects.values_list("name", flat=True))
    secrets = names | {p.id_number.reveal() for p in people()} | {p.phone for p in people() if p.phone}
    books = library(c, signed_in)
    found, seen = set(), 0
    for name in READERS:
        for path, said in books.everything(name):
            for match in _ADDRESSES.finditer(said.decode(errors="replace")):
                address = unquote(match[1] or match[2])
                seen += 1
                found |= {(path, address) for secret in secrets if secret in address}
    assert seen > 1000
    assert found == set()


def _sign_up(c: ClassAt, client: Client, person: Person) -> None:
    form = {
        "name": person.name,
        "id_number": person.id_number.reveal(),
        "phone": person.phone,
        "consent": "on",
    }
    client.post("/sign-up/", form | {"province": "13", "employer": c.trainees[0].organisation.name})


def _ask(c: ClassAt, client: Client, person: Person) -> None:
    asked = {"name": person.name, "id_number": person.id_number.reveal()}
    client.post("/certificates/query", asked, content_type="application/json")


def _search(c: ClassAt, client: Client, person: Person) -> None:
    for page in ("accounts", "ledger", "pool", "trail", f"classes/{c.tc.pk}/applicants"):
        client.get(f"/{page}/", {"q": person.name, "actor": person.name})
        client.get(f"/{page}/", {"q": person.id_number.reveal()})


def _lose_the_way(c: ClassAt, client: Client, person: Person) -> None:
    client.get(f"/people/{person.id_number.reveal()}/")
    client.get(f"/{person.phone}")


def _reveal(c: ClassAt, client: Client, person: Person) -> None:
    client.post(f"/people/{person.pk}/reveal/", {"reason": f"核对 {person.id_number.reveal()}"})


def _fail(c: ClassAt, client: Client, person: Person) -> None:
    client.get("/desk/", headers={"X-Fail": f"{person.id_number.reveal()} {person.phone}"})


DOINGS: dict[str, Callable[[ClassAt, Client, Person], None]] = {
    "sign up": _sign_up, "ask": _ask, "search": _search, "lose the way": _lose_the_way, "reveal": _reveal, "fail": _fail,
}  # fmt: skip


@pytest.mark.parametrize("doing", DOINGS)
def test_no_log_line_carries_a_person(
    c: ClassAt,
    signed_in: SignedIn,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    doing: str,
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError(f"cannot read {person.id_number.reveal()} of {person.phone}")

    person = Person.objects.unscoped("a test").select_related("account").get(account=c.trainees[0].account_id)
    if doing == "fail":
        monkeypatch.setattr(clock, "today", broken)
        monkeypatch.setattr(lane, "_sent", broken)
    caplog.set_level(logging.DEBUG)
    for client in (signed_in(c.staff), signed_in(c.people.centre), Client()):
        client.raise_request_exception = False
        DOINGS[doing](c, client, person)
        _ask(c, client, person)
    lines = [JsonLines().format(record) for record in caplog.records]
    assert len(lines) >= 3
    assert doing != "fail" or any("ValueError" in line for line in lines)
    secrets = (person.id_number.reveal(), person.phone, person.name)
    escaped = [secret.encode("unicode_escape").decode() for secret in secrets]
    assert [line for line in lines if any(secret in line for secret in (*secrets, *escaped))] == []
