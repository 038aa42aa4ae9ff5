"""What a change of a published class does to its applicants (TR 7, TR 10)."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.engine import lock_rows, move
from gongxue.parties.actions import unbook
from gongxue.parties.queries import roles_of_people
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState, SubstitutionState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import end_involvement
from gongxue.stage1_planning.queries.changes import ClassChange
from gongxue.stage4_enrolment.models import Application, Enrolment, Substitution

_LIVE = (
    ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.WAITING, ApplicationState.OFFERED,
    ApplicationState.ADMITTED,
)  # fmt: skip


def more_admitted(change: ClassChange) -> list[Breach]:
    """Fewer places than are admitted already."""
    if change.wanted is None or change.wanted.headcount >= change.training_class.headcount:
        return []
    admitted = Application.objects.inside(
        training_class=change.training_class, state__in=Application.SEATED
    ).count()
    if admitted <= change.wanted.headcount:
        return []
    says = f"本班已录取 {admitted} 人，人数不能少于已录取人数。"
    return [Breach("change.admitted", "TR 11.3", says, "请改为不少于已录取人数。")]


def give_up(change: ClassChange, by: Role, now: datetime) -> None:
    """The class is cancelled: enrolment closes, every application ends, seats and days are free, everybody is told."""
    if not change.cancels:
        return
    tc = change.training_class
    for enrolment in lock_rows(Enrolment.objects.inside(training_class=tc, state=EnrolmentState.PUBLISHED)):
        move(enrolment, Permission.CLOSE_ENROLMENT)
    rows = lock_rows(
        Application.objects.inside(training_class=tc, state__in=_LIVE).select_related("person__account")
    )
    for naming in lock_rows(Substitution.objects.inside(training_class=tc, state=SubstitutionState.NAMED)):
        move(naming, Permission.LAPSE_COLLEAGUE)
    reason = f"班次取消：{change.reason}"[:500]
    for row in rows:
        was_admitted = row.admitted
        move(
            row, Permission.WITHDRAW_APPLICATION, seat=None, waiting_number=None, offer_until=None,
            decision_reason=reason,
        )  # fmt: skip
        if was_admitted:
            unbook(row.person, f"class/{tc.pk}")
            end_involvement(tc, row.person.account_id, Duty.TRAINEE, now)
    send(
        roles_of_people([row.person for row in rows], Duty.TRAINEE).values(),
        subject=f"班次已取消：{tc}",
        body=f"您的报名随之结束。{change.reason}",
        kind="enrolment.cancelled",
        link="/my/applications/",
        now=now,
    )
