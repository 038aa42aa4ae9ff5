"""The application: form 1 saved and submitted, withdrawn; the employer's opinion (TR 10, TR 附件1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.uploads import Slot, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken, refuse_if
from gongxue.foundation.official_forms.keeping import begin_answer, keep_answers
from gongxue.foundation.official_forms.queries import version_on
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import unbook
from gongxue.parties.models import Person
from gongxue.parties.queries import person_of
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.enrolment import applying_breaches
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState
from gongxue.regulations.official_forms import answer_breaches
from gongxue.regulations.reporting import consent_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.substitution import leaving_breach
from gongxue.stage1_planning.actions import end_involvement
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.actions.locking import lock_class
from gongxue.stage4_enrolment.actions.substituting import end_naming
from gongxue.stage4_enrolment.actions.waiting import move_up
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage4_enrolment.queries.reused import offered_answers
from gongxue.stage4_enrolment.queries.substituting import is_named_now, successor_of

SCANS = Slot("单位意见扫描件", ("pdf", "jpg", "png"), 10 * 1024 * 1024)


def _own_person(by: Role) -> Person:
    person = person_of(by.account_id)
    if person is None:
        raise NotAllowed("只有登记了实名信息的教师可以报名。", "MG 4.7")
    return person


def _check_applying(enrolment: Enrolment, person: Person, now: datetime) -> None:
    """Enrolment is open; or the employer has named the person in a colleague's place, and there is still time."""
    breaches = applying_breaches(
        enrolment.state == EnrolmentState.PUBLISHED, enrolment.closes_on, day_of(now)
    )
    if breaches and not is_named_now(enrolment.training_class, person, now):
        raise RuleBroken(breaches)


@action(Permission.SAVE_APPLICATION)
def save_application(
    *, enrolment: Enrolment, answers: Mapping[str, Any], by: Role, now: datetime, seen: int = 0
) -> Application:
    """Begin or continue one's application: form 1 as far as it is filled. Personal items are sealed.

    Begun without answers it holds what is known already: the last form 1, the photo, trainings from the register.
    Saving what is stored already changes nothing. Refused: enrolment is not open, the application is submitted
    already, a code is not of the form, an answer is of the wrong kind or too long; what is missing is not asked yet.
    """
    row = lock(enrolment, by)
    shown = row.training_class
    person = _own_person(by)
    _check_applying(row, person, now)
    application = _open_application(shown, person, by, day_of(now))
    check_seen(application, seen or application.version)
    answer = application.answer
    begins = answer.edition == 1 and not answers  # with what is offered, not with nothing
    if keep_answers(answer, answer.all_items() if begins else answers):
        application.version += 1
        application.save(update_fields=["version"])
        # About the sheet, not the application: a draft is nobody's business but the writer's.
        record(
            Permission.SAVE_APPLICATION, by=by, now=now, about=application.answer,
            changes={"answered": [None, len(application.answer.all_items())]},
        )  # fmt: skip
    return application


def _open_application(shown: TrainingClass, person: Person, by: Role, today: date) -> Application:
    live = Application.objects.inside(training_class=shown, person=person).exclude(
        state=ApplicationState.WITHDRAWN
    )
    found = live.select_for_update(of=("self",), no_key=True).first()
    if found is not None:
        if found.state != ApplicationState.DRAFT:
            raise RuleBroken(
                [
                    Breach(
                        "application.submitted",
                        "TR 10",
                        f"您的申请现为“{found.state_title}”，不能再修改。",
                        "确需修改的，可退出报名后重新申请。",
                    )
                ]
            )
        return found
    answer = begin_answer(version_on("form1", today), by.account, shown.level, offered_answers(person))
    try:
        with transaction.atomic():
            return Application.objects.create(
                training_class=shown, person=person, employer=person.employer, answer=answer,
                age=person.id_number.age_on(today),
            )  # fmt: skip
    except IntegrityError as error:
        raise RuleBroken(
            [Breach("application.twice", "TR 10", "您已报名本班。", "请在“我的报名”中查看。")]
        ) from error


@action(Permission.SUBMIT_APPLICATION)
def submit_application(*, application: Application, by: Role, now: datetime) -> Application:
    """Submit form 1. Refused: an item is missing or too long (all are named), enrolment is closed."""
    row = lock(application, by)
    _check_applying(Enrolment.objects.inside(training_class=row.training_class).get(), row.person, now)
    answer = row.answer
    refuse_if(
        consent_breaches(row.person.consented_at is not None)
        + answer_breaches(answer.version.form, row.training_class.level, answer.all_items())
    )
    answer.submitted_at = now
    answer.save(update_fields=["submitted_at"])
    changes = move(
        row, Permission.SUBMIT_APPLICATION, submitted_at=now, age=row.person.id_number.age_on(day_of(now))
    )
    record(Permission.SUBMIT_APPLICATION, by=by, now=now, about=row, changes={"state": changes["state"]})
    if not row.is_endorsed:
        notices.submitted(row, now)
    return row


@action(Permission.WITHDRAW_APPLICATION)
def withdraw_application(
    *, application: Application, by: Role, now: datetime, reason: str = ""
) -> Application:
    """The applicant withdraws; an admitted one frees the seat, which the next of the waiting list is offered. Refused once the class has begun."""
    shown = lock_class(application)
    row = lock(application, by)
    was_admitted, was_seated = row.admitted, row.seat is not None
    if (successor := successor_of(row)) is not None:
        raise RuleBroken([leaving_breach(successor.arriving.person.name, successor.until)])
    if was_admitted and shown.stage >= 5:
        raise RuleBroken(
            [
                Breach(
                    "withdraw.begun",
                    "TR 12",
                    "培训已经开始，不能退出报名。",
                    "不能继续参训请向班务管理教师请假。",
                )
            ]
        )
    changes = move(
        row, Permission.WITHDRAW_APPLICATION, seat=None, waiting_number=None, offer_until=None,
        decision_reason=reason[:500],
    )  # fmt: skip
    about = row if row.submitted_at else row.answer  # a draft was nobody else's business and stays so
    record(Permission.WITHDRAW_APPLICATION, by=by, now=now, about=about, reason=reason, changes=changes)
    if was_admitted:
        unbook(row.person, f"class/{shown.pk}")
        end_involvement(shown, row.person.account_id, Duty.TRAINEE, now)
    end_naming(row, Permission.WITHDRAW_APPLICATION, now)
    if was_seated:
        move_up(row, shown, now)
    return row


@action(Permission.ENDORSE)
def endorse_application(*, application: Application, by: Role, now: datetime) -> Application:
    """The employer agrees through its account (TR 附件1 工作单位意见, AMB-62). Agreeing twice changes nothing."""
    row = lock(application, by)
    if row.person.account_id == by.account_id:
        raise RuleBroken(
            [Breach("endorse.own", "TR 附件1", "不能为自己的申请出具单位意见。", "请由本单位其他人员办理。")]
        )
    return _endorse(row, Permission.ENDORSE, by, now, None)


@action(Permission.ATTACH_ENDORSEMENT)
def attach_endorsement(
    *, application: Application, scan: UploadedFile, by: Role, now: datetime
) -> Application:
    """The stamped scan instead of the employer's account (AMB-62): PDF, JPG or PNG up to 10 MB."""
    row = lock(application, by)
    _check_endorsable(row)
    stored = store_upload(scan, slot=SCANS, now=now, by=by.account, sealed=True)
    return _endorse(row, Permission.ATTACH_ENDORSEMENT, by, now, stored)


def _check_endorsable(row: Application) -> None:
    if row.state not in (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.WAITING):
        raise RuleBroken(
            [
                Breach(
                    "endorse.closed",
                    "TR 附件1",
                    f"申请现为“{row.state_title}”，无须单位意见。",
                    "请刷新页面查看申请进度。",
                )
            ]
        )


def _endorse(
    row: Application, how: Permission, by: Role, now: datetime, scan: StoredFile | None
) -> Application:
    _check_endorsable(row)
    if row.is_endorsed and scan is None:
        return row
    row.endorsed_at, row.endorsed_by = now, by.account
    row.endorsement_scan = scan or row.endorsement_scan
    row.version += 1
    row.save(update_fields=["endorsed_at", "endorsed_by", "endorsement_scan", "version"])
    record(how, by=by, now=now, about=row)
    return row


def scan_of(application: Application, by: Role) -> StoredFile:
    """The stamped scan, for whoever may see the application; NotThere without one."""
    row = Application.objects.scope(by).filter(pk=application.pk).select_related("endorsement_scan").first()
    if row is None or row.endorsement_scan is None:
        raise NotThere
    return row.endorsement_scan
