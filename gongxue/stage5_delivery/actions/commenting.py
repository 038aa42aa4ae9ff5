"""What instructors and authors say to each other about a work (TR 12.1), while no scoring can be swayed by it."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.products import comment_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import LearningProduct, ProductComment
from gongxue.stage5_delivery.queries.comments import is_author, rows_of_authors, silence, speaks_for
from gongxue.stage5_delivery.queries.products import last_of_work, sealed_works


@action(Permission.COMMENT_PRODUCT)
def comment_product(
    *, product: LearningProduct, text: str, by: Role, now: datetime, answers: ProductComment | None = None
) -> ProductComment:
    """Say something about a work, or answer. A mark may not stand in it.

    Until the sheets of everybody concerned are in, what an instructor says is read by the authors alone. Refused: to
    whoever neither teaches the class nor made the work; to an instructor whose own sheet is in, and to authors while
    they are scored, until all sheets are.
    """
    shown = lock(product, by)
    if not speaks_for(shown, by):
        raise NotAllowed("评语由本班授课骨干教师填写，学员可以回复自己的成果。", "TR 12.1")
    top = _top(answers, shown, by)
    refuse_if(silence(shown, by) + comment_breaches(text))
    author = is_author(shown, by)
    comment = ProductComment.objects.create(
        training_class=shown.training_class, product_id=shown.work, version=last_of_work(shown).version,
        answers=top, text=text.strip(), by=by.account, by_author=author,
        sealed=bool(sealed_works({shown.work})), at=now,
    )  # fmt: skip
    record(Permission.COMMENT_PRODUCT, by=by, now=now, about=comment, changes={shown.title: [None, "…"]})
    answered = {top.by_id} if top is not None and not top.by_author else set()
    notices.commented(comment, shown.title, rows_of_authors(shown), answered, now)
    return comment


def _top(answers: ProductComment | None, shown: LearningProduct, by: Role) -> ProductComment | None:
    """The remark that a thread began with; NotThere when it is about another work."""
    if answers is None:
        return None
    row = lock(answers, by)
    if row.product_id != shown.work:
        raise NotThere
    return row if row.answers_id is None else lock(ProductComment(pk=row.answers_id), by)
