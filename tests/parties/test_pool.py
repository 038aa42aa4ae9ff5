"""The pool of backbone teachers: search, a member's record from our own books, one's own page, registration."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.parties.actions import book, register_backbone
from gongxue.parties.models import Person, PoolMembership, Qualification
from gongxue.parties.queries import Workload, assignments_of, names_of, workloads
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, ClassAtFixture, People, SignedIn
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)


def person_of(role: Role) -> Person:
    return (
        Person.objects.unscoped("a test").select_related("account", "employer").get(account=role.account_id)
    )


def member_of(role: Role) -> PoolMembership:
    return (
        PoolMembership.objects.unscoped("a test")
        .select_related("person__account")
        .get(person__account=role.account_id)
    )


def days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=i) for i in range(number)]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def staff(cast: People, signed_in: SignedIn, still_clock: StillClock) -> Client:
    return signed_in(cast.xingtai.staff)


# Search -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 30), ("category=01", 18), ("category=03&level=2", 12), ("category=08", 0), ("level=4", 0), ("province=44", 15), ("province=13", 0),
        ("active=yes", 30), ("active=no", 0), ("active=maybe", 30), ("q=" + quote("四川"), 15),
    ],
)  # fmt: skip
def test_the_pool_is_searched(cast: People, staff: Client, query: str, number: int) -> None:
    assert f"共 {number} 条" in text(staff, f"/pool/?{query}")


def test_a_member_is_found_by_name_category_level_and_standing(cast: People, staff: Client) -> None:
    member = member_of(cast.instructor)
    PoolMembership.objects.unscoped("a test").filter(pk=member.pk).update(levels="1", active=False)
    name = quote(member.person.name)
    assert f"/pool/{member.pk}/" in text(staff, f"/pool/?q={name}&level=1&active=no&category=01")
    assert f"/pool/{member.pk}/" not in text(staff, f"/pool/?q={name}&level=2")
    assert "已出库" in text(staff, f"/pool/?q={name}&active=no")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pool_takes_the_same_number_of_queries_for_any_number_of_members(
    cast: People, staff: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for member in PoolMembership.objects.unscoped("a test").order_by("pk")[:rows]:
        PoolMembership.objects.unscoped("a test").filter(pk=member.pk).update(province_code="66")
        book(member.person, days(FIRST_DAY, 3), capacity="instructor", reference=f"class/{member.pk}")
    with django_assert_num_queries(7):
        assert f"共 {rows} 条" in text(staff, "/pool/?province=66")


@pytest.mark.parametrize("who", ["trainee", "instructor", "school"])
def test_the_pool_is_not_for_everybody(cast: People, signed_in: SignedIn, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get("/pool/").status_code == 403
    assert client.get(f"/pool/{member_of(cast.instructor).pk}/").status_code == 403


# Workload ---------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_jobs_are_classes_not_days_and_count_in_the_year_they_begin(cast: People) -> None:
    person, other = person_of(cast.instructor), person_of(cast.examiner)
    book(person, days(date(2022, 12, 28), 7), capacity="instructor", reference="class/1")
    book(person, days(date(2023, 3, 1), 7), capacity="instructor", reference="class/2")
    book(person, days(date(2023, 5, 1), 7), capacity="examiner", reference="class/3")
    book(person, days(date(2023, 8, 1), 7), capacity="trainee", reference="class/4")
    found = {year: workloads([person.pk, other.pk], year) for year in (2022, 2023, 2024)}
    assert found == {
        2022: {person.pk: Workload(1, 0)}, 2023: {person.pk: Workload(1, 1)}, 2024: {},
    }  # fmt: skip


def test_a_taken_day_is_refused_and_named(cast: People) -> None:
    person = person_of(cast.instructor)
    book(person, days(FIRST_DAY, 3), capacity=Seat.INSTRUCTOR, reference="class/1")
    with pytest.raises(RuleBroken, match="2023年6月14日已有其他培训任务"):
        book(person, days(FIRST_DAY + timedelta(days=2), 3), capacity=Seat.EXAMINER, reference="class/2")
    assert [a.days for a in assignments_of(person)] == [3]


def test_references_say_what_they_mean_and_unknown_ones_stay(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    assert names_of([f"class/{c.tc.pk}", "class/999", "class/x", "course/1", "nonsense"]) == {
        f"class/{c.tc.pk}": str(c.tc)
    }


# A member ---------------------------------------------------------------------------------------------------------


def test_a_members_page_shows_jobs_days_and_certificates_and_no_personal_value(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("issued")
    teacher = c.instructors[0]
    member = member_of(teacher)
    Qualification.objects.create(
        person=member.person, level="G", category="01", certificate_number="32017202212G001",
        institution=c.people.changzhou.organisation, issued_on=date(2022, 12, 20), reference="class/0",
    )  # fmt: skip
    page = text(signed_in(c.people.changzhou.staff), f"/pool/{member.pk}/")
    assert str(c.tc) in page and "授课" in page
    assert "<dd>1 <small>/ 2 次</small>" in page
    assert "32017202212G001" in page and "江苏省常州技师学院" in page
    june = re.search(r"<caption>2023年6月</caption>(.*?)</table>", page, re.DOTALL)
    assert june and re.findall(r'class="taken[^>]*>(\d+)<', june[1]) == [str(n) for n in range(11, 20)], (
        "the journey is booked as well"
    )
    for value in (
        member.person.id_number.reveal(),
        member.person.id_number.reveal()[-4:],
        member.person.phone,
    ):
        assert value not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_members_page_takes_the_same_number_of_queries_for_any_number_of_jobs(
    cast: People, staff: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    member = member_of(cast.instructor)
    for i in range(rows):
        book(
            member.person,
            days(FIRST_DAY + timedelta(days=10 * i), 3),
            capacity="instructor",
            reference=f"class/{i}",
        )
    with django_assert_num_queries(17):
        text(staff, f"/pool/{member.pk}/")


def test_past_months_are_not_in_the_calendar_and_a_free_teacher_is_said_to_be_free(
    cast: People, staff: Client
) -> None:
    member = member_of(cast.instructor)
    book(member.person, days(date(2023, 5, 30), 2), capacity="instructor", reference="class/1")
    page = text(staff, f"/pool/{member.pk}/")
    assert 'class="taken' not in page and "已结束" in page


# One's own page ---------------------------------------------------------------------------------------------------


def test_a_teacher_sees_their_own_record(cast: People, signed_in: SignedIn) -> None:
    page = text(signed_in(cast.instructor), "/pool/me/")
    assert cast.instructor.account.name in page and "机械类" in page and "登记其他专业大类" not in page


def test_whoever_is_not_in_the_pool_is_told_how_one_gets_there(cast: People, signed_in: SignedIn) -> None:
    assert "您还没有登记进入骨干教师库" in text(signed_in(cast.trainee), "/pool/me/")


def test_an_official_has_no_teachers_record(cast: People, signed_in: SignedIn) -> None:
    assert "您的账号没有教师档案" in text(signed_in(cast.hebei), "/pool/me/")


# Registration -----------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_registering_gives_the_entry_and_the_role(cast: People) -> None:
    person = person_of(cast.trainee)
    member = register_backbone(person=person, category="02", levels="32", by=cast.centre, now=NOW)
    assert (member.levels, member.registered_on, member.province_code) == ("23", FIRST_DAY, "13")
    assert Role.objects.filter(account=cast.trainee.account, duty="backbone", until=None).count() == 1
    register_backbone(person=person, category="03", by=cast.centre, now=NOW)
    assert Role.objects.filter(account=cast.trainee.account, duty="backbone").count() == 1


@pytest.mark.parametrize(
    ("category", "levels", "rule"), [("01", "123", "pool.known"), ("09", "1", "pool.category"), ("02", "", "pool.levels"), ("02", "1G", "pool.levels")]
)  # fmt: skip
def test_registering_is_refused_with_the_reason(cast: People, category: str, levels: str, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        register_backbone(
            person=person_of(cast.instructor), category=category, levels=levels, by=cast.centre, now=NOW
        )
    assert [b.rule for b in refused.value.breaches] == [rule]


def test_only_the_centre_registers(cast: People) -> None:
    for by in (cast.xingtai.staff, cast.hebei, cast.oversight):
        with pytest.raises(NotAllowed):
            register_backbone(person=person_of(cast.trainee), category="01", by=by, now=NOW)


def test_holders_of_a_backbone_certificate_are_offered_until_they_are_in(
    cast: People, signed_in: SignedIn
) -> None:
    person = person_of(cast.trainee)
    Qualification.objects.create(
        person=person, level="G", category="03", certificate_number="32017202212G007",
        institution=cast.changzhou.organisation, issued_on=date(2022, 12, 20), reference="class/0",
    )  # fmt: skip
    centre = signed_in(cast.centre)
    page = text(centre, "/pool/register/")
    assert "32017202212G007" in page
    where = f"/pool/register/?person={person.pk}&category=03"
    assert where.rsplit("/", maxsplit=1)[-1].replace("&", "&amp;") in page
    form = text(centre, where)
    assert 'value="32017202212G007"' in form and 'value="03" selected' in form
    body = {"category": "03", "levels": ["3", "2"], "certificate_number": "32017202212G007", "once": "k"}
    answers = [centre.post(where, body)["Location"] for _ in range(2)]
    assert answers == [f"/pool/{member_of(cast.trainee).pk}/"] * 2
    assert member_of(cast.trainee).levels == "23"
    assert "32017202212G007" not in text(centre, "/pool/register/")


def test_anybody_else_is_found_by_name_with_a_masked_number(cast: People, signed_in: SignedIn) -> None:
    person = person_of(cast.stranger)
    centre = signed_in(cast.centre)
    page = text(centre, "/pool/register/?q=" + quote(person.name))
    assert f"?person={person.pk}" in page
    assert str(person.id_number) in page and person.id_number.reveal() not in page
    assert "平台上没有这位教师的证书记录" in text(centre, f"/pool/register/?person={person.pk}")
    assert "没有找到这位教师" in text(centre, "/pool/register/?q=" + quote("查无此人"))
    assert centre.get("/pool/register/?person=987654321").status_code == 404


def test_a_refused_entry_keeps_what_was_chosen(cast: People, signed_in: SignedIn) -> None:
    person = person_of(cast.instructor)
    body = {"category": "01", "levels": ["1"], "certificate_number": "x", "once": "k"}
    answer = signed_in(cast.centre).post(f"/pool/register/?person={person.pk}", body)
    page = answer.content.decode()
    assert answer.status_code == 422 and "已在该专业大类的骨干教师库中" in page
    assert re.search(r'value="1"[^>]*checked', page) and not re.search(r'value="2"[^>]*checked', page)
