"""Colleagues named in the place of admitted teachers: who, for whom, until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.regulations.lifecycle import ApplicationState, SubstitutionState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application, Substitution


def in_naming() -> Exists:
    """To annotate applications with, as `in_naming`: whether they leave or arrive by a naming; spares the question."""
    rows = Substitution.objects.unscoped("of applications that are in scope").filter(
        state=SubstitutionState.NAMED
    )
    return Exists(rows.filter(Q(leaving=OuterRef("pk")) | Q(arriving=OuterRef("pk"))))


def named_for(application: Application) -> Substitution | None:
    """The place that an applicant is named for by their employer, or None."""
    return naming_of(application)[0]


def successor_of(application: Application) -> Substitution | None:
    """The colleague named in the place of an admitted teacher, or None."""
    return naming_of(application)[1]


def naming_of(application: Application) -> tuple[Substitution | None, Substitution | None]:
    """(the place that somebody is named for, the colleague named in their place); the row was found in scope."""
    if not getattr(application, "in_naming", True):
        return None, None
    rows = Substitution.objects.unscoped("the caller has found the application in scope").filter(
        Q(leaving=application) | Q(arriving=application), state=SubstitutionState.NAMED
    )
    found = list(rows.select_related("leaving__person__account", "arriving__person__account"))
    place = next((row for row in found if row.arriving_id == application.pk), None)
    return place, next((row for row in found if row.leaving_id == application.pk), None)


def named_in(training_class: TrainingClass) -> tuple[dict[int, Substitution], dict[int, Substitution]]:
    """(by the application that leaves, by the one that arrives) of a visible class; one query."""
    rows = Substitution.objects.inside(training_class=training_class, state=SubstitutionState.NAMED)
    found = list(rows.select_related("leaving__person__account", "arriving__person__account"))
    return {row.leaving_id: row for row in found}, {row.arriving_id: row for row in found}


def is_named_now(training_class: TrainingClass, person: Person | int, now: datetime) -> bool:
    """Whether somebody fills in form 1 in a colleague's place, whatever the notice says of its days."""
    rows = Substitution.objects.inside(training_class=training_class, state=SubstitutionState.NAMED)
    return bool(rows.filter(arriving__person=person, until__gte=now).exists())


def replaceable(role: Role) -> list[tuple[Application, Substitution | None]]:
    """The admitted teachers of a school whose classes have not begun, each with the colleague who is named."""
    rows = Application.objects.scope(role).filter(
        state=ApplicationState.ADMITTED, employer=role.organisation_id, training_class__stage=4
    )
    rows = rows.annotate(in_naming=in_naming())
    found = list(
        rows.select_related("person__account", "training_class__institution").order_by(
            "training_class__first_day", "seat"
        )
    )
    if not any(row.in_naming for row in found):
        return [(row, None) for row in found]
    named = Substitution.objects.scope(role).filter(
        leaving__in=[row.pk for row in found], state=SubstitutionState.NAMED
    )
    by_leaving = {row.leaving_id: row for row in named.select_related("arriving__person__account")}
    return [(row, by_leaving.get(row.pk)) for row in found]


def colleagues_of(application: Application, role: Role) -> list[Person]:
    """The other teachers of the employer who have no seat in the class and were not refused there."""
    gone: Collection[str] = (ApplicationState.ADMITTED, ApplicationState.OFFERED, ApplicationState.REJECTED)
    there = Application.objects.inside(training_class=application.training_class_id, state__in=gone)
    rows = Person.objects.scope(role).filter(employer=application.employer_id, account__is_active=True)
    found = rows.exclude(pk=application.person_id).exclude(account=role.account_id)
    return list(
        found.exclude(pk__in=there.values("person")).select_related("account").order_by("account__name")
    )
