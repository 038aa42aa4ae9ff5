"""The list of contacts: masked for the institution and the class's instructors, each full number one act with a trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.queries import enrolment_of
from gongxue.stage5_delivery.actions import see_phone
from gongxue.stage5_delivery.queries.contacts import contacts_of, reads_contacts
from gongxue.stage5_delivery.views.frame import frame, office_class


def contacts(request: Request, pk: int) -> HttpResponse:
    """The class with masked numbers; 403 for whoever only watches over it."""
    tc = office_class(request, pk)
    if not reads_contacts(tc, request.role):
        raise PermissionDenied
    enrolment = enrolment_of(tc)
    shown: dict[str, Any] = frame(request, tc, "office.contacts")
    shown |= {
        "rows": contacts_of(tc),
        "office_contact": enrolment.contact if enrolment else "",
        "may_see": request.role.may(Permission.SEE_PHONE),
    }
    return render(request, "delivery/contacts.html", shown)


def see(request: Request, pk: int) -> HttpResponse:
    """Show one full number once; the act has left its entry. Going back to the address leads to the list."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    back = "my_class" if request.role.is_(Duty.TRAINEE) else "office.contacts"
    wanted = request.POST.get("attendee", "")
    if request.method != "POST" or not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        return redirect(back, tc.pk)
    found = []

    def work() -> str:
        person = see_phone(training_class=tc, attendee=int(wanted), by=request.role, now=clock.now())
        found.append(person)
        return str(person.pk)

    _, fresh = answer_once(request, Permission.SEE_PHONE, work)
    if not fresh:  # the page was loaded again: a new look is a new act
        return redirect(back, tc.pk)
    shown = {"tc": tc, "person": found[0], "phone": found[0].phone, "back": back}
    return render(request, "delivery/phone.html", shown)
