"""Inputs for any act of a class's life: sometimes right, sometimes beside the point."""

from __future__ import annotations

import random
import typing
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import models
from hypothesis import strategies as st

from gongxue.foundation.lifecycle.acts import Act, Parameter
from gongxue.foundation.pages.act import plain_kind
from gongxue.regulations.attendance import Presence
from gongxue.regulations.invitations import DeclineReason
from gongxue.regulations.lifecycle import MOVES
from gongxue.regulations.roles import Permission as P
from gongxue.rehearsal.forms import form1_answers, form2_answers
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage2_staffing.models import Recommendation
from gongxue.stage5_delivery.models import Attendee
from tests.cast import ClassAt
from tests.faults.books import ANY

T = TypeVar("T")
# Every act that moves something through its life, and the ones in between. Left out: REMOVE_LINE, which ends it.
PLAYED = tuple(
    sorted(
        {move.permission for move in MOVES}
        | {
            P.EDIT_LINE,
            P.OPEN_CLASS,
            P.INVITE,
            P.EDIT_PROGRAMME,
            P.CONFIRM_PROGRAMME,
            P.EDIT_NOTICE,
            P.GRANT_EXCEPTION,
        }
        | {P.SAVE_APPLICATION, P.ENDORSE, P.GIVE_OPINION, P.CHECK_IN, P.ASSIGN_GROUPS, P.CALL_ROLL, P.HAND_IN}
        | {
            P.SAVE_SCORE,
            P.SCORE_PROCESS,
            P.SCORE_FINAL,
            P.APPLY_RETAKE,
            P.REQUEST_CORRECTION,
            P.ANSWER_EVALUATION,
        }
        | {P.RECEIVE_STOCK, P.ISSUE, P.DOWNLOAD}
    )
)
WORDS = ("", "核对后办理")
SEATS = ("instructor", "examiner")
PLAIN: dict[str, tuple[Any, ...]] = {
    "reason": WORDS, "comment": WORDS, "remarks": WORDS, "letter": WORDS, "own_reason": WORDS, "note": WORDS,
    "title": ("工作页", ""), "text": ("招生通知", ""), "contact": ("培训处 0311-8800123", ""),
    "mark": ("0", "59.9", "60", "75", "100", "100.1", "六十"), "new": ("0", "59.9", "60", "88"),
    "part": ("process", "final", "oral"), "agrees": (True, False), "pledged": (True, False),
    "venue_declared": (None, True, False), "final_mode": ("", "lesson", "song"), "sections": (None, {"venue": "实训楼"}),
    "sessions": (None, []), "preferred": ((),), "deadline": ("opening", "programme", "feedback"), "file": (None,),
    "period": (1, 2, 8, 9), "code": ("", *DeclineReason), "quantity": (1, 3), "headcount": (4, 30, 31),
}  # fmt: skip


class Whims:
    """Draws for one class."""

    def __init__(self, data: st.DataObject, c: ClassAt) -> None:
        self._data = data
        self._c = c

    def one_of(self, options: Sequence[T]) -> T:
        """Any of them."""
        return self._data.draw(st.sampled_from(options))

    def inputs(self, act: Act) -> dict[str, Any] | None:
        """Inputs for an act, or None when there is no row to do it to."""
        found: dict[str, Any] = {}
        for parameter in act.parameters:
            if parameter.model:
                row = self._row(parameter.model)
                if row is None:
                    return None
                found[parameter.name] = row
        (first, *_) = [*found.values(), None]
        for parameter in act.parameters:
            if parameter.name not in found:
                found[parameter.name] = self._value(parameter, first)
        return found

    def _row(self, model: type[models.Model]) -> models.Model | None:
        if model is TrainingClass:
            return self._c.tc
        if model is ReportingRound:
            return self._c.tc.round
        every = model.objects.unscoped(ANY).order_by("pk")  # type: ignore[attr-defined]
        of_class = any(field.name == "training_class" for field in model._meta.get_fields())
        rows = list(every.filter(training_class=self._c.tc) if of_class else every)
        return self.one_of(rows) if rows else None

    def _value(self, parameter: Parameter, row: Any) -> Any:
        name, tc = parameter.name, self._c.tc
        if name in PLAIN:
            return self.one_of(PLAIN[name])
        if name == "seen" and not isinstance(parameter.kind, type(int)):
            return None  # what a page with many small values showed
        if name == "seen":
            return max(0, getattr(row, "version", 1) - self.one_of((0, 0, 1)))
        if name in ("day", "closes_on", "until", "ceremony_on"):
            return self.one_of((tc.first_day, tc.last_day))
        if name in ("people", "groups", "presences"):
            return self._mapping(name)
        if name == "answers":
            return self._answers()
        if hasattr(tc, name):
            return getattr(tc, name)  # the fields of the plan line, as they are
        return self._of_kind(plain_kind(parameter.kind))

    def _of_kind(self, kind: Any) -> Any:
        """Something of the kind that an input wants."""
        kind = typing.get_origin(kind) or kind
        if kind is date:
            return self.one_of((self._c.tc.first_day, self._c.tc.last_day))
        return self.one_of({str: ("", "一句话"), int: (0, 1, 3), bool: (True, False)}.get(kind, ((), {})))

    def _mapping(self, name: str) -> dict[int, Any]:
        if name == "people":
            rows = Recommendation.objects.unscoped(ANY).filter(training_class=self._c.tc, chosen=True)
            return {person: self.one_of(SEATS) for person in rows.values_list("person_id", flat=True)}
        keys = Attendee.objects.unscoped(ANY).filter(training_class=self._c.tc).values_list("pk", flat=True)
        options: tuple[Any, ...] = (0, 1, 2, 11) if name == "groups" else tuple(p.value for p in Presence)
        return {pk: self.one_of(options) for pk in keys.order_by("pk")}

    def _answers(self) -> dict[str, Any]:
        level, dice = self._c.tc.level_enum, random.Random(1)
        return self.one_of(({}, form1_answers(level, dice), form2_answers(level, dice)))
