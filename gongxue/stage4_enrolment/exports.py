"""The applicants of a class and their form 1 as workbooks, no ID numbers and phones; the notice as calendar and QR code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import segno
from django.utils.timezone import localtime

from gongxue.exchange.calendars import CalendarEvent, calendar_file
from gongxue.foundation.official_forms.exports import AnswerRow, answers_workbook
from gongxue.foundation.pages.sheets import Cell, Column, list_workbook
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.national_files import class_event
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage4_enrolment.queries import ReviewRow

_COLUMNS = (
    Column("序号", 6), Column("姓名", 10), Column("性别", 6), Column("年龄", 6), Column("单位", 26, "left"),
    Column("职称/职务", 16, "left"), Column("教育背景", 10), Column("目前所在专业", 16, "left"), Column("状态", 8),
    Column("名单序号", 8), Column("候补序号", 8), Column("单位意见", 10), Column("授课骨干教师意见", 28, "left"),
    Column("提交时间", 16), Column("审核理由", 24, "left"), Column("申请编号", 10), Column("班次编号", 10),
)  # fmt: skip


def applicants_workbook(training_class: TrainingClass, rows: Sequence[ReviewRow], at: datetime) -> bytes:
    """One row per application in the order of the page; reported again as it is, the list changes nothing."""
    name = f"报名教师 {training_class.title}"
    return list_workbook(name, _COLUMNS, [_cells(n, row) for n, row in enumerate(rows, 1)], at)


_BEFORE = (Column("状态", 8), Column("单位意见", 10))


def answers_of_class(
    training_class: TrainingClass, applications: Iterable[Application], at: datetime
) -> bytes:
    """Form 1 of everybody in question, item by item, and its sums; personal items are left out."""
    rows = [
        AnswerRow(
            application.answer.version.form,
            application.answer.items,
            {
                "name": application.person.name,
                "category": training_class.category_title,
                "level": training_class.level_title,
                "sex": application.person.sex,
                "age": str(application.age),
                "employer": application.employer.name,
            },
            (application.state_title, "已出具" if application.is_endorsed else "未出具"),
        )
        for application in applications
    ]
    return answers_workbook(rows, training_class.level, at, _BEFORE)


def _cells(number: int, row: ReviewRow) -> list[Cell]:
    application: Application = row.application
    items = application.answer.items
    submitted = application.submitted_at
    return [
        number, application.person.name, application.person.sex, application.age, application.employer.name,
        items.get("6", ""), items.get("10", ""), items.get("13", ""), application.state_title, application.seat,
        application.waiting_number, "已出具" if application.is_endorsed else "未出具", _opinions(row),
        f"{localtime(submitted):%Y-%m-%d %H:%M}" if submitted else "", application.decision_reason,
        application.pk, application.training_class_id,
    ]  # fmt: skip


def _opinions(row: ReviewRow) -> str:
    words = []
    for name, opinion in row.opinions:
        if opinion is None:
            words.append(f"{name}：未填")
        else:
            comment = f"（{opinion.comment}）" if opinion.comment else ""
            words.append(f"{name}：{'同意' if opinion.agrees else '不同意'}{comment}")
    return "；".join(words)


# The notice -----------------------------------------------------------------------------------------------------------


def notice_calendar(enrolment: Enrolment, site: str, address: str) -> bytes:
    """The class and the last day to apply as whole days; site and address: absolute, of the platform and the notice."""
    tc = enrolment.training_class
    days = replace(class_event(tc, site), url=address, busy=True)
    last = CalendarEvent(
        uid=f"notice-{enrolment.pk}@gongxue",
        title=f"报名截止：{days.title}",
        first_day=enrolment.closes_on,
        last_day=enrolment.closes_on,
        stamp=enrolment.published_at or tc.created_at,
        sequence=enrolment.version,
        description="当天仍可报名。",
        url=address,
        busy=False,
    )
    return calendar_file([days, last], name=days.title)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as the path of an SVG: its side in modules with the quiet zone, and the dark modules."""

    side: int
    path: str


def code_of(address: str) -> Code:
    """The QR code of an address, with the quiet zone of four modules that ISO/IEC 18004 asks for."""
    quiet = 4
    matrix = segno.make(address, error="m", micro=False).matrix
    dark = [
        f"M{x + quiet} {y + quiet}h1v1h-1z"
        for y, line in enumerate(matrix)
        for x, module in enumerate(line)
        if module
    ]
    return Code(len(matrix) + 2 * quiet, "".join(dark))
