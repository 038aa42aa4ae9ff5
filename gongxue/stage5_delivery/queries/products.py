"""Learning products."""

from __future__ import annotations

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, LearningProduct


def products_visible_to(role: Role) -> QuerySet[LearningProduct]:
    """Learning products in scope."""
    rows: QuerySet[LearningProduct] = LearningProduct.objects.scope(role)
    return rows.select_related("attendee__application__person__account", "file", "training_class").order_by(
        "pk"
    )


def products_of(training_class: TrainingClass) -> dict[int, list[LearningProduct]]:
    """attendee id → products, oldest first."""
    found: dict[int, list[LearningProduct]] = {}
    for row in (
        LearningProduct.objects.inside(training_class=training_class).select_related("file").order_by("pk")
    ):
        found.setdefault(row.attendee_id, []).append(row)
    return found


def has_product(attendee: Attendee, attempt: int) -> bool:
    """Whether work was handed in for an attempt."""
    return LearningProduct.objects.inside(attendee=attendee, attempt=attempt).exists()
