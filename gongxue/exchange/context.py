"""The number on the bell, for every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from gongxue.exchange.queries import unread_count


def inbox(request: HttpRequest) -> dict[str, Any]:
    """Unread messages of whoever acts."""
    role = getattr(request, "role", None)
    return {"unread": unread_count(role) if role is not None else 0}
