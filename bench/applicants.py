"""Applicants reported from a real workbook, through upload, preview, confirmation and job."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from bench.books import Kept
from bench.measure import Row, at_least, in_turns, seconds
from bench.processes import OwnPeak, largest_child_mb
from bench.served import Unexpected
from gongxue.foundation import clock
from gongxue.foundation.files.workbooks import read_rows
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.official_forms.queries import version_on
from gongxue.parties.models import Person
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Duty, OrganisationKind
from gongxue.rehearsal.names import Invention
from gongxue.stage4_enrolment.models import ApplicantImport, Application, Enrolment
from gongxue.stage4_enrolment.report_import import confirm_report, keep_report
from gongxue.stage4_enrolment.report_sheet import BYTES, TEMPLATE

PEOPLE = 10_000
TIMES = 3
BATCH = 1000


def _workbook(number: int, class_number: int) -> bytes:
    """An .xlsx as an institution would fill in the template: teachers of many schools for one class."""
    invention = Invention(31)
    schools = cycle(Organisation.objects.filter(kind=OrganisationKind.SCHOOL).order_by("pk"))
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("参训教师名单")
    sheet.write_row(0, 0, TEMPLATE)
    for row in range(1, number + 1):
        cells = (
            str(class_number), invention.name(), invention.id_number(), invention.phone(), next(schools).name,
            "讲师", "机械制造", "汉族", "", "",
        )  # fmt: skip
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    book.close()
    return made.getvalue()


def _announced() -> Enrolment:
    """A class whose enrolment is open: one of the copied books, put back before its closing day."""
    rows = Enrolment.objects.unscoped("bench").select_related("training_class__institution").order_by("pk")
    found = rows[0]
    rows.filter(pk=found.pk).update(state="published")
    return found


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """The clock at the door stands at a moment: the job reads it too."""
    real = clock.now
    clock.now = lambda: moment
    try:
        yield
    finally:
        clock.now = real


def import_applicants(scale: float) -> Row:
    """Applicants per second from the upload to the end of the job, against reading the rows and bare inserts."""
    number = at_least(PEOPLE * scale, 201)  # from 201 on it is a job
    notice = _announced()
    tc = notice.training_class
    now = datetime.combine(notice.closes_on, datetime.min.time(), clock.now().tzinfo) - timedelta(days=1)
    data = _workbook(number, tc.pk)
    by = Role.objects.select_related("account", "organisation").filter(
        duty=Duty.INSTITUTION, organisation=tc.institution_id, until=None
    )[0]
    kept, preview, memory = Kept(), [0.0], list[float]()

    def upload() -> ApplicantImport:
        return keep_report(upload=SimpleUploadedFile("名单.xlsx", data), training_class=None, by=by, now=now)

    def imported() -> float:
        kept.again()
        _announced()
        peak = OwnPeak()
        rows: list[ApplicantImport] = []
        with _at(now):
            preview[0] = seconds(lambda: rows.append(upload()))
            took = preview[0] + seconds(
                lambda: (confirm_report(applicant_import=rows[0], by=by, now=now), drain())
            )
        memory.append(peak.mb + largest_child_mb())
        rows[0].refresh_from_db()
        if rows[0].state != "done" or len(rows[0].accounts) != number:
            raise Unexpected(f"{rows[0].state}: {rows[0].says}")
        return number / took

    figure, baseline = in_turns(imported, _bare(number, kept, data, tc.pk, now), TIMES)
    more = {
        "people": number,
        "seconds": number / figure,
        "preview_seconds": preview[0],
        "workbook_kb": len(data) / 1024,
    }
    name = "读出同样的行，账号、人员、角色、申请表、申请空行直接写入"
    return Row(figure, "people/s", baseline, name, max(memory), more)


def _bare(number: int, kept: Kept, data: bytes, class_number: int, now: datetime) -> Callable[[], float]:
    """Rows per second with the raw parse and nothing checked, sealed or recorded: `bulk_create` in one transaction."""
    place = Organisation.objects.filter(kind=OrganisationKind.SCHOOL).order_by("pk")[0]
    version = version_on("form1", day_of(now))
    secret = bytes(61)

    def write() -> None:
        lines = list(read_rows(SimpleUploadedFile("名单.xlsx", data), BYTES))[1:]
        if len(lines) != number:
            raise Unexpected(f"{len(lines)} rows")
        accounts = [
            Account(sign_in_name=f"bare{n}", name="某某", password="!", data_key=secret, created_at=now)
            for n in range(number)
        ]
        with transaction.atomic():
            Account.objects.bulk_create(accounts, BATCH)
            people = Person.objects.bulk_create(
                (
                    Person(
                        account=account, employer=place, province_code=place.province_code, sex="女",
                        id_number_sealed=secret, id_number_index=uuid.uuid4().bytes, phone_sealed=secret,
                    )
                    for account in accounts
                ),
                BATCH,
            )  # fmt: skip
            Role.objects.bulk_create(
                (Role(account=a, organisation=place, duty=Duty.TRAINEE, since=day_of(now)) for a in accounts),
                BATCH,
            )
            answers = Answer.objects.bulk_create(
                (Answer(version=version, account=a, level="3", sealed=secret) for a in accounts), BATCH
            )
            Application.objects.bulk_create(
                (
                    Application(
                        training_class_id=class_number, person=p, employer=place, answer=answer, age=30
                    )
                    for p, answer in zip(people, answers, strict=True)
                ),
                BATCH,
            )

    def written() -> float:
        kept.again()
        return number / seconds(write)

    return written
