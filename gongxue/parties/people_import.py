"""Accounts for many people at once (MG 25.1); how a workbook travels is said in `kept_workbooks`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django_tasks import task
from django_tasks.base import Task

from gongxue.foundation import clock
from gongxue.foundation.identity.actions import Handed, give_initial_secret, new_account
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action, check_permission
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.parties import kept_workbooks
from gongxue.parties.kept_workbooks import Kind, Progress, Sheet, handed_with
from gongxue.parties.models import PeopleImport, Person
from gongxue.parties.people_sheet import Checked, ImportRow, check_rows, counts_by_duty, read_sheet, row_of
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Permission

BREACHES_SAID = 50
_BATCH = 1000


@action(Permission.IMPORT_ACCOUNTS)
def import_people(*, rows: Sequence[ImportRow], by: Role, now: datetime) -> list[Handed]:
    """An account, a role and (with an ID number) a personal record for every row, or for none of them.

    Each account has its own data key and an initial password valid once and for 72 hours; the answers' `secret` is
    stored nowhere in clear. RuleBroken names what is wrong row by row, also what another act did in the meantime.
    """
    checked = check_rows(rows, day_of(now))
    found = [_in_row(c.row.at, breach) for c in checked for breach in c.breaches]
    if found or not rows:
        raise RuleBroken(
            found[:BREACHES_SAID]
            or [Breach("import.empty", "MG 25.1", "没有可以发放的人员。", "请先上传名单并核对。")]
        )
    accounts, secrets = _new_accounts(checked, now)
    try:
        with transaction.atomic():
            _write(checked, accounts, now)
    except IntegrityError as error:
        raise Conflict(
            [
                Breach(
                    "import.raced",
                    "MG 25.1",
                    "发放时其中有人刚刚在别处登记，一个也没有发放。",
                    "请重新核对后再发放。",
                )
            ]
        ) from error
    record(
        Permission.IMPORT_ACCOUNTS, by=by, now=now, about=by.organisation,
        changes={"accounts": [None, len(accounts)], "sign_in_names": [None, _span(accounts)]},
    )  # fmt: skip
    return handed_with(accounts, secrets)


def _in_row(at: int, breach: Breach) -> Breach:
    return Breach(breach.rule, breach.article, f"第 {at} 行：{breach.says}", breach.way_out)


def _new_accounts(checked: Sequence[Checked], now: datetime) -> tuple[list[Account], list[str]]:
    taken = set(Account.objects.values_list("sign_in_name", flat=True))
    accounts = [new_account(c.row.name, now, taken=taken) for c in checked]
    return accounts, [give_initial_secret(account, now) for account in accounts]


def _write(checked: Sequence[Checked], accounts: list[Account], now: datetime) -> None:
    Account.objects.bulk_create(accounts, batch_size=_BATCH)
    rows = list(zip(checked, accounts, strict=True))
    Person.objects.bulk_create((_person(c, a) for c, a in rows if c.id_number), batch_size=_BATCH)
    roles = (
        Role(account=a, organisation=c.organisation, duty=str(c.duty), since=day_of(now)) for c, a in rows
    )
    Role.objects.bulk_create(roles, batch_size=_BATCH)


def _person(checked: Checked, account: Account) -> Person:
    place = checked.organisation
    if place is None or checked.id_number is None:
        raise ValueError("check the row first")
    person = Person(account=account, employer=place, province_code=place.province_code)
    person.set_personal(checked.id_number, checked.row.phone)
    return person


def _span(accounts: Sequence[Account]) -> str:
    return f"{accounts[0].sign_in_name} … {accounts[-1].sign_in_name}"


# The workbook on its way ------------------------------------------------------------------------------------------


def _check(row: PeopleImport, sheet: Sheet, now: datetime, progress: Progress | None) -> list[Checked]:
    return check_rows([row_of(sheet, line) for line in sheet.lines], day_of(now), progress)


def _carry(row: PeopleImport, sheet: Sheet, by: Role, now: datetime) -> tuple[list[int], str]:
    handed = import_people(rows=[row_of(sheet, line) for line in sheet.lines], by=by, now=now)
    return [account.pk for account in handed], f"已发放 {len(handed)} 个账号。"


def _count(row: PeopleImport, checked: Sequence[Any]) -> None:
    row.counts = counts_by_duty(checked)


def _job() -> Task[..., Any]:
    return run_import


ACCOUNTS = Kind(
    Permission.IMPORT_ACCOUNTS, "people_import.lines", "MG 25.1", check=_check, carry=_carry, count=_count, job=_job
)  # fmt: skip


def keep_import(*, upload: UploadedFile[Any], by: Role, now: datetime) -> PeopleImport:
    """Read and check a workbook and keep it for the preview. RuleBroken when it is no workbook of people."""
    check_permission(by, Permission.IMPORT_ACCOUNTS)
    sheet = read_sheet(upload)
    row: PeopleImport = kept_workbooks.keep(ACCOUNTS, PeopleImport(), sheet, upload.name or "", by, now)
    return row


def forget_old_imports(now: datetime) -> int:
    """Drop the rows of imports that nobody has confirmed for a week; returns how many imports."""
    return kept_workbooks.forget_old(PeopleImport, now)


def kept_sheet(row: PeopleImport) -> Sheet:
    """The rows of an import that are not accounts yet; none when they have been forgotten."""
    return kept_workbooks.kept_sheet(ACCOUNTS, row)


def confirm_import(*, people_import: PeopleImport, by: Role, now: datetime) -> PeopleImport:
    """Make accounts of the good rows: at once, or as a job when there are more than 200."""
    row: PeopleImport = kept_workbooks.confirm(ACCOUNTS, people_import, by, now)
    return row


@task()
def run_import(workbook: int, by: Role) -> dict[str, int]:
    """The job of a large import."""
    return carry_out(workbook, by, clock.now())


def carry_out(pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Import the good rows of a confirmed workbook, once however often it is called."""
    return kept_workbooks.carry_out(ACCOUNTS, PeopleImport, pk, by, now)


def drop_import(*, people_import: PeopleImport, by: Role, now: datetime) -> PeopleImport:
    """Give up a workbook, or forget the rows that were not imported: its personal values go at once."""
    row: PeopleImport = kept_workbooks.drop(ACCOUNTS, people_import, by)
    return row


def hand_out(*, people_import: PeopleImport, by: Role, now: datetime) -> list[Handed]:
    """New initial passwords for everybody of an import who has not signed in yet."""
    return kept_workbooks.hand_out(ACCOUNTS, people_import, by, now)
