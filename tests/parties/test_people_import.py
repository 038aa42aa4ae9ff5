"""Accounts for many at once: all or none, checked again at the end, passwords that exist once, one effect however often."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from gongxue.foundation.identity.actions import change_password, end_role
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.identity.vault import Unreadable
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties import kept_workbooks
from gongxue.parties.models import PeopleImport, Person
from gongxue.parties.people_import import (
    carry_out,
    confirm_import,
    drop_import,
    hand_out,
    import_people,
    keep_import,
    kept_sheet,
)
from gongxue.regulations.roles import Permission
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, FreshDatabase, People, Race
from tests.parties.workbooks import people, rows, upload, workbook
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)


def counts() -> tuple[int, int, int]:
    return Account.objects.count(), Person.objects.unscoped("a test").count(), Role.objects.count()


def keep(cast: People, lines: list[list[Any]], now: Any = NOW) -> PeopleImport:
    return keep_import(upload=upload(workbook(lines)), by=cast.centre, now=now)


def again(row: PeopleImport) -> PeopleImport:
    return PeopleImport.objects.unscoped("a test").get(pk=row.pk)


# The act ----------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_everybody_gets_an_account_a_role_a_record_a_key_and_a_secret_of_their_own(cast: People) -> None:
    given = rows(7)
    handed = import_people(rows=given, by=cast.centre, now=NOW)
    accounts = list(Account.objects.filter(pk__in=[h.pk for h in handed]).order_by("pk"))
    assert [a.name for a in accounts] == [r.name for r in given]
    assert len({bytes(a.data_key or b"") for a in accounts}) == len({h.secret for h in handed}) == 7
    for row, account, secret in zip(given, accounts, (h.secret for h in handed), strict=True):
        person = Person.objects.unscoped("a test").get(account=account)
        assert (person.id_number.reveal(), person.phone) == (row.id_number, row.phone)
        assert (person.employer.name, person.province_code) == (row.employer, "13")
        assert account.check_password(secret) and account.must_change_password
        assert account.initial_secret_until == NOW + timedelta(hours=72)
        assert Role.objects.get(account=account).duty == "trainee"


def test_one_persons_data_opens_with_no_other_key(cast: People) -> None:
    import_people(rows=rows(2), by=cast.centre, now=NOW)
    one, other = Person.objects.unscoped("a test").order_by("-pk")[:2]
    with pytest.raises(Unreadable):
        other.account.unseal(bytes(one.id_number_sealed), "person.id_number")


def test_people_of_one_name_get_different_sign_in_names(cast: People) -> None:
    handed = import_people(rows=rows(3, name="章文君"), by=cast.centre, now=NOW)
    assert [h.sign_in_name for h in handed] == ["zhangwenjun", "zhangwenjun2", "zhangwenjun3"]


def test_staff_without_an_id_number_get_no_personal_record(cast: People) -> None:
    before = counts()
    import_people(
        rows=rows(1, id="", phone="", duty="省级管理部门工作人员", place="河北省人力资源和社会保障厅"),
        by=cast.centre,
        now=NOW,
    )
    assert [b - a for a, b in zip(before, counts(), strict=True)] == [1, 0, 1]


@pytest.mark.postgresql
def test_one_bad_row_and_nobody_is_imported(cast: People) -> None:
    before = counts()
    bad = [*rows(3), *rows(1, seed=9, place="没有"), *rows(1, seed=10, id="1")]
    with pytest.raises(RuleBroken) as refused:
        import_people(rows=bad, by=cast.centre, now=NOW)
    assert [b.rule for b in refused.value.breaches] == ["import.employer", "id_number.invalid"]
    assert all(b.says.startswith("第 2 行：") for b in refused.value.breaches)
    assert counts() == before


def test_nobody_at_all_is_refused(cast: People) -> None:
    with pytest.raises(RuleBroken, match="没有可以发放的人员"):
        import_people(rows=[], by=cast.centre, now=NOW)


@pytest.mark.parametrize("who", ["oversight", "hebei", "trainee"])
def test_only_the_centre_imports(cast: People, who: str) -> None:
    before = counts()
    with pytest.raises(NotAllowed):
        import_people(rows=rows(1), by=getattr(cast, who), now=NOW)
    with pytest.raises(NotAllowed):
        keep_import(upload=upload(workbook(people(1))), by=getattr(cast, who), now=NOW)
    assert counts() == before


@pytest.mark.postgresql
def test_an_accident_in_the_middle_of_the_rows_leaves_nobody(
    cast: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts()

    def breaks(*_: Any, **__: Any) -> None:
        raise IntegrityError("somebody else was faster")

    monkeypatch.setattr(Role.objects, "bulk_create", breaks)
    with pytest.raises(Conflict) as refused:
        import_people(rows=rows(5), by=cast.centre, now=NOW)
    assert refused.value.breaches[0].rule == "import.raced"
    assert counts() == before
    assert not Event.objects.unscoped("a test").filter(code=Permission.IMPORT_ACCOUNTS).exists()


def test_the_trail_says_how_many_and_holds_no_personal_value(cast: People) -> None:
    given = rows(3)
    handed = import_people(rows=given, by=cast.centre, now=NOW)
    event = Event.objects.unscoped("a test").get(code=Permission.IMPORT_ACCOUNTS)
    assert event.changes["accounts"] == [None, 3]
    text = str(event.__dict__)
    assert not any(
        value in text
        for r, h in zip(given, handed, strict=True)
        for value in (r.id_number, r.phone, h.secret)
    )


@pytest.mark.postgresql
def test_the_same_people_at_the_same_moment_are_imported_once(
    fresh_database: FreshDatabase, race: Race
) -> None:
    cast = fresh_database.cast
    given = rows(20)
    results = race(*[lambda: import_people(rows=given, by=cast.centre, now=NOW) for _ in range(3)])
    assert sum(isinstance(r, list) for r in results) == 1
    assert all(isinstance(r, (list, RuleBroken, Conflict)) for r in results)
    assert Person.objects.unscoped("a test").filter(account__created_at=NOW).count() == 20


# The workbook on its way ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_uploading_writes_nobody_and_keeps_the_rows_sealed(cast: People) -> None:
    before = counts()
    lines = [*people(4), *people(1, seed=9, place="没有")]
    row = keep(cast, lines)
    assert counts() == before
    assert (row.state, row.good, row.bad, row.counts) == ("checked", 4, 1, [("参训教师", 4)])
    stored = json.dumps({k: str(v) for k, v in again(row).__dict__.items()}, ensure_ascii=False)
    assert not any(str(value) in stored for line in lines for value in line[:3])
    assert [line.cells for line in kept_sheet(again(row)).lines] == lines
    assert not Event.objects.unscoped("a test").filter(code=Permission.IMPORT_ACCOUNTS).exists()


def test_only_whoever_uploaded_it_sees_it(cast: People) -> None:
    row = keep(cast, people(1))
    colleague = Role.objects.create(
        account=cast.stranger.account, organisation=cast.centre.organisation, duty="centre", since=FIRST_DAY
    )
    for act in (confirm_import, drop_import, hand_out):
        with pytest.raises(NotThere):
            act(people_import=row, by=colleague, now=NOW)


def test_a_few_are_imported_at_once_and_the_bad_rows_stay_for_mending(cast: People) -> None:
    row = keep(cast, [*people(4), *people(1, seed=9, place="没有")])
    done = confirm_import(people_import=row, by=cast.centre, now=NOW)
    assert (done.state, done.says, len(done.accounts)) == ("done", "已发放 4 个账号。", 4)
    assert [line.cells[3] for line in kept_sheet(done).lines] == ["没有"]
    assert Job.objects.count() == 0


def test_confirming_twice_imports_once(cast: People) -> None:
    row = keep(cast, people(4))
    confirm_import(people_import=row, by=cast.centre, now=NOW)
    before = counts()
    with pytest.raises(RuleBroken, match="现为“已发放”"):
        confirm_import(people_import=row, by=cast.centre, now=NOW)
    carry_out(row.pk, cast.centre, NOW)
    assert counts() == before


def test_nothing_good_is_nothing_to_confirm(cast: People) -> None:
    row = keep(cast, people(2, place="没有"))
    with pytest.raises(RuleBroken):
        confirm_import(people_import=row, by=cast.centre, now=NOW)


@pytest.mark.postgresql
def test_what_has_changed_since_the_preview_stops_everything_and_is_said(cast: People) -> None:
    lines = people(5)
    row = keep(cast, lines)
    import_people(rows=rows(5)[2:3], by=cast.centre, now=NOW)  # the third has come in another way
    before = counts()
    back = confirm_import(people_import=row, by=cast.centre, now=NOW)
    assert counts() == before
    assert (back.state, back.good, back.bad) == ("checked", 4, 1)
    assert "有 1 行发生了变化，没有发放任何账号" in back.says
    problems = [line.problems for line in kept_sheet(back).lines]
    assert [bool(p) for p in problems] == [False, False, True, False, False]
    assert "已有账号" in problems[2][0]
    done = confirm_import(people_import=back, by=cast.centre, now=NOW)
    assert (done.state, len(done.accounts)) == ("done", 4)


def test_giving_up_forgets_the_rows_at_once(cast: People) -> None:
    row = drop_import(people_import=keep(cast, people(2)), by=cast.centre, now=NOW)
    assert (row.state, bytes(again(row).lines_sealed)) == ("dropped", b"")
    with pytest.raises(RuleBroken):
        confirm_import(people_import=row, by=cast.centre, now=NOW)


def test_after_a_week_the_rows_are_forgotten_and_the_counts_stay(cast: People) -> None:
    old = keep(cast, people(2))
    keep(cast, people(1, seed=5), now=NOW + timedelta(days=7))
    assert again(old).lines_sealed and again(old).state == "checked"
    keep(cast, people(1, seed=6), now=NOW + timedelta(days=7, seconds=1))
    assert (bytes(again(old).lines_sealed), again(old).state, again(old).good) == (b"", "dropped", 2)


# As a job ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_workbooks, "AT_ONCE", 3)


def test_the_limit_for_doing_it_at_once_is_two_hundred() -> None:
    assert kept_workbooks.AT_ONCE == 200


@pytest.mark.postgresql
def test_many_are_a_job_that_imports_them_and_says_how_far_it_is(
    cast: People, few: None, still_clock: StillClock
) -> None:
    row = confirm_import(people_import=keep(cast, people(5)), by=cast.centre, now=NOW)
    assert row.state == "running" and row.job is not None
    assert "130" not in json.dumps(row.job.inputs), "inputs of a job hold no personal value"
    before = counts()
    assert drain() == 1
    job = Job.objects.get()
    assert (job.state, job.result, job.all_steps) == ("done", {"imported": 5}, 5)
    assert again(row).state == "done" and counts()[0] == before[0] + 5


def test_a_job_that_runs_twice_imports_once(cast: People, few: None, still_clock: StillClock) -> None:
    row = confirm_import(people_import=keep(cast, people(5)), by=cast.centre, now=NOW)
    drain()
    before = counts()
    Job.objects.update(state="ready", worker="", attempts=1)
    drain()
    assert counts() == before and again(row).state == "done"


def test_whoever_has_lost_the_role_by_then_imports_nobody_and_can_be_told(
    cast: People, few: None, still_clock: StillClock
) -> None:
    colleague = Role.objects.create(
        account=cast.stranger.account, organisation=cast.centre.organisation, duty="centre", since=FIRST_DAY
    )
    row = keep_import(upload=upload(workbook(people(5))), by=colleague, now=NOW)
    confirm_import(people_import=row, by=colleague, now=NOW)
    end_role(role=colleague, reason="调离", by=cast.centre, now=NOW)
    before = counts()
    drain()
    assert counts() == before
    assert again(row).failed
    assert Job.objects.get().error.startswith("申请人的角色已结束")


def test_a_failed_job_can_be_confirmed_again_or_given_up(
    cast: People, few: None, still_clock: StillClock
) -> None:
    row = confirm_import(people_import=keep(cast, people(5)), by=cast.centre, now=NOW)
    with pytest.raises(RuleBroken):
        drop_import(people_import=row, by=cast.centre, now=NOW)
    Job.objects.update(state="failed", error="进程中断")
    assert again(row).failed
    second = confirm_import(people_import=again(row), by=cast.centre, now=NOW)
    assert second.state == "running" and second.job is not None and second.job.state == "ready"
    drain()
    assert again(row).state == "done"


# Initial passwords ------------------------------------------------------------------------------------------------


def imported(cast: People, number: int = 4) -> PeopleImport:
    return confirm_import(people_import=keep(cast, people(number)), by=cast.centre, now=NOW)


@pytest.mark.postgresql
def test_passwords_are_made_when_they_are_handed_out_and_count_from_then(cast: People) -> None:
    row, later = imported(cast), NOW + timedelta(days=5)
    handed = hand_out(people_import=row, by=cast.centre, now=later)
    assert len({h.secret for h in handed}) == 4
    for h in handed:
        account = Account.objects.get(pk=h.pk)
        assert account.check_password(h.secret) and account.initial_secret_until == later + timedelta(
            hours=72
        )
        assert h.secret not in account.password
    assert again(row).handed_out_at == later


def test_a_second_list_makes_the_first_void_and_leaves_its_entry(cast: People) -> None:
    row = imported(cast)
    first = {h.pk: h.secret for h in hand_out(people_import=row, by=cast.centre, now=NOW)}
    second = {h.pk: h.secret for h in hand_out(people_import=row, by=cast.centre, now=NOW)}
    account = Account.objects.get(pk=next(iter(first)))
    assert not account.check_password(first[account.pk]) and account.check_password(second[account.pk])
    events = Event.objects.unscoped("a test").filter(about=f"peopleimport/{row.pk}")
    assert [e.changes for e in events] == [{"initial_passwords": [None, 4]}] * 2


def test_whoever_has_signed_in_or_was_suspended_keeps_their_own(cast: People) -> None:
    row = imported(cast)
    handed = hand_out(people_import=row, by=cast.centre, now=NOW)
    role = Role.objects.select_related("account", "organisation").get(account=handed[0].pk)
    change_password(current=handed[0].secret, new="河边的柳树 forty two", by=role, now=NOW)
    Account.objects.filter(pk=handed[1].pk).update(is_active=False)
    assert {h.pk for h in hand_out(people_import=row, by=cast.centre, now=NOW)} == {h.pk for h in handed[2:]}
    assert Account.objects.get(pk=handed[0].pk).check_password("河边的柳树 forty two")


def test_there_is_nothing_to_hand_out_before_the_import(cast: People) -> None:
    with pytest.raises(RuleBroken, match="没有等待首次登录的账号"):
        hand_out(people_import=keep(cast, people(1)), by=cast.centre, now=NOW)
