"""What others ask about the seal: stage 5 before somebody comments on a work, the desks before they show the trail."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BigIntegerField, Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Cast, Substr

from gongxue.foundation.trail.models import Event
from gongxue.regulations.lifecycle import ResultsState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.stage6_assessment.models import Attempt, ScoreSheet

_SCORING = (Permission.SAVE_SCORE.value, Permission.SCORE_PROCESS.value, Permission.SCORE_FINAL.value)
_ABOUT = "attendee/"


def has_scored(attempts: Collection[tuple[int, int]], account: int) -> bool:
    """Whether an account's own sheet of one of these process attempts (attendee id, number) is in."""
    rows = ScoreSheet.objects.inside(
        attempt__part=Part.PROCESS,
        attempt__attendee__in=[pk for pk, _ in attempts],
        scorer__account_id=account,
    )
    mine = rows.values_list("attempt__attendee_id", "attempt__number")
    return bool(set(mine) & set(attempts))


def without_sealed(rows: QuerySet[Event]) -> QuerySet[Event]:
    """The entries without those of drafts and sheets of an attempt that is still under way.

    The trail has them from the first moment, and shows them when the last sheet is in: until then nobody, not the
    institution either, may tell that somebody has scored, or when (TR 12, independent scoring). A trainee has one attempt
    under way at most; one that was begun and never scored is over when the results are confirmed.
    """
    scored = Case(
        When(code__in=_SCORING, then=Cast(Substr("about", len(_ABOUT) + 1), BigIntegerField())), default=None
    )
    under_way = Attempt.objects.unscoped("entries of attempts under way are left out").filter(
        attendee_id=OuterRef("scored"), complete_at=None, opened_at__lte=OuterRef("at")
    )
    confirmed = under_way.filter(training_class__results__state=ResultsState.CONFIRMED)
    return rows.annotate(scored=scored).filter(~Exists(under_way) | Exists(confirmed))
