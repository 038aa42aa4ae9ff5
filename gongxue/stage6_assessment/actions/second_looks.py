"""A note on a second look, where the sheets of an attempt are far apart (ours; TR 12, MG 13)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.marks import Part, note_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import Attempt, ScoreSheet, SecondLook
from gongxue.stage6_assessment.queries import is_confirmed
from gongxue.stage6_assessment.queries.second_looks import is_far_apart


@action(Permission.NOTE_SPREAD)
def write_second_look(*, attempt: Attempt, note: str, by: Role, now: datetime) -> SecondLook:
    """A scorer's note after looking again at an attempt whose sheets are far apart; the sheet stays as it is.

    The last note opens all of them. NotAllowed: who has no sheet in this attempt. Refused: not far apart, written
    already, confirmed, ten to five hundred characters.
    """
    row = lock(attempt, by)
    sheet = ScoreSheet.objects.inside(attempt=row, scorer__account_id=by.account_id).first()
    if sheet is None:
        raise NotAllowed("复看说明由这次考核的评分教师写。", "TR 12")
    written = SecondLook.objects.inside(attempt=row, scorer=sheet.scorer_id).exists()
    refuse_if(note_breaches(is_far_apart(row), written, is_confirmed(row.training_class), note))
    made = SecondLook.objects.create(
        training_class=row.training_class, attempt=row, scorer=sheet.scorer, note=note.strip(), written_at=now
    )
    record(
        Permission.NOTE_SPREAD, by=by, now=now, about=row.attendee, changes={"attempt": [None, row.number]}
    )
    wanted = Part(row.part).scored_by.wanted(row.training_class.edition)
    if SecondLook.objects.inside(attempt=row).count() == wanted:
        row.noted_at = now
        row.save(update_fields=["noted_at"])
        notices.second_looks_in(row, now)
    return made
