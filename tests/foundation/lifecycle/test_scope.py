"""Rows cannot be read, counted, changed or deleted without saying for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Count

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.scope import Scoped, ScopeMissing
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAtFixture, ClassesAtFixture, People, Plan

SCOPED = [m for m in apps.get_models() if issubclass(m, Scoped)]

READS: dict[str, Callable[[Any], Any]] = {
    "iterate": list, "first": lambda rows: rows.first(), "last": lambda rows: rows.order_by("pk").last(), "get": lambda rows: rows.get(pk=1),
    "count": lambda rows: rows.count(), "exists": lambda rows: rows.exists(), "len": len, "bool": bool, "index": lambda rows: rows[0],
    "values": lambda rows: list(rows.values("pk")), "values_list": lambda rows: list(rows.values_list("pk")),
    "iterator": lambda rows: list(rows.iterator()), "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "in_bulk": lambda rows: rows.in_bulk([1]), "update": lambda rows: rows.update(pk=1), "delete": lambda rows: rows.delete(),
    "filter": lambda rows: list(rows.filter(pk=1).exclude(pk=2).order_by("pk")), "contains": lambda rows: TrainingClass(pk=1) in rows,
    "get_or_create": lambda rows: rows.get_or_create(pk=1), "earliest": lambda rows: rows.earliest("pk"),
    "union": lambda rows: list(rows.union(rows)), "explain": lambda rows: rows.filter(pk=1).first(),
}  # fmt: skip


@pytest.mark.parametrize("read", READS)
def test_every_way_of_reading_without_a_scope_is_refused(class_at: ClassAtFixture, read: str) -> None:
    class_at("planned")
    with pytest.raises(ScopeMissing):
        READS[read](TrainingClass.objects.all())


@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m.__name__)
def test_every_model_of_an_organisation_is_guarded_and_says_who_sees_its_rows(
    cast: People, model: type[Scoped]
) -> None:
    with pytest.raises(ScopeMissing):
        model.objects.first()
    for role in (
        cast.centre,
        cast.hebei,
        cast.xingtai.staff,
        cast.trainee,
        cast.stranger,
        cast.system,
        cast.school,
    ):
        assert model.objects.scope(role).count() >= 0
    assert model.objects.unscoped("a test").count() >= 0


def test_a_reason_is_needed_to_see_all_rows() -> None:
    with pytest.raises(ScopeMissing):
        TrainingClass.objects.unscoped("")


def test_the_scope_survives_further_words(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    rows = TrainingClass.objects.scope(c.staff)
    assert rows.filter(level="3").exclude(pk=0).order_by("pk").select_related("round").get() == c.tc
    assert TrainingClass.objects.filter(level="3").scope(c.staff).get() == c.tc
    assert rows.inside(pk=c.tc.pk).count() == 1


def test_a_model_that_does_not_say_who_may_see_its_rows_lets_nobody() -> None:
    class Silent(Scoped):
        class Meta:
            abstract = True

    with pytest.raises(TypeError, match="does not say"):
        Silent.scope_for(None)


def test_each_role_sees_its_own_and_nothing_else(classes_at: ClassesAtFixture) -> None:
    """Two institutions in two provinces: nobody but those who read all sees both."""
    mine, theirs = classes_at(Plan("issued"), Plan("taught", "017", "1"))
    people = mine.people
    sees: dict[str, tuple[Role, set[int]]] = {
        "centre": (people.centre, {mine.tc.pk, theirs.tc.pk}), "oversight": (people.oversight, {mine.tc.pk, theirs.tc.pk}),
        "province": (people.hebei, {mine.tc.pk}), "staff": (people.xingtai.staff, {mine.tc.pk}),
        "trainee": (mine.trainees[0], {mine.tc.pk}), "other staff": (people.changzhou.staff, {theirs.tc.pk}),
        "stranger": (people.stranger, set()),
    }  # fmt: skip
    for name, (role, expected) in sees.items():
        for model in SCOPED:
            names = {f.name for f in model._meta.concrete_fields}
            if "training_class" not in names or role.duty_enum == Duty.TRAINEE:
                continue
            seen = set(model.objects.scope(role).values_list("training_class_id", flat=True))
            assert seen <= expected, (name, model.__name__)
