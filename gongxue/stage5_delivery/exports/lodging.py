"""The lodging register as Excel (MG 12), with the sums that the funds need."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.pages.sheets import Book, Cell, Column
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.queries.lodging import LodgingRow, totals_of

TITLE = "住宿登记"
COLUMNS = (
    Column("序号", 6),
    Column("身份", 13),
    Column("姓名", 14),
    Column("单位", 34, "left"),
    Column("住宿方式", 11),
    Column("住处", 24, "left"),
    Column("房间", 10),
    Column("首晚", 13),
    Column("末晚", 13),
    Column("夜数", 7),
    Column("未归", 22),
    Column("备注", 24, "left"),
)


def lodging_workbook(training_class: TrainingClass, rows: list[LodgingRow], at: datetime) -> bytes:
    """One row a person, in the order of the register; below them the nights that the institution arranged."""
    book = Book(TITLE, COLUMNS, at)
    book.across(0, f"{training_class.institution.name}{training_class.title}{TITLE}", bold=True, font_size=14)
    book.heading(1)
    line = 1
    for line, row in enumerate(rows, 2):
        book.write(line, [line - 1, *_cells(row)])
    sums = totals_of(rows)
    words = (
        f"统一安排 {sums.arranged_people} 人，共 {sums.arranged_nights} 夜（学员 {sums.trainee_nights}，"
        f"骨干教师 {sums.team_nights}）；本地居家 {sums.at_home} 人；未登记学员 {sums.unregistered} 人。"
    )
    book.across(line + 1, words, align="left")
    book.sheet.freeze_panes(2, 3)
    book.sheet.set_landscape()
    book.sheet.fit_to_pages(1, 0)
    book.sheet.repeat_rows(1)
    return book.close()


def _cells(row: LodgingRow) -> list[Cell]:
    guest, entry = row.guest, row.lodging
    head: list[Cell] = [guest.part, guest.person.name, guest.employer]
    if entry is None:
        return [*head, "未登记", "", "", "", "", None, "", ""]
    missed = "、".join(f"{night:%m-%d}" for night in row.missed)
    return [
        *head, entry.kind_title, entry.place, entry.room, str(entry.first_night), str(entry.last_night), entry.nights,
        missed, entry.note,
    ]  # fmt: skip
