"""The daily run does what is due once, whatever the number of runs, and tells when something did not work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session

from gongxue.commands import main
from gongxue.commands.day import run_day
from gongxue.commands.jobs import lapse_rescues, run_daily
from gongxue.foundation.access.models import Throttle
from gongxue.foundation.jobs.backend import PERIODIC
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.trail.models import Event, Leaf
from gongxue.regulations.calendar import day_of
from gongxue.stage2_staffing import deadlines as staffing
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage4_enrolment.models import Enrolment
from tests.cast import FIRST_DAY, ClassAtFixture, FreshDatabase, People, Plan, at
from tests.people import BEGIN

ANY = "tests look at all rows"


@pytest.mark.postgresql
def test_what_is_due_is_done_once(fresh_database: FreshDatabase) -> None:
    fresh_database.classes_at(Plan("opened"), Plan("invited", category="信息类"), Plan("applied", "017", "1"))
    today = FIRST_DAY - timedelta(days=7)
    day = run_day(today, at(today, 6))
    assert day.failed == {}
    assert day.done["骨干教师选择 recommended"] == 1
    assert day.done["骨干教师选择 lapsed"] == 5
    assert day.done["招生报名 closed"] == 1
    assert day.done["留痕 sealed"] == Event.objects.unscoped(ANY).count() == Leaf.objects.count()
    assert not Opening.objects.unscoped(ANY).filter(state="filed").exists()
    waiting = Invitation.objects.unscoped(ANY).filter(state="sent")  # a substitute for each that lapsed
    assert [invitation.origin for invitation in waiting] == ["chain"] * 5
    assert not waiting.filter(answer_by__lt=today).exists()
    assert Enrolment.objects.unscoped(ANY).get().state == "closed"
    events = Event.objects.unscoped(ANY).count()
    again = run_day(today, at(today, 7))
    assert set(again.done.values()) == {0}
    assert Event.objects.unscoped(ANY).count() == events


def test_nothing_is_done_before_its_day(class_at: ClassAtFixture) -> None:
    c = class_at("applied")
    closes = Enrolment.objects.unscoped(ANY).get().closes_on
    assert run_day(closes, at(closes, 23)).done["招生报名 closed"] == 0
    assert run_day(closes + timedelta(days=1), at(closes + timedelta(days=1), 0)).done["招生报名 closed"] == 1
    assert day_of(c.now) < closes


def test_what_is_kept_for_a_while_goes_when_it_is_over(cast: People) -> None:
    now = BEGIN + timedelta(days=100)
    for age, key in ((8, "old"), (6, "new")):
        AnsweredRequest.objects.create(
            account=cast.trainee.account,
            key=key,
            act="x",
            digest="",
            answer={},
            answered_at=now - timedelta(days=age),
        )
    for days, key in ((40, "old"), (2, "new")):
        Throttle.objects.create(key=key, failures=1, last_at=now - timedelta(days=days), heard_from=now)
    Session.objects.create(session_key="over", session_data="", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="alive", session_data="", expire_date=now + timedelta(minutes=1))
    done = run_day(day_of(now), now).done
    assert (done["清理 answers"], done["清理 throttles"], done["清理 sessions"]) == (1, 1, 1)
    assert AnsweredRequest.objects.get().key == "new"
    assert Throttle.objects.get().key == "new"
    assert Session.objects.get().session_key == "alive"


def test_a_part_that_fails_does_not_keep_the_others(
    class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_at("applied")

    def broken(**_: object) -> dict[str, int]:
        Opening.objects.unscoped(ANY).update(remarks="half")
        raise ZeroDivisionError("x")

    monkeypatch.setattr(staffing, "run", broken)
    result = CliRunner().invoke(main, ["daily", "--date", str(FIRST_DAY)])
    assert result.exit_code == 1
    assert "骨干教师选择：没有办成" in result.output
    assert "ZeroDivisionError: x" in result.output
    assert "招生报名：截止报名 1" in result.output


def test_the_command_counts_in_chinese_and_refuses_impossible_days(class_at: ClassAtFixture) -> None:
    class_at("applied")
    result = CliRunner().invoke(main, ["daily", "--date", str(FIRST_DAY)])
    assert result.exit_code == 0
    assert "招生报名：截止报名 1\n" in result.output
    assert "留痕：新封存 " in result.output
    impossible = CliRunner().invoke(main, ["daily", "--date", "2023-02-30"])
    assert impossible.exit_code == 2
    assert "2023-02-30" in impossible.output


def test_the_worker_looks_at_answers_that_count_in_hours_every_ten_minutes(cast: People) -> None:
    assert {entry.name: (entry.task, entry.every) for entry in PERIODIC}["staffing.rescue"] == (
        lapse_rescues,
        600,
    )
    assert lapse_rescues.func() == {"lapsed": 0}


def test_the_worker_runs_it_every_hour() -> None:
    assert {entry.name: (entry.task, entry.every) for entry in PERIODIC}["daily"] == (run_daily, 3600)
