"""Notes on a second look, where the sheets of an attempt are far apart (ours)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.parties.models import Person
from gongxue.regulations.lifecycle import ResultsState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage6_assessment.models.attempts import Attempt


class SecondLook(Scoped):
    """What a scorer says after looking again: never changed, sealed like a sheet until all of the attempt are in."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="second_looks")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="second_looks")
    scorer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    note = models.CharField("复看说明", max_length=500)
    written_at = models.DateTimeField("提交时间")

    class Meta:
        db_table = "second_look"
        constraints = [models.UniqueConstraint(fields=["attempt", "scorer"], name="second_look_once")]

    def __str__(self) -> str:
        return f"{self.attempt} 复看"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own always; others' once all are in, or the results are confirmed without them. Trainees: none."""
        if role.is_(Duty.SYSTEM):
            return EVERYTHING
        if role.is_(Duty.TRAINEE, Duty.SCHOOL):
            return NOTHING
        confirmed = Q(training_class__results__state=ResultsState.CONFIRMED)
        opened = Q(attempt__noted_at__isnull=False) | confirmed
        return (in_class_scope(role) & opened) | Q(scorer__account=role.account)
