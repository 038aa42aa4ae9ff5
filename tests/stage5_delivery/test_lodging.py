"""The lodging register with nights (MG 12): entries, gaps, night checks, sums, Excel."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.lifecycle.errors import NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import lodge, note_night, unlodge
from gongxue.stage5_delivery.models import Lodging, NightAbsence, NightCheck
from gongxue.stage5_delivery.queries import lodging_totals
from gongxue.stage5_delivery.queries.lodging import guests_of, lodging_rows, lodgings_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at

AtTime = Callable[[datetime], None]


def people(c: ClassAt) -> list[int]:
    """The trainees' person ids by seat."""
    return [a.application.person_id for a in c.attendees]


def lodged(c: ClassAt, who: list[int], first: int = -1, last: int = 5, **more: Any) -> list[Lodging]:
    """People in the house of the institution from a night to another, counted from the first day."""
    nights = [c.tc.first_day + timedelta(days=n) for n in (first, last)]
    inputs: dict[str, Any] = {"kind": "arranged", "place": "培训楼", "by": c.coordinator, "now": c.now} | more
    return lodge(training_class=c.tc, people=who, first_night=nights[0], last_night=nights[1], **inputs)


def test_many_are_lodged_at_once_rooms_stay_and_nights_add_up(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    one, two, three, four = people(c)
    team = [i.person_id for i in c.invitations if i.seat == "instructor" and i.state == "accepted"]
    lodged(c, [one], room="301")
    lodged(c, [one, two, three, *team], last=4)
    lodged(c, [four], 0, 5, kind="home", place="", note="家住本市")
    rows = {row.person_id: row for row in lodgings_of(c.tc)}
    assert (rows[one].room, rows[two].room, rows[one].nights, rows[four].nights) == ("301", "", 6, 6)
    totals = lodging_totals(c.tc)
    assert (totals.arranged_people, totals.arranged_nights) == (3 + len(team), 6 * (3 + len(team)))
    assert (totals.trainee_nights, totals.team_nights) == (18, 6 * len(team))
    assert (totals.at_home, totals.unregistered) == (1, 0)
    shown = {row.guest.person.pk: row for row in lodging_rows(c.tc)}
    assert shown[one].uncovered == 1 and shown[four].uncovered == 0 and shown[team[0]].uncovered == 0
    assert "301" not in str([e.changes for e in Event.objects.unscoped("test").filter(code="delivery.lodge")])


def test_everybody_of_the_class_stands_in_the_register_trainees_first(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    assert [guest.part for guest in guests_of(c.tc).values()] == ["学员"] * 4 + ["授课骨干教师"] * 2 + [
        "考核骨干教师"
    ] * 3
    assert lodging_totals(c.tc).unregistered == 4


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"who": []}, "没有选择人员"), ({"who": [987654]}, "名单与本班不符"), ({"place": ""}, "须写明住处"),
        ({"kind": "home"}, "须写明情况"), ({"kind": "tent"}, "只有统一安排和本地居家"), ({"last": 9}, "住宿应在"),
        ({"first": -2}, "住宿应在"), ({"first": 3, "last": 2}, "住宿应在"), ({"room": "长" * 81}, "不超过 80 字"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_is_refused_with_every_reason(
    class_at: ClassAtFixture, more: dict[str, Any], says: str
) -> None:
    c = class_at("started")
    who = more.pop("who", people(c)[:1])
    with pytest.raises(RuleBroken, match=says):
        lodged(c, who, **more)
    assert lodgings_of(c.tc) == []


def test_a_night_is_looked_at_corrected_and_remembered(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    one, two, *_ = (row.pk for row in lodged(c, people(c)))
    at_time(at(c.tc.first_day, 23))
    client = signed_in(c.coordinator)
    form = {"night": str(c.tc.first_day), "absent": [one, two], "reason": "电话无人接"}
    assert client.post(f"/classes/{c.tc.pk}/nights/", form).status_code == 302
    assert NightAbsence.objects.unscoped("test").count() == 2
    note_night(
        training_class=c.tc, night=c.tc.first_day, absent=[two], by=c.staff, now=at(c.tc.first_day, 23)
    )
    assert list(NightAbsence.objects.unscoped("test").values_list("lodging", flat=True)) == [two]
    assert NightCheck.objects.unscoped("test").count() == 1
    page = client.get(f"/classes/{c.tc.pk}/office/lodging/").content.decode()
    assert f"未归：{c.attendees[1]}" in page
    with pytest.raises(RuleBroken, match="有此人未归的记录"):
        unlodge(lodging=Lodging.objects.unscoped("test").get(pk=two), reason="误登", by=c.staff, now=c.now)
    unlodge(lodging=Lodging.objects.unscoped("test").get(pk=one), reason="误登", by=c.staff, now=c.now)
    assert len(lodgings_of(c.tc)) == 3


def test_a_night_that_cannot_be_noted_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    (home,) = lodged(c, people(c)[:1], kind="home", note="家住本市")
    first = c.tc.first_day
    for night, absent, says in (
        (first, [home.pk], "没有统一安排住宿"), (first, [987654], "没有统一安排住宿"),
        (first + timedelta(days=1), [], "还没有到"), (c.tc.last_day, [], "教学活动日之间"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=says):
            note_night(training_class=c.tc, night=night, absent=absent, by=c.coordinator, now=at(first, 23))
    assert not NightCheck.objects.unscoped("test").exists()


def test_the_workbook_says_what_the_register_says(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    lodged(c, people(c)[:3], room="=cmd|'/c calc'!A0")
    lodged(c, people(c)[3:], kind="home", place="", note="家住本市")
    answer = signed_in(c.staff).get(f"/classes/{c.tc.pk}/office/lodging.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert rows[0][:5] == ("序号", "身份", "姓名", "单位", "住宿方式")
    assert rows[1][2] == str(c.attendees[0]) and rows[1][6] == "=cmd|'/c calc'!A0" and rows[1][9] == 7
    assert sheet.cell(3, 7).data_type == "s"
    assert rows[4][4] == "本地居家" and rows[5][4] == "未登记"
    assert "统一安排 3 人，共 21 夜" in str(rows[-1][0])


def test_where_somebody_sleeps_is_not_for_everybody(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(mine.now)
    rows = lodged(mine, people(mine), room="三〇一室")
    own = signed_in(mine.trainees[0]).get(f"/classes/{mine.tc.pk}/mine/").content.decode()
    assert "三〇一室" in own
    assert list(Lodging.objects.scope(mine.trainees[0])) == [rows[0]]
    assert not Lodging.objects.scope(mine.instructors[0]).exists()
    assert not Lodging.objects.scope(theirs.staff).exists()
    with pytest.raises(NotThere):
        unlodge(lodging=rows[0], reason="试", by=theirs.staff, now=theirs.now)
    for actor in ("province", "instructor", "trainee", "certificate_officer"):
        client = signed_in(mine.actors()[actor])
        assert client.post(f"/classes/{mine.tc.pk}/lodge/", {"people": people(mine)}).status_code == 403


def test_the_register_takes_as_many_queries_for_one_as_for_many(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    one, many = classes_at(Plan("started", headcount=1), Plan("started", "017", "1", headcount=4))
    counts = []
    for c in (one, many):
        rows = lodged(c, people(c))
        note_night(
            training_class=c.tc, night=c.tc.first_day, absent=[row.pk for row in rows], by=c.staff,
            now=at(c.tc.first_day, 23),
        )  # fmt: skip
        client = signed_in(c.staff)
        client.get("/desk/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/classes/{c.tc.pk}/office/lodging/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.postgresql
def test_two_who_lodge_the_same_people_leave_one_entry_each(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("started")
    who = people(c)
    calls = [partial(lodged, c, who, place=f"{n} 号楼") for n in range(3)]
    assert all(isinstance(one, list) for one in race(*calls))
    rows = lodgings_of(c.tc)
    assert len(rows) == 4 and len({row.place for row in rows}) == 1, "one of them was last, for everybody"
    night = partial(
        note_night, training_class=c.tc, night=c.tc.first_day, by=c.staff, now=at(c.tc.first_day, 23)
    )
    found = race(*[partial(night, absent=[row.pk]) for row in rows])
    assert all(isinstance(one, (list, Refusal)) for one in found), found
    assert NightAbsence.objects.unscoped("test").count() == NightCheck.objects.unscoped("test").count() == 1
