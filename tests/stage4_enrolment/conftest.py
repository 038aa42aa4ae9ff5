"""Filled forms and further applicants, for the tests of stage 4."""

from __future__ import annotations

import random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.forms import form1_answers
from gongxue.stage4_enrolment.actions import (
    endorse_application,
    give_opinion,
    save_application,
    submit_application,
)
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from tests.cast import ClassAt


def answers_for(c: ClassAt, **more: Any) -> dict[str, Any]:
    """Form 1 of the class's level, completely filled; `more` replaces answers (17a → a17a is not needed)."""
    return form1_answers(Level(c.tc.level), random.Random(5)) | {"17": "否", "9": "学院路1号"} | more


def as_post(answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser sends for these answers."""
    sent = {f"answers.{code}": "on" if value is True else value for code, value in answers.items()}
    return sent | {"filled": "1"} | more


def begun(c: ClassAt, role: Role, answers: dict[str, Any] | None = None) -> Application:
    """A draft of somebody."""
    notice = enrolment_of(c.tc)
    assert notice is not None
    return save_application(
        enrolment=notice, answers=answers_for(c) if answers is None else answers, by=role, now=c.now
    )


def applied(
    c: ClassAt, role: Role, *, endorsed: bool = True, opinions: tuple[bool, ...] = (True, True)
) -> Application:
    """Somebody's submitted application, endorsed by the school, with the instructors' opinions."""
    application = submit_application(application=begun(c, role), by=role, now=c.now)
    if endorsed:
        application = endorse_application(application=application, by=school_of(role), now=c.now)
    for agrees, instructor in zip(opinions, c.instructors, strict=False):
        comment = "" if agrees else "教学经历不足一年"
        give_opinion(application=application, agrees=agrees, comment=comment, by=instructor, now=c.now)
    return application


def school_of(role: Role) -> Role:
    """Somebody who endorses for the employer of a trainee."""
    held = Role.objects.filter(organisation=role.organisation_id, duty=Duty.SCHOOL, until=None)
    return held.select_related("account", "organisation")[0]


def newcomers(c: ClassAt, number: int) -> list[Role]:
    """So many further trainees, of the stranger's school."""
    place = Organisation.objects.get(pk=c.people.trainee.organisation_id)
    return c.run.cast.people([place], number, Duty.TRAINEE)


def application_of(c: ClassAt, role: Role) -> Application:
    """The application of a trainee, read now."""
    rows = Application.objects.unscoped("tests").filter(training_class=c.tc, person__account=role.account_id)
    return rows.select_related("person__account", "training_class", "answer").order_by("-pk")[0]


def scan(name: str = "意见.png", content: bytes | None = None) -> SimpleUploadedFile:
    """A picture of a stamped opinion."""
    return SimpleUploadedFile(name, PIXEL if content is None else content)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)  # a picture of one pixel
