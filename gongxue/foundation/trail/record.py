"""Writing the trail: one entry per act, inside the act's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from gongxue.foundation.identity.models import Role
from gongxue.foundation.identity.vault import keyed_hash
from gongxue.foundation.trail.models import Event, Mention
from gongxue.foundation.trail.request import request_id
from gongxue.regulations.roles import Permission


def record(
    code: Permission,
    *,
    by: Role,
    now: datetime,
    about: models.Model,
    reason: str = "",
    changes: dict[str, Any] | None = None,
    classes: Iterable[int] = (),
) -> Event:
    """One entry of the trail. `changes` maps a field to [before, after]; personal values go through `hidden`.

    The object may say where it belongs: `class_id_for_trail`, `province_code`, `institution_id`. An act on several
    classes at once names them in `classes`, or lists them in `changes` as "lines", and is found in the trail of each.
    """
    class_id, province, institution = place_of(about, by)
    event: Event = Event.objects.create(
        code=code.value,
        at=now,
        account_id=by.account_id,
        actor=by.account.name,
        duty=by.duty,
        organisation_id=by.organisation_id,
        organisation=by.organisation.name,
        about=f"{about._meta.model_name}/{about.pk}",
        about_text=str(about)[:160],
        class_id=class_id,
        province_code=province or "",
        institution_id=institution,
        reason=reason.strip(),
        changes=changes or {},
        request_id=request_id.get(),
    )
    named = dict.fromkeys([*classes, *_listed(changes or {})])
    Mention.objects.bulk_create(Mention(event=event, class_id=pk) for pk in named)
    return event


def _listed(changes: dict[str, Any]) -> list[int]:
    """The classes that an entry lists: {"lines": [None, [12, 13]]}."""
    lines = changes.get("lines") or [None, None]
    return lines[1] if isinstance(lines[1], list) else []


def place_of(about: models.Model, by: Role) -> tuple[int | None, str | None, int | None]:
    """The class, province and institution under which an entry is found again."""
    about_class = getattr(about, "training_class", None)
    source = about_class if about_class is not None else about
    class_id = (
        getattr(source, "pk", None) if about_class is not None else getattr(about, "class_id_for_trail", None)
    )
    province = getattr(source, "province_code", None)
    institution = getattr(source, "institution_id", None)
    if institution is None and by.is_institution_staff:
        institution = by.organisation_id
    return class_id, province or by.organisation.province_code, institution


def hidden(value: str) -> str:
    """What the trail keeps of a personal value: a keyed hash that shows only whether it changed."""
    return f"#{keyed_hash(value)}" if value else ""
