"""One recommendation over all open classes: the best that can be found with a given effort, and what is proven of it.

First the relaxation over all pairs: prices, a bound, and nearly a staffing. Up to `WHOLE` classes: then all of them as one exact
programme of the pairs that are worth most after their prices. Above: what the relaxation gives, its doubtful classes staffed
anew, then exact windows of sixty classes, by price and by points in turn. Effort
is counted in windows and nodes, never in seconds, so that the same problem has the same answer on every machine; the
limits of time are a safety net, and an answer that met one says so.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from gongxue.stage2_staffing.optimisation.candidates import Field, field_of
from gongxue.stage2_staffing.optimisation.check import faults, worth
from gongxue.stage2_staffing.optimisation.model import SEATS, Answer, Problem, sorted_jobs
from gongxue.stage2_staffing.optimisation.prices import priced
from gongxue.stage2_staffing.optimisation.roster import Roster, greedy, value
from gongxue.stage2_staffing.optimisation.windows import (
    EFFORT,
    WINDOW,
    Effort,
    dive,
    proven,
    restaff,
    rounds,
    sure_of,
)

WHOLE = 300  # classes that are solved as one programme
Progress = Callable[[int, int], None]


class Unsound(RuntimeError):
    """An answer that breaks a rule or is worse than the greedy choice; never seen, never stored."""


def solve(problem: Problem, effort: Effort = EFFORT, progress: Progress = lambda done, of: None) -> Answer:
    """The best staffing found. Never breaks a hard rule, never worth less than the greedy choice.

    progress: told how many steps are done of how many. Raises Unsound when its own check fails.
    """
    field = field_of(problem)
    first = greedy(field)
    least = value(field, first.places())
    if len(field.classes) <= WHOLE:
        best, bound, windows, cut = _whole(field, first, effort, progress)
        method = "whole"
    else:
        best, bound, windows, cut = _windows(field, first, effort, progress)
        method = "windows"
    jobs = sorted_jobs(field.job(*place) for place in best.places())
    answer = Answer(
        jobs=jobs, objective=value(field, best.places()), bound=bound, greedy=least,
        unfilled=tuple((field.classes[c].number, SEATS[s], n) for c, s, n in best.unfilled()),
        method=method, windows=windows, cut=cut,
    )  # fmt: skip
    prove(problem, answer)
    return answer


def prove(problem: Problem, answer: Answer) -> None:
    """Judge an answer by the independent check. Raises Unsound."""
    found = faults(problem, answer.jobs)
    if found or worth(problem, answer.jobs) != answer.objective or answer.objective < answer.greedy:
        raise Unsound("; ".join(found[:5]) or f"{answer.objective} against {answer.greedy}")


def _better(field: Field, one: Roster, other: Roster) -> Roster:
    return other if value(field, other.places()) > value(field, one.places()) else one


def _whole(field: Field, first: Roster, effort: Effort, progress: Progress) -> tuple[Roster, int, int, bool]:
    steps = 3
    prices = priced(field, first.places(), effort.rounds, effort.seconds)
    progress(1, steps)
    begun, _ = sure_of(field, prices)
    best = _better(field, first, greedy(field, roster=begun))
    progress(2, steps)
    cut = False
    if value(field, best.places()) < prices.bound:
        cut = restaff(best, list(range(len(field.classes))), prices, effort)
    bound = prices.bound
    if value(field, best.places()) < bound:
        bound, late = proven(best, prices, effort)
        cut |= late
    progress(3, steps)
    return best, bound, 0, cut or prices.cut


def _windows(
    field: Field, first: Roster, effort: Effort, progress: Progress
) -> tuple[Roster, int, int, bool]:
    a_pass = -(-len(field.classes) // WINDOW)
    count = effort.passes * a_pass
    prices = priced(field, first.places(), effort.rounds_of_many, effort.seconds)
    progress(1, count + 2)
    dived, cut = dive(field, prices, effort)
    best = _better(field, first, dived)
    progress(2, count + 2)
    for number, classes in enumerate(islice(rounds(field), count), 1):
        by_price = (number - 1) // a_pass % 2 == 0
        cut |= restaff(best, classes, prices if by_price else None, effort)
        progress(number + 2, count + 2)
    return best, prices.bound, count, cut or prices.cut
