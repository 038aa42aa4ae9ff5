"""Changes of published classes: how far a class is, what stands against a change, what waits for whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from typing_extensions import TypedDict

from gongxue.foundation.identity.models import Role
from gongxue.parties.queries import class_approval_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import Due
from gongxue.regulations.changes import (
    FIELD_TITLES,
    ChangeKind,
    Standing,
    addition_breaches,
    missed_dues,
    window_breaches,
)
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import ChangeState, RoundState
from gongxue.regulations.planning import PlannedClass, plan_breaches
from gongxue.stage1_planning.models import PlanChange, TrainingClass
from gongxue.stage1_planning.queries import with_notice

WAITING = (ChangeState.APPLIED, ChangeState.RETURNED)


class PlanLine(TypedDict):  # of typing_extensions: pydantic reads its fields, typing's own only from 3.12 on
    """What a class says in the national list (TR 7), as it is applied for."""

    level: str
    category: str
    first_day: date
    last_day: date
    days: int
    headcount: int
    scope: str


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A line as an application keeps it: days as text, the ends of the scope cut."""
    found = {name: values[name] for name in FIELD_TITLES}
    found |= {"first_day": found["first_day"].isoformat(), "last_day": found["last_day"].isoformat()}
    return found | {"scope": found["scope"].strip()}


def line_of(tc: TrainingClass) -> dict[str, Any]:
    """The same of a class."""
    return plain({name: getattr(tc, name) for name in FIELD_TITLES})


# What later stages know -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A change of a published class as the later stages are asked about it: nothing is written yet."""

    training_class: TrainingClass  # as it stands
    wanted: PlannedClass | None  # None: the class is cancelled
    reason: str = ""

    @property
    def cancels(self) -> bool:
        """Whether the class is taken off the list."""
        return self.wanted is None

    @property
    def moves_dates(self) -> bool:
        """Whether the days become others."""
        tc, new = self.training_class, self.wanted
        return new is not None and (tc.first_day, tc.last_day) != (new.first_day, new.last_day)

    @property
    def class_then(self) -> TrainingClass:
        """The class as it is to be, unsaved; as it is when it is cancelled."""
        found = copy(self.training_class)
        for name in FIELD_TITLES if self.wanted else ():
            setattr(found, name, getattr(self.wanted, name))
        found.version += 1
        return found


# Which of some classes have an opening application: stage 2 says so.
OPENED: list[Callable[[Collection[int]], set[int]]] = []
# What hinders a change: a teacher who is taken on the new days, more admitted than seats. Later stages say so.
OBSTACLES: list[Callable[[ClassChange], list[Breach]]] = []


def standing_of(tc: TrainingClass) -> Standing:
    """How far a class has come."""
    keys = [tc.pk]
    return Standing(
        tc.first_day,
        opened=any(opened(keys) for opened in OPENED),
        filed=tc.stage >= 4,
        noticed=bool(with_notice([tc])),
        begun=tc.stage >= 5,
    )


# Rules over rows --------------------------------------------------------------------------------------------------


def change_breaches(change: PlanChange, today: date) -> list[Breach]:
    """Everything that stands against an application today; asked when it is made and again when it is approved."""
    found: list[Breach] = []
    tc = change.training_class
    if tc is not None and change.kind_enum is not ChangeKind.ADD:
        found += _overtaken(change, tc)
        found += window_breaches(change.kind_enum, change.fields, standing_of(tc), today)
    if change.kind_enum is ChangeKind.CANCEL:
        return found + _obstacles(change)
    if change.after["level"] not in list(Level):
        return [Breach("class.level", "TR 2.5", "没有这个级别。", "级别为一级、二级、三级、骨干。")]
    plan = change.as_plan()
    edition, period = edition_on(plan.first_day), change.round.period
    if change.kind_enum is ChangeKind.ADD:
        found += addition_breaches(
            change.path_enum, plan.first_day, period, today, edition,
            published=change.round.state == RoundState.PUBLISHED, reporting=change.round.is_open_on(today),
        )  # fmt: skip
    found += [_elsewhere(breach, change) for breach in plan_breaches(plan, period, today, edition)]
    found += class_approval_breaches(change.institution, plan.level, plan.category, plan.first_day)
    return found + ([] if found else _obstacles(change))


def _overtaken(change: PlanChange, tc: TrainingClass) -> list[Breach]:
    """The class has changed since it was applied for: the old values on the paper are no longer true."""
    if line_of(tc) == change.before:
        return []
    says = "本班在申请之后已有变化，申请所列的原内容不再准确。"
    return [Breach("change.overtaken", "MG 25.4", says, "请退回机构，由机构核对后重新提交。")]


def _elsewhere(breach: Breach, change: PlanChange) -> Breach:
    """A class of another half-year belongs into that round."""
    if breach.rule != "class.period" or change.kind_enum is ChangeKind.ADD:
        return breach
    return replace(breach, way_out="跨半年的，请申请取消本班，再到相应轮次申请新增班次。")


def _obstacles(change: PlanChange) -> list[Breach]:
    asked = as_asked(change)
    return [breach for ask in OBSTACLES for breach in ask(asked)] if asked else []


def as_asked(change: PlanChange) -> ClassChange | None:
    """The change as later stages read it; None for a new class, which nobody takes part in yet."""
    if change.training_class is None:
        return None
    wanted = None if change.kind_enum is ChangeKind.CANCEL else change.as_plan()
    return ClassChange(change.training_class, wanted, change.reason)


def short_of(change: PlanChange, today: date) -> list[Due]:
    """The deadlines for which the new dates leave no time; none when the dates stay."""
    if change.kind_enum is ChangeKind.CANCEL:
        return []
    plan = change.as_plan()
    standing = Standing(plan.first_day)
    if change.training_class is not None:
        if change.before["first_day"] == change.after["first_day"]:
            return []
        standing = standing_of(change.training_class)
    return missed_dues(standing, plan.first_day, edition_on(plan.first_day), today)


# Lists ------------------------------------------------------------------------------------------------------------


def changes_visible_to(role: Role) -> QuerySet[PlanChange]:
    """Applications in the role's scope, the newest first."""
    rows: QuerySet[PlanChange] = PlanChange.objects.scope(role)
    names = (
        "round",
        "institution",
        "training_class__institution",
        "applied_by",
        "decided_by",
        "edition__round",
    )
    return rows.select_related(*names).defer(
        "edition__lines", "edition__complete", "edition__changes"
    ).order_by("-pk")  # fmt: skip


def changes_of_class(tc: TrainingClass) -> list[PlanChange]:
    """The applications about a visible class, the newest first."""
    rows = PlanChange.objects.inside(training_class=tc)
    return list(rows.select_related("applied_by", "institution").order_by("-pk"))


def open_change(tc: TrainingClass) -> PlanChange | None:
    """The application that is still undecided, if there is one."""
    return PlanChange.objects.inside(training_class=tc, state__in=WAITING).order_by("-pk").first()
