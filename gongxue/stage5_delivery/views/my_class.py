"""A trainee's own page of a class: the pledge, notices, group, materials, timetable, who is in it. And the pledge of teachers."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations import discipline
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.programme import SessionKind
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage4_enrolment.queries import enrolment_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import ceremonies_of
from gongxue.stage5_delivery.queries.contacts import Contact, contacts_of
from gongxue.stage5_delivery.queries.discipline import own_pledge, pledging_person
from gongxue.stage5_delivery.queries.groups import group_names_of
from gongxue.stage5_delivery.queries.lodging import lodgings_of
from gongxue.stage5_delivery.queries.materials import materials_of, received_by
from gongxue.stage5_delivery.queries.notices import notices_to
from gongxue.stage5_delivery.views.materials import places_of


def my_class(request: Request, pk: int) -> HttpResponse:
    """Everything that a class has for one trainee; for somebody of the teaching team their pledge."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    person = pledging_person(tc, role) if role.is_(Duty.TRAINEE, Duty.BACKBONE) else None
    if person is None:
        raise PermissionDenied
    shown: dict[str, Any] = {
        "tc": tc,
        "rules": discipline.RULES,
        "pledge_text": discipline.PLEDGE,
        "text_version": discipline.VERSION,
        "pledge": own_pledge(tc, person),
        "trainee": role.is_(Duty.TRAINEE),
        "today": clock.today(),
    }
    if role.is_(Duty.TRAINEE):
        shown |= _for_trainee(request, tc)
    return render(request, "delivery/my_class.html", shown)


def _for_trainee(request: Request, tc: TrainingClass) -> dict[str, Any]:
    contacts = contacts_of(tc)
    mine = next(
        (c for c in contacts if c.attendee.application.person.account_id == request.role.account_id), None
    )
    enrolment = enrolment_of(tc)
    materials = materials_of(tc)
    places = places_of(tc, materials, trainee=True)
    got = received_by(mine.attendee) if mine else set()
    return {
        "mine": mine,
        "notices": list(notices_to(request.role, tc)),
        "office_contact": enrolment.contact if enrolment else "",
        "materials": [(row, row.pk in got, places[row.pk]) for row in materials],
        "timetable": _timetable(tc, mine.attendee if mine else None),
        "classmates": contacts,
        "ceremonies": [row for row in ceremonies_of(tc).values() if row.row],
        "lodging": _own_lodging(tc, mine),
        **_own_group(tc, mine, contacts),
    }


def _timetable(tc: TrainingClass, mine: Attendee | None) -> list[tuple[Any, list[Any]]]:
    """Day → the periods that a trainee has: the whole class's, and those of their group once they are in one."""
    group = mine.group if mine else None
    rows = [one for one in sessions_of(tc) if not one.group or group in (None, one.group)]
    days = groupby(rows, key=lambda one: one.day)
    return [(day, [(one, _lesson(one)) for one in held]) for day, held in days]


def _lesson(session: CourseSession) -> str:
    """What a period is called: its topic, else its module, else its kind."""
    module = module_by_code(session.module)
    return session.topic or (module.title if module else SessionKind(session.kind).title)


def _own_lodging(tc: TrainingClass, mine: Contact | None) -> Any:
    person = mine.attendee.application.person_id if mine else None
    return next((row for row in lodgings_of(tc) if row.person_id == person), None) if person else None


def _own_group(tc: TrainingClass, mine: Contact | None, contacts: list[Contact]) -> dict[str, Any]:
    number = mine.attendee.group if mine else None
    if not number:
        return {"group": "", "members": []}
    named = group_names_of(tc).get(number)
    return {
        "group": str(named) if named else f"第 {number} 组",
        "leader": named.leader_id if named else None,
        "members": [c.attendee for c in contacts if c.attendee.group == number],
    }
