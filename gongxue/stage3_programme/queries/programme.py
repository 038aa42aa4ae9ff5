"""Reads of stage 3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.foundation.trail.models import Event
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.lifecycle import PlanState, ProgrammeState
from gongxue.regulations.parallel import least, trainee_periods
from gongxue.regulations.programme import confirmation_breaches
from gongxue.regulations.programme_change import Moved, Version, moved_between, taught_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.regulations.timetable import Finding
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted, is_staffed, opening_of, seat_of
from gongxue.stage3_programme.checks import programme_findings
from gongxue.stage3_programme.models import (
    CourseSession,
    DraftSession,
    FiledProgramme,
    Programme,
    ProgrammeConfirmation,
    Timetabled,
)

OPEN_STATES = (ProgrammeState.DRAFT, ProgrammeState.RETURNED, ProgrammeState.CHANGING)


def programmes_visible_to(role: Role) -> QuerySet[Programme]:
    """Programmes in scope."""
    rows: QuerySet[Programme] = Programme.objects.scope(role)
    return rows.select_related("training_class__institution")


def programme_of(training_class: TrainingClass) -> Programme | None:
    """The programme of a visible class, or None before anybody wrote a word."""
    found: Programme | None = Programme.objects.inside(training_class=training_class).first()
    return found


def sessions_of(training_class: TrainingClass) -> list[CourseSession]:
    """The timetable in force, in order; before the first filing the one that is being written."""
    rows = CourseSession.objects.inside(training_class=training_class)
    return list(rows.select_related("teacher__account").order_by("day", "period", "group"))


def lessons_of(training_class: TrainingClass) -> set[tuple[int, date, int]]:
    """Who teaches in which period of the timetable in force: (person, day, period)."""
    rows = CourseSession.objects.inside(training_class=training_class).exclude(teacher=None)
    return set(rows.values_list("teacher_id", "day", "period"))


def timetable_of(programme: Programme) -> type[CourseSession] | type[DraftSession]:
    """Where the timetable that is being written stands: beside the one in force while a filed one is changed."""
    return DraftSession if programme.is_change else CourseSession


def written_sessions(programme: Programme) -> Sequence[Timetabled]:
    """The timetable as it is being written, in order; that of a filed programme is the one in force."""
    rows = timetable_of(programme).objects.inside(training_class=programme.training_class_id)
    return list(rows.select_related("teacher__account").order_by("day", "period", "group"))


def module_periods(training_class: TrainingClass) -> dict[str, int]:
    """Module → periods in the timetable in force, of the trainees who have the fewest of it."""
    held: dict[str, list[int]] = {}
    for session in sessions_of(training_class):
        if session.module:
            held.setdefault(session.module, []).append(session.group)
    most = max((group for groups in held.values() for group in groups), default=1)
    return {module: least(trainee_periods(groups, most)) for module, groups in held.items()}


def filed_version(training_class: TrainingClass) -> FiledProgramme | None:
    """The latest filed version, or None."""
    rows = FiledProgramme.objects.inside(training_class=training_class)
    found: FiledProgramme | None = rows.order_by("-version").first()
    return found


def is_filed(training_class: TrainingClass) -> bool:
    """Whether a programme is filed with the centre (TR 9), the gate of enrolment (TR 10)."""
    return FiledProgramme.objects.inside(training_class=training_class).exists()


def unconfirmed(programme: Programme) -> list[str]:
    """Instructors who have not confirmed the present version, by name."""
    done = set(
        ProgrammeConfirmation.objects.inside(training_class=programme.training_class_id, version=programme.version)
        .values_list("person_id", flat=True)
    )  # fmt: skip
    instructors = accepted(programme.training_class, Seat.INSTRUCTOR)
    return [i.person.name for i in instructors if i.person_id not in done]


def programme_breaches(
    programme: Programme, sessions: Sequence[Timetabled], found: Sequence[Finding] | None = None
) -> list[Breach]:
    """Everything that keeps the programme from being submitted. found: its findings, when they are known already."""
    shown = programme.training_class
    edition = shown.edition
    breaches = [one.breach for one in _found(programme, sessions, found) if not one.is_hint]
    if not is_staffed(shown, edition):
        breaches.append(
            Breach(
                "programme.unstaffed",
                "TR 8",
                "骨干教师尚未全部到位。",
                "可先编写，到位并由授课骨干教师确认后报送。",
            )
        )
    if programme.is_change:
        breaches += change_breaches(programme, sessions)
    return breaches + confirmation_breaches(unconfirmed(programme))


def _found(
    programme: Programme, sessions: Sequence[Timetabled], found: Sequence[Finding] | None
) -> Sequence[Finding]:
    return programme_findings(programme, sessions) if found is None else found


# Which periods of a class are facts already: stage 5, which calls the roll, says so.
TAUGHT: list[Callable[[TrainingClass], set[tuple[date, int]]]] = []
# Who is told what a filed change moves for them: stage 4 tells the admitted.
CHANGED: list[Callable[[TrainingClass, Sequence[str], datetime], None]] = []


def versions_of_change(programme: Programme, sessions: Sequence[Timetabled]) -> tuple[Version, Version]:
    """What is in force and what a change makes of it."""
    filed = filed_version(programme.training_class)
    held: dict[str, Any] = filed.content if filed else snapshot(programme, sessions)
    in_force = [session.as_lesson() for session in sessions_of(programme.training_class)]
    return (
        Version(held["sections"], held["final_mode"], in_force, held.get("notes", {})),
        Version(
            programme.sections,
            programme.final_mode,
            [session.as_lesson() for session in sessions],
            programme.notes,
        ),
    )


def change_breaches(programme: Programme, sessions: Sequence[Timetabled]) -> list[Breach]:
    """Why a change cannot go out: it changes nothing, or something that has happened."""
    before, after = versions_of_change(programme, sessions)
    taught = {place for read in TAUGHT for place in read(programme.training_class)}
    breaches = taught_breaches(before, after, taught)
    if not any(_differences(before, after)) and not _redated(programme):
        breaches.append(
            Breach("change.nothing", "TR 9", "与已报备的方案相比没有任何改动。", "请修改后报送，或撤销变更。")
        )
    return breaches


def _differences(before: Version, after: Version) -> tuple[bool, ...]:
    return (
        dict(before.sections) != dict(after.sections),
        before.final_mode != after.final_mode,
        list(before.lessons) != list(after.lessons),
        dict(before.notes) != dict(after.notes),
    )


def moved_by(programme: Programme, sessions: Sequence[Timetabled], today: date) -> list[Moved]:
    """What a change moves; nothing while the programme is no change."""
    if not programme.is_change:
        return []
    return _redated(programme) + moved_between(*versions_of_change(programme, sessions), today)


def _redated(programme: Programme) -> list[Moved]:
    """The dates of the class have moved since the programme was filed: its whole timetable is another one."""
    filed = filed_version(programme.training_class)
    in_force = sessions_of(programme.training_class)
    if filed is None or not in_force or not filed.content["sessions"]:
        return []
    old, new = date.fromisoformat(filed.content["sessions"][0]["day"]), in_force[0].day
    if old == new:
        return []
    return [Moved("days", f"课表由{said(old)}起整体改为{said(new)}起。", True, True)]


def snapshot(programme: Programme, sessions: Sequence[Timetabled]) -> dict[str, Any]:
    """The text and the timetable as they are filed. Groups and notes stand in it where there are any."""
    content = {
        "sections": programme.sections,
        "final_mode": programme.final_mode,
        "venue_declared": programme.venue_declared,
        "sessions": [
            {
                "day": s.day.isoformat(),
                "period": s.period,
                "kind": s.kind,
                "module": s.module,
                "topic": s.topic,
                "teacher": s.teacher.name if s.teacher else "",
                "room": s.room,
            }
            | ({"group": s.group} if s.group else {})
            for s in sessions
        ],
    }
    content |= {"groups": programme.groups} if programme.groups > 1 else {}
    return content | ({"notes": programme.notes} if programme.notes else {})


def may_write(role: Role, training_class: TrainingClass, programme: Programme | None) -> bool:
    """Whether the role may write the programme now: the institution and the class's own instructors (TR 9)."""
    if not role.may(Permission.EDIT_PROGRAMME) or training_class.state != PlanState.PUBLISHED:
        return False
    if role.is_(Duty.BACKBONE) and seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is None:
        return False
    if programme is None:
        return opening_of(training_class) is not None
    return programme.state in OPEN_STATES


TAUGHT_STAGE = 6  # TR 6: teaching has ended, the programme is what happened


def may_change(role: Role, training_class: TrainingClass) -> bool:
    """Whether the role may begin to change what is filed: those who write it, until teaching has ended."""
    if not role.may(Permission.CHANGE_PROGRAMME) or training_class.stage >= TAUGHT_STAGE:
        return False
    return (
        not role.is_(Duty.BACKBONE) or seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is not None
    )


def filed_versions(training_class: TrainingClass) -> list[FiledProgramme]:
    """Every version that was filed, the latest first, without its content."""
    rows = FiledProgramme.objects.inside(training_class=training_class)
    return list(rows.defer("content").select_related("filed_by").order_by("-version"))


def filed_as(training_class: TrainingClass, version: int) -> FiledProgramme | None:
    """One filed version with its frozen content."""
    found: FiledProgramme | None = FiledProgramme.objects.inside(
        training_class=training_class, version=version
    ).select_related("filed_by").first()  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """An instructor and whether they stand by the present version."""

    name: str
    account: int
    confirmed_at: datetime | None


def words_of(programme: Programme) -> list[Word]:
    """Both instructors' words in seat order (AMB-67): for the present version while it is written, afterwards for the one
    that was submitted, which is the last that they stood by."""
    held = ProgrammeConfirmation.objects.inside(training_class=programme.training_class_id)
    if programme.state in OPEN_STATES:
        held = held.filter(version=programme.version)
    given = dict(held.order_by("version").values_list("person_id", "confirmed_at"))
    instructors = accepted(programme.training_class, Seat.INSTRUCTOR)
    return [Word(i.person.name, i.person.account_id, given.get(i.person_id)) for i in instructors]


def last_writing(training_class: TrainingClass) -> Event | None:
    """Who wrote the programme last and when; the readers are people who may see the programme."""
    rows = Event.objects.unscoped("who wrote last").filter(
        class_id=training_class.pk, code=Permission.EDIT_PROGRAMME
    )
    found: Event | None = rows.order_by("-pk").first()
    return found
