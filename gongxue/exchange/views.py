"""One's messages, and the sums of their e-mails."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gongxue.exchange.actions import mark_all_read, mark_read
from gongxue.exchange.calendars import MIME, calendar_file
from gongxue.exchange.models import Message
from gongxue.exchange.queries import (
    KINDS,
    InboxSearch,
    event_of,
    mail_hint,
    mail_sums,
    messages_visible_to,
    with_mails,
)
from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.identity.views import act_in
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import chosen

PAGE = 30


def inbox(request: OpenRequest) -> HttpResponse:
    """One's messages, the newest first, by kind or only the unread. Without a role there are none, and the desk says
    what to do."""
    if request.role is None:
        return redirect("desk")
    search = InboxSearch(**chosen(request, "kind", "unread"))
    rows = with_mails(messages_visible_to(request.role, search))
    shown = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "search": search, "kinds": KINDS,
        "narrowed": bool(search.kind or search.unread), "standing": mail_hint(request.role),
    }  # fmt: skip
    return render(request, "exchange/inbox.html", shown)


@require_GET
def calendar(request: OpenRequest, pk: int) -> HttpResponse:
    """The days that a message is about, as a calendar file."""
    if request.role is None:
        raise Http404
    event = event_of(visible(Message, pk, request.role))
    if event is None:
        raise Http404
    answer = HttpResponse(calendar_file([event], name=event.title), content_type=MIME)
    answer["Content-Disposition"] = f'attachment; filename="gongxue-{pk}.ics"'
    return answer


def message(request: OpenRequest, pk: int) -> HttpResponse:
    """One message with the state of its e-mail: where the link in a letter leads. A form sent to it opens the work."""
    if request.role is None:
        raise Http404
    if request.method == "POST":
        return _open(request, request.role, pk)
    found = (
        with_mails(messages_visible_to(request.role)).filter(pk=pk).select_related("to__organisation").first()
    )
    if found is None:
        raise Http404
    return render(request, "exchange/message.html", {"message": found, "standing": mail_hint(request.role)})


def _open(request: OpenRequest, role: Role, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads, in the role that it was sent to while one still holds it."""
    opened = visible(Message, pk, role)
    mark_read(message=opened, by=role, now=clock.now())
    if opened.link:
        act_in(request, opened.to_id)
    return redirect(opened.link or "messages")


def mail(request: Request) -> HttpResponse:
    """For the centre: whether e-mail goes out, in numbers."""
    server = {
        "host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, "sender": settings.MAIL_FROM,
        "secure": settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL,
    }  # fmt: skip
    return render(request, "exchange/mail.html", {"sums": mail_sums(clock.now()), "server": server})


@require_POST
def read_all(request: OpenRequest) -> HttpResponse:
    """Mark everything as read."""
    if request.role is not None:
        mark_all_read(by=request.role, now=clock.now())
    return redirect("messages")
