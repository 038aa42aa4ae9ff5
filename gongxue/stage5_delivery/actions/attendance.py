"""The roll call and what follows from it (TR 12)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, move, touched
from gongxue.foundation.lifecycle.errors import Conflict, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import WARN_AT, MarkSource, Presence
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import WindowState
from gongxue.regulations.parallel import WHOLE_CLASS, group_title
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import AttendanceMark, RollWindow
from gongxue.stage5_delivery.queries import (
    NO_ABSENCE,
    UNMARKED,
    Absence,
    RollSheet,
    absences_of,
    attendees_of,
    expected_in,
    said_known,
    seats_of_attendees,
    sheet_at,
    taught_groups,
    two_people_needed,
)

__all__ = ["UNMARKED", "WARN_AT", "call_roll", "new_marks", "warn"]


def _roll_breaches(
    shown: TrainingClass,
    day: date,
    period: int,
    presences: Mapping[int, str],
    seats: dict[int, int],
    marked: Collection[int],
    today: date,
) -> list[Breach]:
    breaches = []
    held = CourseSession.objects.inside(training_class=shown, day=day, period=period)
    taught = list(held.values_list("group", flat=True))
    if not taught:
        breaches.append(
            Breach("roll.period", "TR 11", f"课表中没有{said(day)}第 {period} 课时。", "请按课表选择课时。")
        )
    if day > today:
        breaches.append(
            Breach("roll.future", "TR 12", f"{said(day)}还没有到，不能提前点名。", "请在上课当天或之后点名。")
        )
    if set(presences.values()) - set(Presence):
        breaches.append(
            Breach("roll.presence", "TR 12", "考勤只有到课、迟到、早退、请假、旷课。", "请从列表中选择。")
        )
    if not presences or set(presences) - set(seats):
        breaches.append(Breach("roll.people", "TR 12", "点名名单与本班不符。", "请刷新页面。"))
    elif away := _elsewhere(shown, taught, set(presences) - set(marked)):
        numbers = "、".join(str(seats[pk]) for pk in away)
        says = f"{said(day)}第 {period} 课时只有{'、'.join(map(group_title, taught))}上课，{numbers} 号不在其中。"
        breaches.append(Breach("roll.group", "TR 12", says, "请只点本组的人；分组有误的，先在班务中调整。"))
    return breaches


def _elsewhere(shown: TrainingClass, taught: Collection[int], people: Collection[int]) -> list[int]:
    """Who of some people has no lesson in a period that is for some groups only."""
    if not taught or WHOLE_CLASS in taught:
        return []
    here = {one.pk for one in expected_in(attendees_of(shown), taught, taught_groups(shown))}
    return sorted(set(people) - here)


@action(Permission.CALL_ROLL)
def call_roll(
    *, training_class: TrainingClass, day: date, period: int, presences: Mapping[int, str], by: Role, now: datetime,
    reason: str = "", seen: Mapping[int, str] | None = None,
) -> int:  # fmt: skip
    """The roll of one lesson period: attendee id → presence; returns how many marks are new or changed.

    Changing a mark needs a reason, and once the assessment has begun a second person (`propose_marks`); who checked in
    themselves or is on leave begins with that, and the mark says where it comes from. Every change stands in the trail with before and after. Whoever comes near the
    limit of TR 12 is warned. Where groups are taught in parallel the roll may be called group by group. `seen` is what the page showed, UNMARKED for nothing yet: a Conflict names whose mark
    somebody else has changed since. Refused: not on the timetable, in the future, people of another class or
    of a group that has no lesson then.
    """
    shown = lock(training_class, by)
    delivery = running_delivery(shown)
    seats = seats_of_attendees(shown)
    sheet = sheet_at(shown, day, period)
    before = sheet.marks
    refuse_if(_roll_breaches(shown, day, period, presences, seats, before, day_of(now)))
    presences = _marked_here(presences, seen or {}, sheet, seats)
    corrected = [pk for pk, word in presences.items() if pk in before and before[pk].presence != word]
    if corrected:
        refuse_if(_correction_breaches(len(corrected), reason, two_people_needed(shown, delivery)))
    fresh = {pk: word for pk, word in presences.items() if pk not in before}
    away = [pk for pk in [*fresh, *corrected] if presences[pk] != Presence.PRESENT]
    earlier = absences_of(shown, away)
    new_marks(shown, day, period, fresh, sheet, by=by, now=now)
    for pk in corrected:
        AttendanceMark.objects.inside(pk=before[pk].pk).update(
            presence=presences[pk], source=MarkSource.CORRECTED, marked_by=by.account, marked_at=now
        )
    if fresh or corrected:
        record(
            Permission.CALL_ROLL, by=by, now=now, about=shown, reason=reason,
            changes=_roll_changes(seats, day, period, presences, before, list(fresh), corrected),
        )  # fmt: skip
        warn(shown, earlier, absences_of(shown, away), now)
        _close_windows(shown, day, period, {*before, *fresh}, now)
    return len(fresh) + len(corrected)


def new_marks(
    shown: TrainingClass, day: date, period: int, fresh: Mapping[int, str], sheet: RollSheet, *, by: Role, now: datetime,
    usual: MarkSource = MarkSource.ROLL,
) -> None:  # fmt: skip
    """Write marks where there are none yet: attendee id → presence. The caller has locked the class and asked the rules."""
    AttendanceMark.objects.bulk_create(
        AttendanceMark(
            training_class=shown, attendee_id=pk, day=day, period=period, presence=word,
            source=sheet.source(pk, word, usual), marked_by=by.account, marked_at=now,
        )
        for pk, word in fresh.items()
    )  # fmt: skip


def _correction_breaches(number: int, reason: str, two_people: bool) -> list[Breach]:
    if two_people:
        says = f"考核已经开始，{number} 人的考勤更正须由另一人同意。"
        return [
            Breach("roll.two_people", "TR 12", says, "请在点名页“提出更正”，由本机构另一名人员同意后生效。")
        ]
    if not reason.strip():
        says = f"{number} 人的考勤将被更正，须写明理由。"
        return [Breach("roll.reason", "TR 12", says, "请填写更正理由后提交。")]
    return []


def _close_windows(
    shown: TrainingClass, day: date, period: int, marked: Collection[int], now: datetime
) -> None:
    """A check-in ends when the roll speaks of everybody whom it was for."""
    rows = RollWindow.objects.inside(training_class=shown, day=day, period=period, state=WindowState.OPEN)
    windows = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if not windows:
        return
    people, groups = attendees_of(shown), taught_groups(shown)
    for window in windows:
        waited_for = expected_in(people, [window.group], groups)
        if {one.pk for one in waited_for} <= set(marked):
            move(window, Permission.CALL_ROLL, closed_at=now)


def _marked_here(
    presences: Mapping[int, str], seen: Mapping[int, str], sheet: RollSheet, seats: dict[int, int]
) -> dict[int, str]:
    """What was marked on the page; Conflict when somebody else has marked the same people since, or they checked in.

    Who checked in meanwhile as present and is marked present is no conflict.
    """
    stored = {pk: presences[pk] if _agrees(sheet, pk, presences.get(pk)) else sheet.known(pk) for pk in seats}
    marked, meanwhile = touched(presences, seen, stored)
    if meanwhile:
        now_are = [f"{seats[pk]} 号现为{said_known(stored[pk])}" for pk in meanwhile]
        raise Conflict([meanwhile_breach("考勤", now_are)])
    return marked


def _agrees(sheet: RollSheet, attendee: int, word: str | None) -> bool:
    return word is not None and sheet.suggests(attendee) == word


def _roll_changes(
    seats: dict[int, int], day: date, period: int, presences: Mapping[int, str], before: dict[int, AttendanceMark],
    fresh: list[int], corrected: list[int],
) -> dict[str, Any]:  # fmt: skip
    not_present = {
        f"{seats[pk]} 号": [None, presences[pk]] for pk in fresh if presences[pk] != Presence.PRESENT
    }
    changed = {f"{seats[pk]} 号": [before[pk].presence, presences[pk]] for pk in corrected}
    return {"period": [None, f"{day} 第{period}课时"], "called": [None, len(fresh)], **not_present, **changed}


def warn(
    shown: TrainingClass, earlier: dict[int, Absence], absences: dict[int, Absence], now: datetime
) -> None:
    """Tell whoever this roll call has brought to the limit or further."""
    if all(absence.counted < WARN_AT for absence in absences.values()):
        return
    for attendee in attendees_of(shown):
        absence = absences.get(attendee.pk, NO_ABSENCE)
        if absence.counted >= WARN_AT and absence.counted > earlier.get(attendee.pk, NO_ABSENCE).counted:
            notices.absence_warned(attendee, absence.counted, absence.barred, now)
