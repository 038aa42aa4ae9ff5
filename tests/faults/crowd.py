"""Many applicants of one class, each ready to be decided on."""

from __future__ import annotations

from gongxue.foundation.identity.models import Role
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.forms import form1_answers
from gongxue.stage4_enrolment import actions as enrolment
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from tests.cast import ClassAt


def crowd(c: ClassAt, number: int) -> list[Application]:
    """New people apply to an announced class; their schools and both instructors agree."""
    return [_applied(c, role) for role in c.run.cast.people(c.run.employers, number, Duty.TRAINEE)]


def _applied(c: ClassAt, role: Role) -> Application:
    notice, now = enrolment_of(c.tc), c.now
    assert notice is not None
    answers = form1_answers(Level(c.tc.level), c.run.dice)
    application = enrolment.save_application(enrolment=notice, answers=answers, by=role, now=now)
    enrolment.submit_application(application=application, by=role, now=now)
    school = c.run.cast.staff(role.organisation, Duty.SCHOOL)
    enrolment.endorse_application(application=application, by=school, now=now)
    for instructor in c.instructors:
        enrolment.give_opinion(application=application, agrees=True, by=instructor, now=now)
    return application


def officers(c: ClassAt) -> list[Role]:
    """Three people of the institution who may all admit."""
    colleagues = [
        Role.objects.create(
            account=other.account, organisation=c.tc.institution, duty=Duty.INSTITUTION, since=c.tc.first_day
        )
        for other in (c.coordinator, c.certificate_officer)
    ]
    return [c.staff, *colleagues]
