"""What is to be handed in, by whom and until when (TR 12.1): set, changed, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import edit, lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.lifecycle import AssignmentState
from gongxue.regulations.products import ASSIGNMENTS_MOST, Task, task_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import Assignment, LearningProduct
from gongxue.stage5_delivery.models.products import RESULTS_STAGE
from gongxue.stage5_delivery.queries import attendees_of

_DUE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", re.ASCII)


def _check_may_assign(training_class: TrainingClass, by: Role) -> None:
    """The institution, and of the teachers those who instruct this class."""
    if by.is_(Duty.BACKBONE) and seat_of(training_class, by.account_id, Seat.INSTRUCTOR) is None:
        raise NotAllowed("成果任务由本班授课骨干教师或培训机构布置。", "TR 12.1")
    if training_class.stage >= RESULTS_STAGE:
        raise RuleBroken(
            [Breach("assignment.over", "TR 12.1", "成绩已确认，不再布置成果任务。", "以往的任务仍可查看。")]
        )


FIELDS = ("title", "says", "module", "mode", "due", "most_files")  # of what is asked for, as texts


def _task(given: Mapping[str, str], kinds: Sequence[str], fixed: Assignment | None = None) -> Task:
    """What was typed, read; RuleBroken names what cannot be. `fixed`: whose module and mode stay."""
    breaches = []
    if unknown := set(given) - set(FIELDS):
        says = f"任务没有“{min(unknown)[:20]}”这一项。"
        breaches.append(Breach("assignment.field", "MG 25.4", says, "请刷新页面后重新填写。"))
    due = _moment(given.get("due", ""))
    if due is None:
        says = f"截止时间“{given.get('due', '')[:20]}”不能识别。"
        breaches.append(Breach("assignment.time", "TR 12.1", says, "请写成 2023-06-15 18:00 的形式。"))
    number = given.get("most_files", "1")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        breaches.append(
            Breach("assignment.files", "TR 12.1", f"文件数“{number[:10]}”不能识别。", "请填写整数。")
        )
    refuse_if(breaches)
    assert due is not None
    module, mode = (fixed.module, fixed.mode) if fixed else (given.get("module", ""), given.get("mode", ""))
    title, says = given.get("title", "").strip(), given.get("says", "").strip()
    return Task(title, says, module, mode, tuple(kinds), int(number), due)


def _moment(text: str) -> datetime | None:
    """2023-06-15 18:00 or 2023-06-15T18:00, in Shanghai."""
    if not _DUE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:  # the 31st of June
        return None


@action(Permission.ASSIGN_PRODUCT)
def assign_product(
    *,
    training_class: TrainingClass,
    task: Mapping[str, str],
    by: Role,
    now: datetime,
    kinds: Sequence[str] = (),
) -> Assignment:
    """Set what the trainees are to hand in; they see it at once.

    task: title, says (what exactly), module (a code of the level, or none), mode (individual, group), due
    (2023-06-15 18:00), most_files. kinds: of files, none named: all.

    Refused: another's class, no such module of the level, due outside the training days, results confirmed.
    """
    shown = lock(training_class, by)
    _check_may_assign(shown, by)
    wanted = _task(task, kinds)
    breaches = task_breaches(wanted, shown.level_enum, shown.first_day, shown.last_day)
    if Assignment.objects.inside(training_class=shown, state=AssignmentState.SET).count() >= ASSIGNMENTS_MOST:
        says = f"每班最多 {ASSIGNMENTS_MOST} 项成果任务。"
        breaches.append(Breach("assignment.many", "TR 12.1", says, "请先撤销不再需要的任务。"))
    refuse_if(breaches)
    row = Assignment.objects.create(
        training_class=shown, title=wanted.title, says=wanted.says, module=wanted.module, mode=wanted.mode,
        kinds=list(kinds), most_files=wanted.most_files, due_at=wanted.due_at, set_by=by.account, set_at=now,
    )  # fmt: skip
    record(Permission.ASSIGN_PRODUCT, by=by, now=now, about=row, changes={"title": [None, row.title]})
    notices.assigned(row, attendees_of(shown), now)
    return row


@action(Permission.CHANGE_ASSIGNMENT)
def change_assignment(
    *, assignment: Assignment, seen: int, task: Mapping[str, str], by: Role, now: datetime,
    kinds: Sequence[str] = (),
) -> Assignment:  # fmt: skip
    """Change what is asked for; the trainees are told. Module and mode stay: for another one, set another.

    Once something was handed in, the time can only be put off, so that nobody becomes late afterwards.
    """
    row = lock(assignment, by)
    tc = row.training_class
    _check_may_assign(tc, by)
    _check_is_set(row)
    wanted = _task(task, kinds, fixed=row)
    breaches = task_breaches(wanted, tc.level_enum, tc.first_day, tc.last_day)
    if wanted.due_at < row.due_at and LearningProduct.objects.inside(assignment=row).exists():
        says = "已有人提交，截止时间只能推后，不能提前。"
        breaches.append(Breach("assignment.earlier", "TR 12.1", says, "请保留或推后截止时间。"))
    refuse_if(breaches)
    changes = edit(
        row, seen, title=wanted.title, says=wanted.says, kinds=list(kinds), most_files=wanted.most_files,
        due_at=wanted.due_at,
    )  # fmt: skip
    if changes:
        record(Permission.CHANGE_ASSIGNMENT, by=by, now=now, about=row, changes=changes)
        notices.assignment_changed(row, attendees_of(tc), now)
    return row


@action(Permission.WITHDRAW_ASSIGNMENT)
def withdraw_assignment(*, assignment: Assignment, reason: str, by: Role, now: datetime) -> Assignment:
    """Take an assignment back; what was handed in for it stays and counts."""
    row = lock(assignment, by)
    _check_may_assign(row.training_class, by)
    changes = move(row, Permission.WITHDRAW_ASSIGNMENT, reason=reason)
    record(Permission.WITHDRAW_ASSIGNMENT, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.assignment_withdrawn(row, attendees_of(row.training_class), reason, now)
    return row


def _check_is_set(row: Assignment) -> None:
    if row.state != AssignmentState.SET:
        raise RuleBroken(
            [Breach("assignment.withdrawn", "TR 12.1", "这项任务已撤销。", "如仍需要，请重新布置。")]
        )
