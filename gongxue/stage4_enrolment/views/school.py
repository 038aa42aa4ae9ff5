"""The school: applications that wait for the employer's opinion (TR 附件1 工作单位意见)."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.official_forms.form1 import ENDORSEMENT
from gongxue.regulations.roles import Permission
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import applications_visible_to
from gongxue.stage4_enrolment.views.posted import do_each, done_and_left, picked

PAGE = 50
SHOWN_ITEMS = ("6", "10", "13", "15", "16")  # what a school needs to know its own teacher again


def endorsements(request: Request) -> HttpResponse:
    """What waits for the school's opinion, with the text it agrees to, and what it has endorsed."""
    role = request.role
    rows = applications_visible_to(role).select_related("answer__version", "endorsed_by")
    waiting = rows.filter(
        state__in=[ApplicationState.SUBMITTED, ApplicationState.WAITING], endorsed_at=None
    ).order_by("training_class__first_day", "pk")
    done = Paginator(rows.exclude(endorsed_at=None).order_by("-endorsed_at", "-pk"), PAGE)
    shown = {
        "waiting": [(row, _facts(row)) for row in waiting],
        "page": done.get_page(request.GET.get("page")),
        "text": ENDORSEMENT,
        "today": clock.today(),
    }
    return render(request, "enrolment/endorsements.html", shown)


def _facts(row: Application) -> list[tuple[str, str]]:
    answer = row.answer
    labels = {item.code: item.label.partition("（")[0] for item in answer.version.form.items}
    return [(labels[code], answer.items[code]) for code in SHOWN_ITEMS if answer.items.get(code)]


@require_POST
def endorse_selected(request: Request) -> HttpResponse:
    """Agree for several at once; what could not be done is listed with its reason."""
    role = request.role
    now = clock.now()
    rows = applications_visible_to(role).filter(pk__in=picked(request))
    work = [
        (row.person.name, partial(actions.endorse_application, application=row, by=role, now=now))
        for row in rows
    ]
    answer, _ = answer_once(request, Permission.ENDORSE, lambda: do_each(work))
    done, left = done_and_left(answer)
    if done:
        messages.success(request, f"已为 {done} 人出具单位意见。")
    elif not left:
        messages.error(request, "没有选择申请。请先勾选。")
    for reason, names in left:
        messages.error(request, f"{names}：{reason}")
    return redirect("endorsements")
