"""Seeing one full ID number: by a role that meets the person, with a reason, one trail entry each time."""

from __future__ import annotations

from datetime import datetime, time

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Person
from gongxue.parties.notices import many_reveals
from gongxue.parties.queries import centre_roles
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import SHANGHAI, day_of
from gongxue.regulations.roles import Permission

USUAL = 50  # full ID numbers that one account sees on a day before the centre is told


@action(Permission.REVEAL)
def reveal_id_number(*, person: Person, reason: str, by: Role, now: datetime) -> Person:
    """Leave the entry that allows one look at the full ID number; beyond fifty a day the centre is told.

    NotThere for a person whom the role does not meet in its work, RuleBroken without a reason.
    """
    seen = Person.objects.scope(by).filter(pk=person.pk).select_related("account", "employer").first()
    if seen is None:
        raise NotThere
    if not reason.strip():
        raise RuleBroken(
            [Breach("reason.missing", "MG 25.4", "查看完整证件号码须写明理由。", "请填写理由后再提交。")]
        )
    Account.objects.select_for_update(no_key=True).get(
        pk=by.account_id
    )  # two looks at once are counted one after the other
    record(Permission.REVEAL, by=by, now=now, about=seen, reason=reason)
    if reveals_on_day(by, now) == USUAL + 1:
        many_reveals(centre_roles(), by, USUAL, now)
    return seen


def reveals_on_day(role: Role, now: datetime) -> int:
    """How many full ID numbers the account has seen on the Shanghai day of a moment."""
    midnight = datetime.combine(day_of(now), time(), SHANGHAI)
    events = Event.objects.unscoped("a count for one account").filter(account_id=role.account_id)
    return events.filter(code=Permission.REVEAL, at__gte=midnight).count()
