"""Reads of stage 1: rounds, lines, the national list, completeness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db.models import Count, QuerySet

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties.queries import class_approval_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import Due
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.planning import plan_breaches
from gongxue.stage1_planning.models import (
    DeadlineException,
    ProvinceReport,
    ReportingRound,
    TrainingClass,
)
from gongxue.stage1_planning.queries.editions import editions as editions
from gongxue.stage1_planning.queries.watching import grants_of, reckoned


def classes_visible_to(role: Role) -> QuerySet[TrainingClass]:
    """Every class a role may open, the soonest first."""
    rows: QuerySet[TrainingClass] = TrainingClass.objects.scope(role)
    return rows.select_related("institution", "round").order_by("first_day", "pk")


def rounds_visible_to(role: Role) -> QuerySet[ReportingRound]:
    """Every round, the newest first."""
    rows: QuerySet[ReportingRound] = ReportingRound.objects.scope(role)
    return rows.order_by("-year", "-half")


def lines_of(round_: ReportingRound, role: Role) -> QuerySet[TrainingClass]:
    """The lines of a round in the role's scope."""
    return classes_visible_to(role).filter(round=round_).order_by("institution__code", "first_day", "pk")


def counts_by_state(lines: QuerySet[TrainingClass]) -> dict[str, int]:
    """How many of the lines stand in each state; every state has its number."""
    found = dict(lines.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in PlanState}


def published_classes() -> QuerySet[TrainingClass]:
    """The national list 全国培训信息: public (TR 7)."""
    rows: QuerySet[TrainingClass] = TrainingClass.objects.unscoped("the national list is public")
    return rows.filter(state=PlanState.PUBLISHED).select_related("institution").order_by("first_day", "pk")


# Which of some classes have a notice that everybody may read: stage 4, which publishes it, says so.
NOTICED: list[Callable[[Collection[int]], set[int]]] = []


def with_notice(classes: Iterable[TrainingClass]) -> set[int]:
    """Keys of the classes whose enrolment notice can be opened."""
    keys = [row.pk for row in classes]
    return set().union(*(noticed(keys) for noticed in NOTICED))


def line_breaches(line: TrainingClass, institution: Organisation, today: date) -> list[Breach]:
    """Everything wrong with a plan line: its own values and the institution's approvals."""
    return plan_breaches(line.as_plan(), line.round.period, today, line.edition) + class_approval_breaches(
        institution, line.level_enum, line.category, line.first_day
    )


def last_report(round_: ReportingRound, role: Role) -> ProvinceReport | None:
    """The role's province's last report of a round, or None."""
    rows: QuerySet[ProvinceReport] = ProvinceReport.objects.scope(role).filter(round=round_)
    return rows.order_by("-pk").first()


def exception_until(training_class: TrainingClass, deadline: str) -> date | None:
    """The latest day to which a deadline was extended, or None."""
    rows = DeadlineException.objects.inside(training_class=training_class, deadline=deadline)
    return rows.order_by("-until").values_list("until", flat=True).first()


def due_of(training_class: TrainingClass, due: Due) -> Due:
    """A deadline of a class, with the extension that was granted for it."""
    return reckoned(due, training_class, grants_of([training_class]), due.on).due


def exceptions_of(training_class: TrainingClass) -> list[DeadlineException]:
    """Every exception with its grantor and reason."""
    return list(DeadlineException.objects.inside(training_class=training_class).select_related("granted_by"))


def class_names(keys: Collection[int]) -> dict[int, str]:
    """Names of classes for people's records: institution, level, category and first day are published (TR 7)."""
    rows = TrainingClass.objects.unscoped("published names").filter(pk__in=keys).select_related("institution")
    return {row.pk: str(row) for row in rows}
