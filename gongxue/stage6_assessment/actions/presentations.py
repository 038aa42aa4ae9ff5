"""Lesson presentations and defences: planned, drawn by lot, called one after the other, noted, recorded (TR 12.2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from gongxue.foundation.files.resumable import claim
from gongxue.foundation.files.uploads import MEGABYTE, SLOTS, Slot
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, feedback_due, said
from gongxue.regulations.presentations import (
    NOTE_LENGTH,
    SESSIONS,
    draw,
    draw_breaches,
    link_breaches,
    plan_breaches,
    read_times,
)
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import (
    PresentationDay,
    PresentationNote,
    PresentationRecording,
    PresentationSlot,
)
from gongxue.stage6_assessment.queries import is_confirmed
from gongxue.stage6_assessment.queries.presentations import entitled, mode_of, sessions_of, turn_event
from gongxue.stage6_assessment.queries.second_dates import second_dates_of

RECORDINGS = Slot(
    "考核录像", ("mp4", "mov"), 50 * MEGABYTE, "recording", Permission.ADD_RECORDING,
    {"mp4": 1024 * MEGABYTE, "mov": 1024 * MEGABYTE},
)  # fmt: skip
SLOTS[RECORDINGS.name] = RECORDINGS


def _check_open(training_class: TrainingClass) -> None:
    if training_class.stage < 5:
        raise RuleBroken([Breach("presentation.early", "TR 11", "本班尚未开班。", "请在开班后安排。")])
    if is_confirmed(training_class):
        says = "成绩已确认，考核安排不再改动。"
        raise RuleBroken([Breach("presentation.confirmed", "MG 13", says, "确有错误的走成绩更正。")])


@action(Permission.PLAN_PRESENTATIONS)
def plan_presentations(  # noqa: PLR0913 — what is planned are its inputs
    *, training_class: TrainingClass, session: int, day: date, times: Mapping[str, str], by: Role, now: datetime,
    place: str = "", link: str = "", seen: int = 0,
) -> PresentationDay:  # fmt: skip
    """Day, hours and place of a session: 1 the first, 2 for retakes. times: starts_at, minutes, gap, rest_from, rest_to.

    The order that was drawn stays; trainees who have one are told their new time. seen: the version that the page
    showed, 0 for none. Refused: before the class, after the confirmation, days and hours that cannot be.
    """
    shown = lock(training_class, by)
    _check_open(shown)
    if session not in SESSIONS:
        raise RuleBroken(
            [Breach("presentation.session", "TR 12.2", "没有这一次考核。", "请选择首次或二次。")]
        )
    read, breaches = read_times(times)
    if read is None:
        raise RuleBroken(breaches)
    last = _last_day(shown, session)
    row = PresentationDay.objects.inside(training_class=shown, session=session).first()
    drawn = PresentationSlot.objects.inside(presentation_day=row).count() if row else 0
    count = drawn or len(entitled(shown, session))
    refuse_if(plan_breaches(day, (shown.first_day, last), read, count, place, link))
    if seen != (row.version if row else 0):
        says = "考核安排刚刚有人修改过。"
        raise Conflict([Breach("presentation.changed", "MG 25.4", says, "请刷新页面，核对后再保存。")])
    before = f"{said(row.day)} {row.place} {row.link}".strip() if row else None
    row = row or PresentationDay(training_class=shown, session=session, version=0)
    row.day, row.place, row.link, row.planned_at = day, place.strip(), link.strip(), now
    row.starts, row.minutes, row.gap = read.starts, read.minutes, read.gap
    row.rest_from, row.rest_to = read.rest_from, read.rest_to
    row.version += 1
    row.save()
    after = f"{said(row.day)} {row.place} {row.link}".strip()
    record(Permission.PLAN_PRESENTATIONS, by=by, now=now, about=row, changes={"day": [before, after]})
    if drawn:
        _tell(row, by, now)
    return row


def _last_day(training_class: TrainingClass, session: int) -> date:
    """The first is part of the training; the second ends by the day named for retakes, else when form 5 is due."""
    if session == 1:
        return training_class.last_day
    dates = second_dates_of([training_class]).get(training_class.pk)
    if dates is not None and dates.retake_by is not None:
        return dates.retake_by
    return due_of(training_class, feedback_due(training_class.last_day, training_class.edition)).on


def _tell(row: PresentationDay, by: Role, now: datetime) -> None:
    """Each trainee's own time, in their calendar too."""
    view = sessions_of(row.training_class, by)[row.session - 1]
    mode = mode_of(row.training_class)
    for turn in view.turns:
        words = f"{turn.begins:%H:%M} {mode.title}，第 {turn.slot.order} 位"
        person = turn.slot.attendee.application.person
        notices.presentation_time(row, person, turn_event(view, turn, mode, now), words, now)


@action(Permission.DRAW_ORDER)
def draw_order(
    *, presentation_day: PresentationDay, by: Role, now: datetime, reason: str = ""
) -> PresentationDay:
    """Draw the order by lot with a fresh seed, which anyone can repeat; once, again only with a reason.

    Refused: nobody may take part, drawn before without a reason, the first was called already, confirmed.
    """
    row = lock(presentation_day, by)
    _check_open(row.training_class)
    people = {a.application.seat or 0: a for a in entitled(row.training_class, row.session)}
    refuse_if(draw_breaches(bool(row.draws), row.current > 0, reason, len(people)))
    before = row.seed or None
    row.seed, row.drawn_at, row.drawn_by, row.draws = secrets.token_hex(8), now, by.account, row.draws + 1
    row.save(update_fields=["seed", "drawn_at", "drawn_by", "draws"])
    PresentationSlot.objects.inside(presentation_day=row).delete()
    order = draw(list(people), row.seed)
    PresentationSlot.objects.bulk_create(
        PresentationSlot(presentation_day=row, attendee=people[seat], order=i)
        for i, seat in enumerate(order, 1)
    )
    changes = {"seed": [before, row.seed], "order": [None, order]}
    record(Permission.DRAW_ORDER, by=by, now=now, about=row, reason=reason, changes=changes)
    _tell(row, by, now)
    return row


@action(Permission.MOVE_ON)
def move_on(*, presentation_day: PresentationDay, after: int, by: Role, now: datetime) -> PresentationDay:
    """Call the next. after: the order number that was on when the key was pressed, so that two keys call one.

    Refused: not drawn, before the day, all were on.
    """
    row = lock(presentation_day, by)
    _check_open(row.training_class)
    slots = {slot.order: slot for slot in PresentationSlot.objects.inside(presentation_day=row)}
    if not slots or row.current > len(slots) or day_of(now) < row.day:
        says = "还没有抽签、没有到考核日或者全部已经结束。"
        raise RuleBroken([Breach("presentation.nobody_on", "TR 12.2", says, "请核对考核安排。")])
    if after != row.current:
        says = f"已经叫到第 {row.current} 位。"
        raise Conflict([Breach("presentation.moved", "MG 25.4", says, "请刷新页面后再叫下一位。")])
    for slot, column in ((slots.get(row.current), "ended_at"), (slots.get(row.current + 1), "begun_at")):
        if slot is not None:
            setattr(slot, column, now)
            slot.save(update_fields=[column])
    row.current += 1
    row.save(update_fields=["current"])
    record(Permission.MOVE_ON, by=by, now=now, about=row, changes={"current": [row.current - 1, row.current]})
    return row


@action(Permission.NOTE_PRESENTATION)
def note_presentation(
    *, presentation_slot: PresentationSlot, text: str, by: Role, now: datetime
) -> PresentationNote:
    """An examiner's own notes on one presentation; written again they replace what was written, until the confirmation."""
    row = lock(presentation_slot, by)
    shown = row.presentation_day.training_class
    seat = seat_of(shown, by.account_id, Seat.EXAMINER)
    if seat is None:
        raise NotAllowed("考核记录由本班考核骨干教师写。", "TR 12.2")
    _check_open(shown)
    if not 1 <= len(text.strip()) <= NOTE_LENGTH:
        says = f"考核记录须为 1 至 {NOTE_LENGTH} 字。"
        raise RuleBroken([Breach("presentation.note", "TR 12.2", says, "请填写后再保存。")])
    note, _ = PresentationNote.objects.inside(slot=row, examiner=seat.person).update_or_create(
        slot=row, examiner=seat.person, defaults={"text": text.strip(), "written_at": now}
    )
    record(Permission.NOTE_PRESENTATION, by=by, now=now, about=row)
    return note


@action(Permission.ADD_RECORDING)
def add_recording(
    *,
    presentation_slot: PresentationSlot,
    by: Role,
    now: datetime,
    link: str = "",
    uploads: Sequence[str] = (),
) -> PresentationRecording:
    """A recording of one presentation: a link, or one film that came in piece by piece (mp4, mov, 1 GB)."""
    row = lock(presentation_slot, by)
    if bool(link.strip()) == bool(uploads) or len(uploads) > 1:
        says = "请登记一个链接或上传一个视频。"
        raise RuleBroken([Breach("recording.one", "TR 12.2", says, "链接和视频只选一项，多个分次登记。")])
    refuse_if(link_breaches(link) if link.strip() else [])
    claimed = claim(uids=uploads, slot=RECORDINGS, by=by, now=now) if uploads else []
    made = PresentationRecording.objects.create(
        slot=row,
        link=link.strip(),
        file=claimed[0][0] if claimed else None,
        added_by=by.account,
        added_at=now,
    )
    record(Permission.ADD_RECORDING, by=by, now=now, about=made)
    return made


@action(Permission.REMOVE_RECORDING)
def remove_recording(
    *, presentation_recording: PresentationRecording, by: Role, now: datetime
) -> PresentationRecording:
    """Show a recording no longer."""
    row = lock(presentation_recording, by)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    record(Permission.REMOVE_RECORDING, by=by, now=now, about=row)
    return row
