"""One trainee's attendance: their timetable with what is known of each period, their leaves, what another would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gongxue.regulations.attendance import (
    LeaveEffect,
    LeaveFacts,
    MarkSource,
    Place,
    Presence,
    absent_periods,
    leave_effect,
)
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import LeaveState
from gongxue.regulations.parallel import is_expected
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Leave, OnlineUnit, Scan

LIVE_LEAVES = (LeaveState.REQUESTED, LeaveState.APPROVED)


def lessons_of(training_class: TrainingClass) -> dict[Place, list[int]]:
    """Lesson period → the groups it is for, in order of the timetable."""
    rows = CourseSession.objects.inside(training_class=training_class).order_by("day", "period", "group")
    found: dict[Place, list[int]] = {}
    for day, period, group in rows.values_list("day", "period", "group"):
        found.setdefault((day, period), []).append(group)
    return found


def marks_of_class(training_class: TrainingClass) -> dict[Place, dict[int, str]]:
    """Lesson period → attendee id → presence, in one query."""
    rows = AttendanceMark.objects.inside(training_class=training_class)
    found: dict[Place, dict[int, str]] = {}
    for day, period, pk, word in rows.values_list("day", "period", "attendee_id", "presence"):
        found.setdefault((day, period), {})[pk] = word
    return found


def scans_of_class(training_class: TrainingClass) -> dict[Place, dict[int, Scan]]:
    """Lesson period → attendee id → how they checked in, in one query."""
    found: dict[Place, dict[int, Scan]] = {}
    for row in Scan.objects.inside(training_class=training_class):
        found.setdefault((row.day, row.period), {})[row.attendee_id] = row
    return found


def own_lessons(attendee: Attendee, lessons: dict[Place, list[int]]) -> set[Place]:
    """The lesson periods that somebody has."""
    groups = max((group for taught in lessons.values() for group in taught), default=0)
    return {place for place, taught in lessons.items() if is_expected(attendee.group, taught, groups)}


def leave_facts(attendee: Attendee, today: date) -> LeaveFacts:
    """What a request for leave is checked against: three queries."""
    marks = AttendanceMark.objects.inside(attendee=attendee)
    return LeaveFacts(
        lessons=own_lessons(attendee, lessons_of(attendee.training_class)),
        marked=set(marks.values_list("day", "period")),
        asked=_places(Leave.objects.inside(attendee=attendee, state__in=LIVE_LEAVES)),
        today=today,
    )


def effect_of(attendee: Attendee, edition: Edition, asked: int) -> LeaveEffect:
    """What so many periods of leave would do: beside what counts already and what is asked for and not marked yet."""
    marks = dict[Place, str]()
    for day, period, word in AttendanceMark.objects.inside(attendee=attendee).values_list(
        "day", "period", "presence"
    ):
        marks[day, period] = word
    ahead = _places(Leave.objects.inside(attendee=attendee, state__in=LIVE_LEAVES)) - set(marks)
    counted = absent_periods(map(Presence, marks.values()), edition)
    return leave_effect(counted + len(ahead), asked, edition)


def _places(leaves: Iterable[Leave]) -> set[Place]:
    return {place for leave in leaves for place in leave.places}


@dataclass(frozen=True, slots=True)
class OwnPeriod:
    """One of somebody's lesson periods and everything that is known of them in it."""

    session: CourseSession
    mark: AttendanceMark | None
    scan: Scan | None
    leave: Leave | None  # waiting or approved
    unit: OnlineUnit | None
    counts: int  # against the limit

    @property
    def place(self) -> Place:
        """Its day and number."""
        return self.session.day, self.session.period

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{self.session.day}/{self.session.period}"

    @property
    def word(self) -> str:
        """到课 … as the roll says, else what is known before the roll."""
        if self.mark:
            return Presence(self.mark.presence).title
        if self.scan:
            return "已签到"
        if self.leave:
            return "已准假" if self.leave.state == LeaveState.APPROVED else "请假待批"
        return ""

    @property
    def from_(self) -> str:
        """Where the mark comes from; "" for the roll itself."""
        if self.mark is None or self.mark.source == MarkSource.ROLL:
            return ""
        return MarkSource(self.mark.source).title

    @property
    def tone(self) -> str:
        """good, wait or bad."""
        if self.mark is None:
            return "run" if self.scan else "wait" if self.leave else ""
        return {"present": "good", "absent": "bad"}.get(self.mark.presence, "wait")


def own_days(attendee: Attendee, edition: Edition) -> dict[date, list[OwnPeriod]]:
    """Day → somebody's lesson periods, in order: five queries."""
    tc = attendee.training_class
    sessions = sessions_of(tc)
    groups = max((one.group for one in sessions), default=0)
    marks = {(m.day, m.period): m for m in AttendanceMark.objects.inside(attendee=attendee)}
    scans = {(s.day, s.period): s for s in Scan.objects.inside(attendee=attendee)}
    leaves = {
        place: leave
        for leave in Leave.objects.inside(attendee=attendee, state__in=LIVE_LEAVES)
        for place in leave.places
    }
    units = {
        (u.day, u.period): u
        for u in OnlineUnit.objects.inside(training_class=tc, group__in=[0, attendee.group or 0])
    }
    days: dict[date, list[OwnPeriod]] = {}
    for one in sessions:
        place = (one.day, one.period)
        held = days.setdefault(one.day, [])
        if not is_expected(attendee.group, [one.group], groups) or (held and held[-1].place == place):
            continue
        mark = marks.get(place)
        counts = absent_periods([Presence(mark.presence)], edition) if mark else 0
        held.append(OwnPeriod(one, mark, scans.get(place), leaves.get(place), units.get(place), counts))
    return {day: periods for day, periods in days.items() if periods}


def own_leaves(attendee: Attendee) -> list[Leave]:
    """Somebody's requests for leave, the newest first."""
    return list(Leave.objects.inside(attendee=attendee).order_by("-pk"))
