"""The daily run of the pool: teachers learn before two idle years are full (MG 9.1), institutions before
approvals end. Idempotent."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties import notices
from gongxue.parties.models import Person, TrainingApproval
from gongxue.parties.queries import roles_in, roles_of_people, teachers_idle
from gongxue.regulations.approvals import Approval, running_out
from gongxue.regulations.roles import Duty


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """One message at each of the warnings, the same one never twice; after the day itself the centre decides."""
    warned: dict[tuple[date, int], list[int]] = defaultdict(list)
    for person, clock in teachers_idle(today).items():
        if clock.warning:
            warned[clock.full_on, clock.warning].append(person)
    keys = [person for people in warned.values() for person in people]
    rows = Person.objects.scope(by).filter(pk__in=keys).only("pk", "account_id")
    roles = roles_of_people(rows, Duty.BACKBONE)
    for (full_on, days), people in warned.items():
        to = [roles[person] for person in people if person in roles]
        notices.idle_soon(to, full_on, days, today, now)
    return {"idle": len(keys), "approvals": warn_of_ends(today, now)}


def warn_of_ends(today: date, now: datetime) -> int:
    """Each institution learns once that approvals end within RUNS_OUT_DAYS and have not been renewed (AMB-60)."""
    rows = TrainingApproval.objects.filter(valid_until__gte=today).select_related("institution")
    held: dict[Organisation, list[Approval]] = defaultdict(list)
    for row in rows.order_by("institution__code"):
        held[row.institution].append(row.as_rule())
    ending = {place: found for place, approvals in held.items() if (found := running_out(approvals, today))}
    told = Message.objects.unscoped("how many have been told").filter(kind=notices.APPROVAL_ENDS)
    before = told.count()
    for place, found in ending.items():
        for approval in found:
            notices.approval_ends(roles_in(place, Duty.INSTITUTION), approval, now)
    return told.count() - before
