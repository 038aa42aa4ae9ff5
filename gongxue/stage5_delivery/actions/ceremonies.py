"""Opening and closing ceremony: planned, recorded as held, with photographs (TR 12.3, form 3 items 1.5 and 1.6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.uploads import Slot, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.ceremonies import PHOTOS, CeremonyKind, held_breaches, plan_breaches
from gongxue.regulations.discipline import Occasion
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.materials import check_prepared
from gongxue.stage5_delivery.actions.reminding import note_reminders
from gongxue.stage5_delivery.models import Ceremony, CeremonyPhoto
from gongxue.stage5_delivery.queries import attendees_of, delivery_of
from gongxue.stage5_delivery.queries.ceremonies import ceremony_of

PICTURES = Slot("仪式照片", ("jpg", "png"), 10 * 1024 * 1024)
AT_OPENING = "开班式宣读"


@action(Permission.PLAN_CEREMONY)
def plan_ceremony(  # noqa: PLR0913 — what is planned are its inputs
    *, training_class: TrainingClass, kind: str, by: Role, now: datetime, planned_on: date | None = None,
    planned_at: str = "", place: str = "", agenda: str = "", speakers: str = "", seen: int = 0,
) -> Ceremony:  # fmt: skip
    """When and where a ceremony will be, its agenda and who speaks. seen: the version that the page showed, 0 for none.

    Conflict when somebody else has written it meanwhile.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    breaches = plan_breaches(kind, place, agenda, speakers) + _time_breaches(planned_at)
    if planned_on is not None and not 2000 <= planned_on.year <= 2100:
        breaches.append(Breach("ceremony.day", "TR 12.3", "日期不能识别。", "请选择日期。"))
    refuse_if(breaches)
    row = _as_seen(shown, kind, seen)
    fields = {
        "planned_on": planned_on, "planned_at": planned_at, "place": place.strip(), "agenda": agenda.strip(),
        "speakers": speakers.strip(),
    }  # fmt: skip
    return _write(row, fields, Permission.PLAN_CEREMONY, by=by, now=now)


def _time_breaches(text: str) -> list[Breach]:
    hour, colon, minute = text.partition(":")
    if not text or (
        colon
        and text.isascii()
        and len(text) == 5
        and hour.isdigit()
        and minute.isdigit()
        and int(hour) < 24
        and int(minute) < 60
    ):
        return []
    return [Breach("ceremony.time", "TR 12.3", "时间不能识别。", "请填写如 08:30。")]


def _as_seen(training_class: TrainingClass, kind: str, seen: int) -> Ceremony:
    """The row under the lock of its class; Conflict when it is no longer what the page showed."""
    row = ceremony_of(training_class, CeremonyKind(kind))
    if seen != (row.version if row else 0):
        says = f"{CeremonyKind(kind).title}刚刚有人修改过。"
        raise Conflict([Breach("ceremony.changed", "MG 25.4", says, "请刷新页面，核对后再保存。")])
    return row or Ceremony(training_class=training_class, kind=kind, version=0)


def _write(row: Ceremony, fields: dict[str, Any], act: Permission, *, by: Role, now: datetime) -> Ceremony:
    changes = {
        name: [_said(getattr(row, name)), _said(value)]
        for name, value in fields.items()
        if getattr(row, name) != value
    }
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    record(act, by=by, now=now, about=row, changes=changes)
    return row


def _said(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


@action(Permission.RECORD_CEREMONY)
def record_ceremony(
    *, training_class: TrainingClass, kind: str, held_on: date, attended: int, by: Role, now: datetime,
    discipline: bool = False, seen: int = 0,
) -> Ceremony:  # fmt: skip
    """That a ceremony was held, on which day and with how many trainees; again to correct it, the trail keeps both.

    discipline: the requirements were read out (MG 10); at the first record of an opening the register says so for
    everybody who had arrived. Refused: before the class began, days that cannot be, more people than the class has.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    if delivery_of(shown) is None:
        raise RuleBroken([Breach("ceremony.not_begun", "TR 11", "本班尚未开班。", "请在开班后记录。")])
    people = attendees_of(shown)
    days = (shown.first_day, shown.last_day)
    refuse_if(held_breaches(kind, held_on, attended, len(people), days, day_of(now)))
    row = _as_seen(shown, kind, seen)
    first = discipline and not row.discipline
    fields = {
        "held_on": held_on, "attended": attended, "discipline": discipline, "recorded_at": now,
    }  # fmt: skip
    row.recorded_by = by.account
    made = _write(row, fields, Permission.RECORD_CEREMONY, by=by, now=now)
    if first and kind == CeremonyKind.OPENING:
        here = [a.application.person for a in people if a.arrived_at]
        note_reminders(shown, here, Occasion.TRAINING, AT_OPENING, by=by, now=now)
    return made


@action(Permission.ADD_PHOTO)
def add_photo(*, ceremony: Ceremony, file: UploadedFile, by: Role, now: datetime) -> CeremonyPhoto:
    """A photograph of a ceremony that was held (JPG, PNG, 10 MB), at most twelve."""
    row = lock(ceremony, by)
    check_prepared(row.training_class)
    breaches = []
    if row.held_on is None:
        says = f"{row.kind_title}还没有记录为已举办。"
        breaches.append(Breach("photo.not_held", "TR 12.3", says, "请先记录举办情况，再上传照片。"))
    if CeremonyPhoto.objects.inside(ceremony=row, removed_at=None).count() >= PHOTOS:
        says = f"每个仪式最多 {PHOTOS} 张照片。"
        breaches.append(Breach("photo.many", "TR 12.3", says, "请先移除不用的照片。"))
    refuse_if(breaches)
    stored = store_upload(file, slot=PICTURES, now=now, by=by.account)
    photo = CeremonyPhoto.objects.create(ceremony=row, file=stored, added_at=now, added_by=by.account)
    record(Permission.ADD_PHOTO, by=by, now=now, about=photo)
    return photo


@action(Permission.REMOVE_PHOTO)
def remove_photo(*, ceremony_photo: CeremonyPhoto, by: Role, now: datetime) -> CeremonyPhoto:
    """Show a photograph no longer."""
    row = lock(ceremony_photo, by)
    check_prepared(row.training_class)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    record(Permission.REMOVE_PHOTO, by=by, now=now, about=row)
    return row
