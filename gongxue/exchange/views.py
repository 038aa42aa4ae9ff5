"""One's messages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.exchange.actions import mark_all_read, mark_read
from gongxue.exchange.models import Message
from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible

PAGE = 30


def inbox(request: Request) -> HttpResponse:
    """Every message, the newest first."""
    page = Paginator(messages_visible_to(request.role), PAGE).get_page(request.GET.get("page"))
    return render(request, "exchange/inbox.html", {"page": page})


@require_POST
def open_message(request: Request, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    message = visible(Message, pk, request.role)
    mark_read(message=message, by=request.role, now=clock.now())
    return redirect(message.link or "messages")


@require_POST
def read_all(request: Request) -> HttpResponse:
    """Mark everything as read."""
    mark_all_read(by=request.role, now=clock.now())
    return redirect("messages")
