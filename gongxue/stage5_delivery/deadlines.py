"""The daily run of stage 5: the discipline is made clear during training (MG 10). Idempotent."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.regulations.discipline import reminder_days
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.stage5_delivery.actions.reminding import BY_MESSAGE, remind_discipline
from gongxue.stage5_delivery.models import Delivery
from gongxue.stage5_delivery.queries.discipline import reminded_on


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Remind every running class whose day it is; a class that was reminded by hand today is left alone."""
    running = Delivery.objects.scope(by).filter(state=DeliveryState.RUNNING)
    done = 0
    for delivery in running.select_related("training_class__institution").order_by("pk"):
        tc = delivery.training_class
        if today not in reminder_days(tc.first_day, tc.days) or reminded_on(tc, today, BY_MESSAGE):
            continue
        with suppress(Refusal):  # closed or emptied this very moment
            remind_discipline(training_class=tc, by=by, now=now)
            done += 1
    return {"reminded": done}
