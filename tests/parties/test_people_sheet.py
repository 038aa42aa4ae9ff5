"""The workbook of people: how it is read, everything that can be wrong with a row."""

from __future__ import annotations

from typing import Any

import pytest

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.kept_workbooks import with_problems
from gongxue.parties.models import Person
from gongxue.parties.people_import import import_people
from gongxue.parties.people_sheet import (
    HEADINGS,
    ROWS,
    Checked,
    ImportRow,
    check_rows,
    counts_by_duty,
    read_sheet,
    row_of,
)
from gongxue.rehearsal.names import Invention
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People
from tests.parties.workbooks import SCHOOL, people, person, rows, upload, workbook

NOW = at(FIRST_DAY)
GOOD = rows(1)[0]


def check(*given: ImportRow) -> list[Checked]:
    return check_rows(given, FIRST_DAY)


def rules(row: ImportRow) -> list[str]:
    return [breach.rule for breach in check(row)[0].breaches]


def changed(**given: Any) -> ImportRow:
    values = {
        name: getattr(GOOD, name)
        for name in ("at", "name", "id_number", "phone", "employer", "duty", "number_cell")
    }
    return ImportRow(**{**values, **given})


# Reading ----------------------------------------------------------------------------------------------------------


def test_columns_may_stand_in_any_order_with_others_between_and_a_title_above() -> None:
    line = people(1)[0]
    headings = ["序号", "角色", "姓名", "备注", "单位名称", "身份证号码", "手机"]
    cells = ["1", line[4], line[0], "007", line[3], line[1], line[2]]
    sheet = read_sheet(upload(workbook([cells], headings, title="河北省人员名单")))
    assert sheet.columns == headings
    assert row_of(sheet, sheet.lines[0]) == ImportRow(3, *line)
    assert sheet.lines[0].cells[3] == "007", "leading zeros stay"


def test_blanks_around_a_value_fall_away_and_a_phone_typed_as_a_number_is_whole() -> None:
    line = people(1)[0]
    line[0], line[2] = f"  {line[0]} ", 13800001111
    sheet = read_sheet(upload(workbook([line])))
    assert (row_of(sheet, sheet.lines[0]).name, row_of(sheet, sheet.lines[0]).phone) == (
        line[0].strip(),
        "13800001111",
    )


def test_an_id_number_typed_as_a_number_is_noticed_in_its_row() -> None:
    lines = people(3)
    lines[1][1] = 130502199001011234
    sheet = read_sheet(upload(workbook(lines)))
    assert [row_of(sheet, line).number_cell for line in sheet.lines] == [False, True, False]
    assert [line.at for line in sheet.lines] == [2, 3, 4]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (workbook([["x"]], ["名字"]), "没有找到表头"), (workbook([], HEADINGS), "表头下面没有人员"), (workbook([["张"]], ["姓名", "单位名称"]), "缺少列：身份证号码、手机、角色"),
        (workbook([["x"]] * 12 + [list(HEADINGS)], ["一"]), "没有找到表头"),
    ],
)  # fmt: skip
def test_a_workbook_of_another_shape_is_refused_with_what_is_missing(data: bytes, says: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_sheet(upload(data))
    assert says in str(refused.value) and refused.value.breaches[0].way_out


def test_ten_thousand_people_are_taken_and_one_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ROWS == 10_000
    monkeypatch.setattr("gongxue.parties.people_sheet.ROWS", 3)
    assert len(read_sheet(upload(workbook(people(3)))).lines) == 3
    with pytest.raises(RuleBroken, match="一个文件最多 3 人"):
        read_sheet(upload(workbook(people(4))))


# Checking one row -------------------------------------------------------------------------------------------------


def test_a_good_row_is_good(cast: People) -> None:
    assert rules(GOOD) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": ""}, ["account.name"]), ({"name": "=HYPERLINK(1)"}, ["account.name"]), ({"id_number": ""}, ["import.id_number"]),
        ({"id_number": "13050219900101123"}, ["id_number.invalid"]), ({"id_number": "130502199001011234"}, ["id_number.invalid"]),
        ({"id_number": "130502199013011233"}, ["id_number.invalid"]), ({"id_number": "", "number_cell": True}, ["import.number"]),
        ({"phone": "1380000111"}, ["person.phone"]), ({"phone": ""}, []), ({"employer": "没有这所学校"}, ["import.employer"]),
        ({"employer": ""}, ["import.employer"]), ({"duty": "校长"}, ["import.duty"]), ({"duty": ""}, ["import.duty"]),
        ({"duty": "平台定时任务"}, ["import.duty"]), ({"duty": "system"}, ["import.duty"]), ({"duty": "trainee"}, []),
        ({"duty": "省级管理部门工作人员"}, ["role.place"]), ({"employer": "河北省人力资源和社会保障厅"}, ["role.place", "person.employer"]),
        ({"employer": "009"}, []), ({"employer": "13009"}, []), ({"employer": "32009"}, ["import.employer"]),
        ({"name": "", "id_number": "1", "phone": "2", "employer": "3", "duty": "4"},
         ["account.name", "id_number.invalid", "person.phone", "import.employer", "import.duty"]),
    ],
)  # fmt: skip
def test_everything_wrong_with_a_row_is_named(
    cast: People, given: dict[str, Any], expected: list[str]
) -> None:
    assert rules(changed(**given)) == expected


def test_a_lower_case_x_is_the_same_number(cast: People) -> None:
    number = next(n for n in (Invention(i).id_number() for i in range(200)) if n.endswith("X"))
    assert rules(changed(id_number=number.lower())) == []


def test_staff_need_no_id_number(cast: People) -> None:
    row = changed(id_number="", phone="", duty="省级管理部门工作人员", employer="河北省人力资源和社会保障厅")
    assert rules(row) == []


def test_no_problem_repeats_an_id_number(cast: People) -> None:
    row = changed(id_number="130502199001011234")
    says = "".join(f"{b.says}{b.way_out}" for b in check(row)[0].breaches)
    assert "130502" not in says


def test_a_school_that_is_closed_is_unknown(cast: People) -> None:
    place = cast.trainee.organisation
    place.is_active = False
    place.save(update_fields=["is_active"])
    assert rules(changed(employer=place.name)) == ["import.employer"]


# Rows against each other and against the register -----------------------------------------------------------------


def test_the_same_person_twice_in_one_file_is_refused_in_the_second_row(cast: People) -> None:
    first, second = rows(2)
    twin = changed(at=9, id_number=first.id_number, name=second.name, duty="骨干教师")
    found = check(first, second, twin)
    assert [[b.rule for b in c.breaches] for c in found] == [[], [], ["import.twin"]]
    assert "与第 2 行是同一人" in found[2].breaches[0].says


def test_two_people_of_one_name_are_two_when_their_numbers_differ(cast: People) -> None:
    first, second = rows(2, name="张伟")
    assert [c.breaches for c in check(first, second)] == [[], []]


def test_staff_of_one_name_duty_and_place_are_taken_for_the_same(cast: People) -> None:
    row = changed(id_number="", duty="院校管理人员")
    other_duty = changed(at=3, id_number="", duty="培训机构工作人员", employer="009")
    twin = changed(at=4, id_number="", duty="院校管理人员")
    assert [[b.rule for b in c.breaches] for c in check(row, other_duty, twin)] == [[], [], ["import.twin"]]


def test_whoever_is_on_record_is_refused_with_the_way_out(cast: People) -> None:
    known = Person.objects.unscoped("a test").get(account=cast.trainee.account)
    found = check(changed(id_number=known.id_number.reveal()))[0].breaches
    assert [b.rule for b in found] == ["person.known"]
    assert cast.trainee.account.sign_in_name in found[0].says and "授予角色" in found[0].way_out


def test_staff_on_record_are_known_by_name_duty_and_place(cast: People) -> None:
    staff = cast.xingtai.staff
    row = changed(name=staff.account.name, id_number="", employer="邢台技师学院", duty=staff.title)
    assert rules(row) == ["import.known"]
    assert rules(changed(name=staff.account.name, employer="邢台技师学院", duty=staff.title)) == [], (
        "an ID number tells them apart"
    )


@pytest.mark.postgresql
def test_a_large_file_is_checked_in_few_statements(cast: People, django_assert_max_num_queries: Any) -> None:
    import_people(rows=rows(30), by=cast.centre, now=NOW)
    many = rows(1200, seed=8) + [
        ImportRow(r.at + 5000, *(getattr(r, n) for n in ("name", "id_number", "phone", "employer", "duty")))
        for r in rows(30)
    ]
    told: list[tuple[int, int]] = []
    with django_assert_max_num_queries(5):
        found = check_rows(many, FIRST_DAY, progress=lambda done, of: told.append((done, of)))
    assert sum(bool(c.breaches) for c in found) == 30
    assert told == [(500, 1230), (1000, 1230)]


def test_problems_go_back_to_their_lines_and_the_good_are_counted_by_duty(cast: People) -> None:
    lines = [*people(3), person(Invention(5), duty="骨干教师"), person(Invention(6), place="没有")]
    sheet = read_sheet(upload(workbook(lines)))
    checked = check_rows([row_of(sheet, line) for line in sheet.lines], FIRST_DAY)
    assert [bool(line.problems) for line in with_problems(sheet, checked)] == [
        False,
        False,
        False,
        False,
        True,
    ]
    assert counts_by_duty(checked) == [("骨干教师", 1), ("参训教师", 3)]
    assert lines[0][3] == SCHOOL
