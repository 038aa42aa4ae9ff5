"""The daily run of stage 4: enrolment closes after its last day. Idempotent."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.regulations.lifecycle import EnrolmentState
from gongxue.stage4_enrolment.actions import close_enrolment
from gongxue.stage4_enrolment.models import Enrolment


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Close every published enrolment whose closing day is past."""
    over = list(Enrolment.objects.scope(by).filter(state=EnrolmentState.PUBLISHED, closes_on__lt=today))
    for enrolment in over:
        close_enrolment(enrolment=enrolment, by=by, now=now)
    return {"closed": len(over)}
