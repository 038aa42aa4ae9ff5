"""Groups of a class that resemble each other (TR 11.3 分组讨论): by school, sex and self-rating.

The texts ask for group work and name no measure; all of this is ours. Sizes differ by one at most. What counts first
comes first: no group has more colleagues of one school than an even deal gives it, the sexes are even, colleagues meet
as little as can be, and then the means of the self-ratings are made close.
The same people give the same groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

ROUNDS = 20  # passes over all pairs; a class of thirty is still after three to six
_Cost = tuple[int, int, int, float]
_Groups = list[list["Member"]]


@dataclass(frozen=True, slots=True)
class Member:
    """One person to be put into a group. rating: the mean self-rating 1..4 of form 1 item 19, None when not given."""

    key: int
    school: int
    sex: str
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a group looks like: its size, its women and men, its schools, its mean self-rating (None: nobody rated)."""

    number: int
    size: int
    women: int
    men: int
    schools: int
    most_of_one_school: int
    rating: float | None

    @property
    def share(self) -> float:
        """The mean self-rating in percent of the best, for a bar."""
        return 0.0 if self.rating is None else round(100 * (self.rating - 1) / 3, 1)


def propose(members: Sequence[Member], number: int) -> dict[int, int]:
    """Key → group 1..number. ValueError when number is below one."""
    if number < 1:
        raise ValueError("at least one group")
    groups = _dealt(members, number)
    _even_out(groups, _Aim.of(members, number))
    return {member.key: n for n, group in enumerate(groups, 1) for member in group}


def balance_of(members: Sequence[Member], groups: Mapping[int, int]) -> list[Balance]:
    """The groups side by side, in order; whoever is in none (0 or missing) is not counted."""
    found: dict[int, list[Member]] = {}
    for member in members:
        if number := groups.get(member.key, 0):
            found.setdefault(number, []).append(member)
    return [_balance(number, found[number]) for number in sorted(found)]


def _balance(number: int, group: list[Member]) -> Balance:
    schools = Counter(member.school for member in group)
    rated = [member.rating for member in group if member.rating is not None]
    women = sum(member.sex == "女" for member in group)
    mean = sum(rated) / len(rated) if rated else None
    return Balance(number, len(group), women, len(group) - women, len(schools), max(schools.values()), mean)


def _dealt(members: Sequence[Member], number: int) -> _Groups:
    """The largest schools are dealt out first, each person to one of the smallest groups, there to the one with the
    fewest colleagues, then with the fewest of the same sex."""
    size = Counter(member.school for member in members)
    order = sorted(members, key=lambda m: (-size[m.school], m.school, m.sex, m.key))
    groups: _Groups = [[] for _ in range(number)]
    for member in order:
        min(groups, key=lambda group: _crowding(group, member)).append(member)
    return groups


def _crowding(group: list[Member], member: Member) -> tuple[int, int, int]:
    colleagues = sum(m.school == member.school for m in group)
    same_sex = sum(m.sex == member.sex for m in group)
    return len(group), colleagues, same_sex


@dataclass(frozen=True, slots=True)
class _Aim:
    """What every group should come close to."""

    most: dict[int, int]  # school → the most colleagues that an even deal puts together
    women: float  # share
    rating: float

    @classmethod
    def of(cls, members: Sequence[Member], number: int) -> _Aim:
        """What an even deal of these people would give each group."""
        schools = Counter(member.school for member in members)
        rated = [member.rating for member in members if member.rating is not None]
        return cls(
            {school: -(-n // number) for school, n in schools.items()},
            sum(m.sex == "女" for m in members) / max(1, len(members)),
            sum(rated) / len(rated) if rated else 0.0,
        )

    def cost(self, group: list[Member]) -> _Cost:
        """How far a group is from it, what counts first first; one person more or less of a sex is no difference."""
        schools = Counter(member.school for member in group)
        crowded = sum(max(0, n - self.most[school]) for school, n in schools.items())
        pairs = sum(n * (n - 1) // 2 for n in schools.values())
        women = sum(member.sex == "女" for member in group)
        uneven = int(max(0.0, abs(women - self.women * len(group)) - 0.5) + 0.999)
        off = sum((self.rating if m.rating is None else m.rating) - self.rating for m in group)
        return crowded, uneven**2, pairs, (off / max(1, len(group))) ** 2


def _even_out(groups: _Groups, aim: _Aim) -> None:
    """Exchange two people wherever that brings their two groups closer to the aim, until nothing does."""
    costs = [aim.cost(group) for group in groups]
    for _ in range(ROUNDS):
        moved = False
        for a, b in combinations(range(len(groups)), 2):
            moved = _exchange(groups, costs, a, b, aim) or moved
        if not moved:
            return


def _exchange(groups: _Groups, costs: list[_Cost], a: int, b: int, aim: _Aim) -> bool:
    moved = False
    for i in range(len(groups[a])):
        for j in range(len(groups[b])):
            one = [*groups[a][:i], groups[b][j], *groups[a][i + 1 :]]
            two = [*groups[b][:j], groups[a][i], *groups[b][j + 1 :]]
            after = (aim.cost(one), aim.cost(two))
            if _sum(*after) < _less(_sum(costs[a], costs[b])):
                groups[a], groups[b] = one, two
                costs[a], costs[b] = after
                moved = True
    return moved


def _sum(one: _Cost, two: _Cost) -> _Cost:
    return one[0] + two[0], one[1] + two[1], one[2] + two[2], one[3] + two[3]


def _less(cost: _Cost) -> _Cost:
    """A gain must be more than rounding, so that two equal exchanges do not alternate."""
    return cost[0], cost[1], cost[2], cost[3] - 1e-9
