"""Groups: proposals that make them alike, their balance, their names and leaders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gongxue.regulations.grouping import Balance, Member, balance_of, propose
from gongxue.regulations.levels import modules_of
from gongxue.regulations.official_forms.form1 import RATING_SCORES, SELF_RATING
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, GroupName

_SCORES = dict(zip(SELF_RATING, RATING_SCORES, strict=True))


def self_ratings_of(training_class: TrainingClass) -> dict[int, float]:
    """attendee id → mean self-rating 1..4 over the modules of the class's level (form 1 item 19); one query.

    Who rated nothing is not in the answer; level G has no modules, so it is empty.
    """
    codes = [f"19.{module.code}" for module in modules_of(training_class.level_enum)]
    rows = Attendee.objects.inside(training_class=training_class).values_list(
        "pk", "application__answer__items"
    )
    found = {}
    for pk, items in rows:
        scores = [_SCORES[items[code]] for code in codes if items.get(code) in _SCORES]
        if scores:
            found[pk] = sum(scores) / len(scores)
    return found


def members_of(attendees: Collection[Attendee], ratings: Mapping[int, float]) -> list[Member]:
    """Attendees as the rule of grouping reads them."""
    return [
        Member(a.pk, a.application.employer_id, a.application.person.sex, ratings.get(a.pk))
        for a in attendees
    ]


def propose_groups(
    attendees: Collection[Attendee], number: int, ratings: Mapping[int, float] | None = None
) -> dict[int, int]:
    """attendee id → group 1..number: sizes differ by one at most, colleagues, sexes and self-ratings spread.

    A proposal: nothing is saved. ratings: attendee id → mean self-rating; who has none counts as average.
    """
    return propose(members_of(attendees, ratings or {}), number)


def group_names_of(training_class: TrainingClass) -> dict[int, GroupName]:
    """number → what the group is called and who leads it, where that is set."""
    rows = GroupName.objects.inside(training_class=training_class)
    named = rows.select_related("leader__application__person__account")
    return {row.number: row for row in named}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group as the page shows it."""

    balance: Balance
    name: str
    leader: Attendee | None
    people: tuple[Attendee, ...]  # in roster order

    @property
    def number(self) -> int:
        """Its number."""
        return self.balance.number


def group_rows(
    attendees: Collection[Attendee],
    ratings: Mapping[int, float],
    groups: Mapping[int, int],
    names: Mapping[int, GroupName],
) -> list[GroupRow]:
    """The groups that have somebody in them, in order, with their balance. groups: attendee id → number or 0."""
    found = []
    for balance in balance_of(members_of(attendees, ratings), groups):
        named = names.get(balance.number)
        people = tuple(a for a in attendees if groups.get(a.pk) == balance.number)
        leader = named.leader if named else None
        shown = named.name if named and named.name else f"第 {balance.number} 组"
        found.append(GroupRow(balance, shown, leader, people))
    return found
