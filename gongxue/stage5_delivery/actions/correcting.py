"""Corrections of the roll by two people, once the assessment has begun (TR 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, move
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import MarkSource, Presence, places_said
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_own
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.actions.attendance import warn
from gongxue.stage5_delivery.actions.leave import REASON_LENGTH
from gongxue.stage5_delivery.models import AttendanceMark, MarkCorrection
from gongxue.stage5_delivery.models.products import RESULTS_STAGE
from gongxue.stage5_delivery.queries import (
    absences_of,
    corrections_waiting,
    delivery_of,
    seats_of_attendees,
    sheet_at,
    two_people_needed,
)


@action(Permission.PROPOSE_MARKS)
def propose_marks(
    *, training_class: TrainingClass, day: date, period: int, presences: Mapping[int, str], reason: str, by: Role,
    now: datetime,
) -> int:  # fmt: skip
    """Propose other marks in a period: attendee id → presence; those that differ wait for somebody else's consent.

    Returns how many. Nothing counts before it is confirmed. Refused: while the roll can simply be corrected, once the
    results are confirmed, without a mark to correct, without a reason, where a proposal waits already.
    """
    shown = lock(training_class, by)
    seats = seats_of_attendees(shown)
    marks = sheet_at(shown, day, period).marks
    wanted = {pk: word for pk, word in presences.items() if pk not in marks or marks[pk].presence != word}
    waiting = {(row.attendee_id, row.day, row.period) for row in corrections_waiting(shown)}
    twice = [seats[pk] for pk in wanted if pk in seats and (pk, day, period) in waiting]
    unmarked = [pk for pk in wanted if pk not in marks]
    refuse_if(
        [
            *_time_breaches(shown),
            *_proposal_breaches(wanted, unmarked, twice, reason),
        ]
    )
    rows = [
        MarkCorrection.objects.create(
            training_class=shown, attendee_id=pk, day=day, period=period, old=marks[pk].presence, new=word,
            reason=reason.strip()[:REASON_LENGTH], proposed_by=by.account, proposed_at=now,
        )
        for pk, word in wanted.items()
    ]  # fmt: skip
    record(
        Permission.PROPOSE_MARKS, by=by, now=now, about=shown, reason=reason,
        changes={"period": [None, f"{day} 第{period}课时"]} | {f"{seats[r.attendee_id]} 号": [r.old, r.new] for r in rows},
    )  # fmt: skip
    notices.marks_proposed(shown, len(rows), by, now)
    return len(rows)


def _time_breaches(shown: TrainingClass) -> list[Breach]:
    delivery = delivery_of(shown)
    if delivery is None or not two_people_needed(shown, delivery):
        says = "考核还没有开始，考勤可以直接更正。"
        return [Breach("mark_correction.early", "TR 12", says, "请在点名页更正并写明理由。")]
    return _late_breaches(shown)


def _late_breaches(shown: TrainingClass) -> list[Breach]:
    if shown.stage < RESULTS_STAGE:
        return []
    says = "成绩已确认，缺课课时已写入成绩单，考勤不能再更正。"
    return [Breach("mark_correction.late", "TR 13", says, "影响成绩的，请培训机构申请更正成绩，由省级会签。")]


def _proposal_breaches(
    wanted: Mapping[int, str], unmarked: list[int], twice: list[int], reason: str
) -> list[Breach]:
    breaches = []
    if not wanted:
        says = "没有需要更正的考勤。"
        breaches.append(Breach("mark_correction.same", "TR 12", says, "请先改选正确的考勤。"))
    if set(wanted.values()) - set(Presence):
        says = "考勤只有到课、迟到、早退、请假、旷课。"
        breaches.append(Breach("roll.presence", "TR 12", says, "请从列表中选择。"))
    if unmarked:
        says = f"{len(unmarked)} 人在本课时还没有考勤，无从更正。"
        breaches.append(Breach("mark_correction.unmarked", "TR 12", says, "请先点名。"))
    if twice:
        says = f"{'、'.join(map(str, twice))} 号已有更正待另一人同意。"
        breaches.append(Breach("mark_correction.open", "TR 12", says, "请先办理原更正。"))
    if not reason.strip():
        says = "更正考勤须写明理由。"
        breaches.append(Breach("reason.missing", "TR 12", says, "请填写理由后再提交。"))
    return breaches


@action(Permission.CONFIRM_MARK)
def confirm_mark(*, mark_correction: MarkCorrection, seen: int, by: Role, now: datetime) -> MarkCorrection:
    """A second person of the institution agrees: only now the mark changes, and with it who may be assessed.

    Refused: one's own proposal; once the results are confirmed. Conflict: the mark has changed since.
    """
    shown = lock(mark_correction.training_class, by)
    row = lock(mark_correction, by)
    refuse_own(by, row.proposed_by_id)
    refuse_if(_late_breaches(shown))
    mark = AttendanceMark.objects.inside(attendee=row.attendee, day=row.day, period=row.period).get()
    if mark.presence != row.old:
        raise Conflict(
            [meanwhile_breach("考勤", [f"{places_said([row.place])}现为{Presence(mark.presence).title}"])]
        )
    earlier = absences_of(shown, [row.attendee_id])
    changes = move(row, Permission.CONFIRM_MARK, seen=seen, decided_by=by.account, decided_at=now)
    AttendanceMark.objects.inside(pk=mark.pk).update(
        presence=row.new, source=MarkSource.CORRECTED, marked_by=by.account, marked_at=now
    )
    record(
        Permission.CONFIRM_MARK, by=by, now=now, about=row, reason=row.reason,
        changes={**changes, "presence": [row.old, row.new]},
    )  # fmt: skip
    notices.mark_decided(row, now)
    warn(shown, earlier, absences_of(shown, [row.attendee_id]), now)
    return row


@action(Permission.DECLINE_MARK)
def decline_mark(
    *, mark_correction: MarkCorrection, reason: str, seen: int, by: Role, now: datetime
) -> MarkCorrection:
    """A second person does not agree, with a reason: the mark stays."""
    row = lock(mark_correction, by)
    if row.proposed_by_id == by.account_id:
        raise RuleBroken(
            [Breach("approval.own", "MG 25.2", "不能答复自己提出的更正。", "请由本机构另一名人员办理。")]
        )
    changes = move(
        row, Permission.DECLINE_MARK, reason=reason, seen=seen, decided_by=by.account, decided_at=now,
        answer=reason.strip()[:REASON_LENGTH],
    )  # fmt: skip
    record(Permission.DECLINE_MARK, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.mark_decided(row, now)
    return row
