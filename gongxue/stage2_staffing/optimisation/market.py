"""What a teacher's next job would be worth if everybody bargained a little: a first guess of prices, for all pairs at once.

A smooth market: every seat divides itself among the teachers who could take it, the more the more they are worth to it after
their price; every teacher's price rises until no more is asked of them than the places of their year offer. Cooled in steps. The
guess only chooses which pairs the relaxation looks at first; nothing is proven from it.
"""

from __future__ import annotations

import numpy as np

from gongxue.stage2_staffing.optimisation.candidates import Ints
from gongxue.stage2_staffing.optimisation.highs import Floats
from gongxue.stage2_staffing.optimisation.pairs import AllPairs

COOLING = ((40.0, 10), (20.0, 10), (8.0, 10))  # points within which a choice is blurred, rounds of bargaining
HALVINGS = 12  # of the interval in which a price is sought
REACH = 400.0  # points that a price moves at most in one round
TINY = 1e-300


def asking(pairs: AllPairs, need: Ints) -> Floats:
    """Price of the next job [group, kind]: what a seat must offer before that teacher takes it. need: [seat] free seats."""
    found = -pairs.ladder[:, :, 0].clip(-REACH * 10)
    for kind in (0, 1):
        on = np.flatnonzero(pairs.s == kind)
        wanted, group = np.unique(pairs.group[on], return_inverse=True)
        found[wanted, kind] = _bargained(
            pairs.seat[on], group, pairs.points[on], pairs.ladder[wanted, kind], need
        )
    return found


def _bargained(seat: Ints, group: Ints, points: Floats, ladder: Floats, need: Ints) -> Floats:
    price = -ladder[:, 0].clip(-REACH * 10)
    if not len(seat):
        return price
    keys, begin, which = np.unique(seat, return_index=True, return_inverse=True)
    wanted = need[keys].astype(np.float64)
    for blur, rounds in COOLING:
        for _ in range(rounds):
            offer = (points - price[group]) / blur
            share = np.exp(offer - np.maximum.reduceat(offer, begin)[which])
            share *= (wanted / np.add.reduceat(share, begin))[which]
            asked = np.log(np.maximum(np.bincount(group, share, minlength=len(price)), TINY))
            price = _cleared(price, asked, ladder, blur)
    return price


def _cleared(price: Floats, asked: Floats, ladder: Floats, blur: float) -> Floats:
    """The price at which as much is offered as is asked; what is asked falls with the price, what is offered rises."""
    low, high = price - REACH, price + REACH
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        places = np.clip((middle[:, None] + ladder) / blur, -60, 60)
        offered = np.log(np.maximum((1 / (1 + np.exp(-places))).sum(axis=1), TINY))
        too_low = asked - (middle - price) / blur > offered
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return (low + high) / 2
