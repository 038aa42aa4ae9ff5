"""Every reading that the platform offers, for every actor: pages, exports, API. The list is the resolver's own."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pypdf import PdfReader, PdfWriter

from gongxue.api.acts import slug
from gongxue.api.reads import LISTS
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import Attempt, CriterionMark, ScoreSheet
from tests.cast import ClassAt, SignedIn, at
from tests.foundation.access.test_every_page import ROWS

SEALED = (Attempt, ScoreSheet, CriterionMark)
_PARAMETER = re.compile(r"<(?:\w+:)?\w+>")
_CHANGING = re.compile(
    rb'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|"X-CSRFToken": *"[^"]*"|"instance": *"[^"]*"'
)
_ALWAYS_NEW = ("X-Request-Id", "Content-Length", "Date", "Expires", "Last-Modified")
WITHOUT_DATA = ("static/", "sign-out/", "livez", "readyz", "kit/", "api/v1/openapi.json", "api/v1/docs")


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route as it is written, `classes/<int:pk>/office/`, and what it needs."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and not route.startswith(WITHOUT_DATA):
            yield route, getattr(pattern.callback, "needs", None)


def model_of(route: str) -> type[models.Model] | None:
    """Which rows the number in a route names; None where it is not told."""
    if route.startswith("api/v1/"):
        return _BY_SLUG.get(route.removeprefix("api/v1/").partition("/")[0])
    found = max((start for start in ROWS if route.startswith(start)), key=len, default="")
    return ROWS.get(found)


_BY_SLUG: dict[str, type[models.Model]] = {
    **{slug(model): model for model in ROWS.values()},
    **{name: model for name, (model, _) in LISTS.items()},
}


def keys_of(model: type[models.Model], c: ClassAt) -> list[int]:
    """Primary keys of what belongs to the class and its people: everybody in it, the first two of everything else.

    Of what stands under the seal all: its keys are drawn by lot, so that the first two would not stay the first.
    """
    people = {role.account_id for role in [*c.trainees, *c.instructors]}
    if model is TrainingClass:
        return [c.tc.pk]
    if model is ReportingRound:
        return [c.tc.round_id]
    if model is Organisation:
        return [c.tc.institution_id]
    names = {field.name for field in model._meta.get_fields()}
    rows: Any = (
        model.objects.unscoped("a test") if issubclass(model, Scoped) else model._default_manager.all()
    )
    if model is CriterionMark:
        rows = rows.filter(sheet__training_class=c.tc)
    elif "training_class" in names:
        rows = rows.filter(training_class=c.tc)
    elif model is Account:
        rows = rows.filter(pk__in=people)
    elif "person" in names:
        rows = rows.filter(person__account__in=people)
    elif "account" in names:
        rows = rows.filter(account__in=people)
    found = rows.order_by("pk").values_list("pk", flat=True)
    return list(found if model in (Attendee, *SEALED) else found[:2])


@contextmanager
def _asked() -> Iterator[list[int]]:
    """How many queries are asked meanwhile."""
    count = [0]

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        yield count


@dataclass
class Reader:
    """Somebody who reads whatever they can reach."""

    role: Role | None
    client: Client
    token: dict[str, str] = field(default_factory=dict)

    def may(self, needs: Any) -> bool:
        """Whether the address lets this role pass; that it stops the others is another test's business."""
        return not isinstance(needs, Permission) or (self.role is not None and self.role.may(needs))


@dataclass
class Library:
    """Everything there is to read about a class; addresses that only act are learnt and left out."""

    c: ClassAt
    readers: dict[str, Reader]
    others: tuple[ClassAt, ...] = ()
    acts: set[str] = field(default_factory=set)
    asked: int = 0  # how many queries the last reading took

    def everything(self, name: str, only: str = "") -> Iterator[tuple[str, bytes]]:
        """Each address that a reader reaches (`only` those with these words in them), and all that its answer says."""
        reader = self.readers[name]
        for route, needs in routes():
            if route in self.acts or only not in route or not reader.may(needs):
                continue
            for pk in self._keys(route) if "pk" in route else ["form2"]:
                path = f"/{_PARAMETER.sub(str(pk), route)}"
                with _asked() as asked:
                    status, said = _read(reader, path)
                self.asked = asked[0]
                if status == 405:
                    self.acts.add(route)
                    break
                yield path, said

    def _keys(self, route: str) -> list[int]:
        """What leads to something, and 1 where the route does not tell what it names."""
        model = model_of(route)
        if model is None:
            return [1, self.c.tc.pk]
        return sorted({key for one in (self.c, *self.others) for key in keys_of(model, one)})


def library(c: ClassAt, signed_in: SignedIn, *others: ClassAt, **more: Role) -> Library:
    """Everybody around the class by name, and `more`; what the others' keys lead to is tried as well."""
    roles = c.actors()
    roles |= {f"instructor {i}": role for i, role in enumerate(c.instructors, 1)}
    roles |= {f"examiner {i}": role for i, role in enumerate(c.examiners, 1)}
    roles |= {f"trainee {i}": role for i, role in enumerate(c.trainees, 1)}
    for double in ("instructor", "examiner", "trainee"):
        roles.pop(double, None)
    found = {name: Reader(role, signed_in(role), _token(role)) for name, role in (roles | more).items()}
    found["nobody"] = Reader(None, Client())
    for reader in found.values():
        reader.client.raise_request_exception = False  # a broken page is another test's business
    return Library(c, found, others)


def unprinted(monkeypatch: pytest.MonkeyPatch, *, blank: bool = False) -> None:
    """A document is what is handed to the typesetter: everything that it could say, and nothing is drawn.

    blank: an empty page instead, where documents are signed and nobody looks what they say.
    """
    page = io.BytesIO()
    if blank:
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        writer.write(page)
    compile_ = "gongxue.foundation.pages.typesetter.typst.Compiler"

    class Unprinted:
        def __init__(self, **_: Any) -> None: ...

        def compile(self, template: str, **given: Any) -> bytes:
            return page.getvalue() or f"{template} {given['sys_inputs']['data']}".encode()

    monkeypatch.setattr("gongxue.foundation.pages.typesetter._press", None)
    monkeypatch.setattr(compile_, Unprinted)


def _token(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(role=role, now=at(date(2037, 1, 1)))}"}


def _read(reader: Reader, path: str) -> tuple[int, bytes]:
    logging.disable(logging.CRITICAL)
    try:
        response = reader.client.get(path, headers=reader.token if path.startswith("/api/") else {})
    finally:
        logging.disable(logging.NOTSET)
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    said = {k: v for k, v in response.headers.items() if k not in _ALWAYS_NEW}
    unpacked = _unpacked(response.headers.get("Content-Type", ""), content)
    return response.status_code, repr((response.status_code, sorted(said.items()))).encode() + unpacked


def _unpacked(kind: str, content: bytes) -> bytes:
    """The words of a workbook or a PDF; of a page everything but what is new at each request."""
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return b"\n".join(book.read(name) for name in book.namelist())
    if kind == "application/pdf" and content.startswith(b"%PDF"):  # else it was not printed: see `unprinted`
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    return _CHANGING.sub(b"", content)
