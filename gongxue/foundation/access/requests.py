"""Requests as the middleware hands them to the pages, for the types."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from gongxue.foundation.identity.models import Account, Role


class OpenRequest(HttpRequest):
    """To a page that is open to everybody, or to everybody signed in: there may be no role."""

    user: Account | AnonymousUser
    role: Role | None


class Request(OpenRequest):
    """To a page that asks for a permission: `DenyByDefault` has made sure of the role."""

    user: Account
    role: Role
