"""The duty ledger: who sees which figures, the idle clock and its warnings, searching the pool, Excel."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from gongxue.exchange.models import Message
from gongxue.parties import deadlines
from gongxue.parties.actions import book, mark_away, note_satisfaction
from gongxue.parties.models import PoolMembership, SatisfactionSum
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.parties.test_pool import days, member_of, person_of, text
from tests.still_clock import StillClock

TODAY = FIRST_DAY


@pytest.fixture(autouse=True)
def now(still_clock: StillClock) -> None:
    still_clock.set(at(TODAY))


def liked(cast: People, answers: int, points: int) -> None:
    note_satisfaction(
        [
            SatisfactionSum(
                person=person_of(cast.instructor), year=2023, reference="class/1", seat=Seat.INSTRUCTOR, answers=answers,
                items=6, points=points,
            )
        ]
    )  # fmt: skip


# Who sees what ----------------------------------------------------------------------------------------------------


def test_means_are_for_the_teacher_the_own_province_and_the_centre(cast: People, signed_in: SignedIn) -> None:
    liked(cast, 10, 145)
    member = member_of(cast.instructor)
    provinces = {"13": cast.hebei, "32": cast.jiangsu, "11": cast.beijing}
    own = [cast.centre, cast.oversight] + [r for code, r in provinces.items() if code == member.province_code]
    others = [cast.xingtai.staff] + [r for code, r in provinces.items() if code != member.province_code]
    for role in own:
        page = text(signed_in(role), f"/pool/{member.pk}/")
        assert "2.42" in page and "10 份" in page
    assert "2.42" in text(signed_in(cast.instructor), "/pool/me/")
    for role in others:
        page = text(signed_in(role), f"/pool/{member.pk}/")
        assert "达标" in page and "2.42" not in page and "10 份" not in page


@pytest.mark.parametrize(
    ("answers", "points", "word"), [(4, 72, "样本不足"), (5, 59, "未达标"), (5, 60, "达标")]
)
def test_institutions_see_a_word(
    cast: People, signed_in: SignedIn, answers: int, points: int, word: str
) -> None:
    liked(cast, answers, points)
    page = text(signed_in(cast.xingtai.staff), f"/pool/{member_of(cast.instructor).pk}/")
    assert f"<small>{word}</small>" in page


def test_a_teachers_own_trainings_are_no_business_of_institutions(cast: People, signed_in: SignedIn) -> None:
    person = person_of(cast.instructor)
    book(person, days(TODAY, 3), capacity="trainee", reference="class/1")
    book(person, days(TODAY + timedelta(days=9), 3), capacity="examiner", reference="class/2")
    where = f"/pool/{member_of(cast.instructor).pk}/"
    assert "参训" in text(signed_in(cast.centre), where)
    page = text(signed_in(cast.xingtai.staff), where)
    assert "参训" not in page and "考核" in page


def test_the_chart_shows_the_months_of_the_jobs(cast: People, signed_in: SignedIn) -> None:
    where = f"/pool/{member_of(cast.instructor).pk}/"
    client = signed_in(cast.xingtai.staff)
    assert "<svg" not in text(client, where).split("<main")[1]
    book(person_of(cast.instructor), days(TODAY, 9), capacity="instructor", reference="class/1")
    assert "2023年6月：授课 1 次，考核 0 次" in text(client, where)


# The idle clock ---------------------------------------------------------------------------------------------------


def warned(cast: People, today: date) -> int:
    deadlines.run(today=today, by=cast.system, now=at(today))
    return (
        Message.objects.unscoped("a test").filter(kind="pool.idle", account=cast.instructor.account).count()
    )


def test_each_warning_reaches_a_teacher_once(cast: People) -> None:
    PoolMembership.objects.unscoped("a test").update(registered_on=date(2022, 1, 1))
    person = person_of(cast.instructor)
    book(person, days(date(2022, 3, 1), 3), capacity="instructor", reference="class/1")  # class day: 2 March
    full = date(2024, 3, 2)
    told = [warned(cast, full - timedelta(days=left)) for left in (181, 180, 180, 91, 90, 31, 30, 29, 0, -5)]
    assert told == [0, 1, 1, 1, 2, 2, 3, 3, 3, 3]


def test_a_job_stops_the_clock_and_the_page_says_how_long_is_left(cast: People, signed_in: SignedIn) -> None:
    PoolMembership.objects.unscoped("a test").update(registered_on=TODAY - timedelta(days=700))
    page = text(signed_in(cast.instructor), "/pool/me/")
    assert "就满两年没有承担授课或考核任务" in page and "入库至今没有任务" in page
    book(person_of(cast.instructor), days(TODAY, 3), capacity="examiner", reference="class/1")
    page = text(signed_in(cast.instructor), "/pool/me/")
    assert "就满两年没有承担授课或考核任务" not in page and "距上次任务" in page


# Search -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(cast: People, signed_in: SignedIn) -> Client:
    return signed_in(cast.xingtai.staff)


def test_free_days_leave_out_the_booked_and_the_absent(cast: People, staff: Client) -> None:
    book(person_of(cast.instructor), days(date(2023, 7, 3), 3), capacity="instructor", reference="class/1")
    mark_away(first_day=date(2023, 7, 10), last_day=date(2023, 7, 12), by=cast.examiner, now=at(TODAY))
    assert "共 30 条" in text(staff, "/pool/?from=2023-07-06&to=2023-07-09")
    assert "共 29 条" in text(staff, "/pool/?from=2023-07-05&to=2023-07-09")
    assert "共 28 条" in text(staff, "/pool/?from=2023-07-12&to=2023-07-05"), "either order"
    assert "共 30 条" in text(staff, "/pool/?from=x&to=2023-13-01&within=abc&home=zz&sort=nothing&jobs=7")


def test_jobs_of_the_year_narrow_and_sort(cast: People, staff: Client) -> None:
    for i in range(2):
        start = date(2023, 7, 3) + timedelta(days=20 * i)
        book(person_of(cast.instructor), days(start, 9), capacity="instructor", reference=f"class/{i}")
    busy = f"/pool/{member_of(cast.instructor).pk}/"
    found = {n: text(staff, f"/pool/?jobs={n}") for n in (0, 1, 2)}
    assert "共 29 条" in found[0] and "共 0 条" in found[1] and "共 1 条" in found[2] and busy in found[2]
    links = [part.split('"')[0] for part in text(staff, "/pool/?sort=jobs").split('href="/pool/')[1:]]
    assert links[-1].startswith(busy.removeprefix("/pool/")) or busy.removeprefix("/pool/") in links[-2:]


def test_the_distance_is_counted_from_the_own_province_unless_another_is_named(
    cast: People, staff: Client
) -> None:
    PoolMembership.objects.unscoped("a test").update(province_code="44")
    PoolMembership.objects.unscoped("a test").filter(pk=member_of(cast.instructor).pk).update(
        province_code="11"
    )
    assert "共 1 条" in text(staff, "/pool/?within=300"), "石家庄 to 北京"
    assert "共 29 条" in text(staff, "/pool/?within=300&home=44")


@pytest.mark.parametrize("members", [1, 3])
def test_every_condition_together_takes_the_same_number_of_queries(
    cast: People, staff: Client, django_assert_num_queries: DjangoAssertNumQueries, members: int
) -> None:
    keep = list(
        PoolMembership.objects.unscoped("a test").order_by("pk").values_list("pk", flat=True)[:members]
    )
    PoolMembership.objects.unscoped("a test").filter(pk__in=keep).update(province_code="66")
    with django_assert_num_queries(8):
        text(staff, "/pool/?province=66&from=2023-07-01&to=2023-07-09&jobs=0&sort=jobs&active=yes&level=1")


# Excel ------------------------------------------------------------------------------------------------------------


def sheet(client: Client, query: str = "") -> list[list[Any]]:
    answer = client.get(f"/pool.xlsx{query}")
    assert answer.status_code == 200
    made = b"".join(answer) if answer.streaming else answer.content
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    return rows


def test_the_centre_exports_the_nation_and_a_province_its_own(cast: People, signed_in: SignedIn) -> None:
    liked(cast, 10, 145)
    member = member_of(cast.instructor)
    PoolMembership.objects.unscoped("a test").filter(pk=member.pk).update(province_code="13")
    whole = sheet(signed_in(cast.centre))
    assert len(whole) == 2 + 30
    (row,) = [line for line in whole if line[0] == member.person.name]
    assert (row[11], row[12]) == (2.42, 10)
    own = sheet(signed_in(cast.hebei))
    assert [line[0] for line in own[2:]] == [member.person.name]
    assert len(sheet(signed_in(cast.centre), "?province=13")) == 3


def test_institutions_and_teachers_export_nothing(cast: People, signed_in: SignedIn, staff: Client) -> None:
    assert staff.get("/pool.xlsx").status_code == 403
    assert "导出 Excel" not in text(staff, "/pool/")
    assert signed_in(cast.instructor).get("/pool.xlsx").status_code == 403
