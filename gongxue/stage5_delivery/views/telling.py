"""Notices to the class, and the register of discipline reminders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.discipline import RULES
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms_office import NoticeForm
from gongxue.stage5_delivery.queries.discipline import occasions_covered, pledges_of, reminder_rows
from gongxue.stage5_delivery.queries.notices import notice_rows
from gongxue.stage5_delivery.views.frame import frame, office_class


def notices(request: Request, pk: int) -> HttpResponse:
    """What was sent and who has read it; the discipline of MG 10-15, when it was made clear to whom."""
    return _page(request, office_class(request, pk), NoticeForm())


def _page(request: Request, tc: TrainingClass, form: NoticeForm) -> HttpResponse:
    shown: dict[str, Any] = frame(request, tc, "office.notices")
    shown |= {
        "form": form,
        "rows": notice_rows(tc),
        "reminders": reminder_rows(tc),
        "covered": occasions_covered(tc),
        "pledged": len({row.person_id for row in pledges_of(tc)}),
        "rules": RULES,
        "may_send": shown["open"] and request.role.may(Permission.SEND_NOTICE),
    }
    return render(request, "delivery/notices.html", shown, status=answer_status(form))


@require_POST
def send(request: Request, pk: int) -> HttpResponse:
    """Send a notice; a refusal leaves the words standing."""
    tc = office_class(request, pk)
    form = NoticeForm(request.POST)
    if form.is_valid():
        inputs = form.cleaned_data

        def work() -> str:
            notice = actions.send_notice(training_class=tc, **inputs, by=request.role, now=clock.now())
            return str(notice.pk)

        with refusals(form):
            answer_once(request, Permission.SEND_NOTICE, work)
            messages.success(request, f"已发送“{inputs['title']}”。")
            return redirect("office.notices", tc.pk)
    return _page(request, tc, form)
