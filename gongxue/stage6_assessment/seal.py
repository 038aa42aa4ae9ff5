"""What stage 5 asks about the seal before somebody comments on a work: only about the asker's own sheets."""

from __future__ import annotations

from collections.abc import Collection

from gongxue.regulations.marks import Part
from gongxue.stage6_assessment.models import ScoreSheet


def has_scored(attempts: Collection[tuple[int, int]], account: int) -> bool:
    """Whether an account's own sheet of one of these process attempts (attendee id, number) is in."""
    rows = ScoreSheet.objects.inside(
        attempt__part=Part.PROCESS,
        attempt__attendee__in=[pk for pk, _ in attempts],
        scorer__account_id=account,
    )
    mine = rows.values_list("attempt__attendee_id", "attempt__number")
    return bool(set(mine) & set(attempts))
