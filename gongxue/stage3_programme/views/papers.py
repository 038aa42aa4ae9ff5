"""The programme as a paper: PDF and Word, the present version and every filed one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.exports import TITLE, WORD_TYPE, Paper, draft_paper, filed_as_paper, pdf, word
from gongxue.stage3_programme.queries import filed_as, programme_of


def draft_as_pdf(request: Request, pk: int) -> HttpResponseBase:
    """The programme as it stands as PDF, marked 草案."""
    return _pdf(request, pk, _draft(request, pk))


def draft_as_word(request: Request, pk: int) -> HttpResponseBase:
    """The programme as it stands as Word, marked 草案."""
    return _word(_draft(request, pk))


def filed_as_pdf(request: Request, pk: int, version: int) -> HttpResponseBase:
    """A version as it was filed, as PDF."""
    return _pdf(request, pk, _filed(request, pk, version))


def filed_as_word(request: Request, pk: int, version: int) -> HttpResponseBase:
    """A version as it was filed, as Word."""
    return _word(_filed(request, pk, version))


def _draft(request: Request, pk: int) -> Paper:
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if request.role.is_(Duty.TRAINEE):  # they see what is filed
        raise PermissionDenied
    row = programme_of(tc)
    if row is None:
        raise Http404
    row.training_class = tc
    return draft_paper(row)


def _filed(request: Request, pk: int, version: int) -> Paper:
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    found = filed_as(tc, version)
    if found is None:
        raise Http404
    found.training_class = tc
    return filed_as_paper(found)


def _name(paper: Paper) -> str:
    return f"{TITLE}（{paper.mark}）{paper.institution} {paper.class_title}"


def _pdf(request: Request, pk: int, paper: Paper) -> HttpResponseBase:
    try:
        made = pdf(paper)
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("programme", pk)
    return serve_bytes(made, name=f"{_name(paper)}.pdf", media_type="application/pdf")


def _word(paper: Paper) -> HttpResponseBase:
    return serve_bytes(word(paper), name=f"{_name(paper)}.docx", media_type=WORD_TYPE)
