"""What a return and a submission leave behind: a row of the register each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.stage1_planning.models import ReturnedLine, SubmittedLine, TrainingClass
from gongxue.stage1_planning.queries.lines import submission_numbers


def keep_submitted(lines: Sequence[TrainingClass], by: Role, now: datetime) -> None:
    """What the lines say now, as they go to the province."""
    numbers = submission_numbers(lines)
    SubmittedLine.objects.bulk_create(
        SubmittedLine(
            training_class=line, number=numbers.get(line.pk, 0) + 1, values=line.said_values(), submitted_by=by.account,
            submitted_at=now,
        )
        for line in lines
    )  # fmt: skip


def keep_returned(
    lines: Sequence[TrainingClass], code: str, comment: str, *, by_centre: bool, by: Role, now: datetime
) -> None:
    """Why the lines come back, and which of their submissions that is about."""
    numbers = submission_numbers(lines)
    ReturnedLine.objects.bulk_create(
        ReturnedLine(
            training_class=line, round_id=line.round_id, institution_id=line.institution_id,
            province_code=line.province_code, code=code, comment=comment.strip()[:500], by_centre=by_centre,
            number=numbers.get(line.pk, 0), returned_by=by.account, returned_at=now,
        )
        for line in lines
    )  # fmt: skip
