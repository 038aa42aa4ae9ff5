"""Reminders: before, on and after a due day, each step once, one message with a list for many, then the office above."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of, programme_due, said
from gongxue.stage1_planning import reminders
from gongxue.stage1_planning.actions import grant_exception
from gongxue.stage1_planning.models import Reminder
from gongxue.stage3_programme.actions import confirm_programme, return_programme, submit_programme
from gongxue.stage3_programme.queries import programme_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, at

ANY = "tests look at all rows"


def run(c: ClassAt, day: date, hour: int = 6) -> int:
    """The reminders of a day; how many messages were sent."""
    return reminders.run(today=day, by=c.people.system, now=at(day, hour))["reminded"]


def told(role: Role) -> list[str]:
    """The subjects of the reminders that a role has, in order."""
    rows = Message.objects.unscoped(ANY).filter(to=role, kind=reminders.KIND).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def due_of_programme(c: ClassAt) -> date:
    """D-30."""
    return programme_due(c.tc.first_day, c.tc.edition).on


def test_each_step_is_told_once_however_often_it_runs(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    day = due - timedelta(days=8)
    while day <= due + timedelta(days=9):
        for hour in (6, 7, 23):
            run(c, day, hour)
        day += timedelta(days=1)
    words = f"报送培训方案，{c.tc.title}"
    assert told(c.staff) == [
        f"还有 7 天：{words}", f"还有 3 天：{words}", f"还有 1 天：{words}", f"今天到期：{words}", f"已逾期 1 天：{words}",
        f"已逾期 3 天：{words}", f"已逾期 7 天：{words}",
    ]  # fmt: skip
    message = Message.objects.unscoped(ANY).filter(to=c.staff, kind=reminders.KIND).latest("pk")
    assert message.link == f"/classes/{c.tc.pk}/"
    assert f"前 30 天 = {said(due)}" in message.body
    assert "只剩 16 天" in message.body


def test_the_province_hears_of_it_from_the_third_day_on(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    for late in range(-7, 9):
        run(c, due + timedelta(days=late))
    words = f"报送培训方案，{c.tc.institution.name} {c.tc.title}"
    assert told(c.province) == [f"已逾期 3 天：{words}", f"已逾期 7 天：{words}"]
    assert told(c.people.centre) == []
    assert told(c.actors()["other_province"]) == []


def test_after_a_gap_only_the_latest_step_is_told(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    run(c, due - timedelta(days=20))
    assert told(c.staff) == []
    assert run(c, due + timedelta(days=5)) == 2, "the institution and its province"
    assert [s.partition("：")[0] for s in told(c.staff)] == ["已逾期 5 天"]
    assert run(c, due + timedelta(days=6)) == 0


def test_what_is_long_past_is_left_to_the_list(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    assert run(c, due + timedelta(days=7 + reminders.FORGOTTEN + 1)) == 0
    assert run(c, due + timedelta(days=7 + reminders.FORGOTTEN)) == 2


def test_what_is_done_is_not_reminded_of(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    assert run(c, due_of_programme(c) + timedelta(days=3)) > 0
    assert not [subject for subject in told(c.staff) if "报送培训方案" in subject]


def test_the_province_is_reminded_of_its_answer_but_not_while_the_clock_stands(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("programme_submitted")
    row = programme_of(c.tc)
    assert row is not None
    assert row.first_submitted_at is not None
    handed_in = day_of(row.first_submitted_at)
    run(c, handed_in + timedelta(days=4))
    assert [s for s in told(c.province) if "审核培训方案" in s] == [
        f"还有 1 天：审核培训方案，{c.tc.institution.name} {c.tc.title}"
    ]
    back = handed_in + timedelta(days=4)
    returned = return_programme(
        programme=row, reason="课时不足", seen=row.version, by=c.province, now=at(back, 9)
    )
    run(c, handed_in + timedelta(days=6))
    assert len([s for s in told(c.province) if "审核培训方案" in s]) == 1
    run(c, back + timedelta(days=5))
    assert [s for s in told(c.staff) if "修改重报" in s] == [f"今天到期：修改重报培训方案，{c.tc.title}"]
    again = back + timedelta(days=6)
    _confirm_again(c)
    submit_programme(programme=returned, seen=returned.version, by=c.staff, now=at(again, 9))
    run(c, again + timedelta(days=1))
    assert [s.partition("：")[0] for s in told(c.province) if "审核培训方案" in s] == [
        "还有 1 天",
        "今天到期",
    ]


def _confirm_again(c: ClassAt) -> None:
    row = programme_of(c.tc)
    assert row is not None
    for role in c.instructors:
        confirm_programme(programme=row, seen=row.version, by=role, now=c.now)


def test_an_extended_day_begins_anew(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    run(c, due)
    until = due + timedelta(days=3)
    grant_exception(
        training_class=c.tc, deadline="programme", until=until, reason="台风", by=c.province, now=at(due, 9)
    )
    run(c, due, 10)
    run(c, until)
    assert [s.partition("：")[0] for s in told(c.staff)] == ["今天到期", "还有 3 天", "今天到期"]


def test_many_things_come_in_one_message_with_a_list(classes_at: ClassesAtFixture) -> None:
    plans = [
        Plan("staffed"),
        Plan("staffed", first_day=date(2023, 6, 26)),
        Plan("staffed", first_day=date(2023, 7, 10)),
    ]
    c, second, _ = classes_at(*plans)
    day = due_of_programme(second) - timedelta(days=3)
    assert run(c, day) == 2, "the institution and its province"
    (subject,) = told(c.staff)
    message = Message.objects.unscoped(ANY).get(to=c.staff, kind=reminders.KIND)
    assert message.link == "/deadlines/"
    assert subject == f"期限提醒 {len(message.body.splitlines())} 项：已逾期 1 项，将到期 1 项"
    assert message.body.splitlines()[0].startswith("已逾期 11 天（2023年5月13日）　报送培训方案，")
    assert run(c, day, 9) == 0


QUERIES = 20


@pytest.mark.parametrize("number", [1, 3])
def test_the_run_takes_the_same_number_of_queries_for_any_number_of_classes(
    classes_at: ClassesAtFixture, number: int
) -> None:
    plans = [Plan("staffed", first_day=date(2023, 6, 12) + timedelta(weeks=2 * n)) for n in range(number)]
    c = classes_at(*plans)[0]
    with CaptureQueriesContext(connection) as captured:
        assert run(c, due_of_programme(c)) > 0
    assert len(captured) == QUERIES, [q["sql"][:120] for q in captured]


@pytest.mark.postgresql
def test_two_runs_at_once_tell_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("staffed")
    day = due_of_programme(c)
    results = race(*[lambda: run(c, day)] * 4)
    assert sorted(results)[-1] == 1
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(told(c.staff)) == 1
    assert Reminder.objects.unscoped(ANY).filter(to=c.staff).count() == 1
