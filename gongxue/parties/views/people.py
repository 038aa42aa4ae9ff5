"""One full ID number, seen once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, next_page, visible
from gongxue.parties import actions
from gongxue.parties.models import Person
from gongxue.parties.reveal import USUAL, reveals_on_day
from gongxue.regulations.roles import Permission


@require_POST
def reveal(request: Request, pk: int) -> HttpResponse:
    """The full ID number on a page that nothing keeps; whoever sends the same form again does not see it again."""
    role = request.role
    person = visible(Person, pk, role)
    back = next_page(request, "/desk/")
    now, reason = clock.now(), request.POST.get("reason", "").replace("\0", "")

    def work() -> str:
        seen = actions.reveal_id_number(person=person, reason=reason, by=role, now=now)
        return str(seen.pk)

    _, fresh = answer_once(request, Permission.REVEAL, work)
    if not fresh:
        messages.info(request, "完整证件号码只显示一次。仍需查看的，请重新说明理由。")
        return redirect(back)
    shown = {
        "person": person, "id_number": person.id_number.reveal(), "back": back, "usual": USUAL,
        "today": reveals_on_day(role, now), "reason": reason,
    }  # fmt: skip
    response = render(request, "parties/reveal.html", shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response
