"""The page of a training class, as somebody of the institution opens it, signed in."""

from __future__ import annotations

from functools import partial
from statistics import median

from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measure import Row, at_least, in_turns, seconds
from bench.served import Line, get, served
from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.queries import classes_visible_to

HEALTH_PAGES = 500  # of each repetition


def _signed_in(role: Role) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(role.account)
    session = client.session
    session["role"] = role.pk
    session.save()
    return client


def _queries(client: Client, path: str) -> int:
    with (
        CaptureQueriesContext(connections["default"]) as books,
        CaptureQueriesContext(connections["volatile"]) as other,
    ):
        client.get(path)
    return len(books) + len(other)


def class_page(scale: float) -> Row:
    """Milliseconds per page over all classes of 邢台, one after the other, against the health page."""
    held = Role.objects.select_related("account", "organisation")
    role = held.get(account__sign_in_name="xingtai", duty=Duty.INSTITUTION)
    client = _signed_in(role)
    paths = [f"/classes/{pk}/" for pk in classes_visible_to(role).order_by("pk").values_list("pk", flat=True)]
    queries = [_queries(client, path) for path in paths]
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    took: dict[str, list[float]] = {path: [] for path in paths}
    used: list[float] = []
    answers = at_least(HEALTH_PAGES * scale, 20)
    with served() as product, Line(product.port) as line:
        sizes = [len(line.ask(get(path, cookie))) for path in paths]  # and the web process is warm

        def pages() -> float:
            before = product.processor_seconds
            for path, times in took.items():
                times.append(seconds(partial(line.ask, get(path, cookie))) * 1000)
            used.append((product.processor_seconds - before) / len(paths) * 1000)
            return median(times[-1] for times in took.values())

        def health() -> float:
            return median(seconds(lambda: line.ask(get("/livez"))) for _ in range(answers)) * 1000

        figure, baseline = in_turns(pages, health)
        memory = product.memory_mb
    more = {
        "processor_ms": median(used),
        "slowest_ms": max(median(times) for times in took.values()),
        "classes": len(paths),
        "queries": round(median(queries)),
        "most_queries": max(queries),
        "page_kb": median(sizes) / 1024,
    }
    return Row(figure, "ms", baseline, "同一服务的健康检查页", memory, more)
