"""Numbered editions of the national list: what each holds, what changed between two of them (TR 7, MG 25.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.national_list import (
    IN_PLAN,
    OUTSIDE_PLAN,
    Change,
    Row,
    changes_between,
    in_order,
    with_reasons,
)
from gongxue.regulations.registers import province_name
from gongxue.stage1_planning.models import PublishedEdition, ReportingRound, TrainingClass

HEAVY = ("lines", "complete", "changes")


def edition_row(line: TrainingClass) -> dict[str, object]:
    """A class as an edition freezes it."""
    return {
        "class": line.pk,
        "province": province_name(line.province_code),
        "institution_code": line.institution.code,
        "institution": line.institution.name,
        "level": line.level_title,
        "category": line.category_title,
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "days": line.days,
        "headcount": line.headcount,
        "scope": line.scope,
        "plan": OUTSIDE_PLAN if line.outside_plan else IN_PLAN,
    }


def rows_now(round_: ReportingRound) -> list[Row]:
    """The published classes of a round as the next edition freezes them: one query."""
    rows = TrainingClass.objects.unscoped("the national list is public").filter(
        round=round_, state=PlanState.PUBLISHED
    )
    return in_order(edition_row(row) for row in rows.select_related("institution"))


def editions() -> QuerySet[PublishedEdition]:
    """Published editions, the newest first, without their lists."""
    return PublishedEdition.objects.select_related("round").defer(*HEAVY).order_by("-published_at", "-pk")


def editions_of(round_: ReportingRound) -> list[PublishedEdition]:
    """The editions of a round, the newest first, without their lists."""
    return list(editions().filter(round=round_).order_by("-number"))


def listing_of(edition: PublishedEdition) -> list[Row]:
    """The complete list of the round as of an edition; an old one's is what it and those before it published."""
    if edition.complete is not None:
        return list(edition.complete)
    earlier = PublishedEdition.objects.filter(round=edition.round_id, number__lte=edition.number)
    found: list[Row] = []
    for row in earlier.order_by("number"):
        known = {line["class"] for line in found}
        found += [line for line in row.lines if line["class"] not in known]
    return in_order(found)


def previous(edition: PublishedEdition) -> PublishedEdition | None:
    """The edition before it in its round."""
    rows = PublishedEdition.objects.filter(round=edition.round_id, number__lt=edition.number)
    return rows.select_related("round").order_by("-number").first()


def latest(round_: ReportingRound) -> PublishedEdition | None:
    """The newest edition of a round, with its list."""
    return PublishedEdition.objects.filter(round=round_).order_by("-number").first()


def changes_of(edition: PublishedEdition) -> list[Change]:
    """What an edition changed against the one before it."""
    if edition.changes is not None:
        return list(edition.changes)
    before = previous(edition)
    return changes_between(listing_of(before) if before else [], listing_of(edition))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of a round and what lies between them; the older one may be none at all."""

    old: PublishedEdition | None
    new: PublishedEdition
    changes: list[Change]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "round": self.new.round.period.title,
            "from": self.old.number if self.old else None,
            "to": self.new.number,
            "changes": self.changes,
        }


def compare(new: PublishedEdition, old: PublishedEdition | None) -> Comparison:
    """What changed from one edition to another of the same round, with the reasons of the editions between."""
    if old is not None and old.number > new.number:
        old, new = new, old
    if old is None or old.number == new.number - 1:
        return Comparison(old, new, changes_of(new) if old else changes_between([], listing_of(new)))
    between = PublishedEdition.objects.filter(
        round=new.round_id, number__gt=old.number, number__lte=new.number
    )
    told = [change for edition in between.order_by("number") for change in edition.changes or []]
    return Comparison(old, new, with_reasons(changes_between(listing_of(old), listing_of(new)), told))


def edition_json(edition: PublishedEdition) -> dict[str, Any]:
    """An edition for machines: the whole list, and what changed against the one before."""
    return {
        "round": edition.round.period.title,
        "number": edition.number,
        "published_at": edition.published_at.isoformat(),
        "lines": listing_of(edition),
        "changes": changes_of(edition),
    }
