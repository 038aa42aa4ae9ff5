"""What the platform knows around a timetable, and everything to be said about a programme while it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from gongxue.parties.models import Booking
from gongxue.parties.queries import person_names
from gongxue.regulations.breaches import Breach
from gongxue.regulations.programme import FinalMode, Session, section_breaches, venue_warnings
from gongxue.regulations.timetable import Elsewhere, Finding, Frame, findings
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.models import CourseSession, ModuleHours, Programme, Room, Timetabled


def programme_findings(programme: Programme, sessions: Sequence[Timetabled]) -> list[Finding]:
    """Text and timetable against the rules of submission, with hints; the same while writing and when submitting.

    Eight queries whatever the size of the timetable.
    """
    texts = [*section_breaches(programme.sections), *_venue(programme)]
    rows = [(s.as_rule(), s.room) for s in sessions]
    frame = frame_of(programme.training_class, programme)
    around = elsewhere_of(programme.training_class, rows)
    return [*map(Finding, texts), *findings(rows, frame, around, FinalMode(programme.final_mode))]


def _venue(programme: Programme) -> list[Breach]:
    names = "、".join(venue_warnings(programme.venue))
    if not names or programme.venue_declared:
        return []
    return [
        Breach(
            "programme.venue",
            "MG 11",
            f"场地中出现“{names}”，严禁在 21 个风景名胜区或高档宾馆培训。",
            "如仅为地名重合，请勾选声明后报送。",
        )
    ]


def frame_of(shown: TrainingClass, programme: Programme) -> Frame:
    """What the class and its programme give the timetable."""
    return Frame(
        shown.level_enum,
        shown.days,
        shown.first_day,
        shown.last_day,
        shown.headcount,
        shown.edition,
        programme.groups,
        programme.notes_by_day,
    )


def elsewhere_of(shown: TrainingClass, rows: Sequence[tuple[Session, str]]) -> Elsewhere:
    """Hours of the standard, the team, and where its people and rooms are taken by other classes."""
    teachers = {session.teacher for session, _ in rows if session.teacher is not None}
    days = {session.day for session, _ in rows}
    return Elsewhere(
        minimums=minimums_of(shown),
        team={i.person_id for i in accepted(shown)},
        names=person_names(teachers),
        taken=_taken(shown, teachers, days),
        rooms=_rooms_taken(shown, {room for _, room in rows if room}, days),
        registered=set(rooms_of(shown).values_list("name", flat=True)),
    )


def minimums_of(shown: TrainingClass) -> dict[str, int]:
    """Least periods of each module that were in force when the class entered the plan, as far as they are entered.

    ours: hours that are entered later with an earlier first day count; what is filed is not checked again.
    """
    day = shown.created_at.date()
    rows = ModuleHours.objects.unscoped("the standard is everybody's").filter(
        module__startswith=f"{shown.level}-", effective_from__lte=day
    )
    return dict(rows.order_by("effective_from", "pk").values_list("module", "periods"))


def rooms_of(shown: TrainingClass):  # type: ignore[no-untyped-def]
    """Rooms in use of the institution of a class."""
    return Room.objects.unscoped("the rooms of the class's own institution").filter(
        institution=shown.institution_id, closed_at=None
    )


def _taken(shown: TrainingClass, people: Iterable[int], days: Iterable[date]) -> dict[tuple[int, date], str]:
    """Person and day → the other task, by bookings and by the timetables of all other classes of the nation."""
    people, days = list(people), list(days)
    booked = Booking.objects.unscoped("double-booking guard, nationwide").filter(
        person__in=people, day__in=days
    )
    found = dict.fromkeys(
        booked.exclude(reference=f"class/{shown.pk}").values_list("person_id", "day"), "已登记的其他培训任务"
    )
    planned = CourseSession.objects.unscoped("double-booking guard, nationwide").filter(
        teacher__in=people, day__in=days
    )
    for row in planned.exclude(training_class=shown).select_related("training_class__institution"):
        if row.teacher_id is not None:
            found[row.teacher_id, row.day] = f"{row.training_class}的课表"
    return found


def _rooms_taken(
    shown: TrainingClass, rooms: set[str], days: Iterable[date]
) -> dict[tuple[str, date, int], str]:
    """Room, day and period → the other class of the institution that is there."""
    planned = CourseSession.objects.unscoped("rooms of one institution").filter(
        training_class__institution=shown.institution_id, room__in=rooms, day__in=list(days)
    )
    rows = planned.exclude(training_class=shown).select_related("training_class__institution")
    return {(row.room, row.day, row.period): f"“{row.training_class.title}”" for row in rows}
