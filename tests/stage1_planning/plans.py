"""Rounds, lines as a page sends them, and what the books say afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.trail.models import Event
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from tests.cast import ClassAt, People, at

OPENS, CLOSES = date(2022, 10, 13), date(2022, 11, 7)
IN_ROUND = at(date(2022, 10, 20))
LINE: dict[str, Any] = {
    "level": "3", "category": "01", "first_day": date(2023, 6, 12), "last_day": date(2023, 6, 18), "days": 7,
    "headcount": 30, "scope": "面向全国技工院校机械类专业教师。", "note": "",
}  # fmt: skip


def opened(people: People, **changed: Any) -> ReportingRound:
    """A round: the first half of 2023, unless something else is said."""
    dates: dict[str, Any] = {"year": 2023, "half": 1, "opens_on": OPENS, "closes_on": CLOSES}
    return actions.open_round(**dates | changed, by=people.centre, now=at(OPENS))


def entered(round_: ReportingRound, by: Role, **changed: Any) -> TrainingClass:
    """A line that the institution has entered."""
    return actions.add_line(round=round_, **LINE | changed, by=by, now=IN_ROUND)


def send_line(client: Client, where: str, **changed: Any) -> Any:
    """Fill the form of a line and send it."""
    return client.post(where, LINE | changed)


def page_of(client: Client, round_: ReportingRound) -> str:
    """The page of a round."""
    answer = client.get(reverse("planning.round", args=[round_.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def url(permission: Permission, thing: Any) -> str:
    """Where an act on a thing is sent."""
    return reverse(permission.value, args=[thing.pk])


def press(client: Client, permission: Permission, thing: Any, **inputs: Any) -> Any:
    """Press the button of an act."""
    return client.post(url(permission, thing), {"next": "/planning/", **inputs})


def why(act: Any, /, **inputs: Any) -> list[Breach]:
    """Why an act refuses."""
    with pytest.raises(Refusal) as refused:
        act(**inputs)
    return list(refused.value.breaches)


def entry(permission: Permission) -> Event:
    """The one entry of an act in the trail."""
    return Event.objects.unscoped("tests").get(code=permission.value)


def entries(permission: Permission) -> int:
    """How often an act stands in the trail."""
    return int(Event.objects.unscoped("tests").filter(code=permission.value).count())


def states(*lines: TrainingClass) -> list[str]:
    """The states of lines, read now."""
    rows = TrainingClass.objects.unscoped("tests").filter(pk__in=[line.pk for line in lines])
    found = dict(rows.values_list("pk", "state"))
    return [found[line.pk] for line in lines]


def beside(c: ClassAt, number: int, **changed: Any) -> list[TrainingClass]:
    """So many further drafts of the institution in the round of a class, a week apart."""
    first = date(2023, 1, 9)
    return [
        entered(
            c.tc.round, c.staff, first_day=first + timedelta(weeks=week), last_day=first + timedelta(weeks=week, days=6),
            **changed,
        )
        for week in range(number)
    ]  # fmt: skip
