"""The trail as people read it: whose entries, narrowed how, in which words."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from gongxue.desks.trail import Shown, change_title, change_value
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.trail.models import Event, of_class
from gongxue.foundation.trail.record import hidden, record
from gongxue.parties.models import Person
from gongxue.regulations.lifecycle import THINGS
from gongxue.regulations.roles import Permission
from gongxue.rehearsal.timeline import at
from gongxue.stage4_enrolment.actions import save_application
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from tests.cast import FIRST_DAY, ClassAtFixture, ClassesAtFixture, People, Plan, SignedIn

NOW = at(FIRST_DAY)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<small class="code">(\d+)</small>', page)]


def note(cast: People, **given: Any) -> Event:
    values = {"by": cast.centre, "now": NOW, "about": cast.xingtai.organisation, "reason": ""}
    return record(Permission.REGISTER_SCHOOL, **{**values, **given})


# Whose entries ----------------------------------------------------------------------------------------------------


def test_each_role_reads_its_own_scope(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("submitted"), Plan("submitted", "017", "1"))
    people = mine.people
    events = Event.objects.unscoped("a test")
    in_mine = set(events.filter(class_id=mine.tc.pk).values_list("pk", flat=True))
    in_theirs = set(events.filter(class_id=theirs.tc.pk).values_list("pk", flat=True))
    sees = {
        role: set(numbers(text(signed_in(role), f"/trail/?code={Permission.ADD_LINE}")))
        for role in (people.centre, people.hebei, people.xingtai.staff, people.changzhou.staff)
    }
    assert sees[people.centre] >= (in_mine | in_theirs)
    for role in (people.hebei, people.xingtai.staff):
        assert sees[role] & in_mine and not sees[role] & in_theirs
    assert not sees[people.changzhou.staff] & in_mine


def test_a_province_reads_nothing_about_a_line_before_it_is_handed_in(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    where = f"/trail/?code={Permission.ADD_LINE}"
    assert numbers(text(signed_in(c.staff), where))
    assert numbers(text(signed_in(c.people.hebei), where)) == []
    book = signed_in(c.people.hebei).get("/trail/export.xlsx").content
    assert c.tc.title not in str(
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    )
    c.drive_to("submitted")
    assert numbers(text(signed_in(c.people.hebei), where)), "its whole history, once the province may open it"


def test_a_province_reads_nothing_about_an_application_before_it_is_handed_in(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("announced")
    drafts = Application.objects.unscoped("a test")
    trainee = c.people.trainee
    enrolment = enrolment_of(c.tc)
    assert enrolment is not None
    save_application(enrolment=enrolment, answers={"3": "汉族"}, by=trainee, now=c.now)
    assert drafts.get().submitted_at is None
    where = f"/trail/?code={Permission.SAVE_APPLICATION}"
    assert numbers(text(signed_in(c.people.centre), where))
    for role in (c.people.hebei, c.people.beijing, c.staff):
        assert numbers(text(signed_in(role), where)) == []


def test_the_trail_of_a_class_has_what_was_done_with_its_whole_round(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("published")
    for role in (c.people.centre, c.people.hebei, c.staff):
        page = text(signed_in(role), f"/classes/{c.tc.pk}/trail/")
        for act in (Permission.SUBMIT_PLAN, Permission.REPORT_PLAN, Permission.PUBLISH_PLAN):
            assert page.count(f'data-label="事项">{act.title}<') == 1
        assert "本轮多个班次一并办理" in page


def test_an_entry_leads_to_its_class_only_where_the_role_may_go(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    sent, draft = classes_at(Plan("submitted", category="信息类"), Plan("planned"))
    page = text(signed_in(draft.people.hebei), "/trail/")  # a province may open what has been submitted to it
    assert f"/classes/{sent.tc.pk}/trail/" in page
    assert f"/classes/{draft.tc.pk}/trail/" not in page
    assert f"/classes/{draft.tc.pk}/trail/" in text(signed_in(draft.staff), "/trail/")


@pytest.mark.parametrize("who", ["trainee", "instructor", "school", "oversight"])
def test_nobody_else_reads_the_trail(cast: People, signed_in: SignedIn, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert {client.get(a).status_code for a in ("/trail/", "/trail/export.xlsx", "/classes/1/trail/")} == {
        403
    }


def test_the_trail_of_a_class_has_only_its_entries_and_is_closed_to_others(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    mine, theirs = classes_at(Plan("submitted"), Plan("planned", "017", "1"))
    page = text(signed_in(mine.staff), f"/classes/{mine.tc.pk}/trail/")
    own = Event.objects.unscoped("a test").filter(of_class(mine.tc.pk)).values_list("pk", flat=True)
    assert set(numbers(page)) == set(own)
    assert str(mine.tc) in page
    assert signed_in(mine.staff).get(f"/classes/{theirs.tc.pk}/trail/").status_code == 404


# Narrowed ---------------------------------------------------------------------------------------------------------


def test_entries_are_narrowed_by_day_act_person_and_class(cast: People, signed_in: SignedIn) -> None:
    centre = signed_in(cast.centre)
    first = note(cast, now=at(date(2030, 1, 1), 0, 0))
    second = note(cast, now=at(date(2030, 1, 1), 23, 59))
    third = note(cast, now=at(date(2030, 1, 2), 0, 0), by=cast.hebei)
    found = {
        "first=2030-01-01&last=2030-01-01": {first.pk, second.pk}, "first=2030-01-02": {third.pk}, "last=2030-01-01&first=2030-01-01": {first.pk, second.pk},
        f"first=2030-01-01&actor={cast.hebei.account.name}": {third.pk}, f"first=2030-01-01&code={Permission.ADMIT}": set(),
        f"first=2030-01-01&code={Permission.REGISTER_SCHOOL}": {first.pk, second.pk, third.pk}, "first=2030-01-01&class=1": set(),
    }  # fmt: skip
    for query, expected in found.items():
        assert set(numbers(text(centre, f"/trail/?{query}"))) == expected, query


@pytest.mark.parametrize(
    "query", ["first=yesterday", "last=2023-02-30", "first=0001-01-01", "before=x", "before=" + "9" * 40, "class=-1", "code=' OR 1=1", "actor=%25"]
)  # fmt: skip
def test_what_cannot_be_read_in_the_address_breaks_nothing(
    cast: People, signed_in: SignedIn, query: str
) -> None:
    text(signed_in(cast.centre), f"/trail/?{query}")


def test_pages_go_by_the_number_of_the_entry_and_do_not_shift_when_entries_are_added(
    cast: People, signed_in: SignedIn
) -> None:
    centre = signed_in(cast.centre)
    made = [note(cast, now=at(date(2030, 1, 1))).pk for _ in range(120)]
    first = text(centre, "/trail/?first=2030-01-01")
    assert numbers(first) == sorted(made, reverse=True)[:50]
    note(cast, now=at(date(2030, 1, 1)))
    following = re.search(r'href="(\?[^"]*before=\d+)"', first)[1].replace("&amp;", "&")  # type: ignore[index]
    second = text(centre, f"/trail/{following}")
    assert numbers(second) == sorted(made, reverse=True)[50:100]
    assert "回到最新" in second


@pytest.mark.parametrize("rows", [1, 3])
def test_the_trail_takes_the_same_number_of_queries_for_any_number_of_entries(
    class_at: ClassAtFixture,
    signed_in: SignedIn,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    c = class_at("recommended")
    client = signed_in(c.people.centre)
    person = Person.objects.unscoped("a test").order_by("pk")[0]
    for _ in range(rows):
        changes = {"people": [None, [person.pk]], "lines": [None, [c.tc.pk]]}
        record(
            Permission.RECOMMEND, by=c.people.centre, now=at(date(2030, 1, 1)), about=c.tc, changes=changes
        )
    with django_assert_num_queries(9):
        assert text(client, "/trail/?first=2030-01-01").count(person.name) >= rows


# In words ---------------------------------------------------------------------------------------------------------


def test_every_act_has_a_sentence() -> None:
    for permission in ACTS:
        says = Event(code=permission.value).says
        assert says == permission.title and re.search(r"[\u4e00-\u9fff]", says)
    assert Event(code="unknown.code").says == "unknown.code"


@pytest.mark.parametrize(
    "stage", ["published", "staffed", "filed", "admitted", "taught", "confirmed", "closed"]
)
def test_what_has_changed_in_a_class_is_said_in_chinese(class_at: ClassAtFixture, stage: str) -> None:
    """No field of ours is shown by its English name, no state by its code."""
    class_at(stage)
    shown = [Shown(event) for event in Event.objects.unscoped("a test")]
    titles = {what for row in shown for what, _, _ in row.changes}
    assert [t for t in titles if re.fullmatch(r"[a-z_]+", t)] == []
    codes = {state.value for thing in THINGS.values() for state in thing.states}
    values = {value for row in shown for _, before, after in row.changes for value in (before, after)}
    assert values & codes == set()
    assert all(re.search(r"[\u4e00-\u9fff]", row.duty) for row in shown)


@pytest.mark.parametrize(
    ("about", "name", "value", "words"),
    [
        ("trainingclass/1", "state", "submitted", "待省级审核"), ("application/1", "state", "admitted", "已录取"), ("trainingclass/1", "level", "3", "三级"),
        ("trainingclass/1", "category", "01", "机械类"), ("invitation/1", "opening", "staffed", "师资已到位"), ("opinion/1", "agrees", True, "是"),
        ("trainingclass/1", "3 号", "absent", "旷课"), ("x/1", "x", None, "—"), ("x/1", "x", "", "—"), ("x/1", "x", 12, "12"), ("x/1", "x", "…", "（内容）"),
        ("x/1", "x", list("abc"), "a、b、c"), ("x/1", "x", list(range(9)), "0、1、2、3、4、5、6、7 等 9 项"),
    ],
)  # fmt: skip
def test_a_value_is_said_in_words(about: str, name: str, value: Any, words: str) -> None:
    assert change_value(about, name, value) == words


def test_a_field_is_called_as_on_the_forms() -> None:
    assert change_title("trainingclass/1", "headcount") == "培训人数"
    assert change_title("account/1", "role") == "角色"
    assert change_title("nothing/1", "unheard_of") == "unheard_of"


def test_a_personal_value_is_a_hash_that_shows_only_whether_it_changed(
    cast: People, signed_in: SignedIn
) -> None:
    phones = {
        "phone": [hidden("13800001111"), hidden("13800002222")],
        "again": [hidden("13800001111"), hidden("13800001111")],
    }
    event = note(cast, now=at(date(2030, 1, 1)), changes=phones)
    page = text(signed_in(cast.centre), "/trail/?first=2030-01-01")
    assert "1380000" not in page and page.count("个人信息，校验码") == 4
    shown = list(Shown(event).changes)
    assert shown[0][1] != shown[0][2] and shown[1][1] == shown[1][2]


def test_reasons_and_names_are_shown_as_text(cast: People, signed_in: SignedIn) -> None:
    place = Organisation(kind="school", name="<script>alert(1)</script>", province_code="13")
    place.save()
    note(cast, about=place, reason="<img src=x onerror=alert(1)>", now=at(date(2030, 1, 1)))
    page = text(signed_in(cast.centre), "/trail/?first=2030-01-01")
    assert "<script>alert" not in page and "<img src=x" not in page


# As Excel ---------------------------------------------------------------------------------------------------------


def test_the_export_has_the_same_entries_as_text(cast: People, signed_in: SignedIn) -> None:
    note(cast, now=at(date(2030, 1, 1)), reason="=1+1", changes={"headcount": [28, 30]})
    note(cast, now=at(date(2030, 1, 2)))
    answer = signed_in(cast.centre).get("/trail/export.xlsx?first=2030-01-01&last=2030-01-01")
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:5] == ["编号", "时间", "事项", "对象", "经办人"]
    assert len(rows) == 3
    assert rows[2][1:5] == ["2030-01-01 10:00:00", "登记院校", "邢台技师学院", cast.centre.account.name]
    assert rows[2][7:9] == ["headcount：28 → 30", "=1+1"]


def test_the_export_keeps_to_the_scope(cast: People, signed_in: SignedIn) -> None:
    note(cast, by=cast.jiangsu, about=cast.changzhou.organisation, now=at(date(2030, 1, 1)))
    answer = signed_in(cast.hebei).get("/trail/export.xlsx?first=2030-01-01")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
