"""The lodging register (MG 12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lodging import TEXT_LENGTH, LodgingKind, lodging_breaches, night_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.materials import check_prepared
from gongxue.stage5_delivery.models import Lodging, NightAbsence, NightCheck
from gongxue.stage5_delivery.queries.lodging import guests_of, lodgings_of


@action(Permission.LODGE)
def lodge(  # noqa: PLR0913 — the columns of the register (MG 12) are its inputs
    *, training_class: TrainingClass, people: Sequence[int], kind: str, first_night: date, last_night: date, by: Role,
    now: datetime, place: str = "", room: str = "", note: str = "",
) -> list[Lodging]:  # fmt: skip
    """Enter where people sleep from the first to the last night: person ids of trainees and of the teaching team.

    For several at once an empty room keeps the room that each has. Refused: nobody, strangers, nights outside the class.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    known = guests_of(shown)
    breaches = lodging_breaches(
        kind, (place, room, note), (first_night, last_night), (shown.first_day, shown.last_day)
    )
    if not people or set(people) - set(known):
        says = "没有选择人员，或名单与本班不符。"
        breaches.append(Breach("lodging.people", "MG 12", says, "请在名单中勾选人员后再登记。"))
    refuse_if(breaches)
    held = {row.person_id: row for row in lodgings_of(shown)}
    changes: dict[str, list[str | None]] = {}
    made = []
    for pk in dict.fromkeys(people):
        row = held.get(pk) or Lodging(training_class=shown, person=known[pk].person)
        before = _said(row) if row.pk else None
        row.kind, row.place, row.note = kind, place.strip(), note.strip()
        row.room = room.strip() or (row.room if len(people) > 1 and kind == LodgingKind.ARRANGED else "")
        row.first_night, row.last_night = first_night, last_night
        row.written_at, row.written_by = now, by.account
        row.save()
        made.append(row)
        if (after := _said(row)) != before:
            changes[known[pk].person.name] = [before, after]
    if changes:
        record(Permission.LODGE, by=by, now=now, about=shown, changes=changes)
    return made


def _said(row: Lodging) -> str:
    """For the trail: how and when, not where somebody's room is."""
    return f"{row.kind_title} {row.first_night} 至 {row.last_night}"


@action(Permission.UNLODGE)
def unlodge(*, lodging: Lodging, reason: str, by: Role, now: datetime) -> TrainingClass:
    """Take an entry out that should not be there; refused once a night check has named it."""
    row = lock(lodging, by)
    check_prepared(row.training_class)
    if NightAbsence.objects.inside(lodging=row).exists():
        says = "查寝登记中有此人未归的记录。"
        raise RuleBroken([Breach("unlodge.noted", "MG 12", says, "请修改住宿登记，不要删除。")])
    tc, said = row.training_class, {row.person.name: [_said(row), None]}
    row.delete()
    record(Permission.UNLODGE, by=by, now=now, about=tc, reason=reason, changes=said)
    return tc


@action(Permission.NOTE_NIGHT)
def note_night(
    *, training_class: TrainingClass, night: date, by: Role, now: datetime, absent: Sequence[int] = (),
    reason: str = "",
) -> list[NightAbsence]:  # fmt: skip
    """A night was looked at; absent: the lodging entries of those who were not there. Again for the same night to
    correct it: the trail keeps both. Only nights between teaching days, and only who is lodged by the institution.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    rows = {row.pk: row for row in lodgings_of(shown)}
    there = {
        pk
        for pk, row in rows.items()
        if row.kind == LodgingKind.ARRANGED and row.first_night <= night <= row.last_night
    }
    days = (shown.first_day, shown.last_day)
    breaches = night_breaches(night, days, day_of(now), set(absent) - there)
    if len(reason) > TEXT_LENGTH:
        breaches.append(Breach("night.long", "MG 12", f"说明不超过 {TEXT_LENGTH} 字。", "请精简后再提交。"))
    refuse_if(breaches)
    held = NightAbsence.objects.inside(lodging__training_class=shown, night=night)
    before = "、".join(
        rows[pk].person.name for pk in held.order_by("pk").values_list("lodging_id", flat=True)
    )
    held.exclude(lodging__in=absent).delete()
    NightAbsence.objects.bulk_create(
        [
            NightAbsence(
                lodging=rows[pk], night=night, reason=reason.strip(), noted_at=now, noted_by=by.account
            )
            for pk in dict.fromkeys(absent)
        ],
        ignore_conflicts=True,
    )
    NightCheck.objects.inside(training_class=shown).update_or_create(
        training_class=shown, night=night, defaults={"noted_at": now, "noted_by": by.account}
    )
    after = "、".join(rows[pk].person.name for pk in dict.fromkeys(absent))
    record(Permission.NOTE_NIGHT, by=by, now=now, about=shown, changes={str(night): [before, after]})
    return list(held.select_related("lodging__person__account").order_by("pk"))
