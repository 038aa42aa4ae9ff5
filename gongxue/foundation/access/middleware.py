"""Sessions end, roles are loaded afresh at each request, everything is denied by default, GET cannot write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest
from gongxue.foundation.access.routes import Open
from gongxue.foundation.identity.models import Account, Role, is_still_held, roles_of
from gongxue.regulations.roles import ANY_SIGNED_IN, Permission

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")
_SEEN_EVERY = 60  # seconds; the session is not written at each request


class SessionAge:
    """Ends a session after 30 idle minutes (SESSION_COOKIE_AGE ends it after twelve hours whatever happens)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check and renew."""
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            seen = request.session.get("seen", now)
            if now - seen > settings.IDLE_MINUTES * 60 or not request.user.is_active:
                logout(request)
                messages.info(request, "长时间未操作，已自动退出，请重新登录。")
            elif now - seen > _SEEN_EVERY or "seen" not in request.session:
                request.session["seen"] = now
        return self.get_response(request)


class CurrentRole:
    """`request.role`: the role acted in, read from the database at each request so that its end acts at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: OpenRequest) -> HttpResponseBase:
        """Load the role."""
        request.role = _role_of(request) if request.user.is_authenticated else None
        return self.get_response(request)


def _role_of(request: OpenRequest) -> Role | None:
    account = cast(Account, request.user)
    chosen = request.session.get("role")
    if chosen is not None:
        role = (
            Role.objects.filter(pk=chosen, account=account, until=None, organisation__is_active=True)
            .select_related("organisation", "account")
            .first()
        )
        if role:
            return role
    held = roles_of(account)
    return held[0] if held else None


class DenyByDefault:
    """Public is a literal list, everything else needs an account and what its URL says."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse, redirect to sign-in, or let through."""
        match = request.resolver_match
        if match is not None and match.namespaces[:1] == ["api"]:
            return None  # the API answers 401 and 403 itself, in its own form
        needs = getattr(view, "needs", None)
        if needs == Open.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if (
            request.user.must_change_password
            and match
            and match.url_name not in (Permission.CHANGE_PASSWORD, "sign_out")
        ):
            return redirect(Permission.CHANGE_PASSWORD.value)
        role: Role | None = request.role  # type: ignore[attr-defined]
        if not _may(role, needs) or (request.FILES and role and not is_still_held(role)):
            raise PermissionDenied
        return None


def _may(role: Role | None, needs: Permission | Open | None) -> bool:
    if needs == Open.SIGNED_IN or needs in ANY_SIGNED_IN:
        return True
    return isinstance(needs, Permission) and role is not None and role.may(needs)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
    return redirect_to_login(request.get_full_path() if request.method in SAFE else "/", "sign_in")


class WriteInGet(RuntimeError):
    """A reading request tried to change the books."""


_READS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if not sql.lstrip(" (\n").upper().startswith(_READS):
        raise WriteInGet("a GET request may not write")
    return execute(sql, params, many, context)


class GetCannotWrite:
    """Readings run under a database wrapper that lets only SELECT through. Sessions live in the other database."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Wrap safe methods."""
        if request.method not in SAFE:
            return self.get_response(request)
        with connection.execute_wrapper(_refuse_writes):
            return self.get_response(request)
