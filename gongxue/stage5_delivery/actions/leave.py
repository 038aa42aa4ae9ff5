"""Leave 请假: asked for by the trainee, decided by coordinator or institution, counted by TR 12."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import Place, leave_breaches, may_still_withdraw
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import AttendanceMark, Leave
from gongxue.stage5_delivery.queries import attendee_of, effect_of, leave_facts

REASON_LENGTH = 500


def read_places(lessons: Sequence[str]) -> list[Place]:
    """["2023-06-13/1", …] as lesson periods in order, each once. RuleBroken names what cannot be read."""
    found = set()
    for text in lessons:
        day, _, period = text.partition("/")
        try:
            if not (period.isascii() and period.isdigit() and len(period) <= 2):
                raise ValueError
            found.add((date.fromisoformat(day), int(period)))
        except ValueError:
            says = f"“{text[:20]}”不是课时。"
            raise RuleBroken([Breach("leave.format", "TR 12", says, "课时写作 2023-06-13/1。")]) from None
    return sorted(found)


@action(Permission.ASK_LEAVE)
def ask_leave(
    *, training_class: TrainingClass, lessons: Sequence[str], reason: str, by: Role, now: datetime, understood: bool = False
) -> Leave:  # fmt: skip
    """A trainee asks for leave. lessons: "2023-06-13/1", day and period; understood: read that the limit is passed.

    Refused: not a trainee of the class, periods that are over, marked, asked for already or not theirs; beyond the
    limit of TR 12 without having read what it means.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    attendee = attendee_of(shown, by.account_id)
    if attendee is None:
        raise NotAllowed("您不在本班学员名册中，不能请假。", "TR 12")
    places = read_places(lessons)
    effect = effect_of(attendee, shown.edition, len(places))
    refuse_if(leave_breaches(places, reason, effect, understood, leave_facts(attendee, day_of(now))))
    leave = Leave.objects.create(
        training_class=shown, attendee=attendee, lessons=[[day.isoformat(), period] for day, period in places],
        reason=reason.strip()[:REASON_LENGTH], asked_at=now,
    )  # fmt: skip
    record(Permission.ASK_LEAVE, by=by, now=now, about=leave, changes={"lessons": [None, leave.says]})
    notices.leave_asked(leave, effect.says, now)
    return leave


@action(Permission.APPROVE_LEAVE)
def approve_leave(*, leave: Leave, seen: int, by: Role, now: datetime, answer: str = "") -> Leave:
    """Coordinator or institution agrees: the roll of those periods begins with 请假. What is marked already stays."""
    row = lock(leave, by)
    running_delivery(row.training_class)
    changes = move(
        row, Permission.APPROVE_LEAVE, seen=seen, decided_by=by.account, decided_at=now,
        answer=answer.strip()[:REASON_LENGTH],
    )  # fmt: skip
    record(Permission.APPROVE_LEAVE, by=by, now=now, about=row, reason=answer, changes=changes)
    notices.leave_decided(row, now)
    return row


@action(Permission.REFUSE_LEAVE)
def refuse_leave(*, leave: Leave, reason: str, seen: int, by: Role, now: datetime) -> Leave:
    """Coordinator or institution does not agree, with a reason."""
    row = lock(leave, by)
    changes = move(
        row, Permission.REFUSE_LEAVE, reason=reason, seen=seen, decided_by=by.account, decided_at=now,
        answer=reason.strip()[:REASON_LENGTH],
    )  # fmt: skip
    record(Permission.REFUSE_LEAVE, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.leave_decided(row, now)
    return row


@action(Permission.WITHDRAW_LEAVE)
def withdraw_leave(*, leave: Leave, by: Role, now: datetime) -> Leave:
    """The trainee takes it back before it begins. Refused: somebody else's, once its first day or its roll is past."""
    row = lock(leave, by)
    if row.attendee.application.person.account_id != by.account_id:
        raise NotAllowed("只能撤回自己的请假申请。", "TR 12")
    places = row.places
    marked = AttendanceMark.objects.inside(attendee=row.attendee, day__in={day for day, _ in places})
    called = set(marked.values_list("day", "period")) & set(places)
    if not may_still_withdraw(places[0], day_of(now), bool(called)):
        says = "请假已经开始，不能撤回。"
        raise RuleBroken(
            [Breach("leave.begun", "TR 12", says, "提前返回的，请告诉班务管理教师，由其按实到点名。")]
        )
    changes = move(row, Permission.WITHDRAW_LEAVE, decided_at=now)
    record(Permission.WITHDRAW_LEAVE, by=by, now=now, about=row, changes=changes)
    notices.leave_withdrawn(row, now)
    return row
