"""Teachers reported from a workbook: what is refused, what arises, that nothing arises unasked (TR 10, AMB-29)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties import kept_workbooks
from gongxue.parties.actions import consent
from gongxue.parties.models import Person
from gongxue.regulations.roles import Permission
from gongxue.stage4_enrolment.actions import (
    report_applicants,
    save_application,
    submit_application,
    withdraw_application,
)
from gongxue.stage4_enrolment.exports import applicants_workbook
from gongxue.stage4_enrolment.models import ApplicantImport, Application
from gongxue.stage4_enrolment.queries import enrolment_of, review_rows
from gongxue.stage4_enrolment.report_checks import check_rows
from gongxue.stage4_enrolment.report_exports import problems_workbook, template_workbook
from gongxue.stage4_enrolment.report_import import (
    carry_out,
    confirm_report,
    drop_report,
    hand_out,
    keep_report,
    kept_report,
)
from gongxue.stage4_enrolment.report_sheet import rows_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race
from tests.parties.workbooks import read_back, upload, workbook
from tests.stage4_enrolment.conftest import answers_for, application_of, applied, school_of
from tests.stage4_enrolment.reporting import HEADINGS, as_rows, drafts, sent, teachers

AtTime = Callable[[datetime], None]


def school(c: ClassAt) -> Role:
    return school_of(c.people.trainee)


def said(c: ClassAt, by: Role, lines: list[list[Any]]) -> list[str]:
    """The rules that the only line breaks."""
    (checked,) = check_rows(as_rows(lines), by, c.now.date())
    return [breach.rule for breach in checked.breaches]


def counts() -> tuple[int, int, int]:
    people = Person.objects.unscoped("a test").count()
    return Account.objects.count(), people, Application.objects.unscoped("a test").count()


# The act --------------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_a_school_reports_its_teachers_and_each_has_an_account_and_a_draft(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    lines = teachers(c, 3)
    done = report_applicants(rows=as_rows(lines), by=school(c), now=c.now)
    rows = drafts(c)
    assert [row.pk for row in rows] == done.applications
    assert [(r.person.name, r.state, r.employer, r.answer.items) for r in rows] == [
        (line[1], "draft", school(c).organisation, {"6": "讲师"}) for line in lines
    ]
    assert [r.person.id_number.reveal() for r in rows] == [line[2] for line in lines]
    for handed, row in zip(done.handed, rows, strict=True):
        account = Account.objects.get(pk=handed.pk)
        assert account.pk == row.person.account_id and account.check_password(handed.secret)
        assert account.must_change_password and row.person.consented_at is None
        assert Role.objects.get(account=account).duty == "trainee"
    event = Event.objects.unscoped("a test").get(code=Permission.REPORT_APPLICANTS)
    assert event.changes["accounts"] == [None, 3]
    assert not any(line[2] in str(event.changes) for line in lines)


def test_who_is_known_keeps_their_account_and_a_draft_begun_by_themselves_keeps_its_words(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    role = c.people.trainee
    begun = save_application(enrolment=notice, answers={"6": "教授"}, by=role, now=c.now)
    person = begun.person
    line = teachers(c, 1, name=person.name, id=person.id_number.reveal(), phone="")
    before = counts()
    done = report_applicants(rows=as_rows(line), by=school(c), now=c.now)
    assert (counts(), done.handed, done.applications) == (before, [], [begun.pk])
    (row,) = drafts(c)
    assert (row.answer.items, row.reported_by) == ({"6": "教授"}, school(c).organisation)


def test_the_teacher_agrees_completes_and_submits(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    report_applicants(rows=as_rows(teachers(c, 1)), by=school(c), now=c.now)
    (row,) = drafts(c)
    role = Role.objects.select_related("account", "organisation").get(account=row.person.account_id)
    notice = enrolment_of(c.tc)
    assert notice is not None
    save_application(enrolment=notice, answers=answers_for(c), by=role, now=c.now)
    with pytest.raises(RuleBroken) as refused:
        submit_application(application=row, by=role, now=c.now)
    assert [b.rule for b in refused.value.breaches] == ["person.consent"]
    consent(by=role, now=c.now)
    consent(by=role, now=c.now + timedelta(hours=1))
    assert Person.objects.unscoped("a test").get(pk=row.person_id).consented_at == c.now
    assert submit_application(application=row, by=role, now=c.now).state == "submitted"


def test_all_or_none(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    lines = teachers(c, 3)
    lines[1][2] = "110101199001011234"
    before = counts()
    with pytest.raises(RuleBroken) as refused:
        report_applicants(rows=as_rows(lines), by=school(c), now=c.now)
    assert [b.says[:7] for b in refused.value.breaches] == ["第 3 行：身"]
    with pytest.raises(RuleBroken):
        report_applicants(rows=[], by=school(c), now=c.now)
    assert counts() == before


@pytest.mark.parametrize("who", ["trainee", "coordinator", "centre", "instructor"])
def test_others_do_not_report(class_at: ClassAtFixture, who: str) -> None:
    c = class_at("announced")
    by = c.people.trainee if who == "trainee" else c.actors()[who]
    with pytest.raises(NotAllowed):
        report_applicants(rows=as_rows(teachers(c, 1)), by=by, now=c.now)


@pytest.mark.postgresql
def test_the_same_list_three_times_at_once_arises_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("announced")
    rows, by = as_rows(teachers(c, 5)), school(c)
    before = counts()
    results = race(*[lambda: report_applicants(rows=rows, by=by, now=c.now) for _ in range(3)])
    assert all(not isinstance(r, Exception) or isinstance(r, (Conflict, RuleBroken)) for r in results)
    assert [b - a for a, b in zip(before, counts(), strict=True)] == [5, 5, 5]


# What is refused ------------------------------------------------------------------------------------------------------


def test_every_kind_of_problem_is_named_with_its_row(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    by = school(c)
    for given, rule in [
        ({"id": "11010119900101123X"}, "id_number.invalid"),
        ({"phone": "1380000"}, "person.phone"),
        ({"phone": ""}, "person.phone"),
        ({"place": "另一所技师学院"}, "report.employer"),
        ({"klass": "999999"}, "report.class"),
        ({"klass": f"{c.tc.pk}.5"}, "report.class"),
        ({"klass": "1e3"}, "report.class"),
        ({"name": "=A1"}, "account.name"),
        ({"title": "讲" * 41}, "form1.6"),
    ]:
        assert rule in said(c, by, teachers(c, 1, 17, **given)), given


def test_an_id_number_that_excel_keeps_as_a_number_is_refused_with_its_row(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    row = sent(c, school(c), [*teachers(c, 1), *teachers(c, 1, seed=3, id=130102198503121234)])
    assert (row.good, row.bad) == (1, 1)
    (line,) = [line for line in kept_report(row).lines if line.problems]
    assert line.at == 3 and "Excel 已丢失末尾几位" in line.problems[0]


def test_sex_and_birth_date_must_be_those_of_the_number(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    (line,) = teachers(c, 1)
    number = line[2]
    right = "男" if int(number[16]) % 2 else "女"
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    for sex, day, bad in [
        (right, born, 0),
        ("女" if right == "男" else "男", born, 1),
        (right, "1970-01-01", 1),
    ]:
        data = workbook([[*line, sex, day]], headings=(*HEADINGS, "性别", "出生日期"))
        row = keep_report(upload=upload(data), training_class=None, by=school(c), now=c.now)
        assert row.bad == bad


def test_another_name_or_employer_under_a_known_number_is_a_question_not_a_merge(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("announced")
    person = Person.objects.unscoped("a test").get(account=c.people.trainee.account_id)
    number = person.id_number.reveal()
    assert said(c, school(c), teachers(c, 1, id=number, name="章文君")) == ["report.person"]
    other = c.people.far_school
    assert said(c, other, teachers(c, 1, id=number, name=person.name, place=other.organisation.name)) == [
        "report.person"
    ]


def test_twins_in_one_file(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    (line,) = teachers(c, 1)
    checked = check_rows(as_rows([line, line, [*line[:1], "章文君", *line[2:]]]), school(c), c.now.date())
    assert [[b.rule for b in row.breaches] for row in checked] == [[], ["report.twin"], ["report.twin"]]


def test_an_institution_reports_for_its_own_classes_only_a_province_for_its_own_schools_only(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("announced")
    (line,) = teachers(c, 1)
    assert said(c, c.staff, [line]) == []
    assert said(c, c.people.changzhou.staff, [line]) == ["report.class"]
    assert said(c, c.people.hebei, [line]) == []
    assert said(c, c.people.jiangsu, [line]) == ["report.employer"]


def test_after_the_closing_day_nobody_is_reported(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    (checked,) = check_rows(as_rows(teachers(c, 1)), school(c), notice.closes_on)
    assert not checked.breaches
    (late,) = check_rows(as_rows(teachers(c, 1)), school(c), notice.closes_on + timedelta(days=1))
    assert [b.rule for b in late.breaches] == ["report.class"]


# The workbook on its way ----------------------------------------------------------------------------------------------


def test_nothing_is_written_without_the_confirmation(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    before = counts()
    row = sent(c, school(c), teachers(c, 4))
    assert (row.good, row.bad, row.state, counts()) == (4, 0, "checked", before)
    drop_report(applicant_import=row, by=school(c))
    assert counts() == before and not ApplicantImport.objects.unscoped("a test").get(pk=row.pk).lines_sealed


def test_rows_without_a_number_go_to_the_class_whose_page_sent_them(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    row = confirm_report(
        applicant_import=sent(c, school(c), teachers(c, 2, klass=""), own=True), by=school(c), now=c.now
    )
    assert (row.state, len(drafts(c))) == ("done", 2)


def test_what_has_changed_since_the_preview_is_reported_and_nobody_is_written(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("announced")
    lines = teachers(c, 3)
    row = sent(c, school(c), lines)
    report_applicants(rows=as_rows(lines)[:1], by=c.staff, now=c.now)
    before = counts()
    (first,) = drafts(c)
    Application.objects.unscoped("a test").filter(pk=first.pk).update(state="rejected")
    row = confirm_report(applicant_import=row, by=school(c), now=c.now)
    assert counts() == before
    assert (row.state, row.good, row.bad) == (
        "checked",
        2,
        1,
    ) and "1 行发生了变化，没有报送任何教师" in row.says
    row = confirm_report(applicant_import=row, by=school(c), now=c.now)
    assert (row.state, len(drafts(c))) == ("done", 3)


def test_many_are_a_job_once_however_often_it_runs(
    class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    monkeypatch.setattr(kept_workbooks, "AT_ONCE", 2)
    row = confirm_report(applicant_import=sent(c, school(c), teachers(c, 3)), by=school(c), now=c.now)
    assert (row.state, drafts(c)) == ("running", [])
    assert drain() == 1
    row.refresh_from_db()
    assert (row.state, row.says[:10], len(drafts(c))) == ("done", "已为 3 名教师建立", 3)
    assert carry_out(row.pk, school(c), c.now) == {"imported": 0}
    assert len(drafts(c)) == 3


def test_initial_passwords_are_handed_out_for_new_accounts_only(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    person = Person.objects.unscoped("a test").get(account=c.people.trainee.account_id)
    known = teachers(c, 1, name=person.name, id=person.id_number.reveal())
    row = confirm_report(
        applicant_import=sent(c, school(c), [*known, *teachers(c, 2, seed=8)]), by=school(c), now=c.now
    )
    handed = hand_out(applicant_import=row, by=school(c), now=c.now)
    assert len(handed) == 2 and person.account_id not in [account.pk for account in handed]


def test_the_workbook_comes_back_with_what_is_wrong(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    row = sent(c, school(c), [*teachers(c, 1), *teachers(c, 1, seed=3, phone="12")])
    table = read_back(problems_workbook(kept_report(row), c.now))
    assert table[1] == [*HEADINGS, "问题"]
    assert [line[-1] for line in table[2:]] == ["", "手机号码应为 11 位数字。请检查后重新输入。"]
    assert table[3][2] == kept_report(row).lines[1].cells[2]  # all eighteen characters, as text


def test_the_exported_list_changes_nothing_when_it_is_reported_again(class_at: ClassAtFixture) -> None:
    c = class_at("reviewed")
    rows = review_rows(c.tc, c.staff)
    data = applicants_workbook(c.tc, rows, c.now)
    before = counts()
    kept = keep_report(upload=upload(data), training_class=None, by=c.staff, now=c.now)
    assert (kept.good, kept.bad, kept.same) == (0, 0, len(rows)) and len(rows) > 3
    sheet = kept_report(kept)
    assert report_applicants(rows=rows_of(sheet), by=c.staff, now=c.now).applications == []
    assert counts() == before


def test_a_changed_row_of_the_exported_list_is_named_not_written(class_at: ClassAtFixture) -> None:
    c = class_at("reviewed")
    table = read_back(applicants_workbook(c.tc, review_rows(c.tc, c.staff), c.now))
    headings, lines = (
        table[1],
        [[str(int(v)) if isinstance(v, float) else v for v in line] for line in table[2:]],
    )
    lines[0][headings.index("单位")] = "另一所技师学院"
    lines[1][headings.index("申请编号")] = "999999"
    kept = keep_report(
        upload=upload(workbook(lines, headings=headings)), training_class=None, by=c.staff, now=c.now
    )
    assert (kept.bad, kept.same) == (2, len(lines) - 2)
    foreign = keep_report(
        upload=upload(workbook(lines, headings=headings)),
        training_class=None,
        by=c.people.changzhou.staff,
        now=c.now,
    )
    assert foreign.same == 0  # nobody learns of applications out of their scope


def test_the_template_lists_the_classes_and_can_be_sent_back(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    data = template_workbook([(c.tc, notice.closes_on)], school(c).duty_enum, c.now)
    with pytest.raises(RuleBroken) as refused:
        keep_report(upload=upload(data), training_class=None, by=school(c), now=c.now)
    assert refused.value.breaches[0].says == "表头下面没有人员。"


def test_who_withdrew_can_be_reported_again_who_applied_is_not_touched(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role = c.people.trainee
    application = applied(c, role, endorsed=False, opinions=())
    line = teachers(c, 1, name=application.person.name, id=application.person.id_number.reveal())
    (checked,) = check_rows(as_rows(line), school(c), c.now.date())
    assert checked.same and not checked.breaches
    withdraw_application(application=application, by=role, now=c.now)
    report_applicants(rows=as_rows(line), by=school(c), now=c.now)
    assert application_of(c, role).state == "draft"


def test_a_draft_begun_by_oneself_is_not_told(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    begun = save_application(enrolment=notice, answers={}, by=c.people.trainee, now=c.now)
    person = begun.person
    line = teachers(c, 1, name=person.name, id=person.id_number.reveal())
    kept = sent(c, school(c), line)
    assert (kept.good, kept.same, kept.bad) == (1, 0, 0)


def test_a_known_teachers_draft_begins_with_what_they_once_wrote(classes_at: ClassesAtFixture) -> None:
    mine, other = classes_at(Plan("announced"), Plan("announced", institution="017", level="1"))
    role = mine.people.trainee
    row = applied(mine, role, endorsed=False, opinions=())
    line = teachers(other, 1, name=row.person.name, id=row.person.id_number.reveal(), title="教授")
    report_applicants(rows=as_rows(line), by=school(mine), now=max(mine.now, other.now))
    (draft,) = drafts(other)
    wrote = answers_for(mine)
    items = draft.answer.all_items()
    assert {code: items[code] for code in ("6", "9", "13")} == {
        code: wrote[code] for code in ("6", "9", "13")
    }
    assert "6" in draft.answer.offered["reused"] and "20" not in items
