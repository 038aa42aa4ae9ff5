"""Signing in to the API: a password once, then a token for one role, twelve hours long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer
from pydantic import BaseModel, ConfigDict

from gongxue.api.problems import problem
from gongxue.foundation import clock
from gongxue.foundation.access.address import network_of
from gongxue.foundation.access.requests import Request
from gongxue.foundation.access.throttle import (
    SIGN_IN_ADDRESS,
    SIGN_IN_NAME,
    failed,
    longest_wait,
    succeeded,
)
from gongxue.foundation.identity.actions import TOKEN_HOURS, issue_token, token_digest
from gongxue.foundation.identity.models import ApiToken, Role, roles_of
from gongxue.foundation.lifecycle.acts import is_storable


class TokenRequest(BaseModel):
    """Name and password, and the role to act in (the weightiest one when left out)."""

    model_config = ConfigDict(extra="forbid")
    sign_in_name: str
    password: str
    role: int | None = None


class HeldRole(BaseModel):
    """A role the account holds."""

    id: int
    duty: str
    title: str
    organisation: str


class TokenAnswer(BaseModel):
    """The token for the chosen role, and which other roles there are."""

    token: str
    hours: int
    role: int
    roles: list[HeldRole]


class Bearer(HttpBearer):
    """`Authorization: Bearer …`; the role is read from the database at each request."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Role | None:
        """The role of a live token, or None (401)."""
        role = role_of_token(token, clock.now())
        if role is not None:
            cast(Request, request).role = role
            request.user = role.account
        return role


def role_of_token(token: str, now: datetime) -> Role | None:
    """The role behind a token, unless it is revoked, expired, ended, suspended or still on its initial password."""
    row = (
        ApiToken.objects.filter(digest=token_digest(token), revoked_at=None, expires_at__gt=now)
        .select_related("role__account", "role__organisation")
        .first()
    )
    if row is None:
        return None
    role = row.role
    live = role.until is None and role.account.is_active and role.organisation.is_active
    return role if live and not role.account.must_change_password else None


def sign_in(request: HttpRequest, wanted: TokenRequest) -> HttpResponse | dict[str, Any]:
    """Check the password under the same growing delay as the page, answer with a token."""
    typed = (wanted.sign_in_name.strip().lower()[:40], wanted.password[:128])
    name, password = (text if is_storable(text) else "" for text in typed)
    network, now = network_of(request), clock.now()
    wait = longest_wait([(SIGN_IN_NAME, name), (SIGN_IN_ADDRESS, network)], now)
    if wait:
        answer = problem(429, f"连续多次登录失败，请 {wait} 秒后再试。")
        answer.headers["Retry-After"] = str(wait)
        return answer
    account: Any = authenticate(request, username=name, password=password)
    lapsed = account is not None and account.initial_secret_until and account.initial_secret_until < now
    if account is None or lapsed:
        failed(SIGN_IN_NAME, name, now)
        failed(SIGN_IN_ADDRESS, network, now)
        return problem(401, "登录名或密码不正确。")
    succeeded(SIGN_IN_NAME, name)
    if account.must_change_password:
        return problem(403, "请先在网页登录并修改初始密码，再使用接口。")
    return _answer(account, wanted.role, now)


def _answer(account: Any, wanted: int | None, now: datetime) -> HttpResponse | dict[str, Any]:
    held = roles_of(account)
    role = next((r for r in held if wanted in (None, r.pk)), None)
    if role is None:
        return problem(403, "该账号没有所要求的角色。")
    return {
        "token": issue_token(role=role, now=now),
        "hours": TOKEN_HOURS,
        "role": role.pk,
        "roles": [
            {"id": r.pk, "duty": r.duty, "title": r.title, "organisation": r.organisation.name} for r in held
        ],
    }
