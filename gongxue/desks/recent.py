"""The latest entries of a class's trail, short enough for its page; the whole trail has a page of its own."""

from __future__ import annotations

from collections.abc import Iterable

from gongxue.desks.cards import TrailEntry
from gongxue.desks.trail import entries_of_class
from gongxue.foundation.trail.models import Event
from gongxue.regulations.calendar import day_of
from gongxue.stage1_planning.models import TrainingClass

SHOWN = 12
READ = 240  # a class's roll calls, opinions and sheets come in rows of thirty


def latest_entries(training_class: TrainingClass) -> list[TrailEntry]:
    """The last dozen lines, the latest first: what one person did many times on one day is one line."""
    events = entries_of_class(training_class).order_by("-pk")
    return gathered(events.defer("changes")[:READ], str(training_class))[:SHOWN]


def gathered(events: Iterable[Event], of: str) -> list[TrailEntry]:
    """One line per act, person and day in the order of the latest; what is about the class itself names no object.

    The object and the reason stand only where the act was done once.
    """
    found: dict[tuple[object, ...], TrailEntry] = {}
    for event in events:
        key = (event.code, event.account_id, event.duty, day_of(event.at))
        if entry := found.get(key):
            entry.times, entry.about, entry.reason = entry.times + 1, "", ""
            continue
        about = "" if event.about_text.startswith(of) else event.about_text
        found[key] = TrailEntry(event.says, about, event.actor, event.organisation, event.reason, event.at)
    return list(found.values())
