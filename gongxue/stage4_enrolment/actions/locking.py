"""The lock under which seats are counted."""

from __future__ import annotations

from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application


def lock_class(application: Application) -> TrainingClass:
    """Seats are counted under the lock of the class: the thirty-first waits and is refused."""
    rows = TrainingClass.objects.unscoped("lock order: class, then application")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=application.training_class_id)
