"""People imported from a real workbook, through upload, preview, confirmation and job."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from itertools import cycle

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from bench.books import Kept
from bench.measure import Row, at_least, in_turns, seconds
from bench.processes import OwnPeak, largest_child_mb
from bench.served import Unexpected
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.jobs.backend import drain
from gongxue.parties.models import PeopleImport, Person
from gongxue.parties.people_import import confirm_import, keep_import
from gongxue.parties.people_sheet import HEADINGS
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Duty, OrganisationKind
from gongxue.rehearsal.names import Invention

PEOPLE = 10_000
TIMES = 3
BATCH = 1000


def _workbook(number: int) -> bytes:
    """An .xlsx as an office would fill in the template: trainees of many schools."""
    invention = Invention(30)
    schools = cycle(Organisation.objects.filter(kind=OrganisationKind.SCHOOL).order_by("pk"))
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("人员名单")
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, number + 1):
        person = (
            invention.name(),
            invention.id_number(),
            invention.phone(),
            next(schools).name,
            Duty.TRAINEE.title,
        )
        for column, text in enumerate(person):
            sheet.write_string(row, column, text)
    book.close()
    return made.getvalue()


def import_people(scale: float) -> Row:
    """People per second from the upload to the end of the job, against bare rows of the same three tables."""
    number = at_least(PEOPLE * scale, 201)  # from 201 on it is a job
    data = _workbook(number)
    by = Role.objects.select_related("account", "organisation").filter(duty=Duty.CENTRE)[0]
    kept, preview = Kept(), [0.0]
    memory: list[float] = []

    def upload() -> PeopleImport:
        return keep_import(upload=SimpleUploadedFile("名单.xlsx", data), by=by, now=clock.now())

    def imported() -> float:
        kept.again()
        peak = OwnPeak()
        rows: list[PeopleImport] = []
        preview[0] = seconds(lambda: rows.append(upload()))
        took = preview[0] + seconds(
            lambda: (confirm_import(people_import=rows[0], by=by, now=clock.now()), drain())
        )
        memory.append(peak.mb + largest_child_mb())
        rows[0].refresh_from_db()
        if rows[0].state != PeopleImport.State.DONE or len(rows[0].accounts) != number:
            raise Unexpected(f"{rows[0].state}: {rows[0].says}")
        return number / took

    figure, baseline = in_turns(imported, _bare(number, kept), TIMES)
    more = {
        "people": number,
        "seconds": number / figure,
        "preview_seconds": preview[0],
        "workbook_kb": len(data) / 1024,
    }
    name = "同样多的账号、人员、角色空行直接写入"
    return Row(figure, "people/s", baseline, name, max(memory), more)


def _bare(number: int, kept: Kept) -> Callable[[], float]:
    """Rows per second with nothing read, checked, sealed or recorded: `bulk_create` in one transaction."""
    place = Organisation.objects.filter(kind=OrganisationKind.SCHOOL).order_by("pk")[0]
    now = clock.now()
    secret = bytes(61)

    def write() -> None:
        accounts = [
            Account(sign_in_name=f"bare{n}", name="某某", password="!", data_key=secret, created_at=now)
            for n in range(number)
        ]
        with transaction.atomic():
            Account.objects.bulk_create(accounts, BATCH)
            Person.objects.bulk_create(
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

    def written() -> float:
        kept.again()
        return number / seconds(write)

    return written
