"""What every model keeps: foreign keys point backwards, states have constraints, rows say who may see them."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.apps import apps
from django.db import models

from gongxue.foundation.lifecycle.engine import Stateful
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.foundation.trail.triggers import registers
from gongxue.regulations.lifecycle import THINGS

ORDER = (
    "foundation", "parties", "exchange", "stage1_planning", "stage2_staffing", "stage3_programme", "stage4_enrolment",
    "stage5_delivery", "stage6_assessment", "stage7_evaluation", "certificates",
)  # fmt: skip
OURS = [m for m in apps.get_models() if m.__module__.startswith("gongxue.")]


def _place(model: type[models.Model]) -> int:
    return ORDER.index(model.__module__.split(".")[1])


def test_foreign_keys_point_backwards() -> None:
    forward = [
        f"{model.__name__}.{field.name}"
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model.__module__.startswith("gongxue.")
        and _place(field.related_model) > _place(model)
    ]
    assert forward == []


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, Stateful)], ids=lambda m: m.__name__)
def test_every_state_is_constrained_by_the_table(model: type[Stateful]) -> None:
    allowed = {state.value for state in THINGS[model.THING].states}
    conditions = [str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    assert any(all(repr(value) in condition for value in allowed) for condition in conditions)
    (field,) = [f for f in model._meta.concrete_fields if f.name == "state"]
    assert {value for value, _ in field.choices or ()} == allowed


def test_every_thing_of_the_lifecycle_is_a_model() -> None:
    assert {m.THING for m in OURS if issubclass(m, Stateful)} == set(THINGS)


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, Scoped)], ids=lambda m: m.__name__)
def test_every_scoped_model_says_who_may_see_its_rows(model: type[Scoped]) -> None:
    assert "scope_for" in model.__dict__


def test_rows_of_organisations_are_scoped() -> None:
    """A model without a scope is one of the platform's own, named here with its reason."""
    open_ = {m.__name__ for m in OURS if not issubclass(m, Scoped) and not m._meta.proxy}
    assert open_ == {
        "Account", "Organisation", "Role", "ApiToken",  # identity: read through roles_of and the centre's pages
        "Throttle", "AnsweredRequest", "Job", "StoredFile",  # the platform's own work
        "Presence",  # who is at a page: asked only by a view that has asked the scope of what the page is about
        "FormVersion", "Answer",  # read through what they belong to
        "Leaf", "Checkpoint", "Mention",  # the tree over the trail, the classes that an entry names
        "TrainingApproval", "PublishedEdition",  # public registers
        "NumberCounter",
    }  # fmt: skip


def test_registers_are_what_must_never_change() -> None:
    assert {m.__name__ for m in registers()} == {
        "Event", "Leaf", "Checkpoint", "FormVersion", "StoredFile", "ProvinceReport", "PublishedEdition",
        "DeadlineException", "ProgrammeConfirmation", "FiledProgramme", "ProgrammeVersion", "SectionVerdict", "Opinion", "LearningProduct", "ProductFile",
        "Scan", "ScoreSheet", "SecondLook", "TranscriptReceipt", "PatternLook", "CriterionMark", "RubricVersion",
        "TranscriptLine", "EvaluationParticipation", "SatisfactionSum", "Certificate", "LedgerEntry", "IssuedDocument", "Reconciliation", "LogLeaf", "LogCheckpoint",
        "Mention", "SubmittedLine", "ReturnedLine",
        "ModuleHours", "Pledge", "DisciplineReminder", "ClassNotice", "NoticeAddressee",
    }  # fmt: skip


def test_choices_of_enums_are_constrained() -> None:
    """A column with an enum's choices refuses anything else in the database, not only in a form."""
    loose = []
    for model in OURS:
        checked = " ".join(
            str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)
        )
        for field in model._meta.get_fields():
            if (
                isinstance(field, models.CharField)
                and field.choices
                and f"('{field.name}__in'" not in checked
            ):
                loose.append(f"{model.__name__}.{field.name}")
    assert set(loose) <= SEATS_AND_COPIES


# Columns whose values are copied from a constrained row, or guarded by the action and a foreign key beside them.
SEATS_AND_COPIES = {
    "PoolMembership.category", "Qualification.level", "Qualification.category", "Invitation.seat",
    "Recommendation.seat", "Correction.part", "LedgerEntry.kind", "Person.sex",
}  # fmt: skip


def test_enums_of_the_law_are_strings() -> None:
    assert all(issubclass(thing.states, StrEnum) for thing in THINGS.values())
