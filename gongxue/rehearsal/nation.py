"""The rest of the country: what every institution plans and prepares besides the classes of plans.py, drawn by seed.

None of these classes goes beyond the filing of its programme, so that a whole nation is built in seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import Institution, institutions
from gongxue.rehearsal import timeline
from gongxue.rehearsal.plans import AHEAD, PLANS, UNDER_REVIEW, Plan

SEED = 51
PREPARED = 2  # published classes of each institution, on their way through stages 2 and 3
REPORTED = 4  # lines of each institution in the open round
FIRST = 3  # how many categories every institution is approved for, the first ones

# Where the published classes stand still, and after which step of the timeline that is; so many of each.
_PREPARED = (
    ("recommend", timeline.FILE_OPENING, 38), ("invite", timeline.RECOMMEND, 8), ("answer_invitations", timeline.INVITE, 10),
    ("write_programme", timeline.ANSWER, 8), ("confirm_programme", timeline.WRITE, 6),
    ("file_programme", timeline.SUBMIT, 6), ("publish_notice", timeline.FILE, 6), ("open_class", 0, 20),
)  # fmt: skip
# How far the lines of a whole province are in the open round; so many provinces of each, the others are silent.
_REVIEW = (("publish", 9), ("report", 4), ("approve", 7), ("submit_plan", 6))


def nation() -> tuple[Plan, ...]:
    """The same plans at every call."""
    dice = random.Random(SEED)  # noqa: S311 — repeatable, not secret
    return (*_prepared(dice), *_reported(dice))


def _prepared(dice: random.Random) -> Iterator[Plan]:
    """Published classes: applied for, recommended, invited, staffed, written; some not yet begun."""
    stops = [(halt, day) for halt, day, number in _PREPARED for _ in range(number)]
    dice.shuffle(stops)
    places = [one for one in institutions() for _ in range(PREPARED)]
    for place, (halt, day) in zip(places, stops, strict=True):
        offset = dice.randrange(50, AHEAD.days)
        early = 0 if halt == "open_class" else offset + day + 1
        level, category = dice.choice(_kinds(place))
        yield Plan(place.code, level, category, offset, dice.randrange(16, 31), halt, early=early)


def _reported(dice: random.Random) -> Iterator[Plan]:
    """Lines of the open round, province by province; those with lines in plans.py keep to these."""
    known = {plan.code for plan in PLANS if plan.offset >= UNDER_REVIEW}
    settled = {one.province_code for one in institutions() if one.code in known}
    open_provinces = sorted({one.province_code for one in institutions()} - settled)
    halts = [halt for halt, number in _REVIEW for _ in range(number)]
    dice.shuffle(open_provinces)
    for province, halt in zip(open_provinces, halts, strict=False):
        for place in (one for one in institutions() if one.province_code == province):
            kinds = _kinds(place)
            for level, category in sorted(dice.sample(kinds, min(REPORTED, len(kinds)))):
                yield Plan(place.code, level, category, dice.randrange(UNDER_REVIEW + 4, 190), 24, halt)


def _kinds(place: Institution) -> list[tuple[str, str]]:
    """Levels and categories that the institution may run."""
    levels = [level.value for level in Level if level.run_by == place.kind and level != Level.BACKBONE]
    return [(level, category) for level in levels for category in list(CATEGORIES)[:FIRST]]


COUNTRY: tuple[Plan, ...] = (*PLANS, *nation())  # three hundred classes
