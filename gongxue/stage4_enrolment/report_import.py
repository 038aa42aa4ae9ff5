"""A workbook of reported teachers on its way; how it travels is said in `parties.kept_workbooks`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django_tasks import task
from django_tasks.base import Task

from gongxue.foundation import clock
from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import check_permission
from gongxue.parties import kept_workbooks
from gongxue.parties.kept_workbooks import Kind, Progress, Sheet
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.actions import report_applicants
from gongxue.stage4_enrolment.models import ApplicantImport
from gongxue.stage4_enrolment.report_checks import Checked, check_rows
from gongxue.stage4_enrolment.report_sheet import read_sheet, rows_of


def _check(row: ApplicantImport, sheet: Sheet, now: datetime, progress: Progress | None) -> list[Checked]:
    return check_rows(rows_of(sheet), row.role, day_of(now), row.training_class, progress)


def _carry(row: ApplicantImport, sheet: Sheet, by: Role, now: datetime) -> tuple[list[int], str]:
    done = report_applicants(rows=rows_of(sheet), training_class=row.training_class, by=by, now=now)
    says = f"已为 {len(done.applications)} 名教师建立参训申请，待本人填写后提交。"
    return [account.pk for account in done.handed], f"{says}其中新建账号 {len(done.handed)} 个。"


def _count(row: ApplicantImport, checked: Sequence[Any]) -> None:
    row.same = sum(c.same for c in checked)
    good = [c for c in checked if not c.breaches and not c.same]
    classes = Counter(str(c.training_class) for c in good)
    known = sum(c.person is not None for c in good)
    row.counts = [["平台已有账号", known], ["需新建账号", len(good) - known]] if good else []
    row.counts += [[title, number] for title, number in classes.most_common(8)] if len(classes) > 1 else []


def _job() -> Task[..., Any]:
    return run_report


REPORTS = Kind(
    Permission.REPORT_APPLICANTS, "applicant_import.lines", "TR 10", check=_check, carry=_carry, count=_count, job=_job,
    done="报送", nothing="没有报送任何教师。",
)  # fmt: skip


def keep_report(
    *, upload: UploadedFile[Any], training_class: TrainingClass | None, by: Role, now: datetime
) -> ApplicantImport:
    """Read and check a workbook and keep it for the preview. RuleBroken when it is no workbook of teachers."""
    check_permission(by, Permission.REPORT_APPLICANTS)
    row = ApplicantImport(role=by, training_class=training_class)
    kept: ApplicantImport = kept_workbooks.keep(REPORTS, row, read_sheet(upload), upload.name or "", by, now)
    return kept


def kept_report(row: ApplicantImport) -> Sheet:
    """The rows of a workbook that are not carried out yet; none when they have been forgotten."""
    return kept_workbooks.kept_sheet(REPORTS, row)


def confirm_report(*, applicant_import: ApplicantImport, by: Role, now: datetime) -> ApplicantImport:
    """Report the good rows: at once, or as a job when there are more than 200."""
    row: ApplicantImport = kept_workbooks.confirm(REPORTS, applicant_import, by, now)
    return row


@task()
def run_report(workbook: int, by: Role) -> dict[str, int]:
    """The job of a large report."""
    return carry_out(workbook, by, clock.now())


def carry_out(pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Report the good rows of a confirmed workbook, once however often it is called."""
    return kept_workbooks.carry_out(REPORTS, ApplicantImport, pk, by, now)


def drop_report(*, applicant_import: ApplicantImport, by: Role) -> ApplicantImport:
    """Give up a workbook, or forget the rows that were not reported: its personal values go at once."""
    row: ApplicantImport = kept_workbooks.drop(REPORTS, applicant_import, by)
    return row


def hand_out(*, applicant_import: ApplicantImport, by: Role, now: datetime) -> list[Handed]:
    """New initial passwords for everybody of a report who has not signed in yet."""
    return kept_workbooks.hand_out(REPORTS, applicant_import, by, now)
