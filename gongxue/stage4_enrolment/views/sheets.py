"""Form 1 as the annex prints it, filled: for the applicant to have stamped, for whoever reviews to file (TR 附件1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.official_forms.exports import WORD_TYPE, Given, Sheet, filled_sheet, pdf, word
from gongxue.foundation.official_forms.portraits import photo_of
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.calendar import day_of
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.exports import answers_of_class
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import in_question, known_of, whole
from gongxue.stage4_enrolment.views.review import answers_shown, check_reader, works_with_applicants
from gongxue.stage4_enrolment.views.trainee import endorsement_words


def own_pdf(request: Request, pk: int) -> HttpResponseBase:
    """One's own form 1 as PDF, with the full ID number: the employer stamps it."""
    return _pdf(request, _own(request, pk), "application")


def own_word(request: Request, pk: int) -> HttpResponseBase:
    """One's own form 1 as Word."""
    return _word(_own(request, pk))


def reviewed_pdf(request: Request, pk: int) -> HttpResponseBase:
    """An applicant's form 1 as PDF, with what the page of the review shows and no more."""
    return _pdf(request, _reviewed(request, pk), "applicant")


def reviewed_word(request: Request, pk: int) -> HttpResponseBase:
    """An applicant's form 1 as Word."""
    return _word(_reviewed(request, pk))


def answers_sheet(request: Request, pk: int) -> HttpResponseBase:
    """Form 1 of everybody in question as Excel: the answers and their sums, no personal item."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    check_reader(request, tc)
    made = answers_of_class(tc, in_question(tc, request.role), clock.now())
    return serve_bytes(made, name=f"参训申请表 {tc.title}.xlsx", media_type=MEDIA_TYPE)


def _own(request: Request, pk: int) -> tuple[Application, Sheet]:
    row = whole(visible(Application, pk, request.role))
    person = row.person
    known = known_of(row) | {"id_number": person.id_number.reveal(), "phone": person.phone}
    return row, _sheet(row, row.answer.all_items(), known, photo_of(row.answer))


def _reviewed(request: Request, pk: int) -> tuple[Application, Sheet]:
    row = whole(visible(Application, pk, request.role))
    check_reader(request, row.training_class)
    full = works_with_applicants(request.role)
    photo = photo_of(row.answer) if full else None
    return row, _sheet(row, answers_shown(row, full), known_of(row), photo)


def _sheet(
    row: Application, answers: Mapping[str, Any], known: Mapping[str, str], photo: bytes | None
) -> Sheet:
    signed = row.submitted_at
    given = Given(
        answers=answers,
        derived=known,
        signer=row.person.name if signed else "",
        signed_on=f"{day_of(signed)}" if signed else "",
        opinion=endorsement_words(row) if row.is_endorsed else "",
        photo=photo or b"",
    )
    return filled_sheet(row.answer.version.form, row.answer.level, given, signed or clock.now())


def _name(made: tuple[Application, Sheet]) -> str:
    row, sheet = made
    return f"{sheet.title} {row.person.name}"


def _pdf(request: Request, made: tuple[Application, Sheet], back: str) -> HttpResponseBase:
    try:
        printed = pdf(made[1])
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect(back, made[0].pk)
    return serve_bytes(printed, name=f"{_name(made)}.pdf", media_type="application/pdf")


def _word(made: tuple[Application, Sheet]) -> HttpResponseBase:
    return serve_bytes(word(made[1]), name=f"{_name(made)}.docx", media_type=WORD_TYPE)
