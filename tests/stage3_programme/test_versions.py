"""Versions of a programme that are kept, and the page that compares any two."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.stage3_programme.actions import (
    confirm_programme,
    edit_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.actions.keeping import PAUSE, TURN, worth_keeping
from gongxue.stage3_programme.models import Programme, ProgrammeVersion
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage3_programme.queries.history import content_at, kept_versions
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

NOON = at(date(2023, 5, 2), 12, 0)


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def causes(c: ClassAt) -> list[tuple[str, bool]]:
    rows = ProgrammeVersion.objects.inside(training_class=c.tc).order_by("pk")
    return [(row.cause, row.content is not None) for row in rows]


def write(c: ClassAt, text: str, by: int, minutes: int) -> None:
    edit_programme(
        training_class=c.tc, seen=programme(c).version, sections={"venue": text},
        by=[c.staff, *c.instructors][by], now=c.now + timedelta(minutes=minutes),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left", "other", "kept", "worth"),
    [
        (None, True, None, False),
        (timedelta(minutes=1), False, None, False),
        (PAUSE, False, None, True),
        (timedelta(minutes=1), True, None, True),
        (timedelta(minutes=1), True, TURN - timedelta(seconds=1), False),
        (timedelta(minutes=1), True, TURN, True),
    ],
)
def test_when_a_text_is_kept(
    left: timedelta | None, other: bool, kept: timedelta | None, worth: bool
) -> None:
    written_at, kept_at = (None if one is None else NOON - one for one in (left, kept))
    assert worth_keeping(written_at=written_at, by_other=other, kept_at=kept_at, now=NOON) is worth


def test_every_step_is_kept_and_the_same_content_only_once(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    assert causes(c) == [("submitted", True), ("filed", False)]


def test_a_returned_text_can_be_compared_with_the_next_one(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    row = programme(c)
    return_programme(programme=row, seen=row.version, reason="补充", by=c.province, now=c.now)
    write(c, "新的实训楼", 0, 5)
    for by in c.instructors:
        confirm_programme(programme=programme(c), seen=programme(c).version, by=by, now=c.now)
    submit_programme(programme=programme(c), seen=programme(c).version, by=c.staff, now=c.now)
    assert causes(c) == [("submitted", True), ("returned", False), ("submitted", True)]
    last, returned, first = kept_versions(c.tc, c.staff)
    contents = [content_at(c.tc, one.pk) for one in (first, returned, last)]
    assert all(contents)
    assert contents[0] == contents[1]
    assert contents[2] and contents[2]["sections"]["venue"] == "新的实训楼"


def test_another_writer_and_a_pause_keep_what_was_left(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    write(c, "机构写的", 0, 0)
    write(c, "机构又写的", 0, 1)
    begun = len(causes(c))
    write(c, "教师写的", 1, 2)
    assert len(causes(c)) == begun + 1
    write(c, "机构再写的", 0, 3)
    assert len(causes(c)) == begun + 1, "two who write in turns leave a version every ten minutes"
    write(c, "第二天写的", 0, 600)
    kept = kept_versions(c.tc, c.staff)
    texts = [(content_at(c.tc, one.pk) or {})["sections"]["venue"] for one in kept]
    assert texts[:3] == ["第二天写的", "机构再写的", "机构又写的"]
    assert [one.who for one in kept[1:3]] == [c.staff.account.name] * 2


def test_the_page_shows_any_two(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("drafted")
    write(c, "一楼实训室。", 0, 0)
    write(c, "二楼实训室。", 1, 2)
    where = reverse("programme.versions", args=[c.tc.pk])
    page = signed_in(c.province).get(where).content.decode()
    assert "<del>一楼</del><ins>二楼</ins>" in page.replace(
        "<del>一</del><ins>二</ins>楼", "<del>一楼</del><ins>二楼</ins>"
    )
    same = signed_in(c.staff).get(where, {"before": "0", "after": "0"}).content.decode()
    assert "没有不同" in same
    for nonsense in ("x", "-1", "999999"):
        assert signed_in(c.staff).get(where, {"before": nonsense}).status_code == 200


def test_versions_are_not_for_trainees_and_strangers(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("admitted")
    where = reverse("programme.versions", args=[c.tc.pk])
    actors = c.actors()
    for name in ("other_institution", "other_province", "other_backbone"):
        assert signed_in(actors[name]).get(where).status_code == 404
    assert signed_in(c.trainees[0]).get(where).status_code == 403, (
        "their own class, but they read what is filed"
    )
    assert content_at(c.tc, 987654321) is None


def test_more_versions_need_no_more_queries(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("drafted")
    counts = []
    for n in range(3):
        write(c, f"第{n}稿", n % 2, 40 * n)
        write(c, f"第{n}稿又改", n % 2, 40 * n + 1)
        client = signed_in(c.staff)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("programme.versions", args=[c.tc.pk])).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]
