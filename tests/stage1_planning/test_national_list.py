"""全国培训信息 as everybody reads it: what is in it, what never is, how it is narrowed (TR 7)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.identity.models import Account
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at, every_stage
from tests.stage1_planning.plans import beside
from tests.still_clock import StillClock

ROW = '<td data-label="培训机构">'
HERE = "/national/"


@pytest.fixture(autouse=True)
def today(still_clock: StillClock) -> None:
    still_clock.set(at(date(2022, 11, 20)))


def listed(where: str = HERE) -> list[str]:
    """The institutions of the rows that a stranger reads."""
    answer = Client().get(where)
    assert answer.status_code == 200
    return re.findall(f"{ROW}([^<]+)<", answer.content.decode())


def three(classes_at: ClassesAtFixture) -> list[ClassAt]:
    """邢台 三级 机械类, 常州 一级 信息类, 北京工贸 二级 机械类, on different days."""
    return classes_at(
        Plan("published"),
        Plan("published", "017", "1", "信息类", date(2023, 3, 6)),
        Plan("published", "001", "2", "机械类", date(2023, 4, 3)),
    )


# What is in it ----------------------------------------------------------------------------------------------------


def test_before_the_first_edition_the_list_says_so(books: object) -> None:
    page = Client().get(HERE).content.decode()
    assert "尚未发布" in page
    assert "没有符合条件的班次" in page


@pytest.mark.parametrize("stage", ["planned", "submitted", "approved", "reported"])
def test_nothing_unpublished_is_listed(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    page = Client().get(f"{HERE}?all=on").content.decode()
    assert ROW not in page
    assert c.tc.scope not in page


@pytest.mark.parametrize("state", ["draft", "returned", "submitted"])
def test_beside_a_published_class_the_others_stay_unseen(class_at: ClassAtFixture, state: str) -> None:
    c = class_at("published")
    (other,) = beside(c, 1, scope="面向本省的秘密计划")
    TrainingClass.objects.unscoped("tests").filter(pk=other.pk).update(
        state=state, returned_reason="与赛事冲突" if state == "returned" else ""
    )
    page = Client().get(f"{HERE}?all=on").content.decode()
    assert page.count(ROW) == 1
    assert not {words for words in ("秘密计划", "与赛事冲突", other.title) if words in page}


def test_a_row_says_what_a_school_needs_to_know(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    TrainingClass.objects.unscoped("tests").filter(pk=c.tc.pk).update(note="内部备注勿传")
    page = Client().get(HERE).content.decode()
    for label, words in {
        "省份": "河北", "培训机构": "邢台技师学院", "级别": "三级", "专业大类": "机械类", "天数": "7", "人数": "4",
        "招生范围": c.tc.scope,
    }.items():  # fmt: skip
        assert re.search(f'data-label="{label}"[^>]*>{re.escape(words)}<', page), label
    assert f"2023-06-12 至 {c.tc.last_day}" in page
    assert re.search("最近发布：<a [^>]+>2023年上半年第1期<", page)
    assert "内部备注勿传" not in page


@pytest.mark.parametrize("stage", ["published", "admitted", "closed"])
def test_nobody_of_the_class_is_named(class_at: ClassAtFixture, stage: str) -> None:
    class_at(stage)
    page = Client().get(f"{HERE}?all=on").content.decode()
    assert ROW in page
    named = [
        name for name in Account.objects.values_list("name", flat=True) if len(name) > 1 and name in page
    ]
    assert [name for name in named if name != "平台定时任务"] == []
    assert not re.search(r"\d{11,}", re.sub(r"<[^>]+>", "", page)), "no phone, no ID number"


def test_it_reads_the_same_signed_in_and_not(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    for role in (c.people.trainee, c.people.school, c.staff):
        page = signed_in(role).get(HERE).content.decode()
        assert re.findall(f"{ROW}([^<]+)<", page) == listed()


@pytest.mark.parametrize("stage", list(every_stage("published")))
def test_the_link_to_the_notice_leads_to_a_notice(
    class_at: ClassAtFixture, still_clock: StillClock, stage: str
) -> None:
    """A filed programme alone makes no notice; when the class has begun nobody applies any more."""
    c = class_at(stage)
    still_clock.set(c.now)
    page = Client().get(f"{HERE}?all=on").content.decode()
    where = f"/classes/{c.tc.pk}/notice/"
    links = re.findall(r'data-label="报名"[^>]*><a href="([^"]+)"', page)
    noticed = stage in every_stage("announced", "admitted")
    assert len(links) == noticed
    for link in links:
        assert Client().get(link).status_code == 200
    assert ("已开班" in page.split("<tbody>")[1]) is (stage in every_stage("started"))
    assert ("筹备中" in page) is (stage in every_stage("published", "filed"))
    assert where not in page, "the institution's own page of the notice"


# Narrowed ---------------------------------------------------------------------------------------------------------


def test_classes_are_listed_by_their_first_day(classes_at: ClassesAtFixture) -> None:
    c = three(classes_at)
    names = [c[i].tc.institution.name for i in (1, 2, 0)]
    assert listed() == names


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("province=13", [0]), ("province=32", [1]), ("province=31", []), ("level=2", [2]), ("level=1", [1]), ("level=G", []),
        ("category=03", [1]), ("category=01", [2, 0]), ("category=01&province=13", [0]), ("category=01&province=32", []),
        ("category=01&level=3&province=13", [0]),
    ],
)  # fmt: skip
def test_filters_narrow_the_list_together(
    classes_at: ClassesAtFixture, query: str, places: list[int]
) -> None:
    c = three(classes_at)
    where = f"{HERE}?{query}"
    assert listed(where) == [c[i].tc.institution.name for i in places]
    page = Client().get(where).content.decode()
    assert page.count(" selected>") == query.count("="), "the form says what was chosen"
    assert ("没有符合条件的班次" in page) is (not places)


@pytest.mark.parametrize(
    "query",
    ["province=99", "province=13'--", "level=9", "category=x", "page=99", "page=x", "province=13&province=99", "all=yes", "order=scope",
     "institution__code=009", "state=draft", "level=%00", "category=" + "1" * 5000],
)  # fmt: skip
def test_what_the_registers_do_not_know_narrows_nothing(classes_at: ClassesAtFixture, query: str) -> None:
    three(classes_at)
    assert len(listed(f"{HERE}?{query}")) == 3


def test_every_province_level_and_category_can_be_chosen(books: object) -> None:
    page = Client().get(HERE).content.decode()
    codes = [p.code for p in provinces()] + list(CATEGORIES) + [level.value for level in Level]
    assert all(f'<option value="{code}"' in page for code in codes)


def test_classes_that_have_begun_are_listed_only_when_asked_for(
    class_at: ClassAtFixture, still_clock: StillClock
) -> None:
    c = class_at("published")
    for moment, shown in (
        (c.tc.first_day - timedelta(days=1), 1),
        (c.tc.first_day, 1),
        (c.tc.first_day + timedelta(days=1), 0),
    ):
        still_clock.set(at(moment, 23, 59))
        assert len(listed()) == shown
        assert len(listed(f"{HERE}?all=on")) == 1
    assert "勾选“含已开班”" in Client().get(HERE).content.decode()


# Many -------------------------------------------------------------------------------------------------------------


def published_beside(c: ClassAt, number: int) -> None:
    """So many further published classes."""
    TrainingClass.objects.bulk_create(
        TrainingClass(
            **{f.attname: getattr(c.tc, f.attname) for f in TrainingClass._meta.concrete_fields if f.name not in ("id", "first_day", "scope")},
            first_day=c.tc.first_day - timedelta(days=1 + day), scope=f"第{day}号",
        )
        for day in range(number)
    )  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_classes(
    class_at: ClassAtFixture, rows: int
) -> None:
    published_beside(class_at("announced"), rows - 1)
    client = Client()
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(HERE).content.decode().count(ROW) == rows
    assert len(captured) == 4
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)


def test_fifty_classes_fill_a_page_and_the_filters_stay_on_the_next(class_at: ClassAtFixture) -> None:
    published_beside(class_at("published"), 50)
    where = f"{HERE}?category=01"
    first = Client().get(where).content.decode()
    assert first.count(ROW) == 50
    assert "共 51 个班次，第 1 / 2 页" in first
    following = re.search(r'href="(\?[^"]*page=2[^"]*)"', first)
    assert following
    second = Client().get(HERE + following[1].replace("&amp;", "&")).content.decode()
    assert "category=01" in following[1]
    assert second.count(ROW) == 1
    assert "2023-06-12" in second, "the last day of all"


def test_what_an_institution_wrote_is_shown_as_text(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    TrainingClass.objects.unscoped("tests").filter(pk=c.tc.pk).update(scope="<script>alert(1)</script>")
    page = Client().get(HERE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
