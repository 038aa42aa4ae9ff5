"""Pages at one and at a thousand classes ask the books as often: every page of lists, for everybody who works with many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.stage1_planning.models import Involvement, TrainingClass
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage3_programme.models import Programme
from gongxue.stage4_enrolment.models import Enrolment
from tests.cast import ClassAt, SignedIn
from tests.desks.conftest import ClassNow
from tests.routes import pages

MANY = 999
BELONGS: tuple[type[models.Model], ...] = (Opening, Invitation, Involvement, Programme, Enrolment)
WHO = ("centre", "province", "institution", "instructor")


def copies(c: ClassAt) -> None:
    """The class 999 times more, a day apart, each with its opening, its people, its programme and its notice."""
    rows: Any = TrainingClass.objects.unscoped("a test")
    classes = [rows.get(pk=c.tc.pk) for _ in range(MANY)]
    for number, row in enumerate(classes):
        row.pk, row._state.adding = None, True
        row.first_day += timedelta(days=number % 300)
        row.last_day += timedelta(days=number % 300)
    made = rows.bulk_create(classes)
    for model in BELONGS:
        held = list(model.objects.unscoped("a test").filter(training_class=c.tc))  # type: ignore[attr-defined]
        model.objects.unscoped("a test").bulk_create(  # type: ignore[attr-defined]
            [_copy(row, one) for one in made for row in held], batch_size=500
        )


def _copy(row: Any, owner: TrainingClass) -> Any:
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**{**fields, "training_class_id": owner.pk})


def lists(client: Client) -> Iterator[tuple[str, int]]:
    """Every page without a number in its address that answers, and how often it asks."""
    for page in pages():
        if not page.inputs and client.get(page.at()).status_code == 200:
            with CaptureQueriesContext(connection) as captured:
                client.get(page.at())
            yield page.name, len(captured)


@pytest.mark.parametrize("stage", ["submitted", "invited", "announced"])
def test_a_thousand_classes_take_as_many_queries_as_one(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    clients = {name: signed_in(role) for name, role in c.actors().items() if name in WHO}
    one = {name: dict(lists(client)) for name, client in clients.items()}
    copies(c)
    assert {TrainingClass.objects.scope(role).count() for role in (c.people.centre, c.province, c.staff)} == {
        MANY + 1
    }
    many = {name: dict(lists(client)) for name, client in clients.items()}
    assert sum(map(len, one.values())) > 40
    different = {
        f"{name} {page}": (asked, many[name].get(page))
        for name, found in one.items()
        for page, asked in found.items()
        if many[name].get(page) != asked
    }
    assert different == {}
