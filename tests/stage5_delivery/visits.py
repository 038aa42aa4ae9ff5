"""Who gets which answer from a page: the whole cast at its own, at a foreign and at an absent object."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from tests.cast import ClassAt, SignedIn

ABSENT = 987_654
EVERYWHERE = ("centre", "oversight")  # their scope is the nation: nothing is foreign to them
_CHANGING = re.compile(rb'name="(csrfmiddlewaretoken|once)" value="[^"]*"|value="[0-9A-Za-z]{32,64}"')

Paths = Callable[[int], str]


def trainees_of(c: ClassAt) -> list[Role]:
    """The admitted by seat, without the waiting list."""
    accounts = [a.application.person.account_id for a in c.attendees]
    held = Role.objects.filter(account__in=accounts, duty=Duty.TRAINEE, until=None)
    by_account = {role.account_id: role for role in held.select_related("account", "organisation")}
    return [by_account[account] for account in accounts]


def everybody(c: ClassAt, signed_in: SignedIn) -> dict[str, Client]:
    """A client per actor; `nobody` is not signed in."""
    return {"nobody": Client()} | {name: signed_in(role) for name, role in c.actors().items()}


def statuses(c: ClassAt, signed_in: SignedIn, path: str) -> dict[str, int]:
    """actor → status of a GET."""
    return {name: client.get(path).status_code for name, client in everybody(c, signed_in).items()}


def body(client: Client, path: str) -> tuple[int, bytes]:
    """Status and content without what differs at every request."""
    response = client.get(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return response.status_code, _CHANGING.sub(b"", content)


def leaks(mine: ClassAt, signed_in: SignedIn, foreign: str, absent: str) -> dict[str, tuple[int, int]]:
    """Everybody whose answer at a foreign object differs from the one at an absent object, or is no refusal."""
    found = {}
    for name, client in everybody(mine, signed_in).items():
        if name in EVERYWHERE or name.startswith("other_"):
            continue
        there, nowhere = body(client, foreign), body(client, absent)
        same = (there[0], there[1].replace(foreign.encode(), absent.encode())) == nowhere
        if not same or there[0] not in (302, 403, 404):
            found[name] = (there[0], nowhere[0])
    return found


def granted(allowed: set[str], others: int = 404, **exceptions: int) -> dict[str, int]:
    """The expected table: 200 for the allowed, 302 for nobody, 404 for who is outside, and what else is said."""
    from tests.cast import ACTORS

    table = {name: 200 if name in allowed else others for name in ACTORS}
    return table | {"nobody": 302} | exceptions
