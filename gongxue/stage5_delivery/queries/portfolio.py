"""A trainee's portfolio 学习档案: works with all versions and what was said, attendance in sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gongxue.foundation.identity.models import Role
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct, ProductComment
from gongxue.stage5_delivery.queries.attendance import Absence, absence_of_attendee
from gongxue.stage5_delivery.queries.comments import threads
from gongxue.stage5_delivery.queries.products import assignments_visible_to, products_visible_to


@dataclass(slots=True)
class Work:
    """One work of a trainee: its versions, the latest first, and what was said about it."""

    versions: list[LearningProduct]
    comments: list[ProductComment] = field(default_factory=list)

    @property
    def latest(self) -> LearningProduct:
        """The version that counts."""
        return self.versions[0]

    @property
    def earlier(self) -> list[LearningProduct]:
        """What it replaced."""
        return self.versions[1:]


def works_in(products: Iterable[LearningProduct]) -> list[Work]:
    """Rows of one trainee as works, the work begun first first."""
    found: dict[int, list[LearningProduct]] = defaultdict(list)
    for product in products:
        found[product.work].append(product)
    return [Work(sorted(rows, key=lambda row: -row.version)) for _, rows in sorted(found.items())]


@dataclass(slots=True)
class Portfolio:
    """Everything of one trainee in one class."""

    attendee: Attendee
    works: list[Work]
    missing: list[Assignment]  # asked for, nothing handed in
    absence: Absence

    @property
    def files(self) -> int:
        """How many files there are in all versions."""
        return sum(len(version.file_list) for work in self.works for version in work.versions)


def portfolio_of(role: Role, attendee: Attendee) -> Portfolio:
    """The portfolio of a visible trainee, with what the role may read of the comments; a handful of queries."""
    tc = attendee.training_class
    works = works_in(products_visible_to(role).filter(attendee=attendee))
    said: dict[int, list[ProductComment]] = defaultdict(list)
    comments = ProductComment.objects.scope(role).filter(product__in=[work.latest.work for work in works])
    for comment in comments.select_related("by").order_by("at", "pk"):
        said[comment.product_id].append(comment)
    for work in works:
        work.comments = threads(said[work.latest.work])
    handed = {work.latest.assignment_id for work in works}
    asked = [row for row in assignments_visible_to(role, tc) if row.state == "set" and row.pk not in handed]
    return Portfolio(attendee, works, asked, absence_of_attendee(attendee, tc.edition))
