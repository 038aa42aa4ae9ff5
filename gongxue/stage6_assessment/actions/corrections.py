"""Corrections of confirmed marks, countersigned by the province (MG 13)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Qualification
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import AppealState, CorrectionState
from gongxue.regulations.marks import (
    Part,
    mark_breaches,
    parse_mark,
)
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_own
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import (
    Appeal,
    Correction,
    TranscriptLine,
)


@action(Permission.REQUEST_CORRECTION)
def request_correction(
    *, attendee: Attendee, part: str, new: str, reason: str, by: Role, now: datetime
) -> Correction:
    """Ask for the correction of a confirmed mark with a reason; the province countersigns (MG 13)."""
    row = lock(attendee, by)
    line = _current_line(row)
    old = (line.process if part == Part.PROCESS else line.final) if line else None
    breaches = mark_breaches(new)
    if part not in list(Part):
        breaches.append(
            Breach("correction.part", "TR 12", "没有这项考核。", "请选择过程性考核或终结性考核。")
        )
    elif line is None:
        breaches.append(
            Breach("correction.early", "MG 13", "成绩尚未确认，无须更正。", "评分阶段由评分教师提交。")
        )
    elif old is None:
        breaches.append(
            Breach(
                "correction.never",
                "TR 12",
                "该教师没有参加这项考核，没有成绩可更正。",
                "成绩只由评分教师评定。",
            )
        )
    if not reason.strip():
        breaches.append(Breach("reason.missing", "MG 13", "更正成绩须写明理由。", "请填写理由后再提交。"))
    if Correction.objects.inside(attendee=row, part=part, state="requested").exists():
        breaches.append(
            Breach("correction.open", "MG 13", "该成绩已有更正申请待会签。", "请等待省级管理部门会签。")
        )
    refuse_if(breaches)
    correction = Correction.objects.create(
        training_class=row.training_class, attendee=row, part=part, old=old,
        new=parse_mark(new), reason=reason.strip()[:500], requested_by=by.account, requested_at=now,
    )  # fmt: skip
    upheld = Appeal.objects.inside(attendee=row, part=part, state=AppealState.UPHELD)
    upheld.filter(Q(correction=None) | Q(correction__state=CorrectionState.REFUSED)).update(
        correction=correction
    )
    record(
        Permission.REQUEST_CORRECTION, by=by, now=now, about=correction, reason=reason,
        changes={part: [str(correction.old), str(correction.new)]},
    )  # fmt: skip
    notices.correction_requested(correction, now)
    return correction


def _current_line(attendee: Attendee) -> TranscriptLine | None:
    lines = TranscriptLine.objects.inside(attendee=attendee)
    found: TranscriptLine | None = lines.order_by("-revision").first()
    return found


@action(Permission.COUNTERSIGN_CORRECTION)
def countersign_correction(*, correction: Correction, seen: int, by: Role, now: datetime) -> TranscriptLine:
    """The province countersigns: a further revision of the line, old and new both stay (MG 13).

    Refused: own request, another version seen, a certificate already issued on the old result.
    """
    row = lock(correction, by)
    refuse_own(by, row.requested_by_id)
    line = _current_line(row.attendee)
    if line is None:
        raise RuleBroken([Breach("correction.early", "MG 13", "成绩尚未确认。", "评分阶段由评分教师提交。")])
    edition = row.training_class.edition
    process = row.new if row.part == Part.PROCESS else line.process
    final = row.new if row.part == Part.FINAL else line.final
    qualified = not line.barred and all(m is not None and m >= edition.pass_mark for m in (process, final))
    if line.qualified and not qualified and _certified(row.attendee):
        raise RuleBroken(
            [
                Breach(
                    "correction.certified",
                    "MG 18.2",
                    "已按原成绩核发证书。",
                    "请先办理证书作废或撤销，再更正成绩。",
                )
            ]
        )
    changes = move(row, Permission.COUNTERSIGN_CORRECTION, seen=seen, decided_by=by.account, decided_at=now)
    corrected = TranscriptLine.objects.create(
        training_class=row.training_class, attendee=row.attendee, revision=line.revision + 1, process=process,
        final=final, process_attempts=line.process_attempts, final_attempts=line.final_attempts,
        absent_periods=line.absent_periods, barred=line.barred, qualified=qualified, confirmed_by=by.account,
        confirmed_at=now,
    )  # fmt: skip
    record(
        Permission.COUNTERSIGN_CORRECTION, by=by, now=now, about=row, reason=row.reason,
        changes={"state": changes["state"], row.part: [str(row.old), str(row.new)]},
    )  # fmt: skip
    notices.correction_decided(row, "", now)
    notices.transcript_changed(row, now)
    return corrected


def _certified(attendee: Attendee) -> bool:
    rows = Qualification.objects.unscoped("is there a certificate on this result")
    return rows.filter(
        person=attendee.application.person_id,
        reference=f"class/{attendee.training_class_id}",
        ended_on=None,
    ).exists()


@action(Permission.REFUSE_CORRECTION)
def refuse_correction(
    *, correction: Correction, reason: str, seen: int, by: Role, now: datetime
) -> Correction:
    """The province does not agree, with a reason; the mark stays."""
    row = lock(correction, by)
    refuse_own(by, row.requested_by_id)
    changes = move(
        row, Permission.REFUSE_CORRECTION, reason=reason, seen=seen, decided_by=by.account, decided_at=now
    )
    record(
        Permission.REFUSE_CORRECTION,
        by=by,
        now=now,
        about=row,
        reason=reason,
        changes={"state": changes["state"]},
    )
    notices.correction_decided(row, reason.strip(), now)
    return row
