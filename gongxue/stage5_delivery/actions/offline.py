"""Rolls that were kept on paper or in a workbook, entered in one go (TR 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import MarkSource, Place, Presence, places_said
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.parallel import is_expected
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.attendance import new_marks, warn
from gongxue.stage5_delivery.actions.leave import read_places
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import (
    RollSheet,
    absences_of,
    approved_leaves,
    attendees_of,
    lessons_of,
    marks_of_class,
    scans_of_class,
    taught_groups,
)

_SAID = 5  # of many, so many are named
Rolls = dict[Place, dict[int, str]]  # lesson period → seat → presence


@action(Permission.ENTER_ROLLS)
def enter_rolls(*, training_class: TrainingClass, marks: Mapping[str, str], by: Role, now: datetime) -> int:
    """Enter rolls of several periods: "2023-06-13/1/12" (day, period, seat) → presence. Returns how many are new.

    A mark that is there already is never overwritten: the same word is passed over, another is a Conflict that names
    it, and nothing is entered. Refused: days to come, periods or people that are not on the timetable then.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    rolls = read_rolls(marks)
    people = {one.application.seat: one for one in attendees_of(shown)}
    refuse_if(_rolls_breaches(shown, rolls, people, day_of(now)))
    known = marks_of_class(shown)
    meanwhile = [
        f"{places_said([place])} {seat} 号现为{Presence(known[place][people[seat].pk]).title}"
        for place, seats in sorted(rolls.items())
        for seat, word in sorted(seats.items())
        if known.get(place, {}).get(people[seat].pk, word) != word
    ]
    if meanwhile:
        more = [f"另有 {len(meanwhile) - _SAID} 处"] if len(meanwhile) > _SAID else []
        raise Conflict([meanwhile_breach("考勤", [*meanwhile[:_SAID], *more])])
    fresh = {
        place: {
            people[seat].pk: word
            for seat, word in seats.items()
            if people[seat].pk not in known.get(place, {})
        }
        for place, seats in rolls.items()
    }
    return _written(shown, {place: words for place, words in sorted(fresh.items()) if words}, by, now)


def read_rolls(marks: Mapping[str, str]) -> Rolls:
    """Lesson period → seat → presence. RuleBroken names what cannot be read."""
    rolls: Rolls = defaultdict(dict)
    for key, word in marks.items():
        place, _, seat = key.rpartition("/")
        if not (seat.isascii() and seat.isdigit() and len(seat) <= 3):
            says = f"“{key[:24]}”不是日期/课时/座号。"
            raise RuleBroken([Breach("rolls.format", "TR 12", says, "写作 2023-06-13/1/12。")])
        rolls[read_places([place])[0]][int(seat)] = word
    return rolls


def _rolls_breaches(
    shown: TrainingClass, rolls: Rolls, people: Mapping[int | None, Attendee], today: date
) -> list[Breach]:
    if not rolls:
        return [Breach("rolls.nothing", "TR 12", "没有要补录的考勤。", "请填写后再提交。")]
    lessons, groups = lessons_of(shown), taught_groups(shown)
    breaches = []
    for rule, wrong, says, way_out in (
        ("roll.period", {p for p in rolls if p not in lessons}, "课表中没有", "请按课表填写。"),
        ("roll.future", {p for p in rolls if p[0] > today}, "还没有到：", "请在上课当天或之后补录。"),
    ):
        if wrong:
            breaches.append(Breach(rule, "TR 12", f"{says}{places_said(wrong)}。", way_out))
    seats = {seat for words in rolls.values() for seat in words}
    if strange := sorted(seats - set(people)):
        says = f"本班没有 {'、'.join(map(str, strange[:_SAID]))} 号。"
        breaches.append(Breach("roll.people", "TR 12", says, "请核对座号。"))
    if {word for words in rolls.values() for word in words.values()} - set(Presence):
        says = "考勤只有到课、迟到、早退、请假、旷课。"
        breaches.append(Breach("roll.presence", "TR 12", says, "请从列表中选择。"))
    away = {
        place
        for place, words in rolls.items()
        for seat in words
        if seat in people and place in lessons and not is_expected(people[seat].group, lessons[place], groups)
    }
    if away:
        says = f"{places_said(away)}只有部分小组上课，所填的人中有人不在其中。"
        breaches.append(Breach("roll.group", "TR 12", says, "请只填本组的人。"))
    return breaches


def _written(shown: TrainingClass, fresh: Mapping[Place, dict[int, str]], by: Role, now: datetime) -> int:
    if not fresh:
        return 0
    away = {pk for words in fresh.values() for pk, word in words.items() if word != Presence.PRESENT}
    earlier = absences_of(shown, away)
    scans, leaves = scans_of_class(shown), approved_leaves(shown)
    for place, words in fresh.items():
        on_leave = frozenset(pk for pk, places in leaves.items() if place in places)
        sheet = RollSheet({}, scans.get(place, {}), on_leave)
        new_marks(shown, *place, words, sheet, by=by, now=now, usual=MarkSource.SHEET)
    record(Permission.ENTER_ROLLS, by=by, now=now, about=shown, changes=_changes(shown, fresh))
    warn(shown, earlier, absences_of(shown, away), now)
    return sum(map(len, fresh.values()))


def _changes(shown: TrainingClass, fresh: Mapping[Place, dict[int, str]]) -> dict[str, Any]:
    seats = {one.pk: one.application.seat for one in attendees_of(shown)}
    said: dict[str, Any] = {}
    for (day, period), words in fresh.items():
        exceptions = [f"{seats[pk]} 号 {word}" for pk, word in words.items() if word != Presence.PRESENT]
        said[f"{day} 第{period}课时"] = [None, "，".join([f"{len(words)} 人", *exceptions])]
    return said
