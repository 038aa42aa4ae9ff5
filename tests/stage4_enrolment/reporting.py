"""Workbooks of reported teachers, and how they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.rehearsal.names import Invention
from gongxue.stage4_enrolment.models import ApplicantImport, Application
from gongxue.stage4_enrolment.report_import import keep_report
from gongxue.stage4_enrolment.report_sheet import ReportRow
from tests.cast import ClassAt
from tests.parties.workbooks import upload, workbook

HEADINGS = ("班次编号", "姓名", "身份证号码", "手机", "单位名称", "职称/职务")


def teachers(c: ClassAt, number: int, seed: int = 17, **given: Any) -> list[list[Any]]:
    """So many good lines for a class; `given` changes cells (klass, name, id, phone, place, title)."""
    invention = Invention(seed)
    place = c.people.trainee.organisation.name
    return [
        list(
            {
                "klass": str(c.tc.pk), "name": invention.name(), "id": invention.id_number(),
                "phone": invention.phone(), "place": place, "title": "讲师", **given,
            }.values()
        )
        for _ in range(number)
    ]  # fmt: skip


def as_rows(lines: Sequence[Sequence[Any]]) -> list[ReportRow]:
    """The same as inputs of the act."""
    return [
        ReportRow(at, name=n, id_number=i, phone=p, employer=e, class_number=c, items={"6": t} if t else {})
        for at, (c, n, i, p, e, t) in enumerate(lines, 2)
    ]


def sent(c: ClassAt, by: Role, lines: Sequence[Sequence[Any]], *, own: bool = False) -> ApplicantImport:
    """A workbook as it is kept for the preview."""
    data = workbook(lines, headings=HEADINGS)
    return keep_report(upload=upload(data), training_class=c.tc if own else None, by=by, now=c.now)


def drafts(c: ClassAt) -> list[Application]:
    """The applications of the class that others have reported."""
    rows = Application.objects.unscoped("a test").filter(training_class=c.tc).exclude(reported_by=None)
    return list(rows.select_related("person__account", "employer", "answer__version").order_by("pk"))
