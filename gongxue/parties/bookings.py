"""Nobody is in two places at once, in whatever role (TR 11): days taken of people, and lesson periods.

By the day: who teaches, examines or is trained in a class is taken on all its days, teachers on their travel days too;
stage 2 promises that, and it stands before there is a timetable. By the lesson period: once a timetable is on file its
teachers are taken in each of its periods, also somebody who is not of the team. Ours: a day counts against everything
else, so that half a day here and half a day there in one city is not planned; the texts ask for the class's whole days.

Both are constraints, and both sides lock the person first: of two acts at the same moment one is told where the other is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db import IntegrityError, transaction

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.models import Booking, LessonBooking, Person
from gongxue.parties.queries import names_of, person_names
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said

Lesson = tuple[int, date, int]  # person, day, period
CAPACITIES = {"instructor": "授课", "examiner": "考核", "trainee": "参训"}
_SAID = 3  # places named in one refusal


def book(person: Person, days: Iterable[date], *, capacity: str, reference: str) -> None:
    """Take days of a person; RuleBroken says where they are taken, by constraint even under race. Called by acts."""
    rows = [Booking(person=person, day=day, capacity=capacity, reference=reference) for day in days]
    wanted = [row.day for row in rows]
    _lock([person.pk])
    lessons = LessonBooking.objects.unscoped("nobody is in two places in one period").filter(
        person=person, day__in=wanted
    )
    if lessons.exclude(reference=reference).exists():
        raise RuleBroken([_busy(person.pk, person.name, wanted, reference)])
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(rows)
    except IntegrityError as error:
        raise RuleBroken([_busy(person.pk, person.name, wanted, "")]) from error


def unbook(person: Person, reference: str, since: date | None = None) -> None:
    """Give the days and periods of one reason back; since: only from that day on, what was before it has happened."""
    for model in (Booking, LessonBooking):
        rows = model.objects.unscoped("one person, one reason").filter(person=person, reference=reference)
        (rows.filter(day__gte=since) if since else rows).delete()


def book_lessons(reference: str, wanted: Collection[Lesson]) -> None:
    """These periods, and no others, are taken by one reason: a timetable comes into force.

    RuleBroken says who is where: in a period of another timetable, twice in this one, or elsewhere on that day.
    """
    people = {person for person, _, _ in wanted}
    _lock(people)
    days = {day for _, day, _ in wanted}
    held = Booking.objects.unscoped("double-booking guard, nationwide").filter(
        person__in=people, day__in=days
    )
    taken = set(held.exclude(reference=reference).values_list("person_id", "day"))
    clashes = [(person, day) for person, day, _ in wanted if (person, day) in taken]
    if clashes:
        raise RuleBroken(_clashes(clashes, reference))
    LessonBooking.objects.unscoped("one reason").filter(reference=reference).delete()
    rows = [LessonBooking(person_id=p, day=d, period=n, reference=reference) for p, d, n in sorted(wanted)]
    try:
        with transaction.atomic():
            LessonBooking.objects.bulk_create(rows)
    except IntegrityError as error:
        raise RuleBroken(_clashes([(person, day) for person, day, _ in wanted], reference)) from error


def _lock(people: Collection[int]) -> None:
    """In order of their keys, so that two acts cannot block each other."""
    rows = Person.objects.unscoped("one person, one place").filter(pk__in=people).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _clashes(places: Iterable[tuple[int, date]], reference: str) -> list[Breach]:
    by_person: dict[int, list[date]] = {}
    for person, day in places:
        by_person.setdefault(person, []).append(day)
    names = person_names(by_person)
    found = [_busy(person, names.get(person, ""), days, reference) for person, days in by_person.items()]
    return [breach for breach in found if "（" in breach.says] or found


def _busy(person: int, name: str, days: Collection[date], own: str) -> Breach:
    """Where somebody is on these days apart from one reason: 邢台技师学院 三级·机械类 2023年6月12日班，授课."""
    rows = Booking.objects.unscoped("says where").filter(person=person, day__in=days).exclude(reference=own)
    held = sorted(set(rows.values_list("day", "reference", "capacity")))
    lessons = LessonBooking.objects.unscoped("says where").filter(person=person, day__in=days)
    if own:
        lessons = lessons.exclude(reference=own)
    known = {(day, reference) for day, reference, _ in held}
    held += sorted(
        {(d, r, "lesson") for d, r in lessons.values_list("day", "reference") if (d, r) not in known}
    )
    names = names_of(reference for _, reference, _ in held)
    where: dict[str, date] = {}
    for day, reference, capacity in held:
        words = f"{names.get(reference, '其他培训任务')}，{CAPACITIES.get(capacity, '授课')}"
        where.setdefault(words, day)
    listed = "；".join(f"{said(day)}起：{words}" for words, day in list(where.items())[:_SAID])
    when = said(held[0][0]) if held else "这些日子"
    says = f"{name}在{when}已有其他培训任务{f'（{listed}）' if listed else ''}。"
    return Breach("person.busy", "TR 11", says, "同一时间只能参加一个培训班。")
