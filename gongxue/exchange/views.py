"""One's messages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gongxue.exchange.actions import mark_all_read, mark_read
from gongxue.exchange.calendars import MIME, calendar_file
from gongxue.exchange.models import Message
from gongxue.exchange.queries import KINDS, InboxSearch, event_of, messages_visible_to
from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest
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
    page = Paginator(messages_visible_to(request.role, search), PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "search": search, "kinds": KINDS, "narrowed": bool(search.kind or search.unread)}
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


@require_POST
def open_message(request: OpenRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads, in the role that it was sent to while one still holds it."""
    if request.role is None:
        raise Http404
    message = visible(Message, pk, request.role)
    mark_read(message=message, by=request.role, now=clock.now())
    if message.link:
        act_in(request, message.to_id)
    return redirect(message.link or "messages")


@require_POST
def read_all(request: OpenRequest) -> HttpResponse:
    """Mark everything as read."""
    if request.role is not None:
        mark_all_read(by=request.role, now=clock.now())
    return redirect("messages")
