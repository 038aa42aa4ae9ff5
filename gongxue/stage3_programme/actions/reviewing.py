"""The province reviews part by part; what goes back is mended and marked (TR 9)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.programme_review import COMMENT_LIMIT, PLACES, parts_of, verdict_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.actions import refuse_own
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme.actions.filing import locked
from gongxue.stage3_programme.models import Programme, ReturnedItem, SectionVerdict
from gongxue.stage3_programme.queries import OPEN_STATES, snapshot, written_sessions


@action(Permission.REVIEW_SECTION)
def review_section(
    *, programme: Programme, place: str, accepts: bool, seen: int, by: Role, now: datetime, code: str = "",
    comment: str = "",
) -> SectionVerdict:  # fmt: skip
    """Accept one part of a submitted programme, or mark it to go back with a coded reason; the last word counts.

    The programme itself moves when it is returned or filed as a whole.
    """
    row = locked(programme, by)
    refuse_own(by, row.submitted_by_id)
    check_seen(row, seen)
    if row.state != ProgrammeState.SUBMITTED:
        says = f"培训方案现为“{row.state_title}”，不在审核中。"
        raise RuleBroken([Breach("review.closed", "TR 9", says, "请刷新页面查看当前进度。")])
    refuse_if(verdict_breaches(place, accepts, code, comment))
    verdict = SectionVerdict.objects.create(
        training_class=row.training_class, version=row.version, place=place, accepts=accepts,
        code="" if accepts else code, comment=comment.strip()[:COMMENT_LIMIT],
        said_of=parts_of(snapshot(row, written_sessions(row)))[place], by=by.account, at=now,
    )  # fmt: skip
    record(
        Permission.REVIEW_SECTION, by=by, now=now, about=row, reason=verdict.reason_title,
        changes={PLACES[place]: [None, "通过" if accepts else "退回"]},
    )  # fmt: skip
    return verdict


@action(Permission.MEND_SECTION)
def mend_section(*, item: ReturnedItem, by: Role, now: datetime, answer: str = "") -> ReturnedItem:
    """Mark a returned part as mended. Refused: it reads as before and nothing is said about it."""
    shown = lock(item.training_class, by)
    row = lock(item, by)
    if by.is_(Duty.BACKBONE) and seat_of(shown, by.account_id, Seat.INSTRUCTOR) is None:
        raise NotAllowed("培训方案由培训机构与本班授课骨干教师共同制定。", "TR 9")
    programme = Programme.objects.inside(training_class=shown).select_for_update(of=("self",)).get()
    if programme.state not in OPEN_STATES:
        says = f"培训方案现为“{programme.state_title}”，不能再标记。"
        raise RuleBroken([Breach("mend.closed", "TR 9", says, "请刷新页面查看当前进度。")])
    programme.training_class = shown
    now_says = parts_of(snapshot(programme, written_sessions(programme)))[row.place]
    if now_says == row.said_of and not answer.strip():
        says = f"“{row.title}”与退回时相同。"
        raise RuleBroken([Breach("mend.unchanged", "TR 9", says, "请修改后再标记，或填写说明。")])
    row.mended_at, row.mended_by, row.answer = now, by.account, answer.strip()[:COMMENT_LIMIT]
    row.save(update_fields=["mended_at", "mended_by", "answer"])
    record(
        Permission.MEND_SECTION, by=by, now=now, about=row, reason=row.answer, changes={row.title: [None, "已修改"]}
    )  # fmt: skip
    return row
