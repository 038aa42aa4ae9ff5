"""The list of classes of each role, and the public home page."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.identity.models import Role
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, People, Plan, SignedIn, at
from tests.desks.conftest import ClassNow
from tests.desks.reading import body
from tests.still_clock import StillClock

ROW = re.compile(r'<td data-label="培训机构"><a href="/classes/(\d+)/">')


def listed(role: Role, signed_in: SignedIn, query: str = "") -> list[int]:
    """The classes that a role finds, in order."""
    answer = signed_in(role).get(f"/classes/{query}")
    assert answer.status_code == 200
    return [int(pk) for pk in ROW.findall(answer.content.decode())]


def three(classes_at: ClassesAtFixture) -> tuple[ClassAt, ...]:
    """邢台 三级 机械类 (link 4), 常州 一级 信息类 (link 5), 邢台 二级 信息类 (closed)."""
    return tuple(
        classes_at(
            Plan("applied"),
            Plan("started", "017", "1", "信息类", date(2023, 5, 8)),
            Plan("closed", "009", "2", "信息类", date(2023, 3, 6)),
        )
    )


def test_each_role_finds_its_own_classes_the_latest_first(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    one, two, old = three(classes_at)
    people = one.people
    mine, theirs, closed = one.tc.pk, two.tc.pk, old.tc.pk
    expected = {
        people.centre: [mine, theirs, closed], people.oversight: [mine, theirs, closed], people.hebei: [mine, closed],
        people.jiangsu: [theirs], people.beijing: [], people.xingtai.staff: [mine, closed],
        people.xingtai.coordinator: [mine, closed], people.changzhou.staff: [theirs], two.trainees[0]: [theirs],
        old.trainees[0]: [closed], people.trainee: [],
    }  # fmt: skip
    assert {role: listed(role, signed_in) for role in expected} == expected
    assert set(listed(two.instructors[0], signed_in)) >= {theirs}
    assert mine not in listed(one.trainees[0], signed_in), "an applicant is no trainee yet"


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("stage=4", [0]), ("stage=5", [1]), ("stage=8", [2]), ("stage=1", []), ("level=2", [2]), ("category=03", [1, 2]), ("q=常州", [1]),
        ("q=邢台", [0, 2]), ("q=%25", []), ("q=邢台&category=03", [2]), ("category=03&level=3", []),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(
    classes_at: ClassesAtFixture, signed_in: SignedIn, query: str, places: list[int]
) -> None:
    found = three(classes_at)
    assert listed(found[0].people.centre, signed_in, f"?{query}") == [found[i].tc.pk for i in places]


@pytest.mark.parametrize(
    "query",
    ["stage=9", "stage=x", "level=9", "category=99", "page=9", "page=x", "order=pk", "q=", "stage=%00"],
)
def test_what_is_not_known_narrows_nothing(
    classes_at: ClassesAtFixture, signed_in: SignedIn, query: str
) -> None:
    found = three(classes_at)
    assert len(listed(found[0].people.centre, signed_in, f"?{query}")) == 3


def test_an_empty_list_says_so(cast: People, signed_in: SignedIn) -> None:
    for role, words in ((cast.centre, "没有符合条件的培训班"), (cast.trainee, "您还没有被录取的培训班")):
        assert words in signed_in(role).get("/classes/").content.decode()
    assert 'href="/national/"' in body(signed_in(cast.trainee).get("/classes/").content.decode())


def test_a_school_has_no_classes(cast: People, signed_in: SignedIn) -> None:
    assert signed_in(cast.school).get("/classes/").status_code == 403


def beside(c: ClassAt, number: int) -> None:
    """So many further classes of the institution."""
    columns = [f.attname for f in TrainingClass._meta.concrete_fields if f.name not in ("id", "first_day")]
    TrainingClass.objects.bulk_create(
        TrainingClass(
            **{name: getattr(c.tc, name) for name in columns},
            first_day=c.tc.first_day - timedelta(days=1 + n),
        )
        for n in range(number)
    )


def test_fifty_classes_fill_a_page(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    beside(c, 50)
    first = signed_in(c.staff).get("/classes/?level=3").content.decode()
    assert len(ROW.findall(first)) == 50
    assert "51 个" in first
    following = re.search(r'href="(\?[^"]*page=2[^"]*)"', first)
    assert following
    assert "level=3" in following[1]
    assert len(listed(c.staff, signed_in, following[1].replace("&amp;", "&"))) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_classes(
    class_at: ClassAtFixture, signed_in: SignedIn, rows: int
) -> None:
    c = class_at("published")
    beside(c, rows - 1)
    client = signed_in(c.province)
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert len(ROW.findall(client.get("/classes/").content.decode())) == rows
    assert len(captured) == 6


# Home -------------------------------------------------------------------------------------------------------------


def test_home_before_anything_is_published(books: object) -> None:
    page = Client().get("/").content.decode()
    assert "目前没有正在招生的培训班" in page
    assert "尚未发布全国培训信息" in page
    for where in ("/sign-in/", "/certificates/query", "/national/"):
        assert f'href="{where}"' in page


def test_home_shows_open_enrolments_and_coming_classes(class_now: ClassNow) -> None:
    c = class_now("announced")
    page = Client().get("/").content.decode()
    notice = re.search(r'href="(/[^"]*)">[^<]*<span class="tag run">三级</span>', page)
    assert notice
    assert Client().get(notice[1]).status_code == 200
    assert "报名至" in page
    assert "全部 1 个" in page
    assert f"{c.tc.first_day} 开班，4 人" in page


@pytest.mark.parametrize(
    ("stage", "enrolling"), [("filed", False), ("announced", True), ("enrolment_closed", False)]
)
def test_only_what_can_be_applied_for_is_enrolling(class_now: ClassNow, stage: str, enrolling: bool) -> None:
    class_now(stage)
    assert ("报名至" in Client().get("/").content.decode()) is enrolling


def test_what_has_begun_is_not_coming(class_at: ClassAtFixture, still_clock: StillClock) -> None:
    c = class_at("published")
    for days, number in ((0, 1), (1, 0)):
        still_clock.set(at(c.tc.first_day + timedelta(days=days)))
        assert f"全部 {number} 个" in Client().get("/").content.decode()


def test_home_names_nobody(class_now: ClassNow) -> None:
    c = class_now("applied")
    page = Client().get("/").content.decode()
    people = [c.staff, c.coordinator, c.province, *c.instructors, *c.examiners, *c.trainees]
    assert [role.account.name for role in people if role.account.name in page] == []


def test_whoever_is_signed_in_goes_on_to_the_desk(cast: People, signed_in: SignedIn) -> None:
    assert signed_in(cast.trainee).get("/")["Location"] == "/desk/"
