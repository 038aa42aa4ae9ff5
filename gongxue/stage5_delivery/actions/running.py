"""Acts of the class as a whole: beginning and end of the teaching (TR 11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import DeliveryState, EnrolmentState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of, roster
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import Attendee, Delivery
from gongxue.stage5_delivery.queries import (
    attendees_of,
    delivery_of,
    rolls_of,
)
from gongxue.stage5_delivery.queries.discipline import own_pledges


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
    Attendee.objects.bulk_create(_attendees(shown, admitted))
    changes = move(delivery, Permission.START_CLASS, started_at=now)
    reach_stage(shown, 5)
    record(Permission.START_CLASS, by=by, now=now, about=delivery, changes={"state": changes["state"]})
    notices.begun(shown, attendees_of(shown), now)
    return delivery


def _attendees(training_class: TrainingClass, admitted: list[Application]) -> list[Attendee]:
    """Everybody admitted; who has pledged beforehand need not at the desk (MG 10)."""
    given = own_pledges(training_class)
    rows = [Attendee(training_class=training_class, application=row) for row in admitted]
    for row, application in zip(rows, admitted, strict=True):
        if pledge := given.get(application.person_id):
            row.pledged_at, row.pledge_way = pledge.given_at, pledge.way
    return rows


def running_delivery(training_class: TrainingClass) -> Delivery:
    """The delivery of a class, locked; refused before it began and after its teaching ended (TR 11)."""
    found = (
        Delivery.objects.inside(training_class=training_class)
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if found is None or found.state != DeliveryState.RUNNING:
        says = "尚未开班" if found is None else "教学已经结束"
        raise RuleBroken([Breach("delivery.not_running", "TR 11", f"本班{says}。", "请在培训期间办理。")])
    return found


@action(Permission.FINISH_CLASS)
def finish_class(*, training_class: TrainingClass, by: Role, now: datetime) -> Delivery:
    """End the teaching on the last day or later. Refused while the roll of a lesson has not been called."""
    shown = lock(training_class, by)
    delivery = running_delivery(shown)
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
