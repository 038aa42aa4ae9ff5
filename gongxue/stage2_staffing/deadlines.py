"""The daily run of stage 2: recommendations that are due, reminders, invitations that lapse. Idempotent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.rescue import LAST_HOUR, hours_left
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions import expire_invitation, run_staffing
from gongxue.stage2_staffing.inputs import classes_waiting
from gongxue.stage2_staffing.models import Invitation


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Recommend for every filed opening at once (D-35 at the latest), let unanswered invitations lapse, which asks the
    substitutes, and remind whoever has to answer by tomorrow or today."""
    recommended = _recommend(by, now)
    lapsed = list(
        Invitation.objects.scope(by).filter(
            state=InvitationState.SENT, answer_by__lt=today, answer_until=None
        )
    )
    for invitation in lapsed:
        expire_invitation(invitation=invitation, by=by, now=now)
    lapsed_hours = lapse_rescues(by=by, now=now)["lapsed"]
    return {
        "recommended": recommended,
        "lapsed": len(lapsed) + lapsed_hours,
        "reminded": remind(today, by, now),
    }


def lapse_rescues(*, by: Role, now: datetime) -> dict[str, int]:
    """What the hour demands of invitations that count in hours: those that are over lapse, whoever has not an hour left
    is reminded once. Idempotent."""
    rows = Invitation.objects.scope(by).filter(state=InvitationState.SENT)
    over = list(rows.filter(answer_until__lt=now).order_by("pk"))
    for invitation in over:
        expire_invitation(invitation=invitation, by=by, now=now)
    soon = rows.filter(answer_until__gte=now, answer_until__lte=now + LAST_HOUR, sent_at__lte=now - LAST_HOUR)
    for invitation in soon.select_related("training_class__institution", "person__account").order_by("pk"):
        notices.rescue_reminded(invitation, hours_left(invitation.answer_until, now), now)
    return {"lapsed": len(over)}


def _recommend(by: Role, now: datetime) -> int:
    """One run over every filed opening; 0 while another run is under way, which will tell."""
    waiting = len(classes_waiting(by))
    try:
        if waiting:
            run_staffing(by=by, now=now)
    except RuleBroken as refused:
        if {b.rule for b in refused.breaches} != {"run.under_way"}:
            raise
        return 0
    return waiting


def remind(today: date, by: Role, now: datetime) -> int:
    """Remind of answers that are due tomorrow or today, once each; whoever was asked today knows."""
    due = Invitation.objects.scope(by).filter(
        state=InvitationState.SENT, answer_by__in=[today, today + timedelta(days=1)], answer_until=None
    )
    read = due.select_related("training_class__institution", "person__account").order_by("pk")
    rows = [row for row in read if day_of(row.sent_at) < today]
    for row in rows:
        notices.reminded(row, today, now)
    return len(rows)
