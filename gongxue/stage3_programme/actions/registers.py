"""What is kept beside the classes: hours of the standard (centre), rooms (institution)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.roles import Permission
from gongxue.stage3_programme.models import ModuleHours, Room

MOST_PERIODS = 120  # more are not in the days of any level; ours
MOST_SEATS = 2000


@action(Permission.SET_HOURS)
def set_hours(
    *, module: str, periods: int, effective_from: date, basis: str, by: Role, now: datetime
) -> ModuleHours:
    """Enter the least periods of a module from a day on; the latest entry of a day counts, none is overwritten.

    The published texts name no hours: each entry says what it rests on.
    """
    breaches = []
    known = module_by_code(module)
    if known is None:
        breaches.append(Breach("hours.module", "TR 11.1", "培训标准没有这个模块。", "请从模块列表中选择。"))
    if not 1 <= periods <= MOST_PERIODS:
        breaches.append(
            Breach("hours.periods", "TR 11.1", f"最低课时应为 1 至 {MOST_PERIODS}。", "请更正课时。")
        )
    if len(basis.strip()) < 4:
        breaches.append(
            Breach("hours.basis", "TR 11.1", "没有写明依据。", "请写明培训标准的文件名称和条款。")
        )
    refuse_if(breaches)
    row = ModuleHours.objects.create(
        module=module, periods=periods, effective_from=effective_from, basis=basis.strip()[:200],
        entered_by=by.account, entered_at=now,
    )  # fmt: skip
    record(Permission.SET_HOURS, by=by, now=now, about=row, changes={"periods": [None, periods]})
    return row


@action(Permission.ADD_ROOM)
def add_room(*, name: str, kind: str, seats: int, by: Role, now: datetime) -> Room:
    """Register a room of the own institution; its name is what the timetable offers."""
    breaches = []
    if not 1 <= len(name.strip()) <= 40:
        breaches.append(Breach("room.name", "TR 9", "场地名称应为 1 至 40 个字。", "请更正名称。"))
    if kind not in Room.Kind.values:
        breaches.append(Breach("room.kind", "TR 9", "没有这种场地类型。", "请从列表中选择。"))
    if not 1 <= seats <= MOST_SEATS:
        breaches.append(Breach("room.seats", "TR 9", f"座位数应为 1 至 {MOST_SEATS}。", "请更正座位数。"))
    refuse_if(breaches)
    try:
        with transaction.atomic():
            row = Room.objects.create(institution=by.organisation, name=name.strip(), kind=kind, seats=seats)
    except IntegrityError as error:
        raise RuleBroken(
            [Breach("room.known", "TR 9", f"“{name.strip()}”已经登记。", "请换一个名称，或先停用原有场地。")]
        ) from error
    record(Permission.ADD_ROOM, by=by, now=now, about=row)
    return row


@action(Permission.CLOSE_ROOM)
def close_room(*, room: Room, by: Role, now: datetime) -> Room:
    """Take a room out of use: it is offered no more; timetables that name it stay."""
    row = lock(room, by)
    if row.closed_at is None:
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        record(Permission.CLOSE_ROOM, by=by, now=now, about=row)
    return row
