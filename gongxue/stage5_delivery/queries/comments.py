"""What was said about works, and who may say more."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable

from django.db.models import Q, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import CLOSED_STAGE
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery.models import Attendee, LearningProduct, ProductComment

# Whether somebody's own sheet of one of these attempts is in: (attendee ids with attempt numbers, account) → bool.
# Stage 6 knows.
HAS_SCORED: list[Callable[[Collection[tuple[int, int]], int], bool]] = []


def _rows_of_work(product: LearningProduct) -> QuerySet[LearningProduct]:
    found: QuerySet[LearningProduct] = LearningProduct.objects.inside(
        training_class=product.training_class_id
    ).filter(Q(pk=product.work) | Q(root=product.work))
    return found


def authors_of(product: LearningProduct) -> list[Attendee]:
    """Everybody for whom a work counts, by seat."""
    rows = Attendee.objects.inside(pk__in=_rows_of_work(product).values("attendee"))
    return list(rows.select_related("application__person__account").order_by("application__seat", "pk"))


def rows_of_authors(product: LearningProduct) -> dict[Attendee, int]:
    """Each author with the latest of their own rows of a work, under which they find it."""
    latest = dict(_rows_of_work(product).order_by("version", "pk").values_list("attendee_id", "pk"))
    return {attendee: latest[attendee.pk] for attendee in authors_of(product)}


def is_author(product: LearningProduct, by: Role) -> bool:
    """Whether somebody speaks as one of those who made a work."""
    return by.is_(Duty.TRAINEE)


def speaks_for(product: LearningProduct, by: Role) -> bool:
    """Authors (the scope has let them in) and the instructors of the class."""
    if is_author(product, by):
        return True
    return by.is_(Duty.BACKBONE) and bool(seat_of(product.training_class, by.account_id, Seat.INSTRUCTOR))


def silence(product: LearningProduct, by: Role) -> list[Breach]:
    """Why nothing may be said just now; empty when it may.

    Told to each by what they know already: an instructor of their own sheet, an author of being scored. That a
    colleague's sheet is in changes nothing for an instructor.
    """
    if product.training_class.stage >= CLOSED_STAGE:
        return [Breach("comment.closed", "TR 13", "本班已结班归档，不再交流。", "以往的评语仍可查看。")]
    authors = authors_of(product)
    if is_author(product, by):
        mine = next((a for a in authors if a.application.person.account_id == by.account_id), None)
        if mine is None or mine.may_hand_in or mine.scored >= mine.attempt:
            return []
        says = "您的成果正在评分，暂停交流。"
        return [Breach("comment.scoring", "TR 12.1", says, "两位授课骨干教师评分齐备后恢复。")]
    open_attempts = [(a.pk, a.attempt) for a in authors if a.scored < a.attempt]
    if any(has_scored(open_attempts, by.account_id) for has_scored in HAS_SCORED):
        says = "您已提交对该学员的评分，评分齐备前不再写评语。"
        return [Breach("comment.scored", "TR 12.1", says, "两份评分表齐备后可继续交流。")]
    return []


def comments_visible_to(role: Role, product: LearningProduct) -> list[ProductComment]:
    """What a role may read about a work: remarks in order, each with its answers in `thread`. One query."""
    rows: QuerySet[ProductComment] = ProductComment.objects.scope(role)
    return threads(rows.filter(product=product.work).select_related("by").order_by("at", "pk"))


def threads(rows: Iterable[ProductComment]) -> list[ProductComment]:
    """Remarks with their answers; an answer whose beginning is not to be seen stands alone."""
    by_top: dict[int, list[ProductComment]] = defaultdict(list)
    found, tops = list(rows), []
    known = {row.pk for row in found}
    for row in found:
        if row.answers_id in known:
            by_top[row.answers_id].append(row)
        else:
            tops.append(row)
    for top in tops:
        top.thread = by_top[top.pk]
    return tops


def comment_counts(role: Role, works: Collection[int]) -> Counter[int]:
    """Work → how many comments a role may read. One query."""
    rows = ProductComment.objects.scope(role).filter(product__in=works)
    return Counter(rows.values_list("product_id", flat=True))
