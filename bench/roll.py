"""A roll of thirty called through the door that the page uses, signed in, one period after the other."""

from __future__ import annotations

import secrets
from datetime import date
from itertools import count
from statistics import median
from urllib.parse import urlencode

from django.conf import settings
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from bench.books import ANY
from bench.class_page import _signed_in
from bench.issued import classes
from bench.measure import REPETITIONS, Row, at_least, in_turns, seconds
from bench.served import Line, post, served
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.actions import call_roll
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Delivery

PERIODS = 10  # of each repetition; a class of level 3 has fifty-six
TOKEN = "b" * 32  # of the form; the cookie says the same


def roll_call(scale: float) -> Row:
    """Milliseconds per roll of a class of thirty, against thirty bare rows of marks in one transaction."""
    ours, bare = classes()[:2]
    for tc in (ours, bare):
        _uncalled(tc)
    by = Role.objects.select_related("account", "organisation").get(
        organisation=ours.institution_id, duty=Duty.COORDINATOR
    )
    people = list(Attendee.objects.inside(training_class=ours).order_by("pk").values_list("pk", flat=True))
    places = iter(_places(ours))
    queries = _queries(ours, by, people, *next(places))
    client = _signed_in(by)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    connections.close_all()
    periods, numbers = at_least(PERIODS * scale), count(1)
    took: list[float] = []
    with served() as product, Line(product.port) as line:

        def call() -> float:
            day, period = next(places)
            asked = _request(ours, people, day, period, cookie)
            return seconds(lambda: line.ask(asked)) * 1000

        call()  # the web process is warm

        def rolls() -> float:
            took.extend(call() for _ in range(periods))
            return median(took[-periods:])

        def rows() -> float:
            return median(seconds(lambda: _write(bare, next(numbers), by)) * 1000 for _ in range(periods))

        figure, baseline = in_turns(rolls, rows)
        memory = product.memory_mb
    more = {"slowest_ms": max(took), "people": len(people), "queries": queries, "rolls": len(took)}
    return Row(figure, "ms", baseline, "同样多的考勤空行直接写入", memory, more)


def _uncalled(tc: TrainingClass) -> None:
    """The class as if its teaching still ran and no roll had been called."""
    AttendanceMark.objects.unscoped(ANY).filter(training_class=tc).delete()
    Delivery.objects.unscoped(ANY).filter(training_class=tc).update(state=DeliveryState.RUNNING)
    TrainingClass.objects.unscoped(ANY).filter(pk=tc.pk).update(stage=5)


def _places(tc: TrainingClass) -> list[tuple[date, int]]:
    rows = CourseSession.objects.inside(training_class=tc, group=0).order_by("day", "period")
    found = list(rows.values_list("day", "period"))
    assert len(found) >= PERIODS * REPETITIONS + 2, "a period is called once"
    return found


def _queries(tc: TrainingClass, by: Role, people: list[int], day: date, period: int) -> int:
    """Statements of the act itself."""
    words = dict.fromkeys(people, "present")
    with CaptureQueriesContext(connections["default"]) as captured:
        call_roll(training_class=tc, day=day, period=period, presences=words, by=by, now=clock.now())
    return len(captured)


def _request(tc: TrainingClass, people: list[int], day: date, period: int, cookie: str) -> bytes:
    """The form as the page sends it: two exceptions, everybody's mark and what was shown."""
    words = dict.fromkeys(people, "present") | dict(zip(people, ("late", "left_early"), strict=False))
    fields = {
        "csrfmiddlewaretoken": TOKEN,
        "once": secrets.token_hex(16),
        "day": day.isoformat(),
        "period": period,
    }
    fields |= {f"presences.{pk}": word for pk, word in words.items()} | {
        f"seen.{pk}": "unmarked" for pk in people
    }
    body = urlencode(fields).encode()
    where = f"/classes/{tc.pk}/roll/call/"
    return post(where, body, "application/x-www-form-urlencoded", cookie, "Accept: application/json")


def _write(tc: TrainingClass, number: int, by: Role) -> None:
    """The marks alone, of a period that no timetable has."""
    rows = Attendee.objects.inside(training_class=tc)
    marks = [
        AttendanceMark(
            training_class=tc, attendee=one, day=date(2000, 1, 1), period=number, presence="present",
            marked_by=by.account, marked_at=clock.now(),
        )
        for one in rows
    ]  # fmt: skip
    with transaction.atomic():
        AttendanceMark.objects.bulk_create(marks)
