"""One lesson period as its roll is called: marks, who checked in themselves, who is on leave, the check-in itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Value

from gongxue.foundation.identity.models import Role
from gongxue.regulations.attendance import MarkSource, Place, Presence, needs_second_person
from gongxue.regulations.lifecycle import DeliveryState, LeaveState, MarkCorrectionState, WindowState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import (
    AttendanceMark,
    Attendee,
    Delivery,
    Leave,
    MarkCorrection,
    OnlineUnit,
    RollWindow,
    Scan,
)

UNMARKED = "unmarked"  # what a page showed for somebody of whom nothing is known
ON_LEAVE = "on_leave"
_SCANNED = "scanned_"


@dataclass(frozen=True, slots=True)
class RollSheet:
    """What is known of one lesson period, attendee by attendee."""

    marks: dict[int, AttendanceMark]
    scans: dict[int, Scan]
    on_leave: frozenset[int]
    windows: tuple[RollWindow, ...] = ()  # the newest first

    def known(self, attendee: int) -> str:
        """A mark, else a check-in, else a leave, else UNMARKED: what a page shows and sends back as seen."""
        if attendee in self.marks:
            return self.marks[attendee].presence
        if attendee in self.scans:
            return f"{_SCANNED}{self.scans[attendee].presence}"
        return ON_LEAVE if attendee in self.on_leave else UNMARKED

    def suggests(self, attendee: int) -> str:
        """The presence that the roll begins with; "" where nothing is known. Who came in spite of leave came."""
        if attendee in self.marks:
            return self.marks[attendee].presence
        if attendee in self.scans:
            return self.scans[attendee].presence
        return Presence.LEAVE.value if attendee in self.on_leave else ""

    def source(self, attendee: int, presence: str, usual: MarkSource = MarkSource.ROLL) -> MarkSource:
        """Where a new mark comes from: what was known, if the coordinator agrees with it."""
        if self.suggests(attendee) != presence:
            return usual
        if attendee in self.scans:
            return MarkSource(self.scans[attendee].via)
        return MarkSource.LEAVE if attendee in self.on_leave else usual


def said_known(word: str) -> str:
    """What a page or a refusal says of it: 到课, 已签到（迟到）, 已批准请假, 未点名."""
    if word == UNMARKED:
        return "未点名"
    if word == ON_LEAVE:
        return "已批准请假"
    if word.startswith(_SCANNED):
        return f"已签到（{Presence(word.removeprefix(_SCANNED)).title}）"
    return Presence(word).title


def sheet_at(training_class: TrainingClass, day: date, period: int) -> RollSheet:
    """The sheet of one lesson period: three queries, one more where people have checked in themselves."""
    here = {"training_class": training_class, "day": day, "period": period}
    marks = {row.attendee_id: row for row in AttendanceMark.objects.inside(**here)}
    windows = tuple(RollWindow.objects.inside(**here).order_by("-pk"))
    scans = {row.attendee_id: row for row in Scan.objects.inside(**here)} if windows else {}
    return RollSheet(marks, scans, on_leave_at(training_class, (day, period)), windows)


def on_leave_at(training_class: TrainingClass, place: Place) -> frozenset[int]:
    """Whose leave was approved for a lesson period."""
    return frozenset(pk for pk, places in approved_leaves(training_class).items() if place in places)


def approved_leaves(training_class: TrainingClass) -> dict[int, set[Place]]:
    """attendee id → lesson periods of approved leave, in one query."""
    found: dict[int, set[Place]] = {}
    for row in Leave.objects.inside(training_class=training_class, state=LeaveState.APPROVED):
        found.setdefault(row.attendee_id, set()).update(row.places)
    return found


def is_open(window: RollWindow, now: datetime) -> bool:
    """Whether one can check in now."""
    return window.state == WindowState.OPEN and now <= window.closes_at


def open_windows_of(classes: Collection[TrainingClass], now: datetime) -> list[RollWindow]:
    """The check-ins of some classes that are open now."""
    rows = RollWindow.objects.inside(training_class__in=classes, state=WindowState.OPEN, closes_at__gte=now)
    return list(rows.order_by("day", "period", "group"))


def scanned_in(training_class: TrainingClass, day: date, period: int) -> set[int]:
    """Who has checked in for a lesson period."""
    rows = Scan.objects.inside(training_class=training_class, day=day, period=period)
    return set(rows.values_list("attendee_id", flat=True))


def units_of(training_class: TrainingClass) -> dict[tuple[date, int, int], OnlineUnit]:
    """(day, period, group) → where the lesson is held online."""
    rows = OnlineUnit.objects.inside(training_class=training_class).order_by("day", "period", "group")
    return {(row.day, row.period, row.group): row for row in rows}


def two_people_needed(
    training_class: TrainingClass, delivery: Delivery | None, people: Collection[Attendee] | None = None
) -> bool:
    """Whether a correction of the roll needs a second person by now. people: the class, if it has been read already.

    The first sheet of the process assessment of somebody is in when their work is closed or handed in again.
    """
    finished = delivery is not None and delivery.state == DeliveryState.FINISHED
    if people is not None:
        return needs_second_person(any(not one.may_hand_in or one.attempt > 1 for one in people), finished)
    rows = Attendee.objects.inside(training_class=training_class).filter(
        Q(may_hand_in=False) | Q(attempt__gt=1)
    )
    return needs_second_person(finished or rows.exists(), finished)


def corrections_waiting(training_class: TrainingClass) -> list[MarkCorrection]:
    """Corrections that wait for a second person, in order of the timetable."""
    rows = MarkCorrection.objects.inside(training_class=training_class, state=MarkCorrectionState.PROPOSED)
    return list(
        rows.select_related("attendee__application__person__account", "proposed_by").order_by(
            "day", "period", "pk"
        )
    )


def corrections_of(training_class: TrainingClass) -> list[MarkCorrection]:
    """Every correction by two people, the newest first."""
    rows = MarkCorrection.objects.inside(training_class=training_class).order_by("-pk")
    return list(rows.select_related("attendee__application__person__account", "proposed_by", "decided_by"))


def leaves_of(training_class: TrainingClass) -> list[Leave]:
    """Every request for leave, the newest first."""
    rows = Leave.objects.inside(training_class=training_class).order_by("-pk")
    return list(
        rows.select_related("attendee__application__person__account", "attendee__application", "decided_by")
    )


def waiting_for(role: Role) -> Counter[tuple[int, str]]:
    """(class id, "leave" or "mark") → what waits for somebody who keeps the roll, in one query.

    Corrections that they proposed themselves wait for another person.
    """
    leaves = Leave.objects.scope(role).filter(state=LeaveState.REQUESTED)
    marks = MarkCorrection.objects.scope(role).filter(state=MarkCorrectionState.PROPOSED)
    rows = leaves.annotate(what=Value("leave")).values_list("training_class_id", "what")
    others = marks.exclude(proposed_by=role.account_id).annotate(what=Value("mark"))
    return Counter(rows.union(others.values_list("training_class_id", "what"), all=True))
