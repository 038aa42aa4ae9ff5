"""A colleague in an admitted teacher's place: named, taken back, lapsed; the seat passes over at the admission."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.official_forms.keeping import begin_answer
from gongxue.foundation.official_forms.queries import version_on
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import unbook
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import ApplicationState, SubstitutionState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.substitution import (
    colleague_breaches,
    colleague_until,
    lapsing_breaches,
    named_already_breach,
    naming_breaches,
)
from gongxue.stage1_planning.actions import end_involvement
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.actions.locking import lock_class
from gongxue.stage4_enrolment.models import Application, Substitution
from gongxue.stage4_enrolment.queries.reused import offered_answers


@action(Permission.NAME_COLLEAGUE)
def name_colleague(
    *, application: Application, colleague: Person, by: Role, now: datetime, reason: str = ""
) -> Substitution:
    """The employer of an admitted teacher names a colleague who is to come instead; it agrees with it (TR 附件1).

    The first keeps the seat until the colleague is admitted. Refused: not admitted, the class begins too soon, the
    colleague is of another employer, has a seat, was refused, teaches the class; somebody is named already.
    """
    shown = lock_class(application)
    row = lock(application, by)
    person = Person.objects.scope(by).filter(pk=colleague.pk).select_related("account", "employer").first()
    if person is None:
        raise NotThere
    until = colleague_until(now, shown.first_day)
    refuse_if(
        naming_breaches(admitted=row.admitted, begun=shown.stage >= 5, until=until, state=row.state_title)
    )
    assert until is not None
    refuse_if(_why_not(shown, row, person, by))
    arriving = _application_of(shown, person, by, now)
    try:
        with transaction.atomic():
            named = Substitution.objects.create(
                training_class=shown, employer=row.employer, leaving=row, arriving=arriving, until=until,
                named_at=now, named_by=by.account, reason=reason.strip()[:500],
            )  # fmt: skip
    except IntegrityError as error:  # one for each, by constraint
        raise RuleBroken([named_already_breach(person.name)]) from error
    record(
        Permission.NAME_COLLEAGUE, by=by, now=now, about=named, reason=reason,
        changes={"colleague": [None, person.pk], "until": [None, until.isoformat()]},
    )  # fmt: skip
    notices.colleague_named(named, now)
    return named


def _why_not(shown: TrainingClass, row: Application, person: Person, by: Role) -> list[Breach]:
    live = _live(shown, person)
    named = Substitution.objects.inside(training_class=shown, state=SubstitutionState.NAMED)
    if named.filter(leaving=row).exists():
        return [named_already_breach(row.person.name)]
    if named.filter(arriving__person=person).exists():
        return [named_already_breach(person.name)]
    return colleague_breaches(
        name=person.name,
        same_employer=person.employer_id == row.employer_id,
        is_self=person.pk == row.person_id,
        is_actor=person.account_id == by.account_id,
        active=person.account.is_active,
        teaches=person.pk in {i.person_id for i in accepted(shown)},
        application=live.state if live else "",
    )


def _live(shown: TrainingClass, person: Person) -> Application | None:
    rows = Application.objects.inside(training_class=shown, person=person)
    found: Application | None = (
        rows.exclude(state=ApplicationState.WITHDRAWN).select_for_update(of=("self",), no_key=True).first()
    )
    return found


def _application_of(shown: TrainingClass, person: Person, by: Role, now: datetime) -> Application:
    """The colleague's application, begun for them if need be, with the employer's word on it."""
    row = _live(shown, person)
    Role.objects.get_or_create(
        account=person.account, organisation=person.employer, duty=Duty.TRAINEE, until=None,
        defaults={"since": day_of(now)},
    )  # fmt: skip
    if row is None:
        version = version_on("form1", day_of(now))
        answer = begin_answer(version, person.account, shown.level, offered_answers(person))
        row = Application(
            training_class=shown, person=person, employer=person.employer, answer=answer,
            age=person.id_number.age_on(day_of(now)), reported_by=by.organisation, reported_at=now,
        )  # fmt: skip
    if not row.is_endorsed:
        row.endorsed_at, row.endorsed_by = now, by.account
    row.save()
    return row


@action(Permission.TAKE_BACK_COLLEAGUE)
def take_back_colleague(*, substitution: Substitution, by: Role, now: datetime) -> Substitution:
    """The employer changes its mind: the first keeps the seat, the colleague's form 1 is given up."""
    shown = lock_class(substitution.leaving)
    row = lock(substitution, by)
    changes = move(row, Permission.TAKE_BACK_COLLEAGUE)
    record(Permission.TAKE_BACK_COLLEAGUE, by=by, now=now, about=row, changes=changes)
    _give_up(row, shown)
    notices.colleague_over(row, "单位已撤回提名。", now)
    return row


@action(Permission.LAPSE_COLLEAGUE)
def lapse_colleague(*, substitution: Substitution, by: Role, now: datetime) -> Substitution:
    """Form 1 was not submitted in time, or nothing was decided before the class: the first keeps the seat.

    Refused while it may still be done.
    """
    shown = lock_class(substitution.leaving)
    row = lock(substitution, by)
    if row.state == SubstitutionState.NAMED:
        submitted = row.arriving.state != ApplicationState.DRAFT
        refuse_if(lapsing_breaches(submitted=submitted, until=row.until, now=now, first_day=shown.first_day))
    changes = move(row, Permission.LAPSE_COLLEAGUE)
    record(Permission.LAPSE_COLLEAGUE, by=by, now=now, about=row, changes=changes)
    _give_up(row, shown)
    notices.colleague_over(row, "时限已过，顶替没有办成。", now)
    return row


def _give_up(row: Substitution, shown: TrainingClass) -> None:
    """A draft that was only begun for this ends with it; what was submitted or waits stays what it is."""
    rows = Application.objects.inside(training_class=shown, pk=row.arriving_id, state=ApplicationState.DRAFT)
    for arriving in lock_rows(rows):
        move(arriving, Permission.WITHDRAW_APPLICATION)


def end_naming(application: Application, how: Permission, now: datetime) -> None:
    """The colleague was refused, waits, has another seat or gave up: the first keeps the seat. The class is locked."""
    for row in _named(arriving=application):
        move(row, how)
        notices.colleague_over(row, "顶替没有办成。", now)


def _named(**where: Application) -> list[Substitution]:
    rows = Substitution.objects.inside(state=SubstitutionState.NAMED, **where)
    return lock_rows(rows.select_related(*Substitution.READ_WITH))


def take_over(application: Application, shown: TrainingClass, by: Role, now: datetime) -> int | None:
    """The seat of whoever the applicant was named for, who leaves with this; None when nobody named them.

    Called by the admission under the lock of the class, in its transaction: were it refused, nobody would have left.
    """
    for row in _named(arriving=application):
        leaving = lock_rows(Application.objects.inside(pk=row.leaving_id, training_class=shown))[0]
        seat, reason = leaving.seat, f"由同单位{application.person.name}顶替参训"
        if leaving.state != ApplicationState.ADMITTED or seat is None:
            move(row, Permission.LAPSE_COLLEAGUE)
            return None
        changes = move(leaving, Permission.WITHDRAW_APPLICATION, seat=None, decision_reason=reason)
        unbook(row.leaving.person, f"class/{shown.pk}")
        end_involvement(shown, row.leaving.person.account_id, Duty.TRAINEE, now)
        move(row, Permission.ADMIT)
        record(
            Permission.ADMIT, by=by, now=now, about=leaving, reason=reason,
            changes={"state": changes["state"], "seat": [seat, None]},
        )  # fmt: skip
        notices.colleague_came(row, now)
        return seat
    return None
