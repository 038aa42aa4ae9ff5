"""The desk of each role: what to do, where its classes stand, its latest messages, its other roles; and empty ones."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.exchange.notices import send
from gongxue.foundation.identity.actions import end_role, give_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.context import MENUS
from gongxue.regulations.lifecycle import STAGES
from gongxue.regulations.roles import Duty
from tests.cast import ClassAt, ClassesAtFixture, People, Plan, SignedIn, at
from tests.desks.conftest import ClassNow
from tests.desks.reading import body
from tests.still_clock import StillClock


def desk_of(client: Client) -> str:
    """The desk."""
    answer = client.get("/desk/")
    assert answer.status_code == 200
    return body(answer.content.decode())


def headings(desk: str) -> list[str]:
    """The todos in their order."""
    todos = desk[desk.index("我的待办") :].split("</section>", maxsplit=1)[0]
    return re.findall(r"<b>([^<]+)</b>", todos)


def also(c: ClassAt | People, role: Role, duty: Duty) -> Role:
    """A further role of somebody at the same place."""
    people = c if isinstance(c, People) else c.people
    given = give_role(
        account=role.account, organisation=role.organisation, duty=duty, by=people.centre, now=at(date(2023, 1, 9))
    )  # fmt: skip
    return Role.objects.select_related("account", "organisation").get(pk=given.pk)


# What to do -------------------------------------------------------------------------------------------------------


def test_the_overdue_come_first_and_are_counted(
    classes_at: ClassesAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    late, soon = classes_at(Plan("staffed"), Plan("staffed", category="信息类", first_day=date(2023, 6, 26)))
    still_clock.set(at(date(2023, 5, 15)))
    desk = desk_of(signed_in(late.staff))
    assert f"{late.staff.account.name}，有 1 项已逾期，共 2 项要办" in desk
    assert headings(desk) == [f"编写并报送培训方案：{c.tc.title}" for c in (late, soon)]
    assert re.findall(r'class="due (\w+)"[^>]*>([^<]+)<', desk) == [
        ("bad", "逾期 2 天"),
        ("quiet", "剩 12 天"),
    ]
    assert "2023年5月15日" in desk


def test_without_anything_overdue_only_the_number_is_said(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("submitted")
    assert f"{c.province.account.name}，有 1 项要办" in desk_of(signed_in(c.province))


@pytest.mark.parametrize(
    ("who", "says", "way"),
    [
        ("centre", "没有待办。有新的事项会出现在这里", ""), ("hebei", "没有待办", ""), ("instructor", "没有待办", ""), ("school", "没有待办", ""),
        ("trainee", "没有待办。可以看看正在招生的培训班。", "/national/"), ("oversight", "此角色只查看全国数据，不办理业务。", "/classes/"),
    ],
)  # fmt: skip
def test_an_empty_desk_says_so_and_shows_a_way_on(
    cast: People, signed_in: SignedIn, who: str, says: str, way: str
) -> None:
    desk = desk_of(signed_in(getattr(cast, who)))
    assert "今天没有要办的事" in desk
    assert says in desk
    assert (f'href="{way}"' in desk) if way else True
    assert "还没有消息" in desk
    assert "进行中的培训班" not in desk
    assert "培训班在哪一环节" not in desk


@pytest.mark.parametrize("duty", [duty for duty in Duty if duty != Duty.SYSTEM])
def test_every_page_of_the_menu_opens_with_and_without_classes(
    class_now: ClassNow, signed_in: SignedIn, duty: Duty
) -> None:
    c = class_now("taught")
    people = c.people
    with_class = {
        Duty.CENTRE: people.centre, Duty.OVERSIGHT: people.oversight, Duty.PROVINCE: c.province, Duty.INSTITUTION: c.staff,
        Duty.COORDINATOR: c.coordinator, Duty.CERTIFICATE_OFFICER: c.certificate_officer, Duty.BACKBONE: c.instructors[0],
        Duty.TRAINEE: c.trainees[0], Duty.SCHOOL: c.school,
    }[duty]  # fmt: skip
    without = {
        Duty.PROVINCE: people.beijing, Duty.INSTITUTION: people.gongmao.staff, Duty.COORDINATOR: people.gongmao.coordinator,
        Duty.CERTIFICATE_OFFICER: people.gongmao.certificate_officer, Duty.BACKBONE: people.expert, Duty.TRAINEE: people.trainee,
        Duty.SCHOOL: people.school,
    }.get(duty, with_class)  # fmt: skip
    for role in (with_class, without):
        client = signed_in(role)
        answers = {entry.where: client.get(entry.where).status_code for entry in MENUS[duty]}
        assert set(answers.values()) == {200}, answers


# Where my classes stand -------------------------------------------------------------------------------------------


def test_classes_are_counted_by_the_link_they_stand_in(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    mine, _, closed, foreign = classes_at(
        Plan("staffed"),
        Plan("staffed", first_day=date(2023, 6, 26)),
        Plan("closed", first_day=date(2023, 3, 6)),
        Plan("started", "017", "1"),
    )
    people = mine.people
    expected = {"centre": {3: 2, 5: 1, 8: 1}, "hebei": {3: 2, 8: 1}, "jiangsu": {5: 1}}
    for who, counts in expected.items():
        desk = desk_of(signed_in(getattr(people, who)))
        rows = re.findall(r'href="/classes/\?stage=(\d)"><span>([^<]+)</span><b>(\d+)</b>', desk)
        assert rows == [
            (str(n), title, str(counts.get(n, 0))) for n, title in enumerate((*STAGES, "已结班"), 1)
        ]
        for n, count in counts.items():
            page = signed_in(getattr(people, who)).get(f"/classes/?stage={n}").content.decode()
            assert f'<span class="dim">{count} 个</span>' in page
    assert desk_of(signed_in(closed.staff)).count("<b>2</b>") >= 1
    assert foreign.tc.institution.name not in desk_of(signed_in(people.hebei))


def test_running_classes_are_listed_the_soonest_first(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    later, soon, closed, planned = classes_at(
        Plan("staffed", first_day=date(2023, 6, 26)),
        Plan("staffed"),
        Plan("closed", first_day=date(2023, 3, 6)),
        Plan("planned", first_day=date(2023, 5, 8)),
    )
    for role in (soon.staff, soon.province):
        desk = desk_of(signed_in(role))
        listed = desk[desk.index("进行中的培训班") :].split("</section>")[0]
        order = re.findall(r'href="/classes/(\d+)/"', listed)
        assert order == [str(soon.tc.pk), str(later.tc.pk)]
        assert (soon.tc.institution.name in listed) is (role == soon.province)
        assert not {str(planned.tc.pk), str(closed.tc.pk)} & set(order)


def test_a_trainee_sees_their_own_classes(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("started")
    desk = desk_of(signed_in(c.trainees[0]))
    assert "我的培训" in desk
    assert f'href="/classes/{c.tc.pk}/"' in desk
    assert f'href="/classes/{c.tc.pk}/"' not in desk_of(signed_in(c.people.trainee))


# Messages and other roles -----------------------------------------------------------------------------------------


def test_the_latest_messages_of_this_role_stand_on_its_desk(cast: People, signed_in: SignedIn) -> None:
    other = also(cast, cast.trainee, Duty.SCHOOL)
    for number in range(8):
        send(
            [cast.trainee],
            subject=f"第 {number} 条",
            kind="x",
            link="/my/applications/",
            now=at(date(2023, 6, 1)),
        )
    send([other], subject="给院校的", kind="x", link="/endorsements/", now=at(date(2023, 6, 2)))
    desk = desk_of(signed_in(cast.trainee))
    assert re.findall(r"第 (\d) 条", desk) == list("765432")
    assert "给院校的" not in desk
    assert "给院校的" in desk_of(signed_in(other))


def test_who_has_several_roles_switches_and_gets_the_desk_of_each(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("submitted")
    given = give_role(
        account=c.staff.account, organisation=c.province.organisation, duty="province", by=c.people.centre, now=c.now
    )  # fmt: skip
    client = signed_in(c.staff)
    page = client.get("/desk/").content.decode()
    assert f'action="/role/{given.pk}/"' in page
    assert f'action="/role/{c.staff.pk}/"' not in page, "not the one that one acts in"
    assert "今天没有要办的事" in page
    answer = client.post(f"/role/{given.pk}/", follow=True)
    desk = body(answer.content.decode())
    assert answer.redirect_chain == [("/desk/", 302)]
    assert "现在以“省级管理部门工作人员" in desk
    assert headings(desk) == ["1 个计划班次待审核"]
    end_role(role=Role.objects.get(pk=given.pk), reason="调离", by=c.people.centre, now=c.now)
    assert "培训机构工作人员" in desk_of(client), "an ended role is acted in no longer"


def test_whoever_has_one_role_is_offered_no_other(cast: People, signed_in: SignedIn) -> None:
    assert 'action="/role/' not in signed_in(cast.trainee).get("/desk/").content.decode()


def test_an_account_without_a_role_is_told_whom_to_ask(cast: People) -> None:
    account = cast.trainee.account
    Role.objects.filter(account=account).update(until=date(2023, 1, 1))
    client = Client()
    client.force_login(account)
    page = client.get("/desk/").content.decode()
    assert "您的账号还没有角色" in page
    assert "请联系部指导中心" in page
    assert client.get("/classes/").status_code == 403
    assert client.get("/messages/")["Location"] == "/desk/"
    assert client.post("/messages/1/").status_code == 404
    assert client.post("/messages/read/").status_code == 302


def test_a_stranger_is_sent_to_sign_in(books: object) -> None:
    assert Client().get("/desk/")["Location"].startswith("/sign-in/")


# Many classes -----------------------------------------------------------------------------------------------------

QUERIES = {"institution": 24, "province": 16, "centre": 10, "coordinator": 8}


@pytest.mark.parametrize("who", QUERIES)
@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_takes_the_same_number_of_queries_for_any_number_of_classes(
    classes_at: ClassesAtFixture, signed_in: SignedIn, still_clock: StillClock, who: str, number: int
) -> None:
    plans = [Plan("staffed", first_day=date(2023, 6, 12) + timedelta(weeks=2 * n)) for n in range(number)]
    c = classes_at(*plans)[0]
    still_clock.set(c.now)
    client = signed_in(c.actors()[who])
    client.get("/classes/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/desk/").status_code == 200
    assert len(captured) == QUERIES[who]
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
