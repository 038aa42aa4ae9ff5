"""Applications to change what is published, as the tests make them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from gongxue.foundation.identity.models import Role
from gongxue.regulations.changes import FIELD_TITLES
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import PlanChange, PublishedEdition
from tests.cast import ClassAt
from tests.foundation.files.specimens import pdf

REASON = "实训设备检修"


def line(c: ClassAt, **changed: Any) -> dict[str, Any]:
    """What a class says, with something else in it."""
    return {name: getattr(c.tc, name) for name in FIELD_TITLES} | changed


def later(c: ClassAt, days: int = 7) -> dict[str, date]:
    """The dates of a class, so many days later."""
    by = timedelta(days=days)
    return {"first_day": c.tc.first_day + by, "last_day": c.tc.last_day + by}


def applied(c: ClassAt, **changed: Any) -> PlanChange:
    """An application for another content."""
    values: Any = line(c, **changed or {"headcount": 20})
    return actions.apply_change(
        training_class=c.tc, line=values, reason=REASON, seen=c.tc.version, by=c.staff, now=c.now
    )


def applied_to_cancel(c: ClassAt) -> PlanChange:
    """An application to take the class off the list."""
    return actions.apply_cancel(training_class=c.tc, reason=REASON, seen=c.tc.version, by=c.staff, now=c.now)


def applied_for(c: ClassAt, outside: bool = False, **changed: Any) -> PlanChange:
    """An application for a class that is not on the list."""
    values: Any = line(c, **later(c) | changed)
    return actions.apply_addition(
        round=c.tc.round, line=values, reason=REASON, outside=outside, by=c.staff, now=c.now
    )


def approved(c: ClassAt, change: PlanChange, by: Role | None = None, **more: Any) -> PlanChange:
    """The province says yes to what it sees now."""
    seen = PlanChange.objects.unscoped("tests").get(pk=change.pk)
    if seen.lacks_scan:
        scanned(c, seen)
        seen.refresh_from_db()
    return actions.approve_change(plan_change=seen, seen=seen.version, by=by or c.province, now=c.now, **more)


def scanned(c: ClassAt, change: PlanChange) -> PlanChange:
    """The stamped scan is uploaded."""
    scan = SimpleUploadedFile("批复.pdf", pdf(), "application/pdf")
    return actions.attach_change_scan(plan_change=change, scan=scan, by=c.province, now=c.now)


def edition_numbers() -> list[int]:
    """The numbers of the editions, in order."""
    return list(PublishedEdition.objects.order_by("pk").values_list("number", flat=True))
