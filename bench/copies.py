"""Many classes out of one, written directly into the tables: only measurements and fault tests need so many at once.

A copy has rows of its own for the class, its filed programme, applications, attendees, results and transcript; people
and teachers are the same in all copies. It stands for a class whose results are confirmed and nothing else: there
are no sheets, no attendance and no trail behind it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from gongxue.foundation.official_forms.models import Answer
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import FiledProgramme
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import Results, TranscriptLine

APART = 1_000_000  # between the keys of a row and of its copy; more than any table of one class has rows
COPIED: dict[type[models.Model], str] = {  # model → how its rows are found from the class
    TrainingClass: "pk",
    FiledProgramme: "training_class",
    Answer: "application__training_class",
    Application: "training_class",
    Attendee: "training_class",
    Results: "training_class",
    TranscriptLine: "training_class",
}


class Copies:
    """`number` copies of a confirmed class; `class_id(0)` is the first."""

    def __init__(self, training_class: TrainingClass, number: int) -> None:
        self.origin = training_class
        self.number = number
        for model, path in COPIED.items():
            self._copy(model, path)

    def class_id(self, n: int) -> int:
        """The key of a copy."""
        if not 0 <= n < self.number:
            raise IndexError(n)
        return self.origin.pk + APART * (n + 1)

    def _copy(self, model: type[models.Model], path: str) -> None:
        rows: Any = getattr(model, "objects")  # noqa: B009 — not every model has one for the type checker
        if hasattr(rows, "unscoped"):
            rows = rows.unscoped("copies of a whole class")
        keys = [int(pk) for pk in rows.filter(**{path: self.origin.pk}).values_list("pk", flat=True)]
        fields = model._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(_value(field) for field in fields)
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < %s)"
                f' INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" CROSS JOIN copies'
                f" WHERE id IN ({', '.join(map(str, keys))})",
                [self.number],
            )


def _value(field: models.Field[Any, Any]) -> str:
    """The column as it is, except where it points to something that is copied as well."""
    moves = field.primary_key or field.related_model in COPIED
    return f'"{field.column}" + copies.k * {APART}' if moves else f'"{field.column}"'
