"""Around every request: an id, a log line, headers for personal pages; refusals become pages, not errors."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gongxue.foundation.lifecycle.errors import NotThere, Refusal
from gongxue.foundation.trail.request import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("gongxue.request")


class RequestTrace:
    """Gives the request an id that the error page shows and the log line and the trail carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Trace one request."""
        token = request_id.set(secrets.token_hex(8))
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers.setdefault("X-Request-Id", request_id.get())
            response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
            if getattr(request, "role", None) is not None or request.path.startswith("/certificates/query"):
                response.headers.setdefault("Cache-Control", "private, no-store")
            _log(request, response.status_code, begun)
            return response
        finally:
            request_id.reset(token)


def _log(request: HttpRequest, status: int, begun: float) -> None:
    role = getattr(request, "role", None)
    match = request.resolver_match
    facts = {
        "method": request.method,
        "route": match.view_name if match else "",  # the name, never the query string
        "status": status,
        "ms": round((time.perf_counter() - begun) * 1000, 1),
        "actor": role.account_id if role else None,
        "duty": role.duty if role else "",
    }
    log.info("request", extra={"facts": facts})


class Refusals:
    """A rule that says no becomes a page with every reason, its article and the way out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do before."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn refusals into answers; everything else goes on to Django's error handling."""
        if isinstance(exception, Refusal):
            back = request.META.get("HTTP_REFERER", "/")
            shown = {"breaches": exception.breaches, "back": back, "status": exception.status}
            return render(request, "pages/refused.html", shown, status=exception.status)
        if isinstance(exception, NotThere):
            raise Http404
        return None


def denied(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """403: inside the scope, but this role may not."""
    return render(request, "pages/denied.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: outside the scope or absent, which look the same."""
    return render(request, "pages/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: something failed; the id finds the log line. No context processors: they may be what failed."""
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("pages/broken.html", {"request_id": request_id.get()}), status=500)


def say(request: HttpRequest, text: str) -> None:
    """A sentence shown on the next page."""
    messages.success(request, text)
