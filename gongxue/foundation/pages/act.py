"""One view for every act that is a button: object from the URL, inputs from the form, one action, one redirect.

    act_route("applications/<int:pk>/admit/", admit_applicant)

The URL's name and need are the act's permission; inputs are read by the action's own annotations, so that a page
and the API cannot differ. `once` (hidden, fresh per page) makes a double click one act with one answer.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.http import url_has_allowed_host_and_scheme

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.access.routes import route
from gongxue.foundation.lifecycle.acts import ACTS, Act, Parameter, is_storable
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.lifecycle.once import once
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission


def visible(model: type[models.Model], pk: Any, role: Any) -> Any:
    """A row in the role's scope, else 404: foreign and absent look the same."""
    rows = model.objects.scope(role) if issubclass(model, Scoped) else model._default_manager.all()
    try:
        found = rows.filter(pk=int(pk)).first()
    except (TypeError, ValueError, OverflowError):
        found = None
    if found is None:
        raise Http404
    return found


def plain_kind(kind: Any) -> Any:
    """The annotation without None: `date | None` → date."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        kinds = [k for k in typing.get_args(kind) if k is not type(None)]
        return kinds[0]
    return kind


def read_input(parameter: Parameter, request: Request) -> Any:
    """One input of an act from the submitted form; RuleBroken names what cannot be read."""
    kind, name = plain_kind(parameter.kind), parameter.name
    if parameter.model:
        if not parameter.required and not request.POST.get(name):
            return parameter.default
        return visible(parameter.model, request.POST.get(name), request.role)
    if isinstance(kind, type) and issubclass(kind, UploadedFile):
        return request.FILES.get(name) or _missing(parameter)
    origin = typing.get_origin(kind)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(kind, name, request)
    if origin is not None:
        item = typing.get_args(kind)[0]
        return [_plain(item, text, name) for text in request.POST.getlist(name) if text != ""]
    text = request.POST.get(name)
    if kind is bool:
        return text in ("on", "true", "1", "yes")
    if text is None or (text == "" and kind is not str):
        return _missing(parameter)
    return _plain(kind, text, name)


def _missing(parameter: Parameter) -> Any:
    if parameter.required:
        raise RuleBroken(
            [Breach("input.missing", "MG 25.4", f"缺少“{parameter.name}”。", "请填写后再提交。")]
        )
    return parameter.default


def _plain(kind: Any, text: str, name: str) -> Any:
    try:
        if kind is int:
            if not text.isascii() or len(text) > 15:
                raise ValueError
            return int(text)
        if not is_storable(text):
            raise ValueError
        return date.fromisoformat(text) if kind is date else text
    except ValueError:
        shown = text[:20].replace("\x00", "")
        raise RuleBroken(
            [Breach("input.format", "MG 25.4", f"“{name}”的内容“{shown}”不能识别。", "请检查后重新填写。")]
        ) from None


def _mapping(kind: Any, name: str, request: Request) -> dict[Any, Any]:
    """`groups.12=3` → {12: 3}: the keys of a mapping follow the field's name after a dot."""
    key_kind, value_kind = typing.get_args(kind)
    prefix = f"{name}."
    pairs = {k[len(prefix) :]: v for k, v in request.POST.items() if k.startswith(prefix) and v != ""}
    return {
        _plain(key_kind, key, name): value if value_kind is Any else _plain(value_kind, str(value), name)
        for key, value in pairs.items()
    }


def answer_once(request: Request, act: Permission, work: Callable[[], str]) -> tuple[str, bool]:
    """Do the work once per idempotency key of the form: (answer, was it fresh)."""
    key = request.POST.get("once") or request.headers.get("Idempotency-Key") or ""

    def kept() -> tuple[str, str]:
        answer = work()
        return answer, answer

    return once(request.user, act, key, digest_of(request), kept)


def digest_of(request: Request) -> str:
    """What was sent, without the key and the token: the fields, the files' names and sizes, or a JSON body."""
    if request.content_type == "application/json":
        return hashlib.sha256(request.path.encode() + b"\0" + request.body).hexdigest()
    fields = sorted(
        (k, request.POST.getlist(k)) for k in request.POST if k not in ("once", "csrfmiddlewaretoken")
    )
    files = sorted((k, f.name, f.size) for k in request.FILES for f in request.FILES.getlist(k))
    body = json.dumps([request.path, fields, files], ensure_ascii=False)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def next_page(request: HttpRequest, fallback: str) -> str:
    """Where to go after the act: a page of ours, never somewhere else."""
    wanted = request.POST.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return fallback


def perform(act: Act, inputs: dict[str, Any], request: Request) -> tuple[Any, bool]:
    """Run an act for the current role, once per key; (result or None on a repeat, fresh)."""
    results: list[Any] = []

    def work() -> str:
        results.append(act.function(**inputs, by=request.role, now=clock.now()))
        return str(getattr(results[0], "pk", ""))

    _, fresh = answer_once(request, act.permission, work)
    return (results[0] if results else None), fresh


def act_view(permission: Permission) -> Callable[..., HttpResponseBase]:
    """The view of an act: POST only."""

    def view(request: Request, pk: int | None = None) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        act = ACTS[permission]
        inputs: dict[str, Any] = {}
        rest = act.parameters
        if pk is not None and act.object_parameter and act.object_parameter.model:
            inputs[rest[0].name] = visible(act.object_parameter.model, pk, request.role)
            rest = rest[1:]
        for parameter in rest:
            inputs[parameter.name] = read_input(parameter, request)
        perform(act, inputs, request)
        messages.success(
            request, f"已{permission.title}。" if not permission.title.startswith("已") else permission.title
        )
        where = next_page(request, request.META.get("HTTP_REFERER", "/desk/"))
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": where})
        return redirect(where)

    return view


def act_route(where: str, permission: Permission) -> URLPattern:
    """The URL of an act, named and guarded by its permission."""
    return route(where, act_view(permission), permission.value, permission)
