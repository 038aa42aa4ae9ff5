"""What must agree in stage 5: the class that sits in the room is the one that was admitted."""

from __future__ import annotations

from collections.abc import Iterator

from gongxue.foundation.books import Check
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import Attendee, Delivery

_REASON = "check-books compares all rows"


def roster_differences() -> Iterator[str]:
    """Once a class has begun, its attendees are the admitted applicants of this class."""
    begun = Delivery.objects.unscoped(_REASON).values("training_class")
    admitted = Application.objects.unscoped(_REASON).filter(
        state=ApplicationState.ADMITTED, training_class__in=begun
    )
    wanted = set(admitted.values_list("training_class_id", "pk"))
    present = set(Attendee.objects.unscoped(_REASON).values_list("training_class_id", "application_id"))
    for class_id, application in sorted(wanted - present):
        yield f"培训班 {class_id}：申请 {application} 已录取，不在学员名册中。"
    for class_id, application in sorted(present - wanted):
        yield f"培训班 {class_id}：申请 {application} 在学员名册中，但没有录取。"


CHECKS = (Check("学员名册与录取名单一致", roster_differences),)
