"""Teachers whom somebody has reported for classes, and how far they are."""

from __future__ import annotations

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.stage4_enrolment.models import ApplicantImport, Application


def reported_by(role: Role) -> QuerySet[Application]:
    """Whom one's own organisation has reported, the newest first: who, where and how far; what a draft says stays
    the teacher's own and is no part of any page made of this."""
    rows: QuerySet[Application] = Application.objects.unscoped(
        "who was reported is known to whoever reported"
    ).filter(reported_by=role.organisation_id)
    found = rows.select_related(
        "person__account", "employer", "training_class__institution", "training_class__enrolment"
    )
    return found.defer("answer").order_by("-reported_at", "-pk")


def reports_of(role: Role) -> QuerySet[ApplicantImport]:
    """The workbooks that somebody has uploaded, the newest first."""
    rows: QuerySet[ApplicantImport] = ApplicantImport.objects.scope(role)
    return rows.select_related("job", "training_class__institution").order_by("-pk")
