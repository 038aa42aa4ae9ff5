"""What teachers say about themselves: days, levels, one line; and who learns of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import book, clear_away, introduce, mark_away, set_willing
from gongxue.parties.models import PoolMembership, Unavailability
from gongxue.parties.queries import supply_between
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Permission
from gongxue.rehearsal.timeline import at
from gongxue.stage2_staffing.queries import candidates_for
from tests.cast import FIRST_DAY, ClassAtFixture, People, SignedIn
from tests.parties.test_pool import member_of, person_of, text
from tests.still_clock import StillClock

TODAY = date(2023, 3, 1)
NOW = at(TODAY)
NOTE = "陪家人住院"
WHERE = "/pool/me/days/"


def rows() -> list[tuple[date, date]]:
    found = Unavailability.objects.unscoped("a test").order_by("pk")
    return list(found.values_list("first_day", "last_day"))


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


@pytest.fixture
def teacher(cast: People, signed_in: SignedIn, still_clock: StillClock) -> Client:
    still_clock.set(NOW)
    return signed_in(cast.instructor)


# Days -------------------------------------------------------------------------------------------------------------


def test_days_are_tapped_first_and_last_and_entered(cast: People, teacher: Client) -> None:
    first = text(teacher, f"{WHERE}?from=2023-03-06")
    assert "再点最后一天" in first and "from=2023-03-06&amp;to=2023-03-08#away" in first
    both = text(teacher, f"{WHERE}?from=2023-03-08&to=2023-03-06")
    assert 'value="2023-03-06"' in both and 'value="2023-03-08"' in both, (
        "the order of the taps does not matter"
    )
    body = {"first_day": "2023-03-06", "last_day": "2023-03-08", "note": NOTE, "once": "k"}
    assert {teacher.post(WHERE, body).status_code for _ in range(2)} == {302}
    assert rows() == [(date(2023, 3, 6), date(2023, 3, 8))]
    page = text(teacher, WHERE)
    assert NOTE in page and page.count('<td class="away') == 3


def test_the_note_is_nowhere_else(cast: People, teacher: Client, signed_in: SignedIn) -> None:
    mark_away(first_day=day(1), last_day=day(3), note=NOTE, by=cast.instructor, now=NOW)
    member = member_of(cast.instructor)
    for role in (cast.centre, cast.xingtai.staff, cast.hebei, cast.beijing):
        page = text(signed_in(role), f"/pool/{member.pk}/")
        assert NOTE not in page and page.count('class="taken') == 3 and "不便" not in page
    event = Event.objects.unscoped("a test").get(code=Permission.MARK_AWAY.value)
    assert NOTE not in f"{event.changes}{event.reason}{event.about_text}"


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [("2023-03-09", "2023-03-08", "止日早于起日"), ("2023-02-01", "2023-02-02", "已经过去"), ("", "2023-03-08", "必填"), ("x", "y", "日期")],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_the_page_and_kept(
    cast: People, teacher: Client, first: str, last: str, says: str
) -> None:
    answer = teacher.post(WHERE, {"first_day": first, "last_day": last, "note": NOTE})
    assert answer.status_code == 422
    assert says in answer.content.decode() and NOTE in answer.content.decode()
    assert rows() == []


def test_an_accepted_class_stands_against_it_with_the_way_out(cast: People, teacher: Client) -> None:
    book(person_of(cast.instructor), [day(5), day(6)], capacity="instructor", reference="class/1")
    with pytest.raises(RuleBroken, match="撤回邀请") as refused:
        mark_away(first_day=day(6), last_day=day(9), by=cast.instructor, now=NOW)
    assert [b.rule for b in refused.value.breaches] == ["pool.away_taken"]
    assert "还不能登记" in teacher.post(WHERE, {"first_day": day(6), "last_day": day(9)}).content.decode()
    mark_away(first_day=day(7), last_day=day(9), by=cast.instructor, now=NOW)


def test_only_the_teacher_takes_days_back(cast: People, teacher: Client, signed_in: SignedIn) -> None:
    row = mark_away(first_day=day(1), last_day=day(3), by=cast.instructor, now=NOW)
    with pytest.raises(NotThere):
        clear_away(unavailability=row, by=cast.examiner, now=NOW)
    assert signed_in(cast.examiner).post(f"/pool/days/{row.pk}/clear/").status_code == 404
    assert teacher.post(f"/pool/days/{row.pk}/clear/", {"next": WHERE}).status_code == 302
    assert rows() == []
    assert teacher.post(f"/pool/days/{row.pk}/clear/").status_code == 404


def test_a_month_that_is_none_shows_the_present(cast: People, teacher: Client) -> None:
    for month in ("2019-01", "9999-12", "x", "2023-13"):
        assert "2023年3月" in text(teacher, f"{WHERE}?month={month}") or month == "9999-12"
    assert "2025年3月" in text(teacher, f"{WHERE}?month=9999-12"), "no further than two years"


def test_whoever_teaches_nowhere_has_no_calendar(cast: People, signed_in: SignedIn) -> None:
    for role in (cast.trainee, cast.xingtai.staff, cast.centre):
        assert signed_in(role).get(WHERE).status_code == 403


# Levels and introduction ------------------------------------------------------------------------------------------


def test_a_paused_level_is_not_recommended_and_does_not_count_as_supply(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("opened")
    member = PoolMembership.objects.unscoped("a test").filter(category=c.tc.category, active=True).first()
    by = role_of(member)
    client = signed_in(by)
    where = f"/pool/{member.pk}/willing/"
    assert client.post(where, {"levels": ["1", "2"], "next": "/pool/me/"}).status_code == 302
    member.refresh_from_db()
    assert (member.paused, member.open_levels, member.levels) == ("3", "12", "123")
    known = {x.person: x.levels for x in candidates_for(c.tc)}
    assert known[member.person_id] == {Level.ONE, Level.TWO}
    supply = supply_between(FIRST_DAY, FIRST_DAY)
    with_three = supply.free([(member.category, Level.THREE)], []).bit_count()
    assert supply.free([(member.category, Level.ONE)], []).bit_count() == with_three + 1
    name = member.person.name
    assert f"/pool/{member.pk}/" not in text(signed_in(c.staff), f"/pool/?level=3&q={name}")
    assert f"/pool/{member.pk}/" in text(signed_in(c.staff), f"/pool/?level=1&q={name}")


def role_of(member: PoolMembership) -> Role:
    return Role.objects.select_related("account", "organisation").get(
        account=member.person.account_id, duty="backbone", until=None
    )


def test_levels_that_are_not_registered_are_refused_and_others_entries_are_not_there(cast: People) -> None:
    member = member_of(cast.instructor)
    PoolMembership.objects.unscoped("a test").filter(pk=member.pk).update(levels="23")
    with pytest.raises(RuleBroken) as refused:
        set_willing(pool_membership=member, levels=["1"], by=cast.instructor, now=NOW)
    assert [b.rule for b in refused.value.breaches] == ["pool.willing"]
    with pytest.raises(NotThere):
        set_willing(pool_membership=member, levels=["2"], by=cast.examiner, now=NOW)


def test_one_line_about_oneself_is_read_in_the_pool(
    cast: People, signed_in: SignedIn, teacher: Client
) -> None:
    words = "擅长<b>钳工</b>"
    assert (
        teacher.post("/pool/me/introduce/", {"introduction": words, "next": "/pool/me/"}).status_code == 302
    )
    page = text(signed_in(cast.xingtai.staff), f"/pool/{member_of(cast.instructor).pk}/")
    assert "擅长&lt;b&gt;钳工" in page
    with pytest.raises(RuleBroken) as refused:
        introduce(introduction="字" * 101, by=cast.instructor, now=NOW)
    assert [b.rule for b in refused.value.breaches] == ["pool.introduction"]
