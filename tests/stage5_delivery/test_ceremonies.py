"""Opening and closing ceremony: plan, record, photographs, and what later stages read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongxue.foundation.lifecycle.errors import Conflict, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.ceremonies import PHOTOS, CeremonyKind
from gongxue.stage5_delivery.actions import add_photo, plan_ceremony, record_ceremony, remove_photo
from gongxue.stage5_delivery.models import Ceremony, CeremonyPhoto
from gongxue.stage5_delivery.queries import ceremonies_held, ceremonies_of, reminders_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at
from tests.foundation.files.specimens import picture

AtTime = Callable[[datetime], None]
OPENING, CLOSING = CeremonyKind.OPENING, CeremonyKind.CLOSING


def held(c: ClassAt, kind: str = "opening", **more: Any) -> Ceremony:
    """A ceremony that was held on the first day, or on the last."""
    on = c.tc.first_day if kind == "opening" else c.tc.last_day
    inputs: dict[str, Any] = {"held_on": on, "attended": 4, "by": c.coordinator, "now": at(on, 20)} | more
    return record_ceremony(training_class=c.tc, kind=kind, **inputs)


def photo(name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/png")


def test_a_ceremony_is_planned_held_and_read_by_later_stages(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    assert ceremonies_held(c.tc) == {OPENING: False, CLOSING: False}
    client = signed_in(c.coordinator)
    plan = {
        "kind": "opening", "planned_on": str(c.tc.first_day), "planned_at": "08:30", "place": "报告厅", "speakers": "院长",
        "agenda": "1. 介绍\n2. 纪律", "seen": "0",
    }  # fmt: skip
    assert client.post(f"/classes/{c.tc.pk}/ceremonies/plan/", plan).status_code == 302
    assert not ceremonies_of(c.tc)[OPENING].held
    mine = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/mine/").content.decode()
    assert "报告厅" in mine and "08:30" in mine
    done = {
        "kind": "opening",
        "held_on": str(c.tc.first_day),
        "attended": "3",
        "discipline": "on",
        "seen": "1",
    }
    assert client.post(f"/classes/{c.tc.pk}/ceremonies/record/", done).status_code == 302
    row = ceremonies_of(c.tc)[OPENING]
    assert row.held and row.row is not None
    assert (row.row.attended, row.row.discipline, row.row.recorded_by.pk) == (
        3,
        True,
        c.coordinator.account_id,
    )
    assert ceremonies_held(c.tc) == {OPENING: True, CLOSING: False}
    page = client.get(f"/classes/{c.tc.pk}/office/ceremonies/").content.decode()
    assert "学员 3 人" in page and "已宣读纪律要求" in page and "未安排" in page


def test_discipline_at_the_opening_is_on_the_register_once(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    before = len(reminders_of(c.tc))
    held(c, discipline=True)
    assert [(r.occasion, r.means) for r in reminders_of(c.tc)[before:]] == [("training", "开班式宣读")] * 4
    held(c, discipline=True, attended=3, seen=1)
    assert len(reminders_of(c.tc)) == before + 4, "a correction of the number reminds nobody again"
    changes = Event.objects.unscoped("test").filter(code="delivery.record_ceremony").order_by("pk")[1].changes
    assert changes["attended"] == [4, 3]


def test_the_closing_follows_the_last_day_and_the_class_goes_on_meanwhile(class_at: ClassAtFixture) -> None:
    c = class_at("finished")
    with pytest.raises(RuleBroken, match="终结性考核结束后"):
        held(c, "closing", held_on=c.tc.last_day - timedelta(days=1))
    held(c, "closing", held_on=c.tc.last_day)
    c.drive_to("closed")
    with pytest.raises(RuleBroken, match="已结班"):
        held(c, "closing", seen=1)
    assert ceremonies_held(c.tc)[CLOSING]


@pytest.mark.parametrize(
    ("stage", "more", "says"),
    [
        ("admitted", {}, "尚未开班"), ("started", {"attended": 5}, "1 至 4 人"), ("started", {"kind": "ball"}, "只有开班式和结业式"),
    ],
)  # fmt: skip
def test_what_cannot_have_been_is_refused(
    class_at: ClassAtFixture, stage: str, more: dict[str, Any], says: str
) -> None:
    c = class_at(stage)
    with pytest.raises(RuleBroken, match=says):
        held(c, **more)
    assert not Ceremony.objects.unscoped("test").exists()


@pytest.mark.parametrize("time", ["8:30", "25:00", "08:60", "早上", "٠٨:٣٠", "08:3a"])
def test_a_time_that_is_none_is_refused(class_at: ClassAtFixture, time: str) -> None:
    c = class_at("started")
    with pytest.raises(RuleBroken, match="时间不能识别"):
        plan_ceremony(training_class=c.tc, kind="opening", planned_at=time, by=c.staff, now=c.now)


def test_the_second_tab_overwrites_nothing(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    plan_ceremony(training_class=c.tc, kind="opening", place="一号厅", by=c.staff, now=c.now)
    with pytest.raises(Conflict):
        plan_ceremony(training_class=c.tc, kind="opening", place="二号厅", by=c.coordinator, now=c.now)
    with pytest.raises(Conflict):
        held(c)
    row = ceremonies_of(c.tc)[OPENING].row
    assert row is not None and row.place == "一号厅" and row.held_on is None


def test_photographs_are_pictures_and_a_removed_one_is_gone(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    row = plan_ceremony(training_class=mine.tc, kind="opening", by=mine.staff, now=mine.now)
    with pytest.raises(RuleBroken, match="还没有记录为已举办"):
        add_photo(ceremony=row, file=photo(), by=mine.staff, now=mine.now)
    held(mine, seen=1)
    at_time(mine.now)
    client = signed_in(mine.coordinator)
    where = f"/ceremonies/{row.pk}/photos/"
    assert client.post(where, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}).status_code == 422
    assert client.post(where, {}).status_code == 422
    assert client.post(where, {"file": photo()}).status_code == 302
    assert signed_in(theirs.staff).post(where, {"file": photo()}).status_code == 404
    made = CeremonyPhoto.objects.unscoped("test").get()
    for role, status in ((mine.trainees[0], 200), (mine.province, 200), (theirs.staff, 404)):
        assert signed_in(role).get(f"/ceremonies/photos/{made.pk}/").status_code == status
    remove_photo(ceremony_photo=made, by=mine.staff, now=mine.now)
    assert signed_in(mine.staff).get(f"/ceremonies/photos/{made.pk}/").status_code == 404
    assert ceremonies_of(mine.tc)[OPENING].photos == ()


def test_there_is_an_end_of_photographs(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    row = held(c)
    for _ in range(PHOTOS):
        add_photo(ceremony=row, file=photo(), by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match=f"最多 {PHOTOS} 张"):
        add_photo(ceremony=row, file=photo(), by=c.staff, now=c.now)


def test_ending_the_teaching_says_which_ceremony_is_not_recorded(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("taught")
    at_time(at(c.tc.last_day, 19))
    client = signed_in(c.coordinator)
    page = client.get(f"/classes/{c.tc.pk}/office/").content.decode()
    assert "还没有记录开班式" in page and "还没有记录结业式" in page
    held(c)
    page = client.get(f"/classes/{c.tc.pk}/office/").content.decode()
    assert "还没有记录开班式" not in page and "还没有记录结业式" in page
    c.drive_to("process_scored")
    c.drive_to("final_scored")
    assert client.post(f"/classes/{c.tc.pk}/finish/").status_code == 302, "said, not refused"


@pytest.mark.parametrize("actor", ["province", "instructor", "certificate_officer", "trainee"])
def test_only_the_office_records(class_at: ClassAtFixture, signed_in: SignedIn, actor: str) -> None:
    c = class_at("started")
    client = signed_in(c.actors()[actor])
    for verb in ("plan", "record"):
        assert client.post(f"/classes/{c.tc.pk}/ceremonies/{verb}/", {"kind": "opening"}).status_code == 403


@pytest.mark.postgresql
def test_two_who_record_at_once_leave_one_record(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    found = race(*[partial(held, c, discipline=True, by=by) for by in (c.staff, c.coordinator, c.staff)])
    assert sum(isinstance(one, Ceremony) for one in found) == 1
    assert all(isinstance(one, (Ceremony, Refusal)) for one in found), found
    assert sum(r.means == "开班式宣读" for r in reminders_of(c.tc)) == 4
