"""The lock under which seats are counted, and what a seat brings with it."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.actions import book
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.actions import involve
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.models import Application


def lock_class(application: Application) -> TrainingClass:
    """Seats are counted under the lock of the class: the thirty-first waits and is refused."""
    rows = TrainingClass.objects.unscoped("lock order: class, then application")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=application.training_class_id)


def take_place(row: Application, shown: TrainingClass, now: datetime) -> None:
    """Whoever has got a seat: their days are booked nationwide, the class opens its file to them.

    Refused: they teach or examine this class, they are taken on one of its days.
    """
    if row.person_id in {i.person_id for i in accepted(shown)}:
        raise RuleBroken(
            [Breach("admit.team", "TR 8", "本班骨干教师不能同时参训。", "请由其选择参训或任教，再办理录取。")]
        )
    book(row.person, shown.days_list, capacity="trainee", reference=f"class/{shown.pk}")
    involve(shown, row.person.account_id, Duty.TRAINEE, now)
