"""The next numbered edition: every publication and every change of what is published makes one (TR 7, MG 25.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.national_list import Change, changes_between
from gongxue.stage1_planning.models import PublishedEdition, ReportingRound, TrainingClass
from gongxue.stage1_planning.queries.editions import edition_row, latest, listing_of, rows_now


def publish_edition(
    round_: ReportingRound,
    added: Iterable[TrainingClass],
    told: Mapping[int, Change],
    *,
    by: Role,
    now: datetime,
) -> PublishedEdition:
    """Freeze the list of a round as it now stands. The caller has locked the round, so that numbers have no gap.

    added: the classes that were not on the list before. told: class id → what is said of its change besides the
    fields: reason, path, who approved.
    """
    last, rows = latest(round_), rows_now(round_)
    changes = changes_between(listing_of(last) if last else [], rows)
    return PublishedEdition.objects.create(
        round=round_,
        number=(last.number if last else 0) + 1,
        lines=[edition_row(line) for line in added],
        complete=rows,
        changes=[change | told.get(change["class"], _published(by)) for change in changes],
        published_by=by.account,
        published_at=now,
    )


def _published(by: Role) -> dict[str, Any]:
    """A line that came by the reports of the provinces."""
    return {"path": "计划报送", "approved_by": by.organisation.name}
