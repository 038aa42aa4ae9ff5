"""The waiting list moves up (TR 11.3): a free seat is offered, accepted, declined, or lapses and goes to the next."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.queries import system_role
from gongxue.regulations.enrolment import free_seat, full_breach
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Permission
from gongxue.regulations.waiting_list import accepting_breaches, lapsing_breaches, offer_ends, offer_words
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.actions.locking import lock_class, take_place
from gongxue.stage4_enrolment.actions.substituting import end_naming
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage4_enrolment.queries import taken_seats
from gongxue.stage4_enrolment.queries.waiting import offer_said, waiting_rows


def next_waiting_number(training_class: TrainingClass) -> int:
    """The end of the waiting list; the class is locked."""
    rows = Application.objects.inside(training_class=training_class)
    return (rows.aggregate(last=Max("waiting_number"))["last"] or 0) + 1


@action(Permission.OFFER_SEAT)
def offer_seat(*, training_class: TrainingClass, by: Role, now: datetime) -> Application | None:
    """Keep the lowest free seat for the first of the waiting list whom nothing hinders, until a moment.

    None: no seat is free, nobody can be asked, or the class is so near that nobody could answer.
    """
    shown = lock(training_class, by)
    taken, until = taken_seats(shown), offer_ends(now, shown.first_day)
    seat = free_seat(taken, shown.edition)
    if seat is None or until is None or shown.stage != 4:
        return None
    found = next((row.application for row in waiting_rows(shown) if not row.breaches), None)
    if found is None:
        return None
    row = lock(found, by)
    try:
        with transaction.atomic():
            changes = move(row, Permission.OFFER_SEAT, seat=seat, offer_until=until)
    except IntegrityError as error:  # the constraint has the last word on the seat
        raise RuleBroken([full_breach(shown.edition)]) from error
    changes |= {"seat": [None, seat], "offer_until": [None, until.isoformat()]}
    record(Permission.OFFER_SEAT, by=by, now=now, about=row, changes=changes)
    notices.seat_offered(row, offer_words(until), now)
    note_freed(shown, -1)
    return row


def note_freed(training_class: TrainingClass, change: int) -> None:
    """Count the seats that became free and wait for somebody of the waiting list; the class is locked."""
    rows = Enrolment.objects.inside(training_class=training_class)
    if change < 0:
        rows = rows.filter(freed_seats__gt=0)
    rows.update(freed_seats=F("freed_seats") + change)


def offer_freed(training_class: TrainingClass, now: datetime) -> int:
    """Offer again what nobody could take when it became free; returns how many could be asked. The class is locked.

    Somebody has joined the waiting list, is endorsed now, or is not elsewhere any more.
    """
    waiting = Enrolment.objects.inside(training_class=training_class).values_list("freed_seats", flat=True)
    asked = 0
    for _ in range(next(iter(waiting), 0)):
        offered = offer_seat(training_class=training_class, by=system_role(), now=now)
        if offered is None or offered.offer_until is None:
            break
        notices.freed_offered(offered, offer_words(offered.offer_until), now)
        asked += 1
    return asked


def offer_again(*, training_class: TrainingClass, now: datetime) -> int:
    """The same under the lock of the class, for the job that looks every ten minutes."""
    with transaction.atomic():
        rows = TrainingClass.objects.unscoped("lock order: class, then application")
        shown = rows.select_for_update(of=("self",), no_key=True).get(pk=training_class.pk)
        return offer_freed(shown, now)


def move_up(gone: Application, shown: TrainingClass, now: datetime) -> None:
    """A seat of a class that still enrols became free: the next is asked, the institution told what became of it.

    The caller has locked the class and taken the seat from `gone`.
    """
    if shown.stage != 4:
        return
    offered = offer_seat(training_class=shown, by=system_role(), now=now)
    late = offer_ends(now, shown.first_day) is None
    if offered is None and not late:
        note_freed(shown, 1)
    passed = []
    for row in waiting_rows(shown):
        if offered is not None and (row.application.waiting_number or 0) > (offered.waiting_number or 0):
            break
        passed.append(row)
    notices.seat_freed(gone, offer_said(offered, passed, late and bool(passed)), now)


@action(Permission.ACCEPT_SEAT)
def accept_seat(*, application: Application, by: Role, now: datetime) -> Application:
    """Whoever was asked to move up accepts: admitted to the seat that was kept, the days are booked nationwide.

    Refused: past the deadline, the class has begun, in another class on these days, nothing is offered.
    """
    shown = lock_class(application)
    row = lock(application, by)
    if row.state == ApplicationState.OFFERED:
        refuse_if(accepting_breaches(row.offer_until, now, shown.stage >= 5))
    changes = move(row, Permission.ACCEPT_SEAT, waiting_number=None, offer_until=None, decided_at=now)
    take_place(row, shown, now)
    record(Permission.ACCEPT_SEAT, by=by, now=now, about=row, changes=changes)
    notices.seat_accepted(row, now)
    end_naming(row, Permission.ACCEPT_SEAT, now)
    return row


@action(Permission.DECLINE_SEAT)
def decline_seat(*, application: Application, by: Role, now: datetime, reason: str = "") -> Application:
    """Whoever was asked to move up declines and leaves the list; the next is asked at once."""
    shown = lock_class(application)
    row = lock(application, by)
    changes = move(
        row, Permission.DECLINE_SEAT, seat=None, waiting_number=None, offer_until=None,
        decision_reason=reason.strip()[:500],
    )  # fmt: skip
    record(Permission.DECLINE_SEAT, by=by, now=now, about=row, reason=reason, changes=changes)
    move_up(row, shown, now)
    return row


@action(Permission.LAPSE_SEAT)
def lapse_seat(*, application: Application, by: Role, now: datetime) -> Application:
    """No answer in time: to the end of the list, not asked by itself again; the next is asked.

    Refused while the offer may still be accepted. The institution can still admit them by hand.
    """
    shown = lock_class(application)
    row = lock(application, by)
    if row.state == ApplicationState.OFFERED:
        refuse_if(lapsing_breaches(row.offer_until, now))
    number = next_waiting_number(shown)
    changes = move(
        row, Permission.LAPSE_SEAT, seat=None, waiting_number=number, offer_until=None, offer_lapsed_at=now
    )
    record(
        Permission.LAPSE_SEAT, by=by, now=now, about=row, changes=changes | {"waiting_number": [None, number]}
    )
    notices.offer_lapsed(row, now)
    move_up(row, shown, now)
    return row
