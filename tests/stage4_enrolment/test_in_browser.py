"""A trainee applies on a phone; an officer reviews forty applications with the keyboard and in one act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.official_forms.queries import version_on
from gongxue.parties.models import Person
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.models import Application, Opinion
from gongxue.stage4_enrolment.queries import taken_seats
from tests.browsing import Site
from tests.browsing import site as site
from tests.cast import ClassAt, FreshDatabase
from tests.stage4_enrolment.conftest import answers_for, application_of, newcomers

pytestmark = pytest.mark.browser
PHONE = (390, 844)
FORTY, UNENDORSED = 40, 5


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    found = fresh_database.class_at("announced")
    at_time(found.now)
    return found


def _fill(page: Page, code: str, value: object) -> None:
    """One item as somebody answers it: by what stands on the page for it."""
    field = page.locator(f'[name="answers.{code}"]')
    kind = field.first.evaluate("e => e.type || e.tagName.toLowerCase()")
    if kind == "radio":
        page.locator(f'[name="answers.{code}"][value="{value}"]').locator("xpath=ancestor::label").click()
    elif kind == "checkbox":
        field.first.locator("xpath=ancestor::label").click()
    elif kind == "select-one":
        field.first.select_option(str(value))
    else:
        field.first.fill(str(value))


def test_a_trainee_applies_on_a_phone(site: Site, c: ClassAt) -> None:
    role = c.people.trainee
    page = site.open(role, f"/national/notices/{c.tc.pk}/", *PHONE)
    page.get_by_role("link", name="我要报名").click()
    page.get_by_role("button", name="开始填写申请表").click()
    for code, value in answers_for(c).items():
        if value not in (None, ""):
            _fill(page, code, value)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator("[data-saved]")).to_contain_text("已保存", timeout=15_000)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".head h1")).to_contain_text(c.tc.institution.name)
    assert application_of(c, role).state == "submitted"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert site.complaints == []


def _forty(c: ClassAt) -> list[Application]:
    """Forty submitted applications that both instructors agree to; five without the employer's word."""
    version, now = version_on("form1", c.now.date()), c.now
    office = c.people.school.account
    instructors = [i.person for i in accepted(c.tc)][:2]
    made = []
    for number, role in enumerate(newcomers(c, FORTY)):
        person = Person.objects.unscoped("a test").get(account=role.account_id)
        answer = Answer(version=version, account=role.account, level=c.tc.level, items={"6": "讲师"})
        answer.save()
        word = {} if number < UNENDORSED else {"endorsed_at": now, "endorsed_by": office}
        row = Application.objects.create(
            training_class=c.tc, person=person, employer=role.organisation, answer=answer, age=35, state="submitted",
            submitted_at=now, **word,
        )  # fmt: skip
        for instructor in instructors:
            Opinion.objects.create(
                training_class=c.tc, application=row, person=instructor, agrees=True, given_at=now
            )
        made.append(row)
    return made


def _states(rows: list[Application]) -> list[str]:
    found = dict(Application.objects.unscoped("a test").values_list("pk", "state"))
    return [found[row.pk] for row in rows]


def test_an_officer_reviews_forty_applications(site: Site, c: ClassAt) -> None:
    rows = _forty(c)
    page = site.open(c.staff, f"/classes/{c.tc.pk}/applicants/")
    assert page.locator("[data-review] tbody tr").count() == FORTY
    # by keyboard: down past the unendorsed, two ticks, up again
    for key in ["j"] * (UNENDORSED + 1) + ["x", "ArrowDown", "x", "k", "ArrowUp"]:
        page.keyboard.press(key)
    ticked = page.locator("input.pick:checked").evaluate_all("all => all.map(e => Number(e.value))")
    assert ticked == [row.pk for row in rows[UNENDORSED : UNENDORSED + 2]]
    page.get_by_role("button", name="录取所选").click()
    expect(page.get_by_text("已录取 2 人。")).to_be_visible()
    page.wait_for_load_state()
    assert sorted(taken_seats(c.tc)) == [1, 2]
    # one application from the list, the next one, and back
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".head h1")).to_contain_text(rows[0].person.name)
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator(".head h1")).to_contain_text(rows[1].person.name)
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.locator(".head h1")).to_contain_text("报名审核")
    # everybody at once: thirty, never thirty-one, and who was left says why
    page.locator("[data-checks]").check()
    page.get_by_role("button", name="录取所选").click()
    left = page.locator(".note.bad")
    expect(left).to_contain_text("已办理 28 人，以下未办理")
    expect(left).to_contain_text("还没有工作单位意见")
    expect(left).to_contain_text("每班不得超过 30 人")
    assert sorted(taken_seats(c.tc)) == list(range(1, 31))
    states = _states(rows)
    assert states[:UNENDORSED] == ["submitted"] * UNENDORSED and states.count("admitted") == 30
    assert site.complaints == []
