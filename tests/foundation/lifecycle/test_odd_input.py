"""No input of any act is an error of ours: impossible days, huge numbers and texts are refused, with rule and article.

Each input of each act is replaced by odd ones, one at a time, through the API and through the act's own page. Where the
odd value is refused nothing is changed; where it is taken (a strange text is a text) it fits its column. On both databases,
because they differ in what they can keep.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from gongxue.api.acts import ON_PAGES_ONLY, path_of
from gongxue.foundation import clock
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS, Parameter
from gongxue.foundation.pages.act import plain_kind
from gongxue.foundation.trail.models import Event
from gongxue.regulations.lifecycle import MOVES
from gongxue.regulations.roles import Permission
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at
from tests.faults.counts import short_and_full
from tests.foundation.lifecycle.right_inputs import STAGES, TRIED, Tried
from tests.routes import page

pytestmark = [pytest.mark.postgresql, pytest.mark.ignore_template_errors]

# Of each kind those that broke something first; in `make faults` also the rest.
TEXTS = ["a" * 201, "a\0b", "\ud800", ""]
NUMBERS = [10**30, 2**31, -1]
DAYS = ["9999-12-31", "2023-02-30", "昨天"]
ODD: dict[Any, list[Any]] = {str: TEXTS, int: NUMBERS, date: DAYS, bool: ["x"]}
WRONG: list[Any] = [None, "x", [None], {"1": "\ud800"}]
MORE: dict[Any, list[Any]] = {
    str: ["长" * 50_000, "=cmd|'/c calc'!A0", "𠮷\u202e" * 60, "<script>", " ", "　"],
    int: [-(10**30), 2**63, 2**15, 10**14, 0],
    date: ["0001-01-01", "0000-00-00", "20230612", "1900-01-01", "2101-01-01", ""],
    bool: [5],
}
MORE_WRONG: list[Any] = [[], {}, 10**30, {"x": {"y": []}}, {str(10**30): "present"}, [10**30]]

# The mapping of INVITE under another name; an act whose only input is a file (tests/foundation/files).
NOT_TRIED = {
    Permission.NOMINATE, Permission.ATTACH_ENDORSEMENT, Permission.ATTACH_CHANGE_SCAN, Permission.ADD_PHOTO,
    Permission.ATTACH_PHOTO,
}  # fmt: skip


def test_every_act_with_inputs_is_tried() -> None:
    with_inputs = {p for p, act in ACTS.items() if _inputs(p) and p not in ON_PAGES_ONLY}
    assert with_inputs - {tried.permission for tried in TRIED} == NOT_TRIED
    assert {m.permission for m in MOVES if m.reason or m.seen} <= {tried.permission for tried in TRIED}


def _inputs(permission: Permission) -> tuple[Parameter, ...]:
    act = ACTS[permission]
    return act.parameters[1:] if act.object_parameter else act.parameters


def odd_values(parameter: Parameter, all_of_them: bool) -> list[Any]:
    kind = plain_kind(parameter.kind)
    if typing.get_origin(kind) is not None or kind not in ODD:
        return WRONG + (MORE_WRONG if all_of_them else [])
    return ODD[kind] + (MORE[kind] if all_of_them else [])


@dataclass
class Door:
    """One way in: how an act is sent, and what was not as promised."""

    c: ClassAt
    found: dict[str, list[str]] = field(default_factory=dict)
    clients: dict[int, Client] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        """Whoever acts in a role, signed in once."""
        if role.pk not in self.clients:
            self.clients[role.pk] = self.sign_in(role)
            self.clients[role.pk].raise_request_exception = False
        return self.clients[role.pk]

    def sign_in(self, role: Role) -> Client:
        raise AssertionError("each door has its own")

    def send(self, tried: Tried, pk: int, inputs: dict[str, Any]) -> HttpResponse:
        raise AssertionError("each door has its own")

    def attempt(self, tried: Tried, pk: int, inputs: dict[str, Any]) -> tuple[HttpResponse, bool]:
        """The answer, and whether anything was done; undone afterwards."""
        self.client(tried.by(self.c))
        with transaction.atomic():
            before = Event.objects.unscoped("a count").count()
            answer = self.send(tried, pk, inputs)
            changed = answer.status_code < 500 and Event.objects.unscoped("a count").count() != before
            transaction.set_rollback(True)
        return answer, changed

    def look(self, tried: Tried, name: str, odd: Any, answer: HttpResponse, changed: bool) -> None:
        refused = 400 <= answer.status_code < 500
        if answer.status_code >= 500 or (refused and (changed or not self.explains(answer))):
            words = f"{ascii(odd)[:40]} → {answer.status_code}{' and yet done' if changed else ''}"
            self.found.setdefault(f"{tried.permission} {name}", []).append(words)

    def explains(self, answer: HttpResponse) -> bool:
        raise AssertionError("each door has its own")


class ThroughTheApi(Door):
    """JSON under /api/v1."""

    def sign_in(self, role: Role) -> Client:
        token = issue_token(role=role, now=at(date(2037, 1, 1)))
        return Client(headers={"Authorization": f"Bearer {token}"})

    def send(self, tried: Tried, pk: int, inputs: dict[str, Any]) -> HttpResponse:
        where = path_of(ACTS[tried.permission]).replace("{pk}", str(pk))
        client = self.client(tried.by(self.c))
        if tried.permission in (
            Permission.HAND_IN,
            Permission.NEW_VERSION,
            Permission.ADD_MATERIAL,
        ):  # with a file, so a form
            sent = {k: _as_form(v) for k, v in inputs.items()}
            return client.post(f"/api/v1{where}", sent)  # type: ignore[return-value]
        body = json.dumps(inputs, default=str)
        return client.post(f"/api/v1{where}", body, content_type="application/json")  # type: ignore[return-value]

    def explains(self, answer: HttpResponse) -> bool:
        breaches = json.loads(answer.content).get("breaches", [])
        return bool(breaches) and all(b["article"] and b["says"] and b["way_out"] for b in breaches)


class ThroughThePage(Door):
    """A form, as browsers send it."""

    def __init__(self, c: ClassAt, signed_in: SignedIn) -> None:
        super().__init__(c)
        self.signed_in = signed_in

    def sign_in(self, role: Role) -> Client:
        return self.signed_in(role)

    def send(self, tried: Tried, pk: int, inputs: dict[str, Any]) -> HttpResponse:
        client = self.client(tried.by(self.c))
        where = page(tried.permission.value).at(pk)
        if tried.permission == Permission.EDIT_PROGRAMME:  # the editor saves as JSON
            body = json.dumps(inputs, default=str)
            return client.post(where, body, content_type="application/json")  # type: ignore[return-value]
        return client.post(where, dict(_fields(inputs)))  # type: ignore[return-value]

    def explains(self, answer: HttpResponse) -> bool:
        said = answer.content.decode()
        if answer["Content-Type"].startswith("application/json"):
            said = str(json.loads(said))
        return any("\u4e00" <= ch <= "\u9fff" for ch in said)


def _fields(inputs: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """`groups` {12: 3} goes as groups.12=3."""
    for name, value in inputs.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{k}", _as_form(v)) for k, v in value.items())
        else:
            yield name, _as_form(value)


def _as_form(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_form(part) for part in value]
    text = "on" if value is True else "" if value is None or value is False else str(value)  # 0 is a number
    return text.encode("utf-8", "replace").decode()  # no browser sends half a character


def _try(
    door: Door, stage: str, all_of_them: bool, rights: Callable[[HttpResponse], bool]
) -> set[Permission]:
    """Every act of a stage, right once, then with each odd input; which acts were done with the right ones."""
    done = set()
    for tried in TRIED:
        if tried.stage != stage:
            continue
        row, right = tried.row(door.c), tried.inputs(door.c)
        pk = row.pk if row is not None and ACTS[tried.permission].object_parameter else 0
        answer, _ = door.attempt(tried, pk, right)
        if rights(answer):
            done.add(tried.permission)
        for parameter in _inputs(tried.permission):
            for odd in odd_values(parameter, all_of_them) if parameter.name != "file" else ():
                door.look(tried, parameter.name, odd, *door.attempt(tried, pk, right | {parameter.name: odd}))
    return done


@pytest.fixture
def at_stage(class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ClassAt]:
    """A class at a stage, with the clock of pages and API there."""

    def prepare(stage: str) -> ClassAt:
        c = class_at(stage, headcount=2)
        now: datetime = c.now
        monkeypatch.setattr(clock, "now", lambda: now)
        return c

    return prepare


@pytest.mark.parametrize("all_of_them", short_and_full(False, True, postgresql=True))
@pytest.mark.parametrize("stage", STAGES)
def test_no_odd_input_of_the_api_is_an_error_of_ours(
    at_stage: Callable[[str], ClassAt], stage: str, all_of_them: bool
) -> None:
    door = ThroughTheApi(at_stage(stage))
    done = _try(door, stage, all_of_them, lambda answer: answer.status_code == 200)
    assert door.found == {}
    assert done == {tried.permission for tried in TRIED if tried.stage == stage}, "right inputs are taken"


# Pages whose fields have names of their own; odd fields are sent to them all the same.
OWN_FIELDS = {
    Permission.SAVE_SCORE, Permission.SCORE_PROCESS, Permission.SCORE_FINAL, Permission.CALL_ROLL, Permission.INVITE,
    Permission.PROPOSE_MARKS, Permission.ASSIGN_PRODUCT, Permission.CHANGE_ASSIGNMENT,
    Permission.RESCUE,
    Permission.EDIT_FORM, Permission.EDIT_RUBRIC,
    Permission.ANSWER_EVALUATION, Permission.SAVE_APPLICATION, Permission.CREATE_ACCOUNT, Permission.GIVE_ROLE,
    Permission.REGISTER_BACKBONE, Permission.APPROVE_LINES, Permission.RETURN_LINES, Permission.SEND_BACK_LINES,
    Permission.ACCEPT_LINES,
    Permission.APPLY_ADDITION, Permission.APPLY_CHANGE, Permission.AMEND_CHANGE,
}  # fmt: skip


@pytest.mark.parametrize("all_of_them", short_and_full(False, True, postgresql=True))
@pytest.mark.parametrize("stage", STAGES)
def test_no_odd_input_of_a_page_is_an_error_of_ours(
    at_stage: Callable[[str], ClassAt], signed_in: SignedIn, stage: str, all_of_them: bool
) -> None:
    door = ThroughThePage(at_stage(stage), signed_in)
    done = _try(door, stage, all_of_them, lambda answer: answer.status_code in (200, 302))
    assert door.found == {}
    assert {tried.permission for tried in TRIED if tried.stage == stage} - done <= OWN_FIELDS
