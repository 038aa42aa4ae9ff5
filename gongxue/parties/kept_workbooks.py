"""Workbooks of people on their way: upload → preview → confirmed → one act → passwords handed out.

What the rows mean, what can be wrong with them and which act carries them out is said by a `Kind`; everything else is
the same for all. Nothing of the people is written before somebody confirms. What was good in the preview is checked
again when it is carried out; if anything has changed meanwhile, nothing is done and the preview says what. Many rows
are a job, which acts as whoever confirmed and is asked for the permission again when it runs.

Initial passwords are never stored: they exist when they are handed out, in the answer to one request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django_tasks.base import Task

from gongxue.foundation.files.store import clean_name
from gongxue.foundation.identity.actions import Handed, give_initial_secret
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.jobs.backend import advance, enqueue_as
from gongxue.foundation.lifecycle.acts import check_permission
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.parties.models import KeptWorkbook
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission

AT_ONCE = 200  # more people than this are a job
KEPT = timedelta(days=7)  # how long rows that are not carried out are kept
State = KeptWorkbook.State
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file as it is kept and handed back: every cell as text."""

    at: int
    cells: list[str]
    number_cell: bool  # the ID number stands in the file as a number, which has lost its last digits
    problems: list[str] = field(default_factory=list)
    same: bool = False  # says what the books say already: nothing is to be done


@dataclass(frozen=True)
class Sheet:
    """What was read: the headings as they stand in the file, and the rows below them."""

    columns: list[str]
    lines: list[Line]


class CheckedLine(Protocol):
    """A row with everything wrong with it."""

    @property
    def at(self) -> int:
        """The row number that Excel shows."""

    @property
    def breaches(self) -> list[Breach]:
        """Everything wrong with it."""

    @property
    def same(self) -> bool:
        """Whether the books say it already."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of workbook: what its rows mean and which act carries them out."""

    permission: Permission
    place: str  # what the sealed rows are bound to
    article: str
    check: Callable[[Any, Sheet, datetime, Progress | None], Sequence[CheckedLine]]
    carry: Callable[
        [Any, Sheet, Role, datetime], tuple[list[int], str]
    ]  # accounts to hand out, what was done
    count: Callable[
        [Any, Sequence[CheckedLine]], None
    ]  # notes on the row what the preview says of the good rows
    job: Callable[[], Task[..., Any]]
    done: str = "发放"  # the word for what is done with the good rows
    nothing: str = "没有发放任何账号。"


def keep(kind: Kind, row: Any, sheet: Sheet, name: str, by: Role, now: datetime) -> Any:
    """Check a workbook that was read and keep it for the preview. No trail entry: nothing has been done yet.

    row: a new row of the kind's model. Rows of other uploads older than a week are forgotten.
    """
    with transaction.atomic():
        forget_old(type(row), now)
        row.account, row.name, row.uploaded_at, row.columns = by.account, clean_name(name), now, sheet.columns
        _keep_checked(kind, row, sheet, kind.check(row, sheet, now, None))
        row.save()
    return row


def forget_old(model: type[KeptWorkbook], now: datetime) -> int:
    """Drop the rows of workbooks that nobody has confirmed for a week; returns how many workbooks."""
    old = model.objects.unscoped("personal values are not kept").filter(uploaded_at__lt=now - KEPT)
    old.filter(state=State.CHECKED).update(state=State.DROPPED)
    return int(old.exclude(lines_sealed=b"").update(lines_sealed=b""))


def with_problems(sheet: Sheet, checked: Sequence[CheckedLine]) -> list[Line]:
    """The lines with what is wrong with each, in the order of the file."""
    by_row = {c.at: c for c in checked}
    return [replace(line, problems=_said(by_row[line.at]), same=by_row[line.at].same) for line in sheet.lines]


def _said(checked: CheckedLine) -> list[str]:
    return [f"{b.says}{b.way_out}" for b in checked.breaches]


def _keep_checked(kind: Kind, row: Any, sheet: Sheet, checked: Sequence[CheckedLine]) -> None:
    _keep_lines(kind, row, with_problems(sheet, checked))
    kind.count(row, checked)


def _keep_lines(kind: Kind, row: Any, lines: Sequence[Line]) -> None:
    row.bad = sum(bool(line.problems) for line in lines)
    row.good = sum(not line.problems and not line.same for line in lines)
    _seal(kind, row, lines)


def _seal(kind: Kind, row: Any, lines: Sequence[Line]) -> None:
    text = json.dumps([asdict(line) for line in lines], ensure_ascii=False)
    row.lines_sealed = row.account.seal(text, kind.place) if lines else b""


def kept_sheet(kind: Kind, row: Any) -> Sheet:
    """The rows of a workbook that are not carried out yet; none when they have been forgotten."""
    if not row.lines_sealed:
        return Sheet(row.columns, [])
    text = row.account.unseal(bytes(row.lines_sealed), kind.place)
    return Sheet(row.columns, [Line(**line) for line in json.loads(text)])


def confirm(kind: Kind, workbook: Any, by: Role, now: datetime) -> Any:
    """Carry the good rows out: at once, or as a job when there are more than 200.

    RuleBroken when there is nothing to confirm (confirmed or given up before).
    """
    with transaction.atomic():
        check_permission(by, kind.permission)
        row = lock(workbook, by)
        if not (row.state == State.CHECKED or row.failed) or not row.good:
            raise RuleBroken([_state_breach(kind, row)])
        row.state, row.says = State.RUNNING, ""
        row.job = enqueue_as(by, kind.job(), workbook=row.pk) if row.good > AT_ONCE else None
        row.save(update_fields=["state", "says", "job"])
        if row.job is None:
            carry_out(kind, type(row), row.pk, by, now)
            row.refresh_from_db()
    return row


def _state_breach(kind: Kind, row: Any) -> Breach:
    says = f"这份名单现为“{row.get_state_display()}”，没有可以{kind.done}的人员。"
    return Breach("import.state", kind.article, says, "请刷新页面查看。")


def carry_out(kind: Kind, model: type[Any], pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Carry out the good rows of a confirmed workbook. Run twice, it has one effect: the state is asked first.

    What has changed since the preview stands in the preview afterwards and nothing is done.
    """
    with transaction.atomic():
        row = lock(model(pk=pk), by)
        if row.state != State.RUNNING:
            return {"imported": 0}
        sheet = kept_sheet(kind, row)
        good = Sheet(sheet.columns, [line for line in sheet.lines if not line.problems and not line.same])
        advance(0, len(good.lines))
    checked = kind.check(row, good, now, advance)
    changed = _changed(checked)
    if not changed:
        try:
            return _carried(kind, model, pk, good, by, now)
        except (RuleBroken, Conflict):
            checked = kind.check(row, good, now, None)
            changed = _changed(checked)
            if not changed:
                raise
    return _back_to_preview(kind, model, pk, sheet, checked, by)


def _changed(checked: Sequence[CheckedLine]) -> int:
    return sum(bool(c.breaches) or c.same for c in checked)


def _carried(kind: Kind, model: type[Any], pk: int, good: Sheet, by: Role, now: datetime) -> dict[str, int]:
    with transaction.atomic():
        row = lock(model(pk=pk), by)
        if row.state != State.RUNNING:
            return {"imported": 0}
        row.accounts, row.says = kind.carry(row, good, by, now)
        row.state = State.DONE
        _seal(kind, row, [line for line in kept_sheet(kind, row).lines if line.problems])
        row.save(update_fields=["state", "accounts", "says", "lines_sealed"])
    return {"imported": len(good.lines)}


def _back_to_preview(
    kind: Kind, model: type[Any], pk: int, sheet: Sheet, checked: Sequence[CheckedLine], by: Role
) -> dict[str, int]:
    now_other = {c.at: c for c in checked if c.breaches or c.same}
    with transaction.atomic():
        row = lock(model(pk=pk), by)
        lines = [
            replace(line, problems=_said(now_other[line.at]), same=now_other[line.at].same)
            if line.at in now_other
            else line
            for line in sheet.lines
        ]
        _keep_lines(kind, row, lines)
        kind.count(row, checked)
        row.state, row.job = State.CHECKED, None
        row.says = (
            f"核对之后有 {len(now_other)} 行发生了变化，{kind.nothing}"
            f"请查看问题，确认后再{kind.done}其余 {row.good} 人。"
        )
        row.save()
    return {"imported": 0, "changed": len(now_other)}


def drop(kind: Kind, workbook: Any, by: Role) -> Any:
    """Give up a workbook, or forget the rows that were not carried out: its personal values go at once."""
    with transaction.atomic():
        check_permission(by, kind.permission)
        row = lock(workbook, by)
        if row.state == State.RUNNING and not row.failed:
            raise RuleBroken([_state_breach(kind, row)])
        if row.state != State.DONE:
            row.state = State.DROPPED
        row.lines_sealed = b""
        row.save(update_fields=["state", "lines_sealed"])
    return row


def hand_out(kind: Kind, workbook: Any, by: Role, now: datetime) -> list[Handed]:
    """New initial passwords for everybody of a workbook who has not signed in yet, valid from now for 72 hours.

    They are in the answer and nowhere else. A second time makes the first list void, which the trail shows.
    """
    with transaction.atomic():
        check_permission(by, kind.permission)
        row = lock(workbook, by)
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
                        kind.article,
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
            kind.permission, by=by, now=now, about=row, changes={"initial_passwords": [None, len(accounts)]}
        )
    return handed_with(accounts, secrets)


def handed_with(accounts: Sequence[Account], secrets: Sequence[str]) -> list[Handed]:
    """Accounts with the initial passwords that are shown once."""
    for account, secret in zip(accounts, secrets, strict=True):
        account.__class__ = Handed
        account.secret = secret  # type: ignore[attr-defined]
    return list(accounts)  # type: ignore[arg-type]


def _chunks(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + 500] for start in range(0, len(keys), 500)]


def _save_secrets(accounts: Sequence[Account]) -> None:
    """One prepared statement for ten thousand rows: `bulk_update` would build megabytes of CASE."""
    table = Account._meta.db_table
    until = Account._meta.get_field("initial_secret_until")
    values = [
        (a.password, until.get_db_prep_save(a.initial_secret_until, connection), a.pk) for a in accounts
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET password = %s, initial_secret_until = %s WHERE id = %s",  # noqa: S608 — own names
            values,
        )
