"""Learning products, and what the assessment tells the class office (TR 12.1)."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.uploads import PRODUCTS, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery.models import Attendee, LearningProduct
from gongxue.stage5_delivery.queries import (
    delivery_of,
)

RESULTS_STAGE = 7  # the results are confirmed: the class has come to the last link of TR 6
PRODUCTS_EACH = 20  # per trainee and attempt; ours, so that nobody fills the disk


@action(Permission.HAND_IN)
def hand_in(
    *, attendee: Attendee, title: str, by: Role, now: datetime, note: str = "",
    file: UploadedFile | None = None,
) -> LearningProduct:  # fmt: skip
    """A trainee hands in a learning product (TR 12.1); the time is the server's, a new version is another row.

    Refused: not one's own, outside the class, while the handed-in work is being scored, when results are confirmed.
    """
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能提交自己的学习成果。", "MG 13")
    if delivery_of(row.training_class) is None:
        raise RuleBroken([Breach("hand_in.early", "TR 12.1", "尚未开班。", "请在培训期间提交。")])
    breaches = []
    if row.training_class.stage >= RESULTS_STAGE:
        says = "成绩已确认，不再接收学习成果。"
        breaches.append(Breach("hand_in.over", "TR 12.1", says, "如成绩有误，请培训机构申请更正。"))
    elif not row.may_hand_in:
        breaches.append(
            Breach(
                "hand_in.closed",
                "TR 12.1",
                "本次成果已开始评分，不能再提交。",
                "评分低于 60 分时可二次提交。",
            )
        )
    if not 1 <= len(title.strip()) <= 120:
        breaches.append(
            Breach("hand_in.title", "TR 12.1", "请填写成果名称（120 字以内）。", "请填写名称后再提交。")
        )
    if LearningProduct.objects.inside(attendee=row, attempt=row.attempt).count() >= PRODUCTS_EACH:
        breaches.append(
            Breach("hand_in.many", "TR 12.1", f"每次最多提交 {PRODUCTS_EACH} 个文件。", "请合并后提交。")
        )
    refuse_if(breaches)
    stored = store_upload(file, slot=PRODUCTS, now=now, by=by.account) if file else None
    product = LearningProduct.objects.create(
        training_class=row.training_class, attendee=row, attempt=row.attempt, title=title.strip(),
        note=note.strip()[:500], file=stored, handed_in_at=now,
    )  # fmt: skip
    record(
        Permission.HAND_IN, by=by, now=now, about=row, changes={f"第{row.attempt}次": [None, product.title]}
    )
    return product


def close_hand_in(attendee: Attendee) -> None:
    """The first sheet is in: the work under scoring no longer changes."""
    Attendee.objects.inside(pk=attendee.pk).update(may_hand_in=False)
    attendee.may_hand_in = False


def open_second_hand_in(attendee: Attendee) -> None:
    """Below 60: the work may be handed in once more (TR 12.1)."""
    Attendee.objects.inside(pk=attendee.pk, attempt=1).update(may_hand_in=True, attempt=2)
    attendee.may_hand_in, attendee.attempt = True, 2
