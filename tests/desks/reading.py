"""What a desk and a page offer: todos by kind and title, acts by the forms and links that lead to them."""

from __future__ import annotations

import functools
import re
from datetime import date

from gongxue.desks.cards import Todo
from gongxue.desks.todos import todos_for
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Permission
from tests.cast import ClassAt
from tests.routes import pages

_MAIN = re.compile(r"<main.*?</main>", re.S)


def waiting(role: Role, today: date) -> list[str]:
    """The todos of a role, as "kind title", in the order of the desk."""
    return [f"{todo.kind} {todo.title}" for todo in todos_for(role, today)]


def todo(role: Role, today: date, kind: str) -> Todo:
    """The one todo of a kind."""
    (found,) = [todo for todo in todos_for(role, today) if todo.kind == kind]
    return found


def today_of(c: ClassAt) -> date:
    """The day on which a class stands."""
    return day_of(c.now)


@functools.cache
def _addresses() -> dict[Permission, re.Pattern[str]]:
    """Each act with the addresses that lead to it, wherever they stand in a page."""
    acts = {page.name: page.route for page in pages() if page.name in set(Permission)}
    return {
        Permission(name): re.compile('"/' + re.sub(r"<int:\w+>", r"\\d+", route) + '[?"]')
        for name, route in acts.items()
    }


def body(page: str) -> str:
    """What stands between the menu and the foot."""
    found = _MAIN.search(page)
    assert found
    return found[0]


def offered(page: str) -> set[Permission]:
    """The acts to which a form or a link of the page leads."""
    inside = body(page)
    return {permission for permission, where in _addresses().items() if where.search(inside)}


def links(page: str) -> list[str]:
    """Every address of ours that the page links to, without those inside itself."""
    return sorted(set(re.findall(r'<a[^>]* href="(/[^"#]*)', body(page))))
