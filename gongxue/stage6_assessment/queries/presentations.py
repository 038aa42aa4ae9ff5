"""Lesson presentations and defences as a role may see them: the order, who is on, notes and recordings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from gongxue.exchange.calendars import CalendarEvent
from gongxue.foundation.identity.models import Role
from gongxue.regulations.lifecycle import RetakeState
from gongxue.regulations.marks import Standing
from gongxue.regulations.presentations import SESSIONS, slot_times
from gongxue.regulations.programme import FinalMode
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries.programme import filed_version
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import (
    PresentationDay,
    PresentationNote,
    PresentationRecording,
    PresentationSlot,
)
from gongxue.stage6_assessment.queries.records import records_of


def mode_of(training_class: TrainingClass) -> FinalMode:
    """说课 or 答辩, as the filed programme says.  # reading: AMB-10"""
    filed = filed_version(training_class)
    return FinalMode(filed.content["final_mode"] if filed else FinalMode.LESSON)


def entitled(training_class: TrainingClass, session: int) -> list[Attendee]:
    """Who may be on, in roster order: first everybody whose process assessment is not failed and who is not barred;
    the second time whoever may retake and has no complete second attempt. Half a dozen queries."""
    records = [r for r in records_of(training_class) if not r.barred]
    if session == 1:
        good = (Standing.PASSED, Standing.OPEN, Standing.SECOND)
        return [r.attendee for r in records if r.process.standing in good]
    return [
        r.attendee
        for r in records
        if r.retake is not None and r.retake.state == RetakeState.ALLOWED and r.final.attempts < 2
    ]


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the order."""

    slot: PresentationSlot
    begins: datetime
    ends: datetime
    state: str  # done, now, next, waiting
    notes: list[PresentationNote] = field(default_factory=list)
    recordings: list[PresentationRecording] = field(default_factory=list)
    own_note: PresentationNote | None = None


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session as a role sees it."""

    session: int
    row: PresentationDay | None
    turns: list[Turn]

    @property
    def title(self) -> str:
        """首次, 二次."""
        return SESSIONS[self.session]

    @property
    def on(self) -> Turn | None:
        """Who is on now."""
        return next((turn for turn in self.turns if turn.state == "now"), None)

    @property
    def coming(self) -> Turn | None:
        """Who is next."""
        return next((turn for turn in self.turns if turn.state == "next"), None)

    @property
    def is_over(self) -> bool:
        """Whether everybody was on."""
        return self.row is not None and bool(self.turns) and self.row.current > len(self.turns)

    def own(self, account: int) -> Turn | None:
        """The turn of a trainee."""
        return next((t for t in self.turns if t.slot.attendee.application.person.account_id == account), None)


def _state(order: int, current: int) -> str:
    if order < current:
        return "done"
    return "now" if order == current else ("next" if order == current + 1 else "waiting")


def sessions_of(training_class: TrainingClass, role: Role, papers: bool = False) -> list[SessionView]:
    """Both sessions: two queries, two more with papers (notes, recordings), whatever the size of the class."""
    days = {
        d.session: d
        for d in PresentationDay.objects.inside(training_class=training_class).select_related("drawn_by")
    }
    rows: dict[int, list[PresentationSlot]] = defaultdict(list)
    slots = PresentationSlot.objects.inside(presentation_day__training_class=training_class)
    for slot in slots.select_related("attendee__application__person__account").order_by("order"):
        rows[slot.presentation_day_id].append(slot)
    notes: dict[int, list[PresentationNote]] = defaultdict(list)
    recordings: dict[int, list[PresentationRecording]] = defaultdict(list)
    if papers and days:
        inside = {"slot__presentation_day__training_class": training_class}
        for note in (
            PresentationNote.objects.scope(role)
            .filter(**inside)
            .select_related("examiner__account")
            .order_by("pk")
        ):
            notes[note.slot_id].append(note)
        for one in (
            PresentationRecording.objects.scope(role).filter(**inside).select_related("file").order_by("pk")
        ):
            recordings[one.slot_id].append(one)
    return [_view(n, days.get(n), rows, (notes, recordings), role) for n in SESSIONS]


def _view(
    session: int,
    row: PresentationDay | None,
    rows: dict[int, list[PresentationSlot]],
    papers: tuple[dict[int, list[PresentationNote]], dict[int, list[PresentationRecording]]],
    role: Role,
) -> SessionView:
    if row is None:
        return SessionView(session, None, [])
    slots, (notes, recordings) = rows[row.pk], papers
    turns = []
    for slot, (begins, ends) in zip(slots, slot_times(row.day, row.times, len(slots)), strict=True):
        own = next((n for n in notes[slot.pk] if n.examiner.account_id == role.account_id), None)
        turns.append(
            Turn(
                slot, begins, ends, _state(slot.order, row.current), notes[slot.pk], recordings[slot.pk], own
            )
        )
    return SessionView(session, row, turns)


def turn_event(view: SessionView, turn: Turn, mode: FinalMode, stamp: datetime) -> CalendarEvent:
    """One turn for the trainee's calendar; a later plan or draw has a higher number."""
    if view.row is None:
        raise ValueError("nothing is planned")
    row, tc = view.row, view.row.training_class
    return CalendarEvent(
        uid=f"presentation-{row.pk}-{turn.slot.attendee_id}@gongxue",
        title=f"{mode.title}：{tc.title}",
        first_day=row.day,
        last_day=row.day,
        stamp=stamp,
        sequence=row.version + row.draws,
        place=row.place or row.link,
        description=f"{view.title}{mode.title}，第 {turn.slot.order} 位。请提前 15 分钟候考。",
        begins=turn.begins,
        ends=turn.ends,
    )
