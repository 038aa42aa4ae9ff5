"""What stage 1 watches: provinces that have not reported a round, approvals that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import TrainingApproval
from gongxue.regulations.calendar import day_of
from gongxue.regulations.categories import category_title
from gongxue.regulations.deadlines import approval_due, province_due
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import ProvinceReport, ReportingRound, TrainingClass
from gongxue.stage1_planning.queries.watching import Ask, Watched

LOOKED_BACK, LOOKED_AHEAD = timedelta(days=366), timedelta(days=100)


def watch_reports(ask: Ask) -> Iterator[Watched]:
    """Each province with lines in a round of the last year owes its report, for province and nation; three queries."""
    if not ask.whole or ask.role.is_institution_staff:
        return
    since = ask.today - LOOKED_BACK
    rounds = list(
        ReportingRound.objects.scope(ask.role).filter(closes_on__gte=since, opens_on__lte=ask.today)
    )
    lines = TrainingClass.objects.scope(ask.role).filter(round__in=rounds).exclude(state=PlanState.DRAFT)
    waiting = (PlanState.SUBMITTED, PlanState.APPROVED)
    owed: dict[tuple[int, str], bool] = defaultdict(bool)  # whether something still waits
    for pk, code, state in lines.order_by().values_list("round", "province_code", "state").distinct():
        owed[pk, code] |= state in waiting
    reports = ProvinceReport.objects.scope(ask.role).filter(round__in=rounds).order_by("pk")
    reported = {
        (pk, code): day_of(at)
        for pk, code, at in reports.values_list("round", "province_code", "reported_at")
    }
    for round_ in rounds:
        due = province_due(round_.closes_on, edition_on(round_.closes_on))
        for (pk, code), open_ in owed.items():
            if pk == round_.pk:
                done = None if open_ else reported.get((pk, code))
                where = f"/planning/{pk}/"
                yield Watched(due, f"round/{pk}/{code}", str(round_), where, code, done_on=done)


def watch_approvals(ask: Ask) -> Iterator[Watched]:
    """Approvals that end soon or have ended within the year and are not renewed; one query.  # reading: AMB-60"""
    if not ask.whole:
        return
    latest: dict[tuple[int, str, str], TrainingApproval] = {}
    for row in _approvals(ask.role).order_by("valid_until"):
        latest[row.institution_id, row.category, row.level] = row
    for row in latest.values():
        if ask.today - LOOKED_BACK <= row.valid_until <= ask.today + LOOKED_AHEAD:
            yield _approval(row)


def _approvals(role: Role) -> QuerySet[TrainingApproval]:
    rows = TrainingApproval.objects.select_related("institution")
    if role.duty_enum.reads_all:
        return rows
    if role.is_(Duty.PROVINCE):
        return rows.filter(institution__province_code=role.organisation.province_code)
    return rows.filter(institution=role.organisation_id) if role.is_institution_staff else rows.none()


def _approval(row: TrainingApproval) -> Watched:
    about = f"{category_title(row.category)}{Level(row.level).title}"
    return Watched(
        approval_due(row.valid_until), f"approval/{row.pk}", about, f"/registers/{row.institution_id}/", row.institution.province_code,
        row.institution_id, row.institution.name,
    )  # fmt: skip
