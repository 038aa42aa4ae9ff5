"""Checking in oneself: the code on the wall, one's own account, the roll that begins with it (TR 12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.attendance import SLOT_SECONDS, TICKET_SECONDS
from gongxue.stage5_delivery.actions import (
    assign_groups,
    call_roll,
    close_window,
    join_online,
    open_window,
    scan_code,
    set_online,
)
from gongxue.stage5_delivery.codes import code_of
from gongxue.stage5_delivery.models import AttendanceMark, RollWindow, Scan
from gongxue.stage5_delivery.queries import attendee_of, called_periods, marks_at
from tests.cast import (
    PASSWORD,
    ClassAt,
    ClassAtFixture,
    ClassesAtFixture,
    FreshDatabase,
    Plan,
    Race,
    SignedIn,
    at,
)

AtTime = Callable[[datetime], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def running(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """The first morning of a class at nine."""
    c = class_at("started")
    at_time(at(c.tc.first_day, 9))
    return c


def begun(c: ClassAt) -> datetime:
    """When the window opens."""
    return at(c.tc.first_day, 9)


def opened(c: ClassAt, **more: Any) -> RollWindow:
    """A check-in for the first period: a quarter of an hour, late after ten minutes."""
    return open_window(
        training_class=c.tc, day=c.tc.first_day, period=1, by=c.coordinator, now=begun(c), **more
    )


def came(window: RollWindow, by: Role, now: datetime, code: str = "") -> Scan:
    """Somebody scans what the wall shows."""
    return scan_code(roll_window=window, code=code or code_of(window, now), by=by, now=now)


def refused(call: Callable[[], Any]) -> tuple[str, str, str]:
    """Rule, sentence and way out of the refusal."""
    with pytest.raises(Refusal) as caught:
        call()
    breach = caught.value.breaches[0]
    return breach.rule, breach.says, breach.way_out


@pytest.mark.postgresql
def test_who_scans_in_time_is_present_and_later_late(running: ClassAt) -> None:
    window, first, second = opened(running), *running.trainees[:2]
    assert came(window, first, begun(running) + 3 * MINUTE).presence == "present"
    assert came(window, second, begun(running) + 11 * MINUTE).presence == "late"
    assert called_periods(running.tc) == set(), "the record is the coordinator's roll"
    events = Event.objects.unscoped("test").filter(code="delivery.scan").order_by("pk")
    assert [event.changes for event in events] == [
        {"presence": [None, "present"]},
        {"presence": [None, "late"]},
    ]


def test_a_code_lives_for_two_slots(running: ClassAt) -> None:
    window, now = opened(running), begun(running)
    old = code_of(window, now)
    assert code_of(window, now + timedelta(seconds=SLOT_SECONDS)) != old
    late = now + timedelta(seconds=2 * SLOT_SECONDS)
    rule, says, way_out = refused(lambda: came(window, running.trainees[0], late, old))
    assert (rule, way_out) == ("check_in_self.stale", "请对准大屏幕上的二维码再扫一次。")
    assert "每 20 秒更换一次" in says
    came(window, running.trainees[0], now + timedelta(seconds=SLOT_SECONDS + 1), old)


@pytest.mark.parametrize(
    "code",
    [
        "",
        ".",
        "x.y",
        "0.",
        "１.a",
        "9" * 40,
        "84310021",
        "-1.AAAA",
        "84310021.AAAAAAAAAAAAAAAA",
        "é.\ud7ff",
        "9" * 12 + ".a",
    ],
)
def test_what_is_no_code_checks_nobody_in(running: ClassAt, code: str) -> None:
    window = opened(running)
    rule, *_ = refused(
        lambda: scan_code(roll_window=window, code=code, by=running.trainees[0], now=begun(running))
    )
    assert rule == "check_in_self.stale"
    assert not Scan.objects.unscoped("test").exists()


def test_the_code_of_another_window_is_no_code(running: ClassAt) -> None:
    first = opened(running)
    other = open_window(
        training_class=running.tc,
        day=running.tc.first_day,
        period=2,
        by=running.coordinator,
        now=begun(running),
    )
    code = code_of(other, begun(running))
    assert refused(lambda: came(first, running.trainees[0], begun(running), code))[0] == "check_in_self.stale"


def test_nothing_of_anybody_stands_in_a_code(running: ClassAt) -> None:
    assert re.fullmatch(r"\d+\.[\w-]{16}", code_of(opened(running), begun(running)))


@pytest.mark.postgresql
def test_twice_after_the_end_after_the_roll_and_after_the_class_are_refused(running: ClassAt) -> None:
    window, now = opened(running), begun(running)
    first, second, third = running.trainees[:3]
    came(window, first, now)
    rule, says, _ = refused(lambda: came(window, first, now + MINUTE))
    assert (rule, says) == ("check_in_self.twice", "您已于 09:00 签到。")
    late = now + 16 * MINUTE
    assert refused(lambda: came(window, second, late))[0] == "check_in_self.closed"
    close_window(roll_window=window, by=running.coordinator, now=now + MINUTE)
    rule, says, way_out = refused(lambda: came(window, second, now + MINUTE))
    assert (rule, way_out) == ("check_in_self.closed", "请向班务管理教师说明，由其点名时记入。")
    roll(running, now + 2 * MINUTE)
    rule, says, _ = refused(lambda: came(window, third, now + 3 * MINUTE))
    assert (rule, says) == ("check_in_self.called", "本课时已经点名，您的考勤是“到课”。")


def roll(c: ClassAt, now: datetime, **marks: str) -> int:
    """Everybody present but the named seats."""
    words = {a.pk: marks.get(f"s{a.application.seat}", "present") for a in c.attendees}
    return call_roll(
        training_class=c.tc, day=c.tc.first_day, period=1, presences=words, by=c.coordinator, now=now
    )


@pytest.mark.postgresql
def test_another_class_and_other_roles_do_not_get_in(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    window, now = opened(mine), begun(mine)
    for stranger in (theirs.trainees[0], theirs.coordinator):
        with pytest.raises((NotThere, NotAllowed)):
            came(window, stranger, now)
    for other in (mine.coordinator, mine.staff, mine.instructors[0], mine.people.centre):
        with pytest.raises(NotAllowed):
            came(window, other, now)
    assert not Scan.objects.unscoped("test").exists()


def test_a_group_of_its_own_lets_nobody_else_in(running: ClassAt) -> None:
    from gongxue.stage3_programme.models import CourseSession

    rows = CourseSession.objects.inside(training_class=running.tc, day=running.tc.first_day, period=1)
    rows.update(group=1)
    CourseSession.objects.inside(training_class=running.tc, day=running.tc.first_day, period=2).update(
        group=2
    )
    groups = {a.pk: 1 if n < 2 else 2 for n, a in enumerate(running.attendees)}
    assign_groups(training_class=running.tc, groups=groups, by=running.coordinator, now=begun(running))
    window = opened(running, group=1)
    came(window, running.trainees[0], begun(running))
    rule, says, _ = refused(lambda: came(window, running.trainees[3], begun(running)))
    assert (rule, says) == ("check_in_self.group", "本课时只有第1组上课，您不在其中。")


@pytest.mark.parametrize(
    ("inputs", "rule"),
    [
        ({"period": 11}, "window.period"),
        ({"group": 3}, "window.group"),
        ({"days": 1}, "window.today"),
        ({"minutes": 0}, "window.minutes"),
        ({"minutes": 121}, "window.minutes"),
        ({"late_after": 16}, "window.late"),
        ({"late_after": -1}, "window.late"),
    ],
)
def test_a_window_is_for_a_lesson_of_today(running: ClassAt, inputs: dict[str, int], rule: str) -> None:
    day = running.tc.first_day + timedelta(days=inputs.pop("days", 0))
    wanted: dict[str, Any] = {"day": day, "period": 1} | inputs
    found = refused(
        lambda: open_window(training_class=running.tc, by=running.coordinator, now=begun(running), **wanted)
    )
    assert found[0] == rule


@pytest.mark.postgresql
def test_one_window_at_a_time_and_another_when_its_time_is_over(running: ClassAt) -> None:
    first = opened(running)
    assert refused(lambda: opened(running))[0] == "window.again"
    later = begun(running) + 20 * MINUTE
    second = open_window(
        training_class=running.tc,
        day=running.tc.first_day,
        period=1,
        by=running.staff,
        now=later,
        minutes=5,
        late_after=0,
    )
    first.refresh_from_db()
    assert (first.state, second.state) == ("closed", "open")
    assert came(second, running.trainees[0], later + MINUTE).presence == "late"
    roll(running, later + 2 * MINUTE)
    second.refresh_from_db()
    assert second.state == "closed", "the roll speaks of everybody"
    again = refused(
        lambda: open_window(
            training_class=running.tc,
            day=running.tc.first_day,
            period=1,
            by=running.staff,
            now=later + 3 * MINUTE,
        )
    )
    assert again[0] == "window.called"


@pytest.mark.postgresql
def test_the_roll_begins_with_who_came_and_says_so(running: ClassAt, signed_in: SignedIn) -> None:
    window, now = opened(running), begun(running)
    came(window, running.trainees[0], now)
    came(window, running.trainees[1], now + 12 * MINUTE)
    client = signed_in(running.coordinator)
    page = client.get(f"/classes/{running.tc.pk}/roll/").content.decode()
    names = [f"presences.{a.pk}" for a in running.attendees]
    assert f'name="{names[0]}" value="present" checked' in page
    assert f'name="{names[1]}" value="late" checked' in page
    assert not re.search(rf'name="{names[2]}" value="\w+" checked', page), "nobody is present by an oversight"
    assert "扫码 09:00" in page
    form = {
        "day": str(running.tc.first_day), "period": 1, "once": "a" * 32,
        **{f"seen.{a.pk}": v for a, v in zip(running.attendees, seen_in_page(page), strict=True)},
    }  # fmt: skip
    answer = client.post(f"/classes/{running.tc.pk}/roll/call/", form)
    assert answer.status_code == 422
    assert "2 人没有签到，也没有点名：3、4 号" in answer.content.decode()
    form |= {names[2]: "absent", names[3]: "present"}
    assert client.post(f"/classes/{running.tc.pk}/roll/call/", form).status_code == 302
    rows = AttendanceMark.objects.inside(training_class=running.tc).order_by("attendee__application__seat")
    assert list(rows.values_list("presence", "source")) == [
        ("present", "qr"), ("late", "qr"), ("absent", "roll"), ("present", "roll"),
    ]  # fmt: skip


def seen_in_page(page: str) -> list[str]:
    return re.findall(r'name="seen\.\d+" value="(\w+)"', page)


def test_a_scan_that_the_page_did_not_show_is_not_overwritten(running: ClassAt) -> None:
    window, now = opened(running), begun(running)
    seen = {a.pk: "unmarked" for a in running.attendees}
    came(window, running.trainees[0], now)
    words = {a.pk: "absent" for a in running.attendees}

    def call(**presences: str) -> int:
        return call_roll(
            training_class=running.tc, day=running.tc.first_day, period=1, seen=seen, by=running.coordinator,
            presences=words | {running.attendees[0].pk: presences.get("first", "absent")}, now=now,
        )  # fmt: skip

    with pytest.raises(Conflict) as caught:
        call()
    assert "1 号现为已签到（到课）" in caught.value.breaches[0].says
    assert call(first="present") == 4, "the same word is no conflict"


def test_the_page_on_the_wall_changes_its_code_and_counts(
    running: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    window, client = opened(running), signed_in(running.coordinator)
    page = client.get(f"/check-ins/{window.pk}/")
    assert page.status_code == 200
    assert "已签到" in page.content.decode()
    first = client.get(f"/check-ins/{window.pk}/code/").json()
    assert (first["open"], first["came"], first["of"]) == (True, 0, 4)
    at_time(begun(running) + timedelta(seconds=SLOT_SECONDS))
    came(window, running.trainees[0], begun(running))
    second = client.get(f"/check-ins/{window.pk}/code/").json()
    assert second["came"] == 1
    assert second["path"] != first["path"]
    at_time(begun(running) + 16 * MINUTE)
    assert client.get(f"/check-ins/{window.pk}/code/").json()["open"] is False


def test_the_signed_out_are_led_through_sign_in_and_back(running: ClassAt) -> None:
    window, client = opened(running), Client()
    where = f"/check-ins/{window.pk}/in/?c={code_of(window, begun(running))}"
    answer = client.get(where)
    assert answer.status_code == 302
    form = {"username": running.trainees[0].account.sign_in_name, "password": PASSWORD}
    back = client.post(answer["Location"], form)
    assert (back.status_code, back["Location"]) == (302, where)
    page = client.get(where).content.decode()
    assert running.attendees[0].application.person.name in page
    ticket = re.findall(r'name="code" value="([^"]+)"', page)[0]
    assert not Scan.objects.unscoped("test").exists(), "reading writes nothing"
    answer = client.post(f"/check-ins/{window.pk}/scan/", {"code": ticket})
    assert answer["Location"] == f"/classes/{running.tc.pk}/my-attendance/"
    assert Scan.objects.unscoped("test").get().attendee == running.attendees[0]


def test_a_ticket_is_for_one_account_and_a_few_minutes(
    running: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    window, now = opened(running), begun(running)
    client = signed_in(running.trainees[0])
    page = client.get(f"/check-ins/{window.pk}/in/?c={code_of(window, now)}").content.decode()
    ticket = re.findall(r'name="code" value="([^"]+)"', page)[0]
    passed_on = signed_in(running.trainees[1]).post(f"/check-ins/{window.pk}/scan/", {"code": ticket})
    assert passed_on.status_code == 422
    assert "已经失效" in passed_on.content.decode()
    at_time(now + timedelta(seconds=TICKET_SECONDS + 1))
    assert client.post(f"/check-ins/{window.pk}/scan/", {"code": ticket}).status_code == 422
    at_time(now + timedelta(seconds=TICKET_SECONDS))
    assert client.post(f"/check-ins/{window.pk}/scan/", {"code": ticket}).status_code == 302


def test_whoever_scans_is_told_why_not(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(begun(mine))
    window = opened(mine)
    where = f"/check-ins/{window.pk}/in/?c={code_of(window, begun(mine))}"
    own = signed_in(mine.coordinator).get(where)
    assert (own.status_code, "须用本人的参训教师账号" in own.content.decode()) == (403, True)
    for role in (theirs.trainees[0], theirs.coordinator):
        client = signed_in(role)
        there, nowhere = client.get(where), client.get(where.replace(f"/{window.pk}/", "/987654/"))
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert len(there.content) == len(nowhere.content)
    page = signed_in(theirs.trainees[0]).get(where).content.decode()
    assert "这不是您所在培训班的签到码" in page
    stale = signed_in(mine.trainees[0]).get(f"/check-ins/{window.pk}/in/?c=1.abc").content.decode()
    assert "请对准大屏幕再扫一次" in stale
    assert 'name="code"' not in stale


def test_an_online_lesson_is_entered_while_its_check_in_is_open(
    running: ClassAt, signed_in: SignedIn
) -> None:
    now = begun(running)
    set_online(
        training_class=running.tc, day=running.tc.first_day, periods=[1], link="https://meeting.example.cn/j/88",
        material="会议号 88", by=running.staff, now=now,
    )  # fmt: skip
    client = signed_in(running.trainees[0])
    mine = f"/classes/{running.tc.pk}/my-attendance/"
    page = client.get(mine).content.decode()
    assert "https://meeting.example.cn/j/88" in page
    assert "进入课堂（同时签到）" not in page
    window = opened(running)
    assert "进入课堂（同时签到）" in client.get(mine).content.decode()
    assert client.post(f"/check-ins/{window.pk}/join/")["Location"] == mine
    scan = Scan.objects.unscoped("test").get()
    assert (scan.via, scan.presence) == ("online", "present")
    roll(running, now)
    mark = AttendanceMark.objects.inside(attendee=running.attendees[0]).get()
    assert mark.source == "online"


def test_a_lesson_in_the_room_is_not_entered_from_elsewhere(running: ClassAt) -> None:
    window = opened(running)
    found = refused(lambda: join_online(roll_window=window, by=running.trainees[0], now=begun(running)))
    assert (found[0], found[2]) == ("join_online.room", "请到教室扫描大屏幕上的二维码。")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "meeting",
        "http://a.cn/",
        "javascript:alert(1)",
        "https://",
        "https://u:p@a.cn/",
        "https://a.cn/ b",
        "https://a.cn/" + "x" * 300,
        "https://[1",
    ],
)
def test_a_link_is_https_and_nothing_else(running: ClassAt, link: str) -> None:
    found = refused(
        lambda: set_online(
            training_class=running.tc,
            day=running.tc.first_day,
            periods=[1],
            link=link,
            by=running.staff,
            now=begun(running),
        )
    )
    assert found[0] == "online.link"


@pytest.mark.parametrize("scans", [0, 3])
def test_the_wall_asks_the_same_whoever_came(running: ClassAt, signed_in: SignedIn, scans: int) -> None:
    window, client = opened(running), signed_in(running.coordinator)
    for role in running.trainees[:scans]:
        came(window, role, begun(running))
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/check-ins/{window.pk}/code/")
    assert len(captured) == 7


@pytest.mark.postgresql
def test_two_scans_at_once_are_one(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    window, now = opened(c), begun(c)
    code = code_of(window, now)
    results = race(*[lambda: came(window, c.trainees[0], now, code)] * 4)
    assert sum(isinstance(one, Scan) for one in results) == 1
    assert {one.breaches[0].rule for one in results if isinstance(one, RuleBroken)} == {"check_in_self.twice"}


@pytest.mark.postgresql
def test_a_scan_while_the_roll_is_called_is_in_it_or_refused(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("started")
    window, now = opened(c), begun(c)
    seen = {a.pk: "unmarked" for a in c.attendees}
    words = {a.pk: "absent" for a in c.attendees}

    def call() -> int:
        return call_roll(
            training_class=c.tc,
            day=c.tc.first_day,
            period=1,
            presences=words,
            seen=seen,
            by=c.coordinator,
            now=now,
        )

    scan, roll_ = race(lambda: came(window, c.trainees[0], now), call)
    marks = marks_at(c.tc, c.tc.first_day, 1)
    mine = attendee_of(c.tc, c.trainees[0].account_id)
    assert mine is not None
    if isinstance(scan, Scan):
        assert isinstance(roll_, Conflict), "who came is not marked absent unseen"
        assert marks == {}
    else:
        assert scan.breaches[0].rule == "check_in_self.called"
        assert marks[mine.pk] == "absent"
