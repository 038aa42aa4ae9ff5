"""Making the discipline clear 明确纪律要求 (MG 10), and the register of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Person
from gongxue.regulations import discipline
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.discipline import Occasion
from gongxue.regulations.lifecycle import CLOSED_STAGE
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import DisciplineReminder
from gongxue.stage5_delivery.queries import delivery_of
from gongxue.stage5_delivery.queries.discipline import reminded_on

BY_MESSAGE, SPOKEN = "平台消息", "课堂宣读"


def note_reminders(
    training_class: TrainingClass, people: Iterable[Person], occasion: Occasion, means: str, *, by: Role, now: datetime
) -> int:  # fmt: skip
    """Enter into the register that people were reminded; returns how many. The caller records the trail."""
    rows = [
        DisciplineReminder(
            training_class=training_class, person=person, occasion=occasion, means=means,
            text_version=discipline.VERSION, at=now, by=by.account,
        )
        for person in people
    ]  # fmt: skip
    DisciplineReminder.objects.bulk_create(rows)
    return len(rows)


def occasion_now(training_class: TrainingClass) -> Occasion:
    """Before the class begins a reminder belongs to the notice of admission, afterwards to the training."""
    return Occasion.NOTICE if delivery_of(training_class) is None else Occasion.TRAINING


@action(Permission.REMIND)
def remind_discipline(
    *, training_class: TrainingClass, by: Role, now: datetime, spoken: bool = False
) -> TrainingClass:
    """Remind every trainee and the teaching team of the discipline (MG 10), by message or as read aloud in class.

    Once a day and means: a second call on the day changes nothing. Refused before anybody is admitted and after the
    class is closed.
    """
    shown = lock(training_class, by)
    trainees = [row.person for row in roster(shown)]
    if not trainees or shown.stage >= CLOSED_STAGE:
        says = "本班已结班。" if shown.stage >= CLOSED_STAGE else "本班还没有录取参训教师。"
        raise RuleBroken([Breach("remind.nobody", "MG 10", says, "纪律提醒在录取后、结班前进行。")])
    means = SPOKEN if spoken else BY_MESSAGE
    if reminded_on(shown, day_of(now), means):
        return shown
    team = [] if spoken else [invitation.person for invitation in accepted(shown)]
    n = note_reminders(shown, [*trainees, *team], occasion_now(shown), means, by=by, now=now)
    if not spoken:
        notices.discipline_reminded(shown, trainees, team, now)
    record(Permission.REMIND, by=by, now=now, about=shown, changes={means: [None, n]})
    return shown
