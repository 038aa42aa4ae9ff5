"""A name is written in one way, through whichever door it comes: its dot has many forms on keyboards."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gongxue.foundation.identity.actions import create_account
from gongxue.foundation.identity.models import Account
from gongxue.foundation.identity.queries import same_name
from gongxue.parties.people_import import import_people, keep_import, kept_sheet
from gongxue.parties.people_sheet import row_of
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.parties.test_sign_up import HERE, account
from tests.parties.workbooks import people, upload, workbook
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)
WRITTEN = "阿卜杜•买 买提"
KEPT = "阿卜杜·买买提"
STAFF: dict[str, Any] = {
    "id": "",
    "phone": "",
    "duty": "省级管理部门工作人员",
    "place": "河北省人力资源和社会保障厅",
}


def names() -> list[str]:
    return list(Account.objects.filter(name__startswith="阿卜杜").values_list("name", flat=True))


def test_somebody_who_signs_up(cast: People, still_clock: StillClock) -> None:
    assert Client().post(HERE, account(cast, name=WRITTEN)).status_code == 302
    assert names() == [KEPT]


def test_somebody_whom_the_centre_gives_an_account(
    cast: People, signed_in: SignedIn, still_clock: StillClock
) -> None:
    form = {"name": WRITTEN, "organisation": cast.xingtai.organisation.name, "duty": "institution"}
    assert signed_in(cast.centre).post("/accounts/create/", form).status_code == 200
    assert names() == [KEPT]
    assert [found.name for found in same_name("阿卜杜．买买提")] == [KEPT]


@pytest.mark.postgresql
def test_somebody_on_a_list(cast: People) -> None:
    kept = keep_import(upload=upload(workbook(people(1, name=WRITTEN))), by=cast.centre, now=NOW)
    sheet = kept_sheet(kept)
    import_people(rows=[row_of(sheet, line) for line in sheet.lines], by=cast.centre, now=NOW)
    assert names() == [KEPT]


def test_one_person_written_in_two_ways_is_one_person(cast: People) -> None:
    twice = [*people(1, name=WRITTEN, **STAFF), *people(1, name=KEPT, **STAFF)]
    kept = keep_import(upload=upload(workbook(twice)), by=cast.centre, now=NOW)
    problems = [line.problems for line in kept_sheet(kept).lines]
    assert problems[0] == [] and "与第 2 行是同一人" in problems[1][0]
    create_account(
        organisation=cast.hebei.organisation, name="阿卜杜.买买提", duty="province", by=cast.centre, now=NOW
    )
    known = keep_import(upload=upload(workbook(people(1, name=WRITTEN, **STAFF))), by=cast.centre, now=NOW)
    assert "已有同名同角色的账号" in kept_sheet(known).lines[0].problems[0]
