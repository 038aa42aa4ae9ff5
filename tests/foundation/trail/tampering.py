"""Somebody with the database, and without the keys, changes the past by SQL: one function per way of doing it.

Each takes a connection's cursor and dice, changes something, and returns the number (from 1) of the first entry
that is no longer as it was sealed. `refit` recomputes whatever can be recomputed without the trail's key.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from gongxue.foundation.trail.merkle import Frontier, leaf_hash
from gongxue.foundation.trail.models import Checkpoint, Event, Leaf
from gongxue.foundation.trail.sealing import FIELDS, leaf_data

EVENTS = Event.objects.unscoped("tampering")
TEXTS = (
    "code",
    "actor",
    "duty",
    "organisation",
    "about",
    "about_text",
    "province_code",
    "reason",
    "request_id",
)
Tamper = Callable[[random.Random], int]


def disarm() -> None:
    """Take the triggers away, as an intruder with the database would."""
    with connection.cursor() as cursor:
        for table in ("trail_event", "trail_leaf", "trail_checkpoint"):
            for act in ("update", "delete"):
                where = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "refuse_{act}_{table}"{where}')


def refit() -> None:
    """Make every hash fit the events again: digests, roots, frontiers; the keyed parts stay as they are."""
    frontier, checkpoints = Frontier(), {row.size: row for row in Checkpoint.objects.all()}
    for leaf in Leaf.objects.order_by("index").select_related("event"):
        digest = leaf_hash(leaf_data([getattr(leaf.event, name) for name in FIELDS]))
        Leaf.objects.filter(pk=leaf.pk).update(digest=digest)
        frontier.append(digest)
        if frontier.size in checkpoints:
            rows = Checkpoint.objects.filter(size=frontier.size)
            rows.update(root=frontier.root(), frontier=frontier.to_bytes())


def _leaf(dice: random.Random, at_most: int | None = None) -> Leaf:
    number = Leaf.objects.count() if at_most is None else at_most
    return Leaf.objects.select_related("event").get(index=dice.randrange(number))


def _event_of(leaf: Leaf) -> Any:
    return EVENTS.filter(pk=leaf.event_id)


def edit(dice: random.Random) -> int:
    """One column of one event."""
    leaf = _leaf(dice)
    old = EVENTS.filter(pk=leaf.event_id).get()
    column = dice.choice(
        [*TEXTS, "at", "account_id", "organisation_id", "class_id", "institution_id", "changes"]
    )
    if column in TEXTS:
        new: Any = f"{getattr(old, column)}改"[-20:] if column != "province_code" else "99"
    elif column == "at":
        new = old.at + timedelta(microseconds=1)
    elif column == "changes":
        new = {**old.changes, "mark": ["59.5", "60.0"]}
    else:
        new = (getattr(old, column) or 0) + 1
    _event_of(leaf).update(**{column: new})
    return leaf.index + 1


def edit_and_refit(dice: random.Random) -> int:
    """An edit, and every later hash made to fit."""
    number = edit(dice)
    refit()
    return number


def delete(dice: random.Random) -> int:
    """An event alone."""
    leaf = _leaf(dice)
    _raw_delete("trail_event", "id", leaf.event_id)
    return leaf.index + 1


def delete_with_leaf(dice: random.Random) -> int:
    """An event with its leaf: a gap, or at the end one too few."""
    leaf = _leaf(dice)
    _raw_delete("trail_leaf", '"index"', leaf.index)
    _raw_delete("trail_event", "id", leaf.event_id)
    return leaf.index + 1


def delete_and_close_the_gap(dice: random.Random) -> int:
    """An event with its leaf, the later leaves moved up, and every hash made to fit."""
    leaf = _leaf(dice, Leaf.objects.count() - 1)
    _raw_delete("trail_leaf", '"index"', leaf.index)
    _raw_delete("trail_event", "id", leaf.event_id)
    _shift(leaf.index, -1)
    refit()
    return leaf.index + 1


def insert(dice: random.Random) -> int:
    """A forged event that pretends to be old."""
    _forge(0)
    return 1


def insert_with_leaf(dice: random.Random) -> int:
    """A forged event with a leaf in the middle, the later ones moved down, every hash made to fit."""
    place = dice.randrange(Leaf.objects.count())
    _shift(place, +1)
    event = _forge(0)
    Leaf.objects.create(index=place, event=event, digest=bytes(32), mac=bytes(16))
    refit()
    return place + 1


def append_with_leaf(dice: random.Random) -> int:
    """A forged event with a leaf at the very end."""
    last = Leaf.objects.count()
    event = _forge(EVENTS.order_by("-pk")[0].pk + 5)
    values = [getattr(event, name) for name in FIELDS]
    Leaf.objects.create(index=last, event=event, digest=leaf_hash(leaf_data(values)), mac=bytes(16))
    return last + 1


def swap(dice: random.Random) -> int:
    """The contents of two events."""
    one, two = sorted(dice.sample(range(Leaf.objects.count()), 2))
    first, second = (Leaf.objects.select_related("event").get(index=index) for index in (one, two))
    values = {name: getattr(first.event, name) for name in FIELDS if name != "id"}
    other = {name: getattr(second.event, name) for name in FIELDS if name != "id"}
    _event_of(first).update(**other)
    _event_of(second).update(**values)
    return one + 1


def swap_leaves(dice: random.Random) -> int:
    """The places of two events in the tree, every hash made to fit."""
    one, two = sorted(dice.sample(range(Leaf.objects.count()), 2))
    first, second = (Leaf.objects.get(index=index) for index in (one, two))
    _set_event(one, -1)
    _set_event(two, first.event_id)
    _set_event(one, second.event_id)
    refit()
    return one + 1


def cut(dice: random.Random) -> int:
    """The last entries; the checkpoints are left."""
    return _cut(dice.randrange(1, 20))


def cut_and_trim(dice: random.Random) -> int:
    """The last entries and the checkpoints over them, but the cut is not where a checkpoint was."""
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    kept = dice.choice(sizes[:-1])
    total = Leaf.objects.count()
    _raw_delete_from("trail_checkpoint", "size", kept + 1)
    _cut(total - kept - 1 - dice.randrange(min(8, total - kept)))
    return kept + 1  # what stands beyond the last checkpoint was never sealed like this


def forge_checkpoint(dice: random.Random) -> int:
    """The root of a checkpoint."""
    row = dice.choice(list(Checkpoint.objects.order_by("size")))
    Checkpoint.objects.filter(pk=row.pk).update(root=bytes(32))
    before = Checkpoint.objects.filter(size__lt=row.size).order_by("-size").first()
    return (before.size if before else 0) + 1


def cut_at_a_checkpoint(size: int) -> None:
    """A clean cut: everything after a checkpoint is gone. The trail alone cannot know."""
    _raw_delete_from("trail_checkpoint", "size", size + 1)
    _cut(Leaf.objects.count() - size)


def _cut(number: int) -> int:
    last = Leaf.objects.count()
    events = list(Leaf.objects.filter(index__gte=last - number).values_list("event_id", flat=True))
    _raw_delete_from("trail_leaf", '"index"', last - number)
    for event in events:
        _raw_delete("trail_event", "id", event)
    return last - number + 1


def _forge(pk: int) -> Event:
    model = EVENTS.order_by("pk")[3]
    model.pk, model.reason = pk, "补录"
    model.save(force_insert=True)
    return model


def _shift(place: int, by: int) -> None:
    with connection.cursor() as cursor:  # through negative numbers: the index is unique
        cursor.execute('UPDATE trail_leaf SET "index" = -1 - "index" WHERE "index" >= %s', [place])
        cursor.execute('UPDATE trail_leaf SET "index" = -1 - "index" + %s WHERE "index" < 0', [by])


def _set_event(index: int, event: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute('UPDATE trail_leaf SET event_id = %s WHERE "index" = %s', [event, index])


def _raw_delete(table: str, column: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [value])


def _raw_delete_from(table: str, column: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} >= %s", [value])


WAYS: tuple[Tamper, ...] = (
    edit, edit_and_refit, delete, delete_with_leaf, delete_and_close_the_gap, insert, insert_with_leaf,
    append_with_leaf, swap, swap_leaves, cut, cut_and_trim, forge_checkpoint,
)  # fmt: skip
