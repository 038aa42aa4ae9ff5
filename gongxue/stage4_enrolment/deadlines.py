"""The daily run of stage 4: enrolment closes after its last day, offered seats lapse. Idempotent."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState, SubstitutionState
from gongxue.regulations.waiting_list import OFFER_REMINDER
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.actions import close_enrolment, lapse_colleague, lapse_seat, offer_again
from gongxue.stage4_enrolment.models import Application, Enrolment, Substitution


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Close every published enrolment whose closing day is past; let unanswered offers lapse."""
    over = list(Enrolment.objects.scope(by).filter(state=EnrolmentState.PUBLISHED, closes_on__lt=today))
    for enrolment in over:
        close_enrolment(enrolment=enrolment, by=by, now=now)
    return {"closed": len(over)} | keep_seats_moving(by=by, now=now)


def lapse_offers(*, by: Role, now: datetime) -> dict[str, int]:
    """Every offer whose moment is past goes to the next of the waiting list; whoever has three hours left is reminded
    once. Idempotent."""
    rows = Application.objects.scope(by).filter(state=ApplicationState.OFFERED)
    lapsed = 0
    for application in rows.filter(offer_until__lt=now).order_by("pk"):
        with suppress(Refusal):  # answered this very moment: the answer stands
            lapse_seat(application=application, by=by, now=now)
            lapsed += 1
    soon = rows.filter(offer_until__gte=now, offer_until__lte=now + OFFER_REMINDER)
    for application in soon.select_related("training_class__institution", "person__account").order_by("pk"):
        notices.offer_reminded(application, application.offer_until, now)
    return {"offers_lapsed": lapsed}


def keep_seats_moving(*, by: Role, now: datetime) -> dict[str, int]:
    """Unanswered offers and namings end, seats that stayed free are offered again: every ten minutes. Idempotent."""
    done = lapse_offers(by=by, now=now) | lapse_colleagues(by=by, now=now)
    return done | offer_freed_seats(by=by, now=now)


def lapse_colleagues(*, by: Role, now: datetime) -> dict[str, int]:
    """Colleagues who did not submit form 1 in time, or were not admitted before the day of arrival. Idempotent."""
    rows = Substitution.objects.scope(by).filter(state=SubstitutionState.NAMED, until__lt=now)
    lapsed = 0
    for row in rows.select_related(*Substitution.READ_WITH).order_by("pk"):
        with suppress(Refusal):  # submitted, and there is still time to decide
            lapse_colleague(substitution=row, by=by, now=now)
            lapsed += 1
    return {"colleagues_lapsed": lapsed}


def offer_freed_seats(*, by: Role, now: datetime) -> dict[str, int]:
    """Seats that nobody could take when they became free are offered as soon as somebody can. Idempotent."""
    waiting = Enrolment.objects.scope(by).filter(freed_seats__gt=0, training_class__stage=4)
    asked = 0
    for enrolment in waiting.select_related("training_class").order_by("pk"):
        asked += offer_again(training_class=enrolment.training_class, now=now)
    return {"freed_offered": asked}
