"""A class goes from a reported plan to its certificates in the browser alone, each role pressing its own buttons."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from gongxue.certificates.models import Certificate
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.official_forms.rendering import NAME
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.forms import form1_answers, form2_answers
from gongxue.rehearsal.timeline import at
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage5_delivery.models import AttendanceMark
from tests.browsing import Site
from tests.cast import FreshDatabase, People
from tests.foundation.files.specimens import pdf

pytestmark = pytest.mark.browser
FIRST, LAST = date(2023, 6, 12), date(2023, 6, 18)
PHONE = (390, 844)


@dataclass
class Life:
    """Who is there, and which day it is."""

    site: Site
    cast: People
    set_time: Callable[..., None]

    def day(self, offset: int, hour: int = 10) -> None:
        """Turn the clock to a day counted from the first day of the class."""
        self.set_time(at(FIRST + timedelta(days=offset), hour))

    def open(self, role: Role, path: str, size: tuple[int, int] = (1360, 900)) -> Page:
        """A page in a browser of its own."""
        page = self.site.open(role, path, *size)
        page.set_default_timeout(5000)
        return page


def press(page: Page, label: str) -> None:
    """Press a button, and confirm when it asks; it must not be refused."""
    main = page.locator("main")
    button = main.get_by_role("button", name=label, exact=True).first
    expect(button, f"{label} on {page.url}: {main.inner_text()}").to_be_visible()
    if button.get_attribute("data-opens"):
        button.click()
        button = page.locator("dialog[open]").get_by_role("button", name="确定", exact=True)
    with page.expect_navigation():
        button.click()
    assert page.locator(".note.bad:visible").count() == 0, page.locator("main").inner_text()


def _plan(life: Life) -> int:
    life.set_time(at(date(2022, 10, 15)))
    page = life.open(life.cast.centre, "/planning/open/")
    page.get_by_label("年份").fill("2023")
    page.get_by_label("半年").select_option("1")
    page.get_by_label("报送开始").fill("2022-10-15")
    page.get_by_label("报送截止").fill("2022-12-01")
    press(page, "开启报送")
    where = page.url.removeprefix(life.site.address)
    page = life.open(life.cast.xingtai.staff, where)
    page.get_by_role("link", name="填报班次").click()
    page.get_by_label("培训级别").select_option("3")
    page.get_by_label("专业大类").select_option(label="机械类")
    page.get_by_label("开班日").fill(FIRST.isoformat())
    page.get_by_label("结束日").fill(LAST.isoformat())
    page.get_by_label("培训天数").fill("7")
    page.get_by_label("培训人数").fill("2")
    page.get_by_label("招生范围").fill("面向全国技工院校机械类专业教师")
    press(page, "保存")
    page.goto(life.site.address + where)
    press(page, "提交省级审核")
    page = life.open(life.cast.hebei, where)
    press(page, "通过")
    press(page, "汇总上报部指导中心")
    press(life.open(life.cast.centre, where), "发布全国培训信息")
    return TrainingClass.objects.unscoped("the only one").get().pk


def _staff(life: Life, pk: int) -> dict[str, list[Role]]:
    life.day(-48)
    staff = life.cast.xingtai.staff
    page = life.open(staff, f"/classes/{pk}/open/")
    page.locator("[data-found] [data-pick]").first.click()
    press(page, "提出开班申请")
    press(page, "现在推荐")
    press(page, "邀请首选 5 人")
    team: dict[str, list[Role]] = {"instructor": [], "examiner": []}
    for invitation in Invitation.objects.unscoped("whoever was invited").order_by("pk"):
        teacher = _role(invitation.person.account_id, Duty.BACKBONE)
        page = life.open(teacher, "/desk/", PHONE)
        page.locator(".todo a").first.click()
        press(page, "接受邀请")
        team[invitation.seat].append(teacher)
    expect(life.open(staff, f"/classes/{pk}/").locator(".steps .done")).to_have_count(2)
    return team


def _role(account: int, duty: Duty) -> Role:
    return Role.objects.select_related("account", "organisation").get(account=account, duty=duty, until=None)


def _programme(life: Life, pk: int, instructors: list[Role]) -> None:
    life.day(-40)
    where = f"/classes/{pk}/programme/"
    page = life.open(life.cast.xingtai.staff, where)
    for area in page.locator("textarea").all():
        area.fill("按培训标准执行")
    page.get_by_label("说课").check()
    page.get_by_text("声明：培训场地").click()
    page.get_by_role("button", name="按标准填充").click()
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"^已保存 \d"))
    for teacher in instructors:
        press(life.open(teacher, where), "确认当前版本")
    press(life.open(life.cast.xingtai.staff, where), "报送省级审核")
    press(life.open(life.cast.hebei, where), "审核通过并报备")


def _enrol(life: Life, pk: int, instructors: list[Role]) -> None:
    life.day(-30)
    staff = life.cast.xingtai.staff
    page = life.open(staff, f"/classes/{pk}/notice/")
    page.get_by_label("报名截止日").fill((FIRST - timedelta(days=10)).isoformat())
    page.get_by_label("联系人及电话").fill("培训处 0319-1234567")
    page.get_by_label("通知正文").fill("欢迎报名。")
    press(page, "保存")
    press(page, "发布招生通知")
    for trainee, school in (
        (life.cast.trainee, life.cast.school),
        (life.cast.stranger, life.cast.far_school),
    ):
        _apply(life, pk, trainee)
        press(life.open(school, "/endorsements/"), "同意推荐")
    for teacher in instructors:
        page = life.open(teacher, f"/classes/{pk}/applicants/")
        for n in range(2):
            page.locator("tbody a.btn").nth(n).click()
            press(page, "同意录取")
            page.goto(f"{life.site.address}/classes/{pk}/applicants/")
    page = life.open(staff, f"/classes/{pk}/applicants/")
    for box in page.locator("input.pick").all():
        box.check()
    press(page, "录取所选")
    press(life.open(staff, f"/classes/{pk}/"), "截止报名")


def _apply(life: Life, pk: int, trainee: Role) -> None:
    page = life.open(trainee, f"/classes/{pk}/apply/", PHONE)
    press(page, "开始填写申请表")
    _fill(page, form1_answers(Level.THREE, random.Random(3)))
    press(page, "提交申请")


def _fill(page: Page, answers: dict[str, object]) -> None:
    """An official form, item by item as a person would: some items appear only after others."""
    for code, answer in answers.items():
        field = page.locator(f"[name='{NAME}{code}']")
        if answer is True:
            field.check()
        elif field.first.get_attribute("type") == "radio":
            page.locator(f"[name='{NAME}{code}'][value='{answer}']").check()
        else:
            field.fill(str(answer))


def _deliver(life: Life, pk: int) -> None:
    coordinator = life.cast.xingtai.coordinator
    life.day(0, 8)
    press(life.open(life.cast.xingtai.staff, f"/classes/{pk}/"), "开班")
    page = life.open(coordinator, f"/classes/{pk}/office/")
    page.get_by_label("全部已到").check()
    page.get_by_label("已宣读纪律要求").check()
    press(page, "为勾选的人办理报到")
    page = life.open(coordinator, f"/classes/{pk}/office/groups/")
    press(page, "按组数均衡建议")
    press(page, "保存分组")
    life.day(0, 18)
    page = life.open(coordinator, f"/classes/{pk}/roll/", PHONE)
    for period in range(1, 9):
        page.goto(f"{life.site.address}/classes/{pk}/roll/?day={FIRST}&period={period}")
        with page.expect_navigation():
            page.locator("button.main").click()
    for n in range(1, (LAST - FIRST).days + 1):  # the other days were written on paper
        life.day(n, 18)
        day = FIRST + timedelta(days=n)
        page = life.open(coordinator, f"/classes/{pk}/roll/day/?day={day}", PHONE)
        for box in page.locator("[name=periods]").all():
            box.check()
        press(page, "记入所勾课时")
    marks = AttendanceMark.objects.unscoped("every lesson of both").count()
    assert marks == 2 * 8 * 7


def _assess(life: Life, pk: int, team: dict[str, list[Role]]) -> None:
    for trainee in (life.cast.trainee, life.cast.stranger):
        page = life.open(trainee, f"/classes/{pk}/products/", PHONE)
        page.get_by_label("成果名称").fill("学习任务设计方案及工作页")
        page.locator("[data-picker] .choose input").set_input_files(
            {"name": "设计.pdf", "mimeType": "application/pdf", "buffer": pdf()}
        )
        expect(page.locator(".uploads small")).to_contain_text("正在检查内容")
        drain()  # the job worker beside the server
        expect(page.locator(".uploads small")).to_contain_text("已收齐并通过检查")
        press(page, "提交")
    for seat, mark in (("instructor", "80"), ("examiner", "75.5")):
        for teacher in team[seat]:
            page = life.open(teacher, f"/classes/{pk}/assessment/")
            for field in page.locator(".mark-in").all():
                field.fill(mark)
            press(page, "核对并提交已填的评分")
            page.locator("button.main").click()
            expect(page.locator(".flash")).to_contain_text("已提交 2 份评分")
    press(life.open(life.cast.xingtai.coordinator, f"/classes/{pk}/"), "结束教学")
    life.day(8)
    page = life.open(life.cast.xingtai.staff, f"/classes/{pk}/assessment/")
    page.get_by_role("link", name="确认成绩单").click()
    press(page, "确认并报送成绩单")


def _finish(life: Life, pk: int) -> None:
    life.day(9)
    press(life.open(life.cast.xingtai.certificate_officer, f"/classes/{pk}/certificates/"), "核发证书")
    for trainee in (life.cast.trainee, life.cast.stranger):
        page = life.open(trainee, "/my/certificates/", PHONE)
        page.get_by_role("link", name="填写结束评估表").click()
        _fill(page, form2_answers(Level.THREE, random.Random(1)))
        press(page, "匿名提交")
        press(page, "领取电子证书")
        expect(page.get_by_role("link", name="下载 PDF")).to_be_visible()
    press(life.open(life.cast.xingtai.staff, f"/classes/{pk}/evaluation/"), "结班归档")


def test_a_class_lives_in_the_browser(
    site: Site, fresh_database: FreshDatabase, at_time: Callable[..., None]
) -> None:
    life = Life(site, fresh_database.cast, at_time)
    pk = _plan(life)
    team = _staff(life, pk)
    _programme(life, pk, team["instructor"])
    _enrol(life, pk, team["instructor"])
    _deliver(life, pk)
    _assess(life, pk, team)
    _finish(life, pk)
    issued = Certificate.objects.unscoped("both").order_by("number").values_list("number", "serials__serial")
    assert list(issued) == [("130092023063001", "1300900001"), ("130092023063002", "1300900002")]
    expect(life.open(life.cast.centre, f"/classes/{pk}/").locator(".steps .done")).to_have_count(7)
    assert site.complaints == []
