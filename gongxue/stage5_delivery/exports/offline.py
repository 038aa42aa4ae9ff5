"""What a class without a connection takes along: sheets to print, a workbook to fill in, how to come back.

No telephone and no ID numbers: the pack may get lost.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gongxue.foundation.pages.sheets import Book, Column
from gongxue.foundation.pages.typesetter import typeset
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import said
from gongxue.regulations.parallel import is_expected
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of, lessons_of, marks_of_class
from gongxue.stage5_delivery.roll_sheet import DAY, NAME, NO_LESSON, SEAT, WORDS, period_heading

TEMPLATE = Path(__file__).parent.parent / "typst" / "roll_sheets.typ"
INSTRUCTIONS = """{title}
离线考勤包　{at} 生成

1. “点名表.pdf”：每天一页，打印后逐课时圈出到、迟、退、假、旷；最后一页是学员名册（不含手机和证件号码）。
2. “考勤录入.xlsx”：没有网络时在电脑上填写。每格从下拉列表选择，空着的不录入；灰色的格没有课。
   同一课时全班到课的，可先选中整列，输入“到”后按 Ctrl+Enter，再改例外。已在平台点过名的格已经填好，请勿修改。
3. 有网络后：平台“班务 → 考勤点名 → 离线与补录”，上传“考勤录入.xlsx”，核对后一次记入；
   只有纸质点名表的，在同一页按日期打开录入表，一天一次保存。
4. 平台上已有的考勤不会被覆盖；不一致的会列出，须在点名页更正并写明理由。
5. 旷课和请假合计超过 {limit} 课时的学员不能参加考核（技术规程第十二条），接近时请及时提醒。
"""


def roll_sheets_pdf(training_class: TrainingClass, days: Collection[date], at: datetime) -> bytes:
    """A roll sheet for each of some days, everybody by seat, and the class list. GlyphsMissing names odd characters."""
    people = attendees_of(training_class)
    data = {
        "institution": training_class.institution.name,
        "class": training_class.title,
        "days": _days(training_class, days, people),
        "people": [
            [one.application.seat, one.application.person.name, one.application.person.sex, one.application.employer.name, _group(one)]
            for one in people
        ],
    }  # fmt: skip
    return typeset(TEMPLATE, data, at, len(days) + 1)


def _group(one: Attendee) -> str:
    return f"{one.group} 组" if one.group else ""


def _days(
    training_class: TrainingClass, days: Collection[date], people: list[Attendee]
) -> list[dict[str, Any]]:
    sessions = [one for one in sessions_of(training_class) if one.day in days]
    groups = max((one.group for one in sessions), default=0)
    found: list[dict[str, Any]] = []
    for day in sorted({one.day for one in sessions}):
        periods: dict[int, list[Any]] = {}
        for one in sessions:
            if one.day == day:
                periods.setdefault(one.period, []).append(one)
        taught = [[one.group for one in rows] for rows in periods.values()]
        found.append(
            {
                "title": said(day),
                "periods": [{"title": f"第{n}课时", "says": rows[0].says} for n, rows in periods.items()],
                "rows": [
                    {
                        "seat": one.application.seat, "name": one.application.person.name, "group": _group(one),
                        "has": [is_expected(one.group, held, groups) for held in taught],
                    }
                    for one in people
                ],
            }
        )  # fmt: skip
    return found


def roll_workbook(training_class: TrainingClass, days: Collection[date], at: datetime) -> bytes:
    """The workbook to fill in: a row per day and person, a column per period, a list to choose from in every cell."""
    lessons = {place: taught for place, taught in lessons_of(training_class).items() if place[0] in days}
    groups = max((group for taught in lessons.values() for group in taught), default=0)
    numbers = sorted({period for _, period in lessons})
    columns = [
        Column(DAY, 13),
        Column(SEAT, 7),
        Column(NAME, 14),
        *(Column(period_heading(n), 10) for n in numbers),
    ]
    marks, people = marks_of_class(training_class), attendees_of(training_class)
    book = Book("考勤录入", columns, at)
    book.across(0, f"{training_class}　考勤录入", bold=True, font_size=14)
    choices = "、".join(WORDS.values())
    book.across(
        1, f"每格填 {choices}；空着的不录入，灰色的格没有课。填好后在“离线与补录”上传。", align="left"
    )
    book.heading(2)
    row = 3
    gone = book.style(border=1, bg_color="#D9D9D9", font_color="#808080")
    for day in sorted({day for day, _ in lessons}):
        for one in people:
            book.write(
                row,
                [
                    day.isoformat(),
                    one.application.seat or 0,
                    one.application.person.name,
                    *[None] * len(numbers),
                ],
            )
            for column, period in enumerate(numbers, 3):
                taught = lessons.get((day, period), [])
                if not taught or not is_expected(one.group, taught, groups):
                    book.sheet.write_string(row, column, NO_LESSON, gone)
                elif word := marks.get((day, period), {}).get(one.pk):
                    book.sheet.write_string(
                        row, column, WORDS[Presence(word)], book.style(border=1, font_color="#1B7A3D")
                    )
            row += 1
    choose = {"validate": "list", "source": list(WORDS.values()), "ignore_blank": True}
    choose |= {"error_title": "考勤", "error_message": f"只能填 {choices}。"}
    if row > 3 and numbers:
        book.sheet.data_validation(3, 3, row - 1, 2 + len(numbers), choose)
    book.sheet.freeze_panes(3, 3)
    book.sheet.autofilter(2, 0, max(2, row - 1), len(columns) - 1)
    book.sheet.set_landscape()
    book.sheet.fit_to_pages(1, 0)
    book.sheet.repeat_rows(2)
    return book.close()


def offline_pack(training_class: TrainingClass, days: Collection[date], at: datetime) -> bytes:
    """One ZIP: the sheets to print, the workbook to fill in, what to do with them."""
    told = INSTRUCTIONS.format(
        title=training_class, at=f"{said(at.date())}", limit=training_class.edition.absence_limit
    )
    files = {
        "使用说明.txt": (
            "\ufeff" + told.replace("\n", "\r\n")
        ).encode(),  # as the editor of an office PC wants it
        "点名表.pdf": roll_sheets_pdf(training_class, days, at),
        "考勤录入.xlsx": roll_workbook(training_class, days, at),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, 0)), content)
    return made.getvalue()
