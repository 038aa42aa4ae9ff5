"""Pages of stage 7: the anonymous form 2, its results in sum, the closing of the class."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.official_forms.rendering import (
    BoundForm,
    BoundSection,
    answers_from_post,
    bound_form,
)
from gongxue.foundation.official_forms.summaries import summary_of
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.evaluation import answer_breaches, closing_breaches
from gongxue.regulations.lifecycle import ClosingState, DeliveryState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.queries import attendee_of, attendees_of, delivery_of
from gongxue.stage6_assessment.queries import took_final
from gongxue.stage7_evaluation import actions
from gongxue.stage7_evaluation.forms import ClosingForm
from gongxue.stage7_evaluation.queries import (
    answered_count,
    certificates_due,
    closing_of,
    form2_of,
    has_answered,
    instructor_titles,
    is_confirmed,
    may_read_outcome,
    outcome_of,
)

# Form 2 -------------------------------------------------------------------------------------------------------------


def answer(request: Request, pk: int) -> HttpResponse:
    """A trainee answers form 2.

    No idempotency key here: its row would tie a digest of the answers, and a time, to the account. The one
    participation per trainee already makes a second sending harmless.
    """
    role = request.role
    tc = visible(TrainingClass, pk, role)
    closed = answer_breaches(_may_answer(tc, role.account_id), has_answered(tc, role.account_id))
    if closed:
        shown = {"tc": tc, "breaches": closed, "answered": has_answered(tc, role.account_id)}
        return render(
            request, "evaluation/answer_closed.html", shown, status=422 if request.method == "POST" else 200
        )
    version = form2_of(tc)
    answers = answers_from_post(version, tc.level, request.POST)
    faults: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            actions.answer_evaluation(training_class=tc, answers=answers, by=role, now=clock.now())
            messages.success(request, "评估表已匿名提交，谢谢。它不能查回，也不能修改。")
            return redirect("my_certificates")
        except Refusal as refusal:
            faults = refusal.breaches
    bound = bound_form(version, tc.level, answers, instructor_titles(tc), breaches=faults)
    shown = {"tc": tc, "form": _named(bound), "faults": faults, "shown_from": tc.edition.shown_from}
    return render(request, "evaluation/answer.html", shown, status=422 if faults else 200)


def _named(form: BoundForm) -> BoundForm:
    """Sections 3.1 and 3.2 carry the instructor's name in their heading, where it is needed, instead of on top."""
    return replace(form, sections=tuple(_with_name(section) for section in form.sections))


def _with_name(section: BoundSection) -> BoundSection:
    names = "".join(f"　{f.value}" for f in section.fields if f.item.derived)
    asked = tuple(f for f in section.fields if not f.item.derived)
    return replace(section, title=f"{section.title}{names}", fields=asked)


def _may_answer(tc: TrainingClass, account_id: int) -> bool:
    if attendee_of(tc, account_id) is None:
        return False
    delivery = delivery_of(tc)
    over = delivery is not None and delivery.state == DeliveryState.FINISHED
    return over or took_final(tc, account_id)


# Results and closing ------------------------------------------------------------------------------------------------


def evaluation(request: Request, pk: int) -> HttpResponse:
    """The results of form 2 in sum, and the closing of the class."""
    tc = visible(TrainingClass, pk, request.role)
    return _evaluation(request, tc, ClosingForm(initial={"ceremony_on": tc.last_day}))


def _evaluation(request: Request, tc: TrainingClass, form: ClosingForm) -> HttpResponse:
    role = request.role
    if not may_read_outcome(tc, role):
        raise PermissionDenied
    outcome, closing = outcome_of(tc), closing_of(tc)
    closed = closing is not None and closing.state == ClosingState.CLOSED
    answered = answered_count(tc)
    titles = instructor_titles(tc)
    names = {
        section.title: titles[item.derived]
        for section in (outcome.form.sections if outcome.form else ())
        for item in section.items
        if item.derived in titles
    }
    shown = {
        "tc": tc,
        "outcome": outcome,
        "sections": summary_of(outcome.form, outcome.items, names) if outcome.form else [],
        "answered": answered,
        "trainees": len(attendees_of(tc)),
        "waiting": answered - outcome.answers,
        "wanted": tc.edition.shown_from,
        "hidden": _hidden_words(max(0, tc.edition.shown_from - answered), closed),
        "closing": closing,
        "closed": closed,
        "missing": [] if closed else closing_breaches(is_confirmed(tc), certificates_due(tc)),
        "form": form,
        "may_close": role.may(Permission.CLOSE_CLASS) and not closed,
    }
    return render(request, "evaluation/results.html", shown, status=answer_status(form))


def _hidden_words(left: int, closed: bool) -> str:
    if left:
        when = "" if closed else "结班归档后公布。"
        return f"还差 {left} 份才能显示汇总结果。{when}评估表匿名，单份永不显示。"
    return "份数已够。为保护匿名，汇总结果在结班归档时一次公布。"


def close(request: Request, pk: int) -> HttpResponse:
    """Close and archive the class; the form stands on the results page."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if request.method != "POST":
        return redirect("evaluation", tc.pk)
    form = ClosingForm(request.POST)
    if form.is_valid():
        with refusals(form):
            actions.close_class(training_class=tc, **form.cleaned_data, by=role, now=clock.now())
            messages.success(request, "已结班归档。评估结果满人数后在本页显示。")
            return redirect("evaluation", tc.pk)
    return _evaluation(request, tc, form)
