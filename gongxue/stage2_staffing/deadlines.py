"""The daily run of stage 2: recommendations that are due, reminders, invitations that lapse. Idempotent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, OpeningState
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions import expire_invitation, recommend_teachers
from gongxue.stage2_staffing.models import Invitation, Opening


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Recommend for every filed opening (D-35 at the latest), let unanswered invitations lapse, which asks the
    substitutes, and remind whoever has to answer by tomorrow or today."""
    filed = Opening.objects.scope(by).filter(state=OpeningState.FILED)
    waiting = filed.exclude(training_class__level=Level.BACKBONE).select_related(
        "training_class__institution"
    )
    recommended = 0
    for opening in waiting.order_by("training_class__first_day", "pk"):
        recommend_teachers(training_class=opening.training_class, by=by, now=now)
        recommended += 1
    lapsed = list(Invitation.objects.scope(by).filter(state=InvitationState.SENT, answer_by__lt=today))
    for invitation in lapsed:
        expire_invitation(invitation=invitation, by=by, now=now)
    return {"recommended": recommended, "lapsed": len(lapsed), "reminded": remind(today, by, now)}


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
