"""Form 5, the transcript 成绩单, as a PDF and as a workbook (TR 12.3, TR 附件5).

Full ID numbers and telephone numbers stand in it: it is an official sheet for the institution, its province and the
centre. Who may have it is asked by whoever calls; certificate numbers come from the register of qualifications.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

from gongxue.foundation.pages.sheets import Book, Column
from gongxue.foundation.pages.typesetter import typeset
from gongxue.parties.models import Qualification
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.lifecycle import ResultsState
from gongxue.regulations.registers import provinces
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries.personnel import served
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import results_of, transcript_of
from gongxue.stage6_assessment.queries.versions import Version

TITLE = "工学一体化教师培训成绩单"  # TR 附件5
NOT_CONFIRMED = "本班成绩尚未确认，本表仅供核对。"
TEMPLATE = Path(__file__).parents[1] / "typst" / "transcript.typ"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of form 5; a mark is None when there is none."""

    order: int
    name: str
    sex: str
    id_number: str
    employer: str
    phone: str
    process: Decimal | None
    final: Decimal | None
    certificate_number: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """Form 5 of one class."""

    first_day: str
    last_day: str
    place: str  # the institution's province; the city is not known and stays blank as on the printed form
    headcount: int
    institution: str
    kind: str
    level: str
    category: str
    instructors: str
    examiners: str
    rows: tuple[Row, ...]
    size: int  # rows of the form: the largest class there can be
    confirmed: bool
    at: datetime  # of the confirmation; of the last day while marks are open
    version: str = ""  # 第 2 版 and what changed, below the table

    @property
    def note(self) -> str:
        """The line below the table."""
        return self.version if self.confirmed else NOT_CONFIRMED

    @property
    def header(self) -> tuple[str, str, str]:
        """The three lines above the table, as the annex prints them."""
        return (
            f"培训时间：{self.first_day}——{self.last_day}；培训地点：{self.place}；"
            f"培训人数：{self.headcount} 人；",
            f"{self.kind}：{self.institution}；培训级别：{self.level}；专业大类：{self.category}；",
            f"授课骨干教师：{self.instructors}；考核骨干教师：{self.examiners}",
        )


def _place(province_code: str) -> str:
    name = next((p.full_name for p in provinces() if p.code == province_code), "")
    return name if name.endswith("市") else f"{name}　　　　市"


def transcript_data(training_class: TrainingClass, version: Version | None = None) -> Transcript:
    """Form 5 as it stands: everybody in the class in roster order, marks once they are confirmed.

    version: as it was then; without one as it stands. Six queries whatever the size of the class. Contains full ID numbers and telephone numbers.
    """
    institution, edition = training_class.institution, training_class.edition
    lines = {
        line.attendee_id: line for line in transcript_of(training_class, version.at if version else None)
    }
    numbers = _certificate_numbers(training_class)
    attendees = attendees_of(training_class)
    results = results_of(training_class)
    confirmed = results is not None and results.state == ResultsState.CONFIRMED
    at = results.confirmed_at if results else None
    return Transcript(
        first_day=said(training_class.first_day),
        last_day=said(training_class.last_day),
        place=_place(institution.province_code),
        headcount=len(attendees),
        institution=institution.name,
        kind=institution.kind_title,
        level=training_class.level_title,
        category=training_class.category_title,
        instructors=_names(training_class, Seat.INSTRUCTOR),
        examiners=_names(training_class, Seat.EXAMINER),
        rows=tuple(_row(i, a, lines.get(a.pk), numbers) for i, a in enumerate(attendees, 1)),
        size=edition.class_size,
        confirmed=confirmed,
        at=(version.at if version else at) or datetime.combine(training_class.last_day, time(), SHANGHAI),
        version=version.note if version else "",
    )


def _names(training_class: TrainingClass, seat: Seat) -> str:
    """Everybody who taught or examined, whoever left while the class ran too: their sheets count."""
    return "、".join(invitation.person.name for invitation in served(training_class, seat))


def _certificate_numbers(training_class: TrainingClass) -> dict[int, str]:
    """person id → certificate number of this class."""
    rows = Qualification.objects.unscoped("certificate numbers of one class for its own form 5")
    return dict(
        rows.filter(reference=f"class/{training_class.pk}", ended_on=None).values_list(
            "person_id", "certificate_number"
        )
    )


def _row(order: int, attendee: Attendee, line: TranscriptLine | None, numbers: dict[int, str]) -> Row:
    person = attendee.application.person
    return Row(
        order=order,
        name=person.name,
        sex=person.sex,
        id_number=person.id_number.reveal(),
        employer=attendee.application.employer.name,
        phone=person.phone,
        process=line.process if line else None,
        final=line.final if line else None,
        certificate_number=numbers.get(person.pk, ""),
    )


def _printed(mark: Decimal | None) -> str:
    return "" if mark is None else f"{mark:.2f}"


def transcript_pdf(training_class: TrainingClass, version: Version | None = None) -> bytes:
    """Form 5 as the annex prints it, on one page; the same transcript gives the same bytes.

    Raises GlyphsMissing when a character is in no font.
    """
    sheet = transcript_data(training_class, version)
    rows = [
        asdict(row) | {"process": _printed(row.process), "final": _printed(row.final)} for row in sheet.rows
    ]
    data = {
        "title": TITLE,
        "author": sheet.institution,
        "header": sheet.header,
        "rows": rows,
        "size": sheet.size,
        "note": sheet.note,
    }
    return typeset(TEMPLATE, data, sheet.at)


COLUMNS = (
    Column("序号", 6),
    Column("姓名", 14),
    Column("性别", 6),
    Column("身份证号码", 21),
    Column("单位", 34, "left"),
    Column("联系电话", 14),
    Column("过程性考核", 11),
    Column("终结性考核", 11),
    Column("证书编号", 18),
)
_MARK_COLUMNS = (6, 7)  # under the common heading 成绩
_HEADINGS = 5  # first of the two rows of headings


def transcript_workbook(training_class: TrainingClass, version: Version | None = None) -> bytes:
    """Form 5 in Excel: ID numbers, telephone numbers and certificate numbers are text, marks are numbers."""
    sheet = transcript_data(training_class, version)
    book = Book(TITLE, COLUMNS, sheet.at)
    book.across(0, TITLE, bold=True, font_size=16)
    for i, line in enumerate(sheet.header, 1):
        book.across(i, line, align="left", text_wrap=True)
    if sheet.note:
        book.across(4, sheet.note, align="left", italic=True)
    _headings(book)
    for i in range(sheet.size):
        row = sheet.rows[i] if i < len(sheet.rows) else None
        values = list(asdict(row).values()) if row else [i + 1, *[None] * (len(COLUMNS) - 1)]
        book.write(_HEADINGS + 2 + i, values)
    book.sheet.freeze_panes(_HEADINGS + 2, 0)
    book.sheet.set_landscape()
    book.sheet.set_paper(9)  # A4
    book.sheet.fit_to_pages(1, 1)
    return book.close()


def _headings(book: Book) -> None:
    """Two rows: 成绩 stands over its two columns, every other heading over both rows."""
    style = book.style(bold=True, border=1)
    first, last = _MARK_COLUMNS
    book.sheet.merge_range(_HEADINGS, first, _HEADINGS, last, "成绩", style)
    for i, column in enumerate(COLUMNS):
        if i in _MARK_COLUMNS:
            book.sheet.write_string(_HEADINGS + 1, i, column.title, style)
        else:
            book.sheet.merge_range(_HEADINGS, i, _HEADINGS + 1, i, column.title, style)
