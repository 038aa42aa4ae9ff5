"""Many lines in one act: the institution's table, the province's and the centre's decisions about what they picked.

A decision does what can be done and names the rest with its reason; a line number outside the role's scope refuses
everything. All of it is one transaction and one entry in the trail, found in the trail of each line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock_rows, move
from gongxue.foundation.lifecycle.errors import Conflict, NotThere, Refusal, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.editions import edition_on
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.planning import return_reason_breaches, return_words
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.actions.lines import EDITABLE, not_editable, refuse_unless_open
from gongxue.stage1_planning.actions.returns import keep_returned
from gongxue.stage1_planning.actions.review import refuse_own
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.plan_sheet import (
    TITLES,
    CheckedRow,
    Plans,
    SheetRow,
    check_rows,
    refuse_too_many,
    row_from,
)

AT_ONCE = 200  # lines of one decision: ours; as many as a page shows
BREACHES_SAID = 50
Outcome = dict[str, Any]  # {"done": [line], "left": [{"line": …, "says": [sentence]}]}


# The institution's table ------------------------------------------------------------------------------------------


@action(Permission.SAVE_LINES)
def save_lines(
    *, round: ReportingRound, rows: Sequence[Mapping[str, Any]], by: Role, now: datetime
) -> list[TrainingClass]:
    """Enter new lines and change drafts or returned ones, all of the rows or none (TR 7).

    A row holds the fields of a line as people write them (二级, 机械类, 2023/6/12); `line` and `seen` name the line that
    it changes and its version; `twin` says that an equal class is meant. Refused row by row with every reason.
    """
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    refuse_too_many(len(rows))
    given = [row_from(row, at) for at, row in enumerate(rows, 1)]
    if not given:
        raise RuleBroken([Breach("plan.empty", "TR 7", "没有选择要保存的行。", "请先填写并勾选。")])
    known = _locked(round_, given, by)
    if any(row.line == 0 or known[row.line].state == PlanState.DRAFT for row in given):
        refuse_unless_open(round_, day_of(now))
    checked = check_rows(given, Plans.of(round_, by.organisation, day_of(now)))
    refuse_if([_in_row(row.row.at, breach) for row in checked for breach in row.breaches][:BREACHES_SAID])
    changes: dict[str, Any] = {}
    lines = [_write(row, round_, known, by, now, changes) for row in checked]
    record(
        Permission.SAVE_LINES, by=by, now=now, about=round_, changes=changes, classes=[line.pk for line in lines]
    )  # fmt: skip
    return lines


def _locked(round_: ReportingRound, given: Sequence[SheetRow], by: Role) -> dict[int, TrainingClass]:
    """The lines that the rows change: in scope, editable, in the version that was seen, each once."""
    wanted = [row.line for row in given if row.line]
    rows = lock_rows(TrainingClass.objects.scope(by).filter(round=round_, pk__in=wanted))
    known = {line.pk: line for line in rows}
    if len(known) != len(wanted):
        raise NotThere
    for row in given:
        if not row.line:
            continue
        if known[row.line].state not in EDITABLE:
            raise RuleBroken([_in_row(row.at, not_editable(known[row.line]))])
        try:
            check_seen(known[row.line], row.seen)
        except Conflict as conflict:
            raise Conflict([_in_row(row.at, breach) for breach in conflict.breaches]) from conflict
    return known


def _in_row(at: int, breach: Breach) -> Breach:
    return replace(breach, says=f"第 {at} 行：{breach.says}")


def _write(
    checked: CheckedRow, round_: ReportingRound, known: Mapping[int, TrainingClass], by: Role, now: datetime,
    changes: dict[str, Any],
) -> TrainingClass:  # fmt: skip
    fields = checked.values | {"edition_code": edition_on(checked.values["first_day"]).code}
    line = known.get(checked.row.line)
    if line is None:
        line = TrainingClass(
            round=round_, institution=by.organisation, province_code=by.organisation.province_code,
            created_by=by.account, created_at=now, **fields,
        )  # fmt: skip
        line.save()
        changes[f"{line.title}（{line.pk}）"] = [None, _said(line)]
        return line
    before = line.said_values()
    edit(line, **fields)
    after = line.said_values()
    for name, value in after.items():
        if value != before[name]:
            changes[f"{line.title}（{line.pk}）{TITLES[name]}"] = [before[name], value]
    return line


def _said(line: TrainingClass) -> str:
    days = f"{said(line.first_day)}至{said(line.last_day)}，{line.days} 天"
    return f"{line.level_title}，{line.category_title}，{days}，{line.headcount} 人，{line.scope}"


# Decisions --------------------------------------------------------------------------------------------------------


@action(Permission.APPROVE_LINES)
def approve_lines(*, round: ReportingRound, lines: Mapping[int, int], by: Role, now: datetime) -> Outcome:
    """The province approves the lines it picked, each in the version it saw: line → version."""

    def approve(line: TrainingClass, seen: int) -> None:
        refuse_own(by, line.submitted_by_id)
        move(line, Permission.APPROVE_LINE, seen=seen, returned_reason="")

    done, left = _decide(round, lines, by, approve)
    _recorded(Permission.APPROVE_LINES, round, done, by, now)
    return _outcome(done, left)


@action(Permission.RETURN_LINES)
def return_lines(
    *, round: ReportingRound, lines: Mapping[int, int], code: str, by: Role, now: datetime, reason: str = ""
) -> Outcome:
    """The province returns the lines it picked to their institutions with one reason: a code, and words if need be."""
    words = _words(code, reason)

    def send(line: TrainingClass, seen: int) -> None:
        move(
            line, Permission.RETURN_LINE, reason=words, seen=seen, returned_reason=words[:500]
        )  # fmt: skip

    done, left = _decide(round, lines, by, send)
    keep_returned(done, code, reason, by_centre=False, by=by, now=now)
    _recorded(Permission.RETURN_LINES, round, done, by, now, words)
    notices.lines_returned(done, words, now)
    return _outcome(done, left)


@action(Permission.SEND_BACK_LINES)
def send_back_lines(
    *, round: ReportingRound, lines: Mapping[int, int], code: str, by: Role, now: datetime, reason: str = ""
) -> Outcome:
    """The centre returns the reported lines it picked to their provinces with one reason."""
    words = _words(code, reason)

    def send(line: TrainingClass, seen: int) -> None:
        move(
            line, Permission.SEND_BACK_LINE, reason=words, seen=seen, returned_reason=words[:500],
            accepted_at=None,
        )  # fmt: skip

    done, left = _decide(round, lines, by, send)
    keep_returned(done, code, reason, by_centre=True, by=by, now=now)
    _recorded(Permission.SEND_BACK_LINES, round, done, by, now, words)
    notices.lines_sent_back(done, words, now)
    return _outcome(done, left)


@action(Permission.ACCEPT_LINES)
def accept_lines(*, round: ReportingRound, lines: Mapping[int, int], by: Role, now: datetime) -> Outcome:
    """The centre marks the reported lines it has looked through, so that it sees what is left.

    No state of its own: by TR 7 the centre gathers and publishes, publication is its consent.
    """

    def accept(line: TrainingClass, seen: int) -> None:
        check_seen(line, seen)
        if line.state != PlanState.REPORTED:
            says = f"该班次现为“{line.state_title}”，不在省级上报的班次之列。"
            raise RuleBroken([Breach("accept.state", "TR 7", says, "请刷新页面查看。")])
        line.accepted_at = now
        line.save(update_fields=["accepted_at"])

    done, left = _decide(round, lines, by, accept)
    _recorded(Permission.ACCEPT_LINES, round, done, by, now)
    return _outcome(done, left)


def _words(code: str, reason: str) -> str:
    refuse_if(return_reason_breaches(code))
    words = return_words(code, reason)
    if not words:
        raise RuleBroken(
            [Breach("reason.missing", "TR 7", "选“其他”退回须写明理由。", "请填写说明后再提交。")]
        )
    return words


Left = list[tuple[TrainingClass, Refusal]]


def _decide(
    round_: ReportingRound, wanted: Mapping[int, int], by: Role, decide: Callable[[TrainingClass, int], None]
) -> tuple[list[TrainingClass], Left]:
    """Lock and decide line by line. NotThere for a foreign number; a refusal when nothing at all could be done."""
    if not wanted:
        raise RuleBroken([Breach("lines.none", "TR 7", "没有选择班次。", "请先勾选班次。")])
    if len(wanted) > AT_ONCE:
        says = f"选择了 {len(wanted)} 个班次，一次最多 {AT_ONCE} 个。"
        raise RuleBroken([Breach("lines.many", "TR 7", says, "请分几次办理。")])
    rows = TrainingClass.objects.scope(by).filter(round=round_, pk__in=list(wanted))
    lines = lock_rows(rows.select_related("institution", "round"))
    if len(lines) != len(wanted):
        raise NotThere
    done: list[TrainingClass] = []
    left: Left = []
    for line in lines:
        try:
            decide(line, wanted[line.pk])
            done.append(line)
        except Refusal as refusal:
            left.append((line, refusal))
    if not done:
        kind = Conflict if all(isinstance(refusal, Conflict) for _, refusal in left) else RuleBroken
        raise kind(list(_named(left))[:BREACHES_SAID])
    return done, left


def _named(left: Left) -> Iterable[Breach]:
    for line, refusal in left:
        for breach in refusal.breaches:
            yield replace(breach, says=f"{line}：{breach.says}")


def _recorded(
    code: Permission, round_: ReportingRound, done: Sequence[TrainingClass], by: Role, now: datetime, reason: str = ""
) -> None:  # fmt: skip
    keys = [line.pk for line in done]
    record(code, by=by, now=now, about=round_, reason=reason, changes={"lines": [None, keys]})


def _outcome(done: Sequence[TrainingClass], left: Left) -> Outcome:
    return {
        "done": [line.pk for line in done],
        "left": [
            {"line": line.pk, "title": str(line), "says": [str(breach) for breach in refusal.breaches]}
            for line, refusal in left
        ],
    }
