"""Issue in one act for the class, and the holder's electronic copy (MG 16-18)."""

from __future__ import annotations

import secrets
from datetime import datetime

from gongxue.certificates import notices
from gongxue.certificates.actions.numbering import advance, counter_of, entry, serials_for
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.certificates.queries import is_collected, lines_to_certify, serial_of, series_of, standing_of
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import note_qualifications
from gongxue.parties.models import Qualification
from gongxue.parties.queries import institution_kind
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificates import RESULT_PASSED, course_content, holding_breaches, issuer_breaches
from gongxue.regulations.evaluation import download_breaches
from gongxue.regulations.lifecycle import ResultsState
from gongxue.regulations.numbers import certificate_number, series_breaches
from gongxue.regulations.parallel import least
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import filed_version
from gongxue.stage3_programme.timetable import periods_of
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import results_of
from gongxue.stage7_evaluation.queries import has_answered


@action(Permission.ISSUE)
def issue_certificates(*, training_class: TrainingClass, by: Role, now: datetime) -> list[Certificate]:
    """Issue the certificates of a class in one act, in roster order: all or none.

    Numbers are gapless per institution, month and level; serials are gapless per institution; neither is ever used
    twice. Refused: results not confirmed, wrong kind of institution, nobody left to certify, a sequence would
    overflow.
    """
    shown = lock(training_class, by)
    institution = shown.institution
    results = results_of(shown)
    confirmed = results is not None and results.state == ResultsState.CONFIRMED
    refuse_if(issuer_breaches(institution_kind(institution), shown.level_enum, confirmed))
    lines = lines_to_certify(shown)
    if not lines:
        raise RuleBroken(
            [
                Breach(
                    "certificate.nobody",
                    "MG 17",
                    "没有待发证的人员：合格者均已发证。",
                    "一人一班只发一张证书。",
                )
            ]
        )
    series = series_of(shown, institution)
    counter = counter_of(series.prefix)
    refuse_if(series_breaches(counter.last, len(lines)))
    serials = serials_for(institution, len(lines))
    orders = advance(counter, len(lines))
    periods, own = _training(shown)
    rows = [
        _certificate(shown, line, str(certificate_number(series, order)), order, periods, own, by, now)
        for line, order in zip(lines, orders, strict=True)
    ]
    Certificate.objects.bulk_create(rows)
    for serial, row in zip(serials, rows, strict=True):
        serial.state, serial.certificate = SerialNumberRow.State.ISSUED, row
    SerialNumberRow.objects.unscoped("locked above").bulk_update(serials, ["state", "certificate"])
    LedgerEntry.objects.bulk_create(
        entry(institution, LedgerEntry.Kind.ISSUED, [serial.serial], by, now, row)
        for serial, row in zip(serials, rows, strict=True)
    )
    _note(rows, shown)
    record(
        Permission.ISSUE, by=by, now=now, about=shown,
        changes={"numbers": [None, [row.number for row in rows]], "serials": [None, [s.serial for s in serials]]},
    )  # fmt: skip
    notices.issued(shown, rows, now)
    prepare_documents.enqueue(shown.pk)  # nobody waits for their document; it is also made on first demand
    return rows


def _training(shown: TrainingClass) -> tuple[int, str]:
    """培训课时 and, for level G, the content its own programme names."""
    filed = filed_version(shown)
    content = filed.content if filed else {"sessions": [], "sections": {}}
    periods = least(periods_of(content))  # AMB-04: teaching and both assessments; every group had as many
    topics = dict.fromkeys(s["topic"] for s in content["sessions"] if s["topic"] and s["kind"] == "course")
    return periods, "、".join(topics)


def _certificate(
    shown: TrainingClass, line: TranscriptLine, number: str, order: int, periods: int, own: str, by: Role,
    now: datetime,
) -> Certificate:  # fmt: skip
    person = line.attendee.application.person
    return Certificate(
        number=number, order=order, training_class=shown, attendee=line.attendee, person=person,
        institution=shown.institution, province_code=shown.province_code, holder=person.name,
        id_number_index=person.id_number_index, level=shown.level, category=shown.category,
        first_day=shown.first_day, last_day=shown.last_day, courses=course_content(shown.level_enum, own)[:300],
        periods=periods, result=RESULT_PASSED, issued_on=day_of(now), issued_by=by.account,
        token=secrets.token_hex(16),
    )  # fmt: skip


def _note(rows: list[Certificate], shown: TrainingClass) -> None:
    note_qualifications(
        Qualification(
            person=row.person, level=row.level, category=row.category, certificate_number=row.number,
            institution=row.institution, issued_on=row.issued_on, reference=f"class/{shown.pk}",
        )
        for row in rows
    )  # fmt: skip


@action(Permission.DOWNLOAD)
def collect_certificate(*, certificate: Certificate, by: Role, now: datetime) -> Certificate:
    """The holder takes the electronic certificate; the first time is entered as 领取 in the ledger.

    Refused before form 2 is filled (TR 12.3, AMB-17), for anybody but the holder, and when it is void.
    """
    row = lock(certificate, by)
    if row.person.account_id != by.account_id:
        raise NotAllowed("只有持证人本人可以领取电子证书。", "MG 18.2")
    answered = has_answered(row.training_class, by.account_id)
    refuse_if(holding_breaches(standing_of(row)) + download_breaches(answered, row.training_class.edition))
    if not is_collected(row):
        entry(row.institution, LedgerEntry.Kind.COLLECTED, [serial_of(row)], by, now, row).save()
        record(Permission.DOWNLOAD, by=by, now=now, about=row)
    return row
