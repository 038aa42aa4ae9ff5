"""The two doors of every act: its page and its operation of the API, asked in the same words."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.test import Client

from gongxue.api.acts import path_of
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.regulations.roles import Permission
from tests.cast import at
from tests.routes import page


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status and everything it says; the rules where the door names them."""

    status: int
    text: str
    rules: tuple[str, ...] = ()

    def refuses(self, status: int, rule: str, *words: str) -> bool:
        """Whether it refuses for a rule, in these words (the sentence, its article, the way out)."""
        assert self.status == status, self.text[:600]
        assert self.rules in ((), (rule,)), self.rules
        missing = [word for word in words if word not in self.text]
        assert missing == [], self.text[:2000]
        return True


class Door:
    """`send(role, Permission.ADMIT, pk, {…})`; `page` says how a page with a form of its own is asked."""

    name: str

    def send(
        self, role: Role, act: Permission, pk: int, inputs: Mapping[str, Any] | None = None, *,
        page: tuple[str, Mapping[str, Any]] | None = None, key: str = "",
    ) -> Said:  # fmt: skip
        """Ask for an act."""
        raise AssertionError("each door has its own")


class PageDoor(Door):
    """As a browser asks."""

    name = "page"

    def send(
        self, role: Role, act: Permission, pk: int, inputs: Mapping[str, Any] | None = None, *,
        page: tuple[str, Mapping[str, Any]] | None = None, key: str = "",
    ) -> Said:  # fmt: skip
        """A form; `page` is the address and the fields where they are not the act's own."""
        where, form = page or (address_of(act, pk), inputs or {})
        client = Client()
        client.force_login(role.account)
        session = client.session
        session["role"] = role.pk
        session.save()
        answer = client.post(where, {**_plain(form), **({"once": key} if key else {})})
        if answer.status_code == 302:  # what is said then stands on the next page
            return Said(302, client.get(answer["Location"]).content.decode())
        return Said(answer.status_code, answer.content.decode())


class ApiDoor(Door):
    """As a program asks."""

    name = "api"

    def send(
        self, role: Role, act: Permission, pk: int, inputs: Mapping[str, Any] | None = None, *,
        page: tuple[str, Mapping[str, Any]] | None = None, key: str = "",
    ) -> Said:  # fmt: skip
        """JSON, or a form where there is a file."""
        token = issue_token(role=role, now=at(date(2037, 1, 1)))
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        where = f"/api/v1{path_of(ACTS[act]).replace('{pk}', str(pk))}"
        given = dict(inputs or {})
        if any(UploadedFile in typing.get_args(parameter.kind) for parameter in ACTS[act].parameters):
            answer = Client().post(where, given, headers=headers)
        else:
            answer = Client().post(
                where, json.dumps(given, default=str), content_type="application/json", headers=headers
            )
        return _said(answer)


def _said(answer: Any) -> Said:
    data = json.loads(answer.content)
    breaches = data.get("breaches", [])
    assert all(b["article"] and b["says"] and b["way_out"] for b in breaches), breaches
    text = "".join(f"{b['says']}{b['cites']}{b['way_out']}" for b in breaches) or json.dumps(
        data, ensure_ascii=False, sort_keys=True
    )
    return Said(answer.status_code, text, tuple(b["rule"] for b in breaches))


def address_of(act: Permission, pk: int) -> str:
    """Where the page of an act stands."""
    return page(act.value).at(pk)


def _plain(form: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "on" if value is True else value for name, value in form.items() if value is not None}


DOORS = (PageDoor(), ApiDoor())


def everything() -> dict[str, list[str]]:
    """All rows of the books: what was refused has changed none of them. Tokens are how the API was asked."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "api_token":
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def moment(c: Any) -> datetime:
    """When the class stands where it stands."""
    now: datetime = c.now
    return now
