"""Accounts for many people at once (MG 25.1): upload → preview → confirmed → one transaction → passwords handed out.

Nothing of the people is written before somebody confirms. What was good in the preview is checked again inside the
transaction; if anything has changed meanwhile, nobody is imported and the preview says what. More than 200 people
are a job, which acts as whoever confirmed and is asked for the permission again when it runs.

Initial passwords are never stored: they exist when they are handed out, in the answer to one request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django_tasks import task

from gongxue.foundation import clock
from gongxue.foundation.files.store import clean_name
from gongxue.foundation.identity.actions import Handed, give_initial_secret, new_account
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.jobs.backend import advance, enqueue_as
from gongxue.foundation.lifecycle.acts import action, check_permission
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.parties.models import PeopleImport, Person
from gongxue.parties.people_sheet import (
    Checked,
    ImportRow,
    Line,
    Sheet,
    check_rows,
    counts_by_duty,
    read_sheet,
    with_problems,
)
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Permission

AT_ONCE = 200  # more people than this are a job
KEPT = timedelta(days=7)  # how long rows that are not imported are kept
BREACHES_SAID = 50
_PLACE = "people_import.lines"
_BATCH = 1000
State = PeopleImport.State


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
    return _handed(accounts, secrets)


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


def _handed(accounts: Sequence[Account], secrets: Sequence[str]) -> list[Handed]:
    for account, secret in zip(accounts, secrets, strict=True):
        account.__class__ = Handed
        account.secret = secret  # type: ignore[attr-defined]
    return list(accounts)  # type: ignore[arg-type]


# The workbook on its way ------------------------------------------------------------------------------------------


def keep_import(*, upload: UploadedFile[Any], by: Role, now: datetime) -> PeopleImport:
    """Read and check a workbook and keep it for the preview. No trail entry: nothing has been done yet.

    RuleBroken when it is no workbook of people. Rows of other uploads older than a week are forgotten.
    """
    check_permission(by, Permission.IMPORT_ACCOUNTS)
    sheet = read_sheet(upload)
    with transaction.atomic():
        forget_old_imports(now)
        row = PeopleImport(
            account=by.account, name=clean_name(upload.name or ""), uploaded_at=now, columns=sheet.columns
        )
        _keep_checked(row, sheet, check_rows([sheet.row(line) for line in sheet.lines], day_of(now)))
        row.save()
    return row


def forget_old_imports(now: datetime) -> int:
    """Drop the rows of imports that nobody has confirmed for a week; returns how many imports."""
    old = PeopleImport.objects.unscoped("personal values are not kept").filter(uploaded_at__lt=now - KEPT)
    old.filter(state=State.CHECKED).update(state=State.DROPPED)
    return old.exclude(lines_sealed=b"").update(lines_sealed=b"")


def _keep_checked(row: PeopleImport, sheet: Sheet, checked: Sequence[Checked]) -> None:
    lines = with_problems(sheet, checked)
    row.bad = sum(bool(line.problems) for line in lines)
    row.good = len(lines) - row.bad
    row.counts = counts_by_duty(checked)
    _keep_lines(row, lines)


def _keep_lines(row: PeopleImport, lines: Sequence[Line]) -> None:
    text = json.dumps([asdict(line) for line in lines], ensure_ascii=False)
    row.lines_sealed = row.account.seal(text, _PLACE) if lines else b""


def kept_sheet(row: PeopleImport) -> Sheet:
    """The rows of an import that are not accounts yet; none when they have been forgotten."""
    if not row.lines_sealed:
        return Sheet(row.columns, [])
    text = row.account.unseal(bytes(row.lines_sealed), _PLACE)
    return Sheet(row.columns, [Line(**line) for line in json.loads(text)])


def confirm_import(*, people_import: PeopleImport, by: Role, now: datetime) -> PeopleImport:
    """Make accounts of the good rows: at once, or as a job when there are more than 200.

    RuleBroken when there is nothing to confirm (confirmed or given up before).
    """
    with transaction.atomic():
        check_permission(by, Permission.IMPORT_ACCOUNTS)
        row = lock(people_import, by)
        if not (row.state == State.CHECKED or row.failed) or not row.good:
            raise RuleBroken([_state_breach(row)])
        row.state, row.says = State.RUNNING, ""
        row.job = enqueue_as(by, run_import, people_import=row.pk) if row.good > AT_ONCE else None
        row.save(update_fields=["state", "says", "job"])
        if row.job is None:
            carry_out(row.pk, by, now)
            row.refresh_from_db()
    return row


def _state_breach(row: PeopleImport) -> Breach:
    return Breach(
        "import.state",
        "MG 25.1",
        f"这份名单现为“{row.get_state_display()}”，没有可以发放的人员。",
        "请刷新页面查看。",
    )


@task()
def run_import(people_import: int, by: Role) -> dict[str, int]:
    """The job of a large import."""
    return carry_out(people_import, by, clock.now())


def carry_out(pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Import the good rows of a confirmed workbook. Run twice, it has one effect: the state is asked first.

    What has changed since the preview stands in the preview afterwards and nobody is imported.
    """
    with transaction.atomic():
        row = lock(PeopleImport(pk=pk), by)
        if row.state != State.RUNNING:
            return {"imported": 0}
        sheet = kept_sheet(row)
        good = [sheet.row(line) for line in sheet.lines if not line.problems]
        advance(0, len(good))
    checked = check_rows(good, day_of(now), progress=advance)
    changed = sum(bool(c.breaches) for c in checked)
    if not changed:
        try:
            return _imported(pk, good, by, now)
        except (RuleBroken, Conflict):
            checked = check_rows(good, day_of(now))
            changed = sum(bool(c.breaches) for c in checked)
            if not changed:
                raise
    return _back_to_preview(pk, sheet, checked, changed, by)


def _imported(pk: int, good: Sequence[ImportRow], by: Role, now: datetime) -> dict[str, int]:
    with transaction.atomic():
        row = lock(PeopleImport(pk=pk), by)
        if row.state != State.RUNNING:
            return {"imported": 0}
        handed = import_people(rows=good, by=by, now=now)
        row.state, row.accounts = State.DONE, [account.pk for account in handed]
        row.says = f"已发放 {len(handed)} 个账号。"
        _keep_lines(row, [line for line in kept_sheet(row).lines if line.problems])
        row.save(update_fields=["state", "accounts", "says", "lines_sealed"])
    return {"imported": len(handed)}


def _back_to_preview(
    pk: int, sheet: Sheet, checked: Sequence[Checked], changed: int, by: Role
) -> dict[str, int]:
    now_bad = {c.row.at: c for c in checked if c.breaches}
    with transaction.atomic():
        row = lock(PeopleImport(pk=pk), by)
        lines = [
            line
            if line.at not in now_bad
            else Line(line.at, line.cells, line.number_cell, _said(now_bad[line.at]))
            for line in sheet.lines
        ]
        row.bad = sum(bool(line.problems) for line in lines)
        row.good = len(lines) - row.bad
        row.state, row.job, row.counts = State.CHECKED, None, counts_by_duty(checked)
        row.says = f"核对之后有 {changed} 行发生了变化，没有发放任何账号。请查看问题，确认后再发放其余 {row.good} 人。"
        _keep_lines(row, lines)
        row.save(update_fields=["bad", "good", "counts", "state", "job", "says", "lines_sealed"])
    return {"imported": 0, "changed": changed}


def _said(checked: Checked) -> list[str]:
    return [f"{b.says}{b.way_out}" for b in checked.breaches]


def drop_import(*, people_import: PeopleImport, by: Role, now: datetime) -> PeopleImport:
    """Give up a workbook, or forget the rows that were not imported: its personal values go at once."""
    with transaction.atomic():
        check_permission(by, Permission.IMPORT_ACCOUNTS)
        row = lock(people_import, by)
        if row.state == State.RUNNING and not row.failed:
            raise RuleBroken([_state_breach(row)])
        if row.state != State.DONE:
            row.state = State.DROPPED
        row.lines_sealed = b""
        row.save(update_fields=["state", "lines_sealed"])
    return row


def hand_out(*, people_import: PeopleImport, by: Role, now: datetime) -> list[Handed]:
    """New initial passwords for everybody of an import who has not signed in yet, valid from now for 72 hours.

    They are in the answer and nowhere else. A second time makes the first list void, which the trail shows.
    """
    with transaction.atomic():
        check_permission(by, Permission.IMPORT_ACCOUNTS)
        row = lock(people_import, by)
        waiting = Account.objects.filter(must_change_password=True, is_active=True)
        accounts = [
            a
            for pk in _chunks(row.accounts)
            for a in waiting.filter(pk__in=pk).select_for_update(no_key=True).order_by("pk")
        ]
        if not accounts:
            raise RuleBroken(
                [
                    Breach(
                        "import.handed",
                        "MG 25.1",
                        "没有等待首次登录的账号，不需要初始密码。",
                        "已经登录过的人员忘记密码，请在“用户账号”中重置。",
                    )
                ]
            )
        secrets = [give_initial_secret(account, now) for account in accounts]
        _save_secrets(accounts)
        row.handed_out_at = now
        row.save(update_fields=["handed_out_at"])
        record(
            Permission.IMPORT_ACCOUNTS,
            by=by,
            now=now,
            about=row,
            changes={"initial_passwords": [None, len(accounts)]},
        )
    return _handed(accounts, secrets)


def _chunks(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + 500] for start in range(0, len(keys), 500)]


def _save_secrets(accounts: Sequence[Account]) -> None:
    """One prepared statement for ten thousand rows: `bulk_update` would build megabytes of CASE."""
    table = Account._meta.db_table
    field = Account._meta.get_field("initial_secret_until")
    values = [
        (a.password, field.get_db_prep_save(a.initial_secret_until, connection), a.pk) for a in accounts
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET password = %s, initial_secret_until = %s WHERE id = %s",  # noqa: S608 — own names
            values,
        )
