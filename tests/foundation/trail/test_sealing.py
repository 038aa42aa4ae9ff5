"""Sealing: every event gets one leaf, whoever runs it and how often, and each round ends with a signed head."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from gongxue.foundation.jobs.backend import PERIODIC
from gongxue.foundation.trail import sealing
from gongxue.foundation.trail.checkpoints import open_note, parse_head
from gongxue.foundation.trail.merkle import leaf_hash, root
from gongxue.foundation.trail.models import Checkpoint, Event, Leaf
from gongxue.foundation.trail.record import record
from gongxue.foundation.trail.sealing import FIELDS, leaf_data, seal
from gongxue.foundation.trail.verification import verify
from gongxue.regulations.roles import Permission
from tests.cast import ClassAtFixture, FreshDatabase, People, Race
from tests.people import BEGIN

EVENTS = Event.objects.unscoped("tests")


def write(cast: People, number: int = 1) -> list[Event]:
    return [
        record(Permission.REGISTER_SCHOOL, by=cast.centre, now=BEGIN, about=cast.trainee.account)
        for _ in range(number)
    ]


def test_every_column_of_an_event_is_sealed() -> None:
    assert set(FIELDS) == {field.attname for field in Event._meta.concrete_fields}


def test_the_canonical_form_does_not_depend_on_order_or_time_zone(cast: People) -> None:
    event = write(cast)[0]
    event.changes = {"b": [None, "中"], "a": [1, 2]}
    values = [getattr(event, name) for name in FIELDS]
    moved = [
        value.astimezone() if name == "at" else value for name, value in zip(FIELDS, values, strict=True)
    ]
    moved[FIELDS.index("changes")] = {"a": [1, 2], "b": [None, "中"]}
    assert leaf_data(values) == leaf_data(moved)
    assert '"at":"2022-03-01T02:00:00.000000+00:00"' in leaf_data(values).decode()


@pytest.mark.postgresql
def test_sealing_gives_every_event_a_leaf_in_order_and_signs_the_head(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    number = seal(c.now)
    assert number == EVENTS.count() > 100
    leaves = list(Leaf.objects.order_by("index").values_list("index", "event_id", "digest"))
    assert [index for index, _, _ in leaves] == list(range(number))
    assert [event for _, event, _ in leaves] == sorted(event for _, event, _ in leaves)
    head = parse_head(open_note(Checkpoint.objects.get().note))
    assert (head.size, head.root) == (number, root([bytes(digest) for _, _, digest in leaves]))
    first = EVENTS.order_by("pk").values_list(*FIELDS)[0]
    assert bytes(leaves[0][2]) == leaf_hash(leaf_data(first))


@pytest.mark.postgresql
def test_sealing_twice_seals_once(cast: People) -> None:
    assert seal(BEGIN) == EVENTS.count()
    assert seal(BEGIN) == 0
    assert Checkpoint.objects.count() == 1


def test_sealing_goes_on_from_where_it_was(cast: People) -> None:
    seal(BEGIN)
    write(cast, 3)
    assert seal(BEGIN + timedelta(minutes=1)) == 3
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [
        EVENTS.count() - 3,
        EVENTS.count(),
    ]
    assert verify().findings == []


def test_a_long_backlog_is_sealed_in_batches(cast: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(cast, 6)
    wanted = EVENTS.count()
    assert seal(BEGIN) == wanted
    assert Checkpoint.objects.count() == -(-wanted // 4)
    assert seal(BEGIN) == 0
    assert verify().findings == []


@pytest.mark.postgresql(only=True)  # SQLite has one writer at a time: ids commit in order
def test_an_event_that_commits_late_with_a_lower_id_is_sealed_too(fresh_database: FreshDatabase) -> None:
    cast = fresh_database.cast
    seal(BEGIN)
    written, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            write(cast)
            written.set()
            go_on.wait(30)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    written.wait(30)
    higher = write(cast)[0]
    assert seal(BEGIN) == 1  # the higher id; the late one is not to be seen yet
    go_on.set()
    thread.join(30)
    assert EVENTS.filter(leaf=None).get().pk < higher.pk
    assert seal(BEGIN) == 1
    assert EVENTS.filter(leaf=None).count() == 0
    assert verify().findings == []


@pytest.mark.postgresql
def test_two_workers_at_once_seal_every_event_once(fresh_database: FreshDatabase, race: Race) -> None:
    cast = fresh_database.cast
    for _ in range(5):
        write(cast, 20)
        wanted = EVENTS.filter(leaf=None).count()
        assert sum(race(*[lambda: seal(BEGIN)] * 4)) == wanted
    wanted = EVENTS.count()
    assert Leaf.objects.count() == wanted
    assert verify().findings == []


def test_the_job_runs_every_minute() -> None:
    assert {entry.name: entry.every for entry in PERIODIC}["trail.seal"] == 60
