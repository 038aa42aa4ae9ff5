"""Reads of stage 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.foundation.trail.models import Event
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import PlanState, ProgrammeState
from gongxue.regulations.programme import (
    confirmation_breaches,
    scenic_warnings,
    section_breaches,
    timetable_breaches,
)
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted, is_staffed, opening_of, seat_of
from gongxue.stage3_programme.models import (
    CourseSession,
    DraftSession,
    FiledProgramme,
    Programme,
    ProgrammeConfirmation,
    Timetabled,
)

OPEN_STATES = (ProgrammeState.DRAFT, ProgrammeState.RETURNED)


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
    return list(rows.select_related("teacher__account").order_by("day", "period"))


def timetable_of(programme: Programme) -> type[CourseSession] | type[DraftSession]:
    """Where the timetable that is being written stands: beside the one in force while a filed one is changed."""
    return DraftSession if programme.is_change else CourseSession


def written_sessions(programme: Programme) -> Sequence[Timetabled]:
    """The timetable as it is being written, in order; that of a filed programme is the one in force."""
    rows = timetable_of(programme).objects.inside(training_class=programme.training_class_id)
    return list(rows.select_related("teacher__account").order_by("day", "period"))


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


def programme_breaches(programme: Programme, sessions: Sequence[Timetabled]) -> list[Breach]:
    """Everything that keeps the programme from being submitted."""
    shown = programme.training_class
    edition = shown.edition
    breaches = section_breaches(programme.sections)
    breaches += timetable_breaches(
        [s.as_rule() for s in sessions],
        shown.level_enum,
        shown.days,
        shown.first_day,
        shown.last_day,
        edition,
    )
    if scenic_warnings(programme.venue) and not programme.venue_declared:
        names = "、".join(scenic_warnings(programme.venue))
        breaches.append(
            Breach(
                "programme.venue",
                "MG 11",
                f"场地中出现“{names}”，严禁在 21 个风景名胜区或高档宾馆培训。",
                "如仅为地名重合，请勾选声明后报送。",
            )
        )
    if not is_staffed(shown, edition):
        breaches.append(
            Breach(
                "programme.unstaffed",
                "TR 8",
                "骨干教师尚未全部到位。",
                "可先编写，到位并由授课骨干教师确认后报送。",
            )
        )
    return breaches + confirmation_breaches(unconfirmed(programme))


def snapshot(programme: Programme, sessions: Sequence[Timetabled]) -> dict[str, Any]:
    """The text and the timetable as they are filed."""
    return {
        "sections": programme.sections,
        "final_mode": programme.final_mode,
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
            for s in sessions
        ],
    }


def may_write(role: Role, training_class: TrainingClass, programme: Programme | None) -> bool:
    """Whether the role may write the programme now: the institution and the class's own instructors (TR 9)."""
    if not role.may(Permission.EDIT_PROGRAMME) or training_class.state != PlanState.PUBLISHED:
        return False
    if role.is_(Duty.BACKBONE) and seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is None:
        return False
    if programme is None:
        return opening_of(training_class) is not None
    return programme.state in OPEN_STATES


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
    """Both instructors' words for the present version, in seat order (AMB-67)."""
    held = ProgrammeConfirmation.objects.inside(
        training_class=programme.training_class_id, version=programme.version
    ).values_list("person_id", "confirmed_at")  # fmt: skip
    given = dict(held)
    instructors = accepted(programme.training_class, Seat.INSTRUCTOR)
    return [Word(i.person.name, i.person.account_id, given.get(i.person_id)) for i in instructors]


def last_writing(training_class: TrainingClass) -> Event | None:
    """Who wrote the programme last and when; the readers are people who may see the programme."""
    rows = Event.objects.unscoped("who wrote last").filter(
        class_id=training_class.pk, code=Permission.EDIT_PROGRAMME
    )
    found: Event | None = rows.order_by("-pk").first()
    return found
