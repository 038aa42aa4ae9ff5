"""The list of materials and who has got them (TR 11.1, TR 11.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.uploads import PRODUCTS, Slot, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, touched
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import CLOSED_STAGE
from gongxue.regulations.materials import STANDARD, MaterialKind, material_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, HandedOut, Material
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage5_delivery.queries.materials import holders_of, materials_of

FILES = Slot("班级资料", PRODUCTS.types, PRODUCTS.limit)
FROM_ENROLMENT = 4  # the list is prepared while the class is being filled


def check_prepared(training_class: TrainingClass) -> None:
    """The office of a class is open from enrolment to its closing; RuleBroken outside."""
    if not FROM_ENROLMENT <= training_class.stage < CLOSED_STAGE:
        says = "本班已结班。" if training_class.stage >= CLOSED_STAGE else "本班的培训方案还没有报备。"
        raise RuleBroken([Breach("office.closed", "TR 11", says, "班务在招生开始后、结班前办理。")])


@action(Permission.ADD_MATERIAL)
def add_material(
    *, training_class: TrainingClass, title: str, by: Role, now: datetime, note: str = "", kind: str = "other",
    standard: bool = False, file: UploadedFile | None = None,
) -> list[Material]:  # fmt: skip
    """A line of the list, with a file or without. standard: the usual list instead, of which what is there stays.

    Refused: no title, no such kind, a full list, a class that is closed.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    held = materials_of(shown)
    if standard:
        known = {row.title for row in held}
        wanted = [line for line in STANDARD if line[1] not in known]
        stored = None
    else:
        refuse_if(material_breaches(title, note, kind, len(held)))
        wanted = [(MaterialKind(kind), title.strip(), note.strip())]
        stored = store_upload(file, slot=FILES, now=now, by=by.account) if file else None
    made = [
        Material.objects.create(
            training_class=shown,
            kind=kind_,
            title=title_,
            note=note_,
            file=stored,
            added_by=by.account,
            added_at=now,
        )
        for kind_, title_, note_ in wanted
    ]
    if made:
        names = "、".join(row.title for row in made)
        record(Permission.ADD_MATERIAL, by=by, now=now, about=shown, changes={"materials": [None, names]})
    return made


@action(Permission.REMOVE_MATERIAL)
def remove_material(*, material: Material, by: Role, now: datetime) -> Material:
    """Take a line off the list; who had got it stays known. Twice changes nothing."""
    row = lock(material, by)
    check_prepared(row.training_class)
    if row.removed_at is None:
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        record(Permission.REMOVE_MATERIAL, by=by, now=now, about=row)
    return row


@action(Permission.GIVE_MATERIAL)
def hand_out(
    *,
    material: Material,
    by: Role,
    now: datetime,
    ticks: Mapping[int, int] | None = None,
    seen: Mapping[int, int] | None = None,
    everybody: bool = False,
) -> Material:
    """Note who has got a material: attendee id → 1 has it, 0 has not; everybody: whoever has arrived has it.

    `seen` is what the page showed: a Conflict names whose tick was changed meanwhile. Refused: strangers, a removed line.
    """
    row = lock(material, by)
    check_prepared(row.training_class)
    people = {a.pk: a for a in attendees_of(row.training_class)}
    if everybody:
        ticks, seen = {pk: 1 for pk, a in people.items() if a.arrived_at}, None
    ticks = ticks or {}
    refuse_if(_tick_breaches(row, ticks, people))
    had = holders_of([row]).get(row.pk, set())
    wanted, meanwhile = touched(ticks, seen or {}, {pk: int(pk in had) for pk in people})
    if meanwhile:
        says = [f"{people[pk].application.seat} 号{'已领' if pk in had else '未领'}" for pk in meanwhile]
        raise Conflict([meanwhile_breach("资料发放", says)])
    gives = sorted(pk for pk, tick in wanted.items() if tick and pk not in had)
    takes = sorted(pk for pk, tick in wanted.items() if not tick and pk in had)
    HandedOut.objects.bulk_create(
        HandedOut(material=row, attendee=people[pk], at=now, by=by.account) for pk in gives
    )
    HandedOut.objects.inside(material=row, attendee__in=takes).delete()
    if gives or takes:
        changes = {"handed_out": [_seats(takes, people), _seats(gives, people)]}
        record(Permission.GIVE_MATERIAL, by=by, now=now, about=row, changes=changes)
    return row


def _seats(keys: list[int], people: Mapping[int, Attendee]) -> str:
    return "、".join(f"{people[pk].application.seat} 号" for pk in keys)


def _tick_breaches(row: Material, ticks: Mapping[int, int], people: Mapping[int, Attendee]) -> list[Breach]:
    breaches = []
    if row.removed_at is not None:
        says = f"“{row.title}”已从清单移除。"
        breaches.append(Breach("hand_out.removed", "TR 11.4", says, "请刷新页面。"))
    if set(ticks) - set(people) or set(ticks.values()) - {0, 1}:
        says = "名单与本班不符。"
        breaches.append(Breach("hand_out.wrong", "TR 11.4", says, "请刷新页面后重新登记。"))
    if not people:
        says = "本班尚未开班，还没有学员可以领取资料。"
        breaches.append(Breach("hand_out.early", "TR 11.4", says, "请在报到时发放。"))
    return breaches


def give_everything(attendee: Attendee, *, by: Role, now: datetime) -> None:
    """The whole list to one trainee, on arrival; what they have they keep. The caller records the trail."""
    rows = materials_of(attendee.training_class)
    HandedOut.objects.bulk_create(
        [HandedOut(material=row, attendee=attendee, at=now, by=by.account) for row in rows],
        ignore_conflicts=True,
    )
