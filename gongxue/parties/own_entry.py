"""What teachers of the pool say about themselves: days they cannot, levels they take, one line (MG 9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Min

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Booking, Person, PoolMembership, Unavailability
from gongxue.parties.queries import names_of
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.pool import (
    away_breaches,
    away_clash_breaches,
    introduction_breaches,
    willing_breaches,
)
from gongxue.regulations.roles import Permission

NOTE = 60  # characters


def _own_person(by: Role) -> Person:
    """The teacher's own record, locked: two tabs are one after the other."""
    rows = Person.objects.scope(by).filter(account=by.account_id)
    person = rows.select_for_update(of=("self",), no_key=True).select_related("account", "employer").first()
    if person is None:
        raise NotThere
    return person


@action(Permission.MARK_AWAY)
def mark_away(*, first_day: date, last_day: date, by: Role, now: datetime, note: str = "") -> Unavailability:
    """Say that one cannot on some days; the recommendation leaves them free. Why stays with the teacher.

    Refused: in the past, too long, said already, or an accepted class lies in between (MG 9.1; TR 8).
    """
    person = _own_person(by)
    rows = Unavailability.objects.inside(person=person, last_day__gte=day_of(now))
    known = set(rows.values_list("first_day", "last_day"))
    breaches = away_breaches(first_day, last_day, day_of(now), known)
    if len(note.strip()) > NOTE:
        breaches.append(Breach("pool.away_note", "TR 8", f"备注不超过 {NOTE} 字。", "请精简后保存。"))
    refuse_if(breaches or away_clash_breaches(jobs_within(person, first_day, last_day)))
    row = Unavailability(person=person, first_day=first_day, last_day=last_day)
    row.set_note(note.strip())
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RuleBroken(away_breaches(first_day, last_day, day_of(now), {(first_day, last_day)})) from error
    record(Permission.MARK_AWAY, by=by, now=now, about=row)  # never the note
    return row


def jobs_within(person: Person, first: date, last: date) -> list[tuple[str, date, date]]:
    """Booked classes with days between two days: title, first and last day taken."""
    rows = list(
        Booking.objects.inside(person=person, day__range=(first, last))
        .values("reference")
        .annotate(first=Min("day"), last=Max("day"))
        .order_by("first")
    )
    names = names_of(row["reference"] for row in rows)
    return [(names.get(row["reference"], "其他任务"), row["first"], row["last"]) for row in rows]


@action(Permission.CLEAR_AWAY)
def clear_away(*, unavailability: Unavailability, by: Role, now: datetime) -> Person:
    """Take such days back."""
    row = lock(unavailability, by)
    person = _own_person(by)
    row.delete()
    record(Permission.CLEAR_AWAY, by=by, now=now, about=person)
    return person


@action(Permission.SET_WILLING)
def set_willing(
    *, pool_membership: PoolMembership, levels: Sequence[str], by: Role, now: datetime
) -> PoolMembership:
    """Choose among the registered levels those that one takes on now; the others are paused, not given back."""
    row = lock(pool_membership, by)
    if row.person.account_id != by.account_id:
        raise NotThere
    refuse_if(willing_breaches("".join(levels), row.levels))
    before = row.paused
    row.paused = "".join(code for code in row.levels if code not in levels)
    row.save(update_fields=["paused"])
    record(Permission.SET_WILLING, by=by, now=now, about=row, changes={"paused": [before, row.paused]})
    return row


@action(Permission.INTRODUCE)
def introduce(*, introduction: str, by: Role, now: datetime) -> Person:
    """One line about oneself that institutions read in the pool."""
    person = _own_person(by)
    text = introduction.strip()
    refuse_if(introduction_breaches(text))
    person.introduction = text
    person.save(update_fields=["introduction"])
    record(Permission.INTRODUCE, by=by, now=now, about=person)
    return person


@action(Permission.CONSENT)
def consent(*, by: Role, now: datetime) -> Person:
    """Agree to how personal information is handled (MG 25.4): whoever did not sign up by themselves but was reported.

    The first moment counts; agreeing twice changes nothing.
    """
    person = _own_person(by)
    if person.consented_at is None:
        person.consented_at = now
        person.save(update_fields=["consented_at"])
        record(Permission.CONSENT, by=by, now=now, about=person)
    return person
