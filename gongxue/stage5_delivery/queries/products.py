"""Learning products and what was asked for."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Prefetch, Q, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.lifecycle import AssignmentState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct, PortfolioPack, ProductFile

_READ = ("attendee__application__person__account", "training_class", "assignment", "handed_in_by")


def _files() -> Prefetch[str, QuerySet[ProductFile], str]:
    """The files of products that were themselves fetched in scope: one query."""
    rows: QuerySet[ProductFile] = ProductFile.objects.unscoped("files of products fetched in scope")
    return Prefetch("files", rows.select_related("file").order_by("number"))


def products_visible_to(role: Role) -> QuerySet[LearningProduct]:
    """Learning products in scope, oldest first, with their files."""
    rows: QuerySet[LearningProduct] = LearningProduct.objects.scope(role)
    return rows.select_related(*_READ).prefetch_related(_files()).order_by("pk")


def products_of(training_class: TrainingClass) -> dict[int, list[LearningProduct]]:
    """attendee id → products, oldest first; two queries."""
    found: dict[int, list[LearningProduct]] = {}
    rows = LearningProduct.objects.inside(training_class=training_class).select_related(
        "assignment", "handed_in_by"
    )
    for row in rows.prefetch_related(_files()).order_by("pk"):
        found.setdefault(row.attendee_id, []).append(row)
    return found


def has_product(attendee: Attendee, attempt: int) -> bool:
    """Whether work was handed in for an attempt."""
    return LearningProduct.objects.inside(attendee=attendee, attempt=attempt).exists()


def rows_of_work(work: int) -> QuerySet[LearningProduct]:
    """Every version and every member's row of a work that was itself fetched in scope."""
    rows: QuerySet[LearningProduct] = LearningProduct.objects.inside().filter(Q(pk=work) | Q(root=work))
    return rows


def last_of_work(product: LearningProduct) -> LearningProduct:
    """The latest version of the same work, whoever's row."""
    rows = rows_of_work(product.work).select_related("assignment")
    return rows.order_by("-version", "pk")[0]


def work_of_assignment(assignment: Assignment, attendee: Attendee) -> LearningProduct | None:
    """The latest version of what a trainee, or the group that they are in, has handed in for an assignment."""
    rows = LearningProduct.objects.inside(assignment=assignment).select_related("assignment")
    mine = rows.filter(group=attendee.group) if assignment.is_group else rows.filter(attendee=attendee)
    return mine.order_by("-version", "pk").first()


def sealed_works(works: Collection[int]) -> set[int]:
    """Works of whose authors somebody is still to be scored, if only a second time: what is said could sway a scorer."""
    rows = LearningProduct.objects.inside().filter(Q(pk__in=works) | Q(root__in=works))
    waiting = rows.filter(attendee__attempt__gt=F("attendee__scored"))
    return {root or pk for pk, root in waiting.values_list("pk", "root_id")}


def assignments_visible_to(role: Role, training_class: TrainingClass) -> list[Assignment]:
    """What is asked for in a class, by due time; withdrawn ones last."""
    rows: QuerySet[Assignment] = Assignment.objects.scope(role)
    found = rows.filter(training_class=training_class).select_related("set_by").order_by("due_at", "pk")
    return sorted(found, key=lambda row: row.state != AssignmentState.SET)


def packs_visible_to(role: Role, attendee: Attendee) -> QuerySet[PortfolioPack]:
    """Archives of a portfolio that somebody has asked for, latest first."""
    rows: QuerySet[PortfolioPack] = PortfolioPack.objects.scope(role)
    return rows.filter(attendee=attendee).select_related("job").order_by("-pk")
