"""The school: applications that wait for the employer's opinion (TR 附件1 工作单位意见)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal, RuleBroken
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.official_forms.form1 import ENDORSEMENT
from gongxue.regulations.roles import Permission
from gongxue.stage4_enrolment import actions
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import applications_visible_to
from gongxue.stage4_enrolment.queries.substituting import colleagues_of, replaceable
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
        "seated": replaceable(role),
    }
    return render(request, "enrolment/endorsements.html", shown)


def _facts(row: Application) -> list[tuple[str, str]]:
    answer = row.answer
    labels = {item.code: item.label.partition("（")[0] for item in answer.version.form.items}
    return [(labels[code], answer.items[code]) for code in SHOWN_ITEMS if answer.items.get(code)]


def colleague(request: Request, pk: int) -> HttpResponse:
    """Who is to come in an admitted teacher's place: the other teachers of the school, one is picked."""
    role = request.role
    row = visible(Application, pk, role)
    row = applications_visible_to(role).get(pk=row.pk)
    people = colleagues_of(row, role)
    breaches: Iterable[Breach] = ()
    if request.method == "POST":
        text = request.POST.get("colleague", "")
        chosen = next((person for person in people if str(person.pk) == text), None)
        reason = request.POST.get("reason", "").replace("\x00", "")[:500]
        try:
            if chosen is None:
                says, way = "没有选择顶替人选。", "请从本单位教师中选择一人。"
                raise RuleBroken([Breach("colleague.missing", "TR 11.3", says, way)])
            answer_once(request, Permission.NAME_COLLEAGUE, partial(_named, row, chosen, role, reason))
            messages.success(request, f"已提名{chosen.name}顶替{row.person.name}，请其尽快填写申请表。")
            return redirect("endorsements")
        except Refusal as refusal:
            breaches = refusal.breaches
    shown = {
        "application": row,
        "tc": row.training_class,
        "people": people,
        "breaches": breaches,
        "text": ENDORSEMENT,
    }
    return render(request, "enrolment/colleague.html", shown, status=422 if breaches else 200)


def _named(row: Application, chosen: Person, role: Role, reason: str) -> str:
    named = actions.name_colleague(application=row, colleague=chosen, by=role, now=clock.now(), reason=reason)
    return str(named.pk)


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
