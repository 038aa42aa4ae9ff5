"""Acts of stage 5 (TR 11): beginning, arrival, groups, roll call, learning products, end of teaching."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.uploads import PRODUCTS, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, move, touched
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import Presence
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import DeliveryState, EnrolmentState
from gongxue.regulations.parallel import WHOLE_CLASS, group_title
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage4_enrolment.queries import enrolment_of, roster
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Delivery, LearningProduct
from gongxue.stage5_delivery.queries import (
    NO_ABSENCE,
    Absence,
    absences_of,
    attendees_of,
    delivery_of,
    expected_in,
    rolls_of,
    seats_of_attendees,
    taught_groups,
)

WARN_AT = 3  # periods missed: one before the limit (process.md 5)
UNMARKED = "unmarked"  # what a page showed for somebody without a mark
RESULTS_STAGE = 7  # the results are confirmed: the class has come to the last link of TR 6
PRODUCTS_EACH = 20  # per trainee and attempt; ours, so that nobody fills the disk


@action(Permission.START_CLASS)
def start_class(*, training_class: TrainingClass, by: Role, now: datetime) -> Delivery:
    """Begin the class on its first day or the day of arrival before it. The roster is final from now on.

    Refused: enrolment still open, nobody admitted, too early.
    """
    shown = lock(training_class, by)
    enrolment = enrolment_of(shown)
    admitted = roster(shown)
    breaches = []
    if delivery_of(shown) is not None:
        breaches.append(Breach("start.again", "TR 11", "本班已经开班。", "请刷新页面，继续办理报到。"))
    if enrolment is None or enrolment.state != EnrolmentState.CLOSED:
        breaches.append(Breach("start.enrolment", "TR 10", "报名尚未截止。", "请先截止报名并完成录取。"))
    if not admitted:
        breaches.append(Breach("start.nobody", "TR 10", "还没有录取参训教师。", "请先完成录取。"))
    if day_of(now) < shown.first_day - timedelta(days=1):
        breaches.append(
            Breach(
                "start.early",
                "TR 11.2",
                f"开班日为{said(shown.first_day)}，最早前一天办理。",
                "请在开班日前一天或当天办理。",
            )
        )
    refuse_if(breaches)
    delivery = Delivery.objects.create(training_class=shown)
    Attendee.objects.bulk_create(Attendee(training_class=shown, application=row) for row in admitted)
    changes = move(delivery, Permission.START_CLASS, started_at=now)
    reach_stage(shown, 5)
    record(Permission.START_CLASS, by=by, now=now, about=delivery, changes={"state": changes["state"]})
    notices.begun(shown, attendees_of(shown), now)
    return delivery


def _running(training_class: TrainingClass) -> Delivery:
    found = (
        Delivery.objects.inside(training_class=training_class)
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if found is None or found.state != DeliveryState.RUNNING:
        says = "尚未开班" if found is None else "教学已经结束"
        raise RuleBroken([Breach("delivery.not_running", "TR 11", f"本班{says}。", "请在培训期间办理。")])
    return found


@action(Permission.CHECK_IN)
def check_in(*, attendee: Attendee, pledged: bool, by: Role, now: datetime) -> Attendee:
    """Arrival with the discipline pledge signed (MG 10). Checking in twice changes nothing."""
    row = lock(attendee, by)
    _running(row.training_class)
    if not pledged:
        raise RuleBroken(
            [Breach("check_in.pledge", "MG 10", "报到时须签署纪律承诺。", "请宣读纪律要求并请其签署。")]
        )
    if row.arrived_at is None:
        row.arrived_at = row.pledged_at = now
        row.save(update_fields=["arrived_at", "pledged_at"])
        record(Permission.CHECK_IN, by=by, now=now, about=row)
    return row


@action(Permission.ASSIGN_GROUPS)
def assign_groups(
    *,
    training_class: TrainingClass,
    groups: Mapping[int, int],
    by: Role,
    now: datetime,
    seen: Mapping[int, int] | None = None,
) -> list[Attendee]:
    """Put attendees into numbered groups: attendee id → group 1-10; 0 takes somebody out.

    `seen` is what the page showed: a Conflict names who was put elsewhere meanwhile, nobody else is touched.
    """
    shown = lock(training_class, by)
    _running(shown)
    known = {a.pk: a for a in attendees_of(shown)}
    if set(groups) - set(known) or any(not 0 <= n <= 10 for n in groups.values()):
        raise RuleBroken(
            [
                Breach(
                    "groups.wrong",
                    "TR 11.3",
                    "分组名单与本班不符，或组号不在 1 至 10 之间。",
                    "请刷新页面后重新分组。",
                )
            ]
        )
    wanted, meanwhile = touched(groups, seen or {}, {pk: a.group or 0 for pk, a in known.items()})
    if meanwhile:
        now_in = [f"{known[pk].application.seat} 号现为{_group_words(known[pk].group)}" for pk in meanwhile]
        raise Conflict([meanwhile_breach("分组", now_in)])
    changed = {}
    for pk, number in wanted.items():
        if known[pk].group != (number or None):
            changed[known[pk].application.seat] = [known[pk].group, number or None]
            known[pk].group = number or None
    Attendee.objects.inside(training_class=shown).bulk_update(known.values(), ["group"])
    if changed:
        record(
            Permission.ASSIGN_GROUPS, by=by, now=now, about=shown,
            changes={f"{seat} 号": pair for seat, pair in changed.items()},
        )  # fmt: skip
    return list(known.values())


def _group_words(number: int | None) -> str:
    return f"第 {number} 组" if number else "未分组"


def _roll_breaches(
    shown: TrainingClass,
    day: date,
    period: int,
    presences: Mapping[int, str],
    seats: dict[int, int],
    marked: Collection[int],
    today: date,
) -> list[Breach]:
    breaches = []
    held = CourseSession.objects.inside(training_class=shown, day=day, period=period)
    taught = list(held.values_list("group", flat=True))
    if not taught:
        breaches.append(
            Breach("roll.period", "TR 11", f"课表中没有{said(day)}第 {period} 课时。", "请按课表选择课时。")
        )
    if day > today:
        breaches.append(
            Breach("roll.future", "TR 12", f"{said(day)}还没有到，不能提前点名。", "请在上课当天或之后点名。")
        )
    if set(presences.values()) - set(Presence):
        breaches.append(
            Breach("roll.presence", "TR 12", "考勤只有到课、迟到、早退、请假、旷课。", "请从列表中选择。")
        )
    if not presences or set(presences) - set(seats):
        breaches.append(Breach("roll.people", "TR 12", "点名名单与本班不符。", "请刷新页面。"))
    elif away := _elsewhere(shown, taught, set(presences) - set(marked)):
        numbers = "、".join(str(seats[pk]) for pk in away)
        says = f"{said(day)}第 {period} 课时只有{'、'.join(map(group_title, taught))}上课，{numbers} 号不在其中。"
        breaches.append(Breach("roll.group", "TR 12", says, "请只点本组的人；分组有误的，先在班务中调整。"))
    return breaches


def _elsewhere(shown: TrainingClass, taught: Collection[int], people: Collection[int]) -> list[int]:
    """Who of some people has no lesson in a period that is for some groups only."""
    if not taught or WHOLE_CLASS in taught:
        return []
    here = {one.pk for one in expected_in(attendees_of(shown), taught, taught_groups(shown))}
    return sorted(set(people) - here)


@action(Permission.CALL_ROLL)
def call_roll(
    *, training_class: TrainingClass, day: date, period: int, presences: Mapping[int, str], by: Role, now: datetime,
    reason: str = "", seen: Mapping[int, str] | None = None,
) -> int:  # fmt: skip
    """The roll of one lesson period: attendee id → presence; returns how many marks are new or changed.

    Changing a mark needs a reason; every change stands in the trail with before and after. Whoever comes near the
    limit of TR 12 is warned. Where groups are taught in parallel the roll may be called group by group. `seen` is what the page showed, UNMARKED for nothing yet: a Conflict names whose mark
    somebody else has changed since. Refused: not on the timetable, in the future, people of another class or
    of a group that has no lesson then.
    """
    shown = lock(training_class, by)
    _running(shown)
    seats = seats_of_attendees(shown)
    before = {
        mark.attendee_id: mark
        for mark in AttendanceMark.objects.inside(training_class=shown, day=day, period=period)
    }
    refuse_if(_roll_breaches(shown, day, period, presences, seats, before, day_of(now)))
    presences = _marked_here(presences, seen or {}, before, seats)
    corrected = [pk for pk, word in presences.items() if pk in before and before[pk].presence != word]
    if corrected and not reason.strip():
        raise RuleBroken(
            [
                Breach(
                    "roll.reason",
                    "TR 12",
                    f"{len(corrected)} 人的考勤将被更正，须写明理由。",
                    "请填写更正理由后提交。",
                )
            ]
        )
    fresh = [pk for pk in presences if pk not in before]
    away = [pk for pk in [*fresh, *corrected] if presences[pk] != Presence.PRESENT]
    earlier = absences_of(shown, away)
    AttendanceMark.objects.bulk_create(
        AttendanceMark(
            training_class=shown, attendee_id=pk, day=day, period=period, presence=presences[pk],
            marked_by=by.account, marked_at=now,
        )
        for pk in fresh
    )  # fmt: skip
    for pk in corrected:
        AttendanceMark.objects.inside(pk=before[pk].pk).update(
            presence=presences[pk], marked_by=by.account, marked_at=now
        )
    if fresh or corrected:
        record(
            Permission.CALL_ROLL, by=by, now=now, about=shown, reason=reason,
            changes=_roll_changes(seats, day, period, presences, before, fresh, corrected),
        )  # fmt: skip
        _warn(shown, earlier, absences_of(shown, away), now)
    return len(fresh) + len(corrected)


def _presence_words(value: str) -> str:
    return "未点名" if value == UNMARKED else Presence(value).title


def _marked_here(
    presences: Mapping[int, str], seen: Mapping[int, str], before: dict[int, AttendanceMark], seats: dict[int, int]
) -> dict[int, str]:  # fmt: skip
    """What was marked on the page; Conflict when somebody else has marked the same people since."""
    stored = {pk: before[pk].presence if pk in before else UNMARKED for pk in seats}
    marked, meanwhile = touched(presences, seen, stored)
    if meanwhile:
        now_are = [f"{seats[pk]} 号现为{_presence_words(stored[pk])}" for pk in meanwhile]
        raise Conflict([meanwhile_breach("考勤", now_are)])
    return marked


def _roll_changes(
    seats: dict[int, int], day: date, period: int, presences: Mapping[int, str], before: dict[int, AttendanceMark],
    fresh: list[int], corrected: list[int],
) -> dict[str, Any]:  # fmt: skip
    not_present = {
        f"{seats[pk]} 号": [None, presences[pk]] for pk in fresh if presences[pk] != Presence.PRESENT
    }
    changed = {f"{seats[pk]} 号": [before[pk].presence, presences[pk]] for pk in corrected}
    return {"period": [None, f"{day} 第{period}课时"], "called": [None, len(fresh)], **not_present, **changed}


def _warn(
    shown: TrainingClass, earlier: dict[int, Absence], absences: dict[int, Absence], now: datetime
) -> None:
    """Tell whoever this roll call has brought to the limit or further."""
    if all(absence.counted < WARN_AT for absence in absences.values()):
        return
    for attendee in attendees_of(shown):
        absence = absences.get(attendee.pk, NO_ABSENCE)
        if absence.counted >= WARN_AT and absence.counted > earlier.get(attendee.pk, NO_ABSENCE).counted:
            notices.absence_warned(attendee, absence.counted, absence.barred, now)


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


@action(Permission.FINISH_CLASS)
def finish_class(*, training_class: TrainingClass, by: Role, now: datetime) -> Delivery:
    """End the teaching on the last day or later. Refused while the roll of a lesson has not been called."""
    shown = lock(training_class, by)
    delivery = _running(shown)
    breaches = []
    if day_of(now) < shown.last_day:
        breaches.append(
            Breach("finish.early", "TR 11.2", f"培训结束日为{said(shown.last_day)}。", "请在结束日办理。")
        )
    if missing := rolls_of([shown])[shown.pk].waiting:
        breaches.append(
            Breach(
                "finish.roll",
                "TR 12",
                f"还有 {len(missing)} 个课时没有点名，最早的是{said(missing[0][0])}第 {missing[0][1]} 课时。",
                "请补点名后结束。",
            )
        )
    refuse_if(breaches)
    changes = move(delivery, Permission.FINISH_CLASS, finished_at=now)
    reach_stage(shown, 6)
    record(Permission.FINISH_CLASS, by=by, now=now, about=delivery, changes={"state": changes["state"]})
    return delivery


# What the assessment tells the class office -------------------------------------------------------------------------


def close_hand_in(attendee: Attendee) -> None:
    """The first sheet is in: the work under scoring no longer changes."""
    Attendee.objects.inside(pk=attendee.pk).update(may_hand_in=False)
    attendee.may_hand_in = False


def open_second_hand_in(attendee: Attendee) -> None:
    """Below 60: the work may be handed in once more (TR 12.1)."""
    Attendee.objects.inside(pk=attendee.pk, attempt=1).update(may_hand_in=True, attempt=2)
    attendee.may_hand_in, attendee.attempt = True, 2
