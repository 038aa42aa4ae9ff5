"""One operation per registered act, made from the act's own signature: a page and the API cannot differ.

`POST /api/v1/<things>/<id>/<act>` when the act has an object, `POST /api/v1/<part>/<act>` when it has none. Inputs
are the act's parameters; a row is named by its id and found inside the role's scope; unknown fields are refused.
"""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import File, Form, NinjaAPI
from ninja.files import UploadedFile as NinjaFile
from pydantic import BaseModel, ConfigDict, Field, create_model

from gongxue.api.shapes import SCHEMAS, shape
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.uploads import cut_off_breaches
from gongxue.foundation.identity.models import is_still_held
from gongxue.foundation.lifecycle.acts import ACTS, Act, Parameter
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.lifecycle.once import once
from gongxue.foundation.pages.act import digest_of, plain_kind, visible
from gongxue.regulations.roles import Permission

# The password is changed on the page, where the session is renewed; sign-up answers with a session; a full ID number or
# telephone number is looked at by a person, once, and never handed to a program; initial passwords neither. A token must not lead a person's letters elsewhere.
ON_PAGES_ONLY = frozenset(
    {
        Permission.CHANGE_PASSWORD, Permission.SIGN_UP, Permission.IMPORT_ACCOUNTS, Permission.REVEAL,
        Permission.REPORT_APPLICANTS, Permission.SEE_PHONE, Permission.CHECK_LIST,
        Permission.SET_MAIL, Permission.CONFIRM_MAIL, Permission.REMOVE_MAIL, Permission.SWITCH_MAIL,
    }
)  # fmt: skip
INT_LIMIT = 10**15  # as on the pages: SQLite has no room for more than 63 bits


Number = Annotated[int, Field(gt=-INT_LIMIT, lt=INT_LIMIT)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def slug(model: type[models.Model]) -> str:
    """TrainingClass → training-classes."""
    name = "".join(f"-{c.lower()}" if c.isupper() else c for c in model.__name__).lstrip("-")
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("ss") else name if name.endswith("s") else f"{name}s"


def path_of(act: Act) -> str:
    """Where the operation of an act stands."""
    part, _, verb = act.permission.value.partition(".")
    thing = act.object_parameter
    verb = verb.replace("_", "-")
    return f"/{slug(thing.model)}/{{pk}}/{verb}" if thing and thing.model else f"/{part}/{verb}"


def _json_kind(parameter: Parameter) -> Any:
    kind = plain_kind(parameter.kind)
    if parameter.model:
        return Number
    origin, parts = typing.get_origin(kind), tuple(map(_bounded, typing.get_args(kind)))
    if origin is not None and issubclass(origin, Mapping):
        return types.GenericAlias(dict, parts)
    if origin is not None and issubclass(origin, Sequence):
        return types.GenericAlias(list, parts[:1])
    return _bounded(kind)


def _bounded(kind: Any) -> Any:
    return Number if kind is int else kind


def _is_file(parameter: Parameter) -> bool:
    kind = plain_kind(parameter.kind)
    kind = typing.get_origin(kind) or kind
    return isinstance(kind, type) and issubclass(kind, UploadedFile)


def _inputs_schema(act: Act, rest: Sequence[Parameter]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in rest:
        if _is_file(parameter):
            continue
        kind = _json_kind(parameter)
        optional = not parameter.required
        fields[parameter.name] = (kind | None if optional else kind, parameter.default if optional else ...)
    return create_model(f"{act.function.__name__}_inputs", __base__=_Strict, **fields)


def _answer_schema(act: Act) -> Any:
    hint = typing.get_type_hints(inspect.unwrap(act.function)).get("return")
    if typing.get_origin(hint) is list:
        inner = _schema_for(typing.get_args(hint)[0])
        return list[inner] if inner else None  # type: ignore[valid-type]
    return _schema_for(hint)


def _schema_for(kind: Any) -> Any:
    if not isinstance(kind, type):
        return None
    return next((SCHEMAS[m] for m in kind.__mro__ if m in SCHEMAS), None)


def _collect(rest: Sequence[Parameter], given: BaseModel | None, role: Any) -> dict[str, Any]:
    """The inputs of the action; named rows are looked up inside the role's scope."""
    inputs: dict[str, Any] = {}
    for parameter in rest:
        if given is None or parameter.name not in type(given).model_fields:
            continue
        value = getattr(given, parameter.name)
        if value is None and not parameter.required:
            value = parameter.default
        if parameter.model and value is not None:
            value = visible(parameter.model, value, role)
        inputs[parameter.name] = value
    return inputs


def _said(result: Any) -> Any:
    """The result of an action as JSON: shapes for rows, numbers as they are, the initial secret of a new account."""
    if isinstance(result, list):
        return [_said(row) for row in result]
    if isinstance(result, models.Model):
        said = shape(result)
        secret = getattr(result, "secret", "")
        return {**said, "initial_secret": secret} if secret else said
    return result


def answer_once(request: Request, act: Act, work: Callable[[], Any]) -> Any:
    """Do the work once per `Idempotency-Key`; a repeat gets the first answer, another body a conflict."""
    key = request.headers.get("Idempotency-Key", "")

    def kept() -> tuple[Any, Any]:
        answer = _said(work())
        return answer, _plain_json(answer)

    return once(request.user, act.permission, key, digest_of(request), kept)[0]


def _plain_json(value: Any) -> Any:
    answer = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    if isinstance(answer, dict):
        answer.pop("initial_secret", None)  # shown once, kept nowhere
    return answer


def _perform(
    act: Act, request: Request, pk: int | None, given: BaseModel | None, files: dict[str, Any]
) -> Any:
    role = request.role
    rest = list(act.parameters)
    inputs: dict[str, Any] = {}
    if pk is not None and act.object_parameter and act.object_parameter.model:
        inputs[rest[0].name] = visible(act.object_parameter.model, pk, role)
        rest = rest[1:]
    inputs |= _collect(rest, given, role)
    inputs |= files
    result = answer_once(request, act, lambda: act.function(**inputs, by=role, now=clock.now()))
    return JsonResponse(
        {"act": act.permission.value, "result": result}, json_dumps_params={"ensure_ascii": False}
    )


def _operation(act: Act) -> Callable[..., Any]:
    """The view of one act, with a signature that ninja reads."""
    rest = act.parameters[1:] if act.object_parameter else act.parameters
    schema = _inputs_schema(act, rest)
    file_names = [p.name for p in rest if _is_file(p)]
    optional = {p.name for p in rest if _is_file(p) and not p.required}
    has_inputs = bool(schema.model_fields)

    def view(request: Request, **given: Any) -> HttpResponse:
        if file_names:
            _check_upload(request)
        files = {name: given[name] for name in file_names if given.get(name) is not None}
        return _perform(act, request, given.get("pk"), given.get("inputs"), files)

    parameters = [
        inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    if act.object_parameter:
        parameters.append(inspect.Parameter("pk", keyword, annotation=int))
    if has_inputs:
        default = Form(...) if file_names else inspect.Parameter.empty
        parameters.append(inspect.Parameter("inputs", keyword, annotation=schema, default=default))
    for name in file_names:
        default = File(None) if name in optional else File(...)
        kind = NinjaFile | None if name in optional else NinjaFile
        parameters.append(inspect.Parameter(name, keyword, annotation=kind, default=default))
    view.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    view.__name__ = act.permission.value.replace(".", "_")
    view.__doc__ = inspect.getdoc(act.function)
    view.__module__ = __name__
    return view


def _check_upload(request: Request) -> None:
    """A file may take minutes to arrive: it is whole, and whoever sends it may still do so."""
    refuse_if(cut_off_breaches(request))
    if not is_still_held(request.role):
        raise PermissionDenied


def register_acts(api: NinjaAPI) -> None:
    """Add the operation of every act."""
    for act in sorted(ACTS.values(), key=lambda a: a.permission.value):
        if act.permission in ON_PAGES_ONLY:
            continue
        answer = _answer_schema(act)
        envelope = create_model(
            f"{act.function.__name__}_answer",
            act=(str, ...),
            result=(answer if answer is not None else Any, ...),
        )
        api.post(
            path_of(act),
            operation_id=act.permission.value,
            summary=act.permission.title,
            tags=[act.permission.value.partition(".")[0]],
            response={200: envelope},
        )(_operation(act))
