"""Groups that resemble each other: sizes, schools, sexes, self-ratings; measured over random classes."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from gongxue.regulations.grouping import Member, balance_of, propose


def a_class(dice: random.Random, people: int) -> list[Member]:
    """People of a few schools, with ratings of which some are missing."""
    schools = dice.randint(3, 15)
    return [
        Member(
            n, dice.randrange(schools), dice.choice("男男女"),
            None if dice.random() < 0.05 else round(dice.uniform(1, 4), 2),
        )
        for n in range(people)
    ]  # fmt: skip


def spread(members: list[Member], groups: dict[int, int]) -> float:
    """How far apart the group means of the self-ratings are, of 3 possible."""
    means = [one.rating for one in balance_of(members, groups) if one.rating is not None]
    return max(means) - min(means)


@pytest.mark.parametrize("number", [2, 4, 5, 6])
def test_over_random_classes_the_means_are_close_and_nothing_else_suffers(number: int) -> None:
    dice = random.Random(number)
    spreads, dealt = [], []
    for _ in range(40):
        members = a_class(dice, dice.randint(24, 30))
        groups = propose(members, number)
        sizes = Counter(groups.values())
        assert set(groups) == {m.key for m in members}
        assert max(sizes.values()) - min(sizes.values()) <= 1
        together = Counter((groups[m.key], m.school) for m in members)
        schools = Counter(m.school for m in members)
        assert all(n <= -(-schools[school] // number) for (_, school), n in together.items())
        women = sum(m.sex == "女" for m in members)
        for one in balance_of(members, groups):
            assert abs(one.women - women * one.size / len(members)) <= 1.5
        spreads.append(spread(members, groups))
        shuffled = [m.key for m in members]
        dice.shuffle(shuffled)
        dealt.append(spread(members, {key: i % number + 1 for i, key in enumerate(shuffled)}))
    mean, by_chance = sum(spreads) / len(spreads), sum(dealt) / len(dealt)
    assert mean <= 0.12 and mean * 5 < by_chance, (mean, by_chance)
    assert max(spreads) <= 0.6


def test_the_same_people_give_the_same_groups_in_whatever_order_they_come() -> None:
    members = a_class(random.Random(7), 30)
    turned = list(reversed(members))
    assert propose(members, 5) == propose(members, 5) == propose(turned, 5)


def test_without_ratings_the_groups_are_even_all_the_same() -> None:
    members = [Member(n, n % 3, "男女"[n % 2]) for n in range(30)]
    assert {one.size for one in balance_of(members, propose(members, 5))} == {6}
    assert all(one.rating is None and one.share == 0 for one in balance_of(members, propose(members, 5)))


def test_more_groups_than_people_leave_some_empty_and_no_group_is_an_error() -> None:
    members = [Member(n, 1, "男", 2.0) for n in range(3)]
    assert sorted(propose(members, 5).values()) == [1, 2, 3]
    assert propose([], 3) == {}
    with pytest.raises(ValueError, match="at least one"):
        propose(members, 0)


def test_the_balance_counts_nobody_who_is_in_no_group() -> None:
    members = [Member(1, 1, "男", 4.0), Member(2, 1, "女", 1.0), Member(3, 2, "女", 2.5)]
    one, two = balance_of(members, {1: 2, 2: 2, 3: 0}), balance_of(members, {3: 1})
    assert [(g.number, g.size, g.men, g.women, g.schools, g.most_of_one_school, g.rating, g.share) for g in one] == [
        (2, 2, 1, 1, 1, 2, 2.5, 50.0)
    ]  # fmt: skip
    assert two[0].rating == 2.5
