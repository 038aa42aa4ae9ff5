"""The offices above say that a version of form 5 has reached them (TR 13)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import TranscriptReceipt
from gongxue.stage6_assessment.queries.versions import versions_of


@action(Permission.RECEIVE_TRANSCRIPT)
def receive_transcript(
    *, training_class: TrainingClass, number: int, by: Role, now: datetime
) -> TranscriptReceipt:
    """Province or centre has received the version that the page showed; the latest only.

    Refused: no transcript, received already. Conflict: another version has come meanwhile.
    """
    row = lock(training_class, by)
    versions = versions_of(row)
    if not versions:
        raise RuleBroken(
            [Breach("receipt.early", "TR 13", "成绩尚未确认，没有成绩单可签收。", "请等待培训机构报送。")]
        )
    latest = versions[-1]
    if number != latest.number:
        says = f"现在是第 {latest.number} 版。"
        raise Conflict([Breach("receipt.version", "MG 25.4", says, "请刷新页面，核对新版本后再签收。")])
    if any(one.organisation_id == by.organisation_id for one in latest.receipts):
        raise RuleBroken([Breach("receipt.known", "TR 13", "本单位已签收这一版。", "不必再次签收。")])
    made = TranscriptReceipt.objects.create(
        training_class=row, number=number, organisation=by.organisation, account=by.account, received_at=now
    )
    record(Permission.RECEIVE_TRANSCRIPT, by=by, now=now, about=made, changes={"version": [None, number]})
    return made
