"""Workbooks of this part: the template for many people, what is wrong with a filled one, initial passwords, the pool."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.sheets import Cell, Column, list_workbook
from gongxue.parties.kept_workbooks import Sheet
from gongxue.parties.models import PoolMembership
from gongxue.parties.people_sheet import (
    DUTY,
    EMPLOYER,
    HEADINGS,
    ID_NUMBER,
    NAME,
    PHONE,
    ROWS,
    TEACHERS,
)
from gongxue.parties.queries import Standing, Workload, jobs_of, standings
from gongxue.parties.queries.ledger import Job, clock_of, workload_of
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import province_name
from gongxue.regulations.roles import Duty

PROBLEM = "问题"
_WIDTHS = {NAME: 12, ID_NUMBER: 24, PHONE: 16, EMPLOYER: 32, DUTY: 26, PROBLEM: 60}
_DUTIES = [d.title for d in Duty if d != Duty.SYSTEM]


def template_workbook(at: datetime) -> bytes:
    """The empty list: every column is text, so that Excel keeps all digits and leading zeros."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": "批量发放账号", "created": at.astimezone(SHANGHAI).replace(tzinfo=None)})
    sheet = book.add_worksheet("人员名单")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#E9F1F9"})
    for i, title in enumerate(HEADINGS):
        sheet.set_column(i, i, _WIDTHS[title], text)
        sheet.write_string(0, i, title, bold)
    sheet.data_validation(1, 4, ROWS, 4, {"validate": "list", "source": _DUTIES})
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    for i, line in enumerate(_notes()):
        notes.write_string(i, 0, line)
    book.close()
    return made.getvalue()


def _notes() -> list[str]:
    teachers = "、".join(d.title for d in Duty if d in TEACHERS)
    return [
        "一、一行一人，从第 2 行开始填写，不要改动表头文字；列的先后不限，可以增加自己的列。",
        f"二、{NAME}：按身份证填写真实姓名。",
        f"三、{ID_NUMBER}：{teachers}必填，其他角色可不填。本表已设为文本格式；从别处粘贴时请选“只保留文本”。",
        f"四、{PHONE}：11 位，可不填。",
        f"五、{EMPLOYER}：机构、院校名录中的全称；培训机构也可填机构号（如 009 或 13009）。",
        f"六、{DUTY}：{'、'.join(_DUTIES)}。",
        f"七、一个文件最多 {ROWS:,} 人。上传后先核对，确认之前不写入任何人员。",
    ]


def problems_workbook(sheet: Sheet, at: datetime) -> bytes:
    """The same list with a last column that says what is wrong with each row."""
    titles = [c for c in sheet.columns if c != PROBLEM]
    places = [i for i, c in enumerate(sheet.columns) if c != PROBLEM]
    columns = [Column(title, _WIDTHS.get(title, 16), "left") for title in [*titles, PROBLEM]]
    rows = (
        [*(line.cells[i] if i < len(line.cells) else "" for i in places), "；".join(line.problems)]
        for line in sheet.lines
    )
    return list_workbook("人员名单", columns, rows, at)


def secrets_workbook(handed: Sequence[Handed], address: str, at: datetime) -> bytes:
    """Sign-in names and initial passwords, to be handed over one by one. It exists in this answer only."""
    columns = [
        Column("姓名", 12), Column("单位", 32, "left"), Column("角色", 24, "left"), Column("登录名", 20),
        Column("初始密码", 28), Column("有效期至", 18), Column("登录地址", 34, "left"),
    ]  # fmt: skip
    places = _places(handed)
    rows = (
        [a.name, *places.get(a.pk, ("", "")), a.sign_in_name, a.secret, _until(a), address] for a in handed
    )
    return list_workbook("初始密码（首次登录须修改）", columns, rows, at)


def _until(account: Handed) -> str:
    until = account.initial_secret_until
    return until.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if until else ""


def _places(handed: Sequence[Handed]) -> dict[int, tuple[str, str]]:
    """Account → organisation and duty of its first role."""
    found: dict[int, tuple[str, str]] = {}
    keys = [account.pk for account in handed]
    for start in range(0, len(keys), 500):
        held = Role.objects.filter(account__in=keys[start : start + 500], until=None).select_related(
            "organisation"
        )
        for role in held.order_by("-pk"):
            found[role.account_id] = (role.organisation.name, role.title)
    return found


def pool_workbook(members: Sequence[PoolMembership], today: date, at: datetime) -> bytes:
    """Members of the pool with their duty ledger; three statements whatever the number."""
    columns = [
        Column("姓名", 10), Column("单位", 28, "left"), Column("省份", 10), Column("专业大类", 16),
        Column("可承担级别", 14), Column("暂不承担", 12), Column("状态", 8), Column("入库日期", 12),
        Column("证书编号", 18), Column(f"{today.year}年授课", 10), Column(f"{today.year}年考核", 10),
        Column(f"{today.year}年满意度", 12), Column("评价份数", 10), Column("最近任务", 12), Column("满两年日", 12),
    ]  # fmt: skip
    people = list({member.person_id for member in members})
    jobs: dict[int, list[Job]] = {}
    means: dict[int, Standing] = {}
    for start in range(0, len(people), 5000):
        jobs |= jobs_of(people[start : start + 5000])
        means |= standings(people[start : start + 5000], today.year)
    rows = (
        [*_entry(member), *_duty(member, jobs.get(member.person_id, []), means.get(member.person_id), today)]
        for member in members
    )
    return list_workbook("骨干教师库", columns, rows, at)


def _entry(member: PoolMembership) -> list[Cell]:
    return [
        member.person.name, member.person.employer.name, province_name(member.province_code),
        category_title(member.category), _levels(member.levels), _levels(member.paused),
        "在库" if member.active else "已出库", str(member.registered_on), member.certificate_number,
    ]  # fmt: skip


def _levels(codes: str) -> str:
    return "、".join(Level(code).title for code in codes)


def _duty(member: PoolMembership, jobs: list[Job], standing: Standing | None, today: date) -> list[Cell]:
    year: Workload = workload_of(jobs, today.year)
    clock = clock_of(member.registered_on, jobs, today)
    mean = None if standing is None or standing.mean is None else Decimal(f"{standing.mean:.2f}")
    return [
        year.taught, year.examined, mean, standing.answers if standing else 0,
        str(clock.since) if clock.begun else "", str(clock.full_on) if member.active else "",
    ]  # fmt: skip
