"""What waits for a role: composed from the stages' queries, the overdue first. A handful of queries per desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import chain

from gongxue.desks.todos.institution import (
    certificate_cases,
    certificate_officer,
    coordinator,
    institution_applicants,
    institution_classes,
    institution_plans,
    institution_results,
)
from gongxue.desks.todos.officials import centre, province
from gongxue.desks.todos.shapes import Todos
from gongxue.desks.todos.teacher import teacher_classes, teacher_invitations
from gongxue.desks.todos.trainee import school, trainee
from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty

_MAKERS: dict[Duty, tuple[Callable[[Role, date], Todos], ...]] = {
    Duty.CENTRE: (centre,),
    Duty.PROVINCE: (province,),
    Duty.INSTITUTION: (
        institution_plans,
        institution_classes,
        institution_applicants,
        institution_results,
        coordinator,
        certificate_cases,
    ),
    Duty.COORDINATOR: (coordinator,),
    Duty.CERTIFICATE_OFFICER: (certificate_officer,),
    Duty.BACKBONE: (teacher_invitations, teacher_classes),
    Duty.TRAINEE: (trainee,),
    Duty.SCHOOL: (school,),
}


def todos_for(role: Role, today: date) -> Todos:
    """Everything that waits for the role, the overdue first, then by due day."""
    makers = _MAKERS.get(role.duty_enum, ())
    found = list(chain.from_iterable(make(role, today) for make in makers))
    return sorted(found, key=lambda t: (t.due is None, t.due or today, t.heading))
