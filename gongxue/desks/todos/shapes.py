"""What the makers of todos share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from gongxue.desks.cards import Todo
from gongxue.foundation.identity.models import Role
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import classes_visible_to

Todos = list[Todo]


def class_url(name: str, training_class_id: int) -> str:
    """A page of a class."""
    return reverse(name, args=[training_class_id])


def class_todo(
    kind: str,
    title: str,
    tc: TrainingClass,
    page: str,
    due: date | None = None,
    *,
    far: bool = False,
    **more: Any,
) -> Todo:
    """What waits on a page of a class. `far`: the reader is of another house and needs the institution's name."""
    where = class_url(page, tc.pk) + more.pop("rest", "")
    return Todo(kind, title, where, due, class_id=tc.pk, about=str(tc) if far else tc.title, **more)


def classes_by_id(role: Role) -> dict[int, TrainingClass]:
    """Every class of the role's scope, in one query."""
    return {tc.pk: tc for tc in classes_visible_to(role)}
