"""Actions: one public function per act of the regulation, each registered once.

    @action(Permission.ADMIT)
    def admit_applicant(*, application: Application, by: Role, now: datetime, reason: str = "") -> Application:

The decorator opens the transaction, checks the texts and the permission of the role and registers the act, so that
pages, API, documents and tests all know every act from one list. The first model parameter is the act's object.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import models, transaction

from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import ANY_SIGNED_IN, Permission

F = TypeVar("F", bound=Callable[..., Any])
RESERVED = ("by", "now")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of an act besides `by` and `now`."""

    name: str
    kind: Any  # the annotation: str, int, date, Decimal, a model, Mapping[int, str], …
    required: bool
    default: Any

    @property
    def model(self) -> type[models.Model] | None:
        """The model when the input is a row, else None."""
        kinds = typing.get_args(self.kind) if isinstance(self.kind, types.UnionType) else (self.kind,)
        return next((k for k in kinds if isinstance(k, type) and issubclass(k, models.Model)), None)


@dataclass(frozen=True, slots=True)
class Act:
    """A registered act."""

    permission: Permission
    function: Callable[..., Any]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The inputs in order of the signature."""
        hints = typing.get_type_hints(inspect.unwrap(self.function))
        found = []
        for parameter in inspect.signature(self.function).parameters.values():
            if parameter.name in RESERVED:
                continue
            required = parameter.default is parameter.empty
            default = None if required else parameter.default
            found.append(Parameter(parameter.name, hints[parameter.name], required, default))
        return tuple(found)

    @property
    def object_parameter(self) -> Parameter | None:
        """The act's object: its first parameter when that is a model."""
        first = self.parameters[:1]
        return first[0] if first and first[0].model else None


ACTS: dict[Permission, Act] = {}


def action(permission: Permission) -> Callable[[F], F]:
    """Register an act: transaction, permission check, one entry in ACTS."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def run(**inputs: Any) -> Any:
            refuse_if(_text_breaches(inputs))
            with transaction.atomic():
                check_permission(inputs["by"], permission)
                return function(**inputs)

        if permission in ACTS:
            raise RuntimeError(f"{permission} is already the act {ACTS[permission].function.__name__}")
        ACTS[permission] = Act(permission, run)
        return typing.cast(F, run)

    return decorate


def open_action(permission: Permission) -> Callable[[F], F]:
    """An act of somebody who has no account yet (sign-up): a transaction and its entry in ACTS, no role."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def run(**inputs: Any) -> Any:
            refuse_if(_text_breaches(inputs))
            with transaction.atomic():
                return function(**inputs)

        ACTS[permission] = Act(permission, run)
        return typing.cast(F, run)

    return decorate


def is_storable(value: Any) -> bool:
    """Whether every text in an input can be kept by both databases: no NUL, no half of a character."""
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not any("\ud800" <= ch <= "\udfff" for ch in value))
    if isinstance(value, Mapping):
        return all(is_storable(part) for pair in value.items() for part in pair)
    return all(map(is_storable, value)) if isinstance(value, (list, tuple)) else True


def _text_breaches(inputs: Mapping[str, Any]) -> list[Breach]:
    """Every door leads through here, so that no page and no caller of the API can forget to look."""
    return [
        Breach("input.text", "MG 25.4", f"“{name}”含有不能保存的字符。", "请删去特殊字符，重新填写。")
        for name, value in inputs.items()
        if not is_storable(value)
    ]


def load_acts() -> None:
    """Import every part's actions, so that ACTS is complete whoever asks first."""
    for app in apps.get_app_configs():
        if app.name.startswith("gongxue.") and importlib.util.find_spec(f"{app.name}.actions"):
            importlib.import_module(f"{app.name}.actions")


def check_permission(by: Any, permission: Permission) -> None:
    """NotAllowed unless the role holds the permission."""
    if permission in ANY_SIGNED_IN or by.may(permission):
        return
    raise NotAllowed(f"“{by.title}”没有“{permission.title}”的权限。")
