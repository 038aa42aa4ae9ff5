"""What the makers of todos share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from gongxue.certificates.queries import cases_visible_to
from gongxue.desks.cards import Todo
from gongxue.foundation.identity.models import Role
from gongxue.regulations.certificate_cases import CaseKind
from gongxue.regulations.lifecycle import CaseState, ChangeState, PlanState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import classes_visible_to
from gongxue.stage1_planning.queries.changes import changes_visible_to
from gongxue.stage1_planning.queries.watching import grants_of, reckoned, timetable_of

Todos = list[Todo]
CHANGES_SHOWN = 50


class Deadlines:
    """The due days of some classes with the extensions that were granted: one query for all of them."""

    def __init__(self, classes: Iterable[TrainingClass]) -> None:
        self._grants = grants_of(classes)

    def on(self, tc: TrainingClass, key: str) -> date:
        """The day of a deadline: opening, programme, feedback …"""
        due = timetable_of(tc).dues[key]
        return reckoned(due, tc, self._grants, due.on).due.on


def class_url(name: str, training_class_id: int) -> str:
    """A page of a class."""
    return reverse(name, args=[training_class_id])


def class_todo(
    kind: str,
    title: str,
    tc: TrainingClass,
    page: str,
    due: date | None = None,
    *,
    far: bool = False,
    **more: Any,
) -> Todo:
    """What waits on a page of a class. `far`: the reader is of another house and needs the institution's name."""
    where = class_url(page, tc.pk) + more.pop("rest", "")
    return Todo(kind, title, where, due, class_id=tc.pk, about=str(tc) if far else tc.title, **more)


def round_todo(kind: str, title: str, round_: ReportingRound, *lines: PlanState) -> Todo:
    """What waits in a round: the pages of its lines in these states show it too."""
    where = reverse("planning.round", args=[round_.pk])
    return Todo(kind, title, where, round_.closes_on, str(round_), round_id=round_.pk, lines=lines)


def classes_by_id(role: Role) -> dict[int, TrainingClass]:
    """Every class of the role's scope, in one query."""
    return {tc.pk: tc for tc in classes_visible_to(role)}


def changes(role: Role, kind: str, *states: ChangeState) -> Todos:
    """Changes of the national list that wait for the role: one query."""
    rows = changes_visible_to(role).filter(state__in=states).order_by("applied_at", "pk")[:CHANGES_SHOWN]
    return [
        Todo(
            kind, f"{row.path_title}：{row.kind_title}", reverse("planning.change", args=[row.pk]),
            sub=row.answer or row.reason, class_id=row.training_class_id,
            about=f"{row.institution.name} {row.about}",
        )
        for row in rows
    ]  # fmt: skip


def cases_waiting(role: Role, *kinds: CaseKind) -> Todos:
    """What is asked for certificates and waits for the role: one query."""
    rows = (
        cases_visible_to(role).filter(state=CaseState.APPLIED, kind__in=kinds).order_by("pk")[:CHANGES_SHOWN]
    )
    return [
        Todo(
            "证书", f"{row.get_kind_display()}：{row.certificate}", f"{reverse('certificate_cases')}?state=applied",
            sub=row.reason, about=row.institution.name if role.is_(Duty.PROVINCE) else "",
        )
        for row in rows
    ]  # fmt: skip
