"""Acts on arrival (MG 10): the pledge, check-in and its undoing, who does not come."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations import discipline
from gongxue.regulations.arrival import PledgeWay, no_show_breaches, pledge_breaches, reason_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.discipline import Occasion
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.materials import give_everything
from gongxue.stage5_delivery.actions.reminding import note_reminders
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import Attendee, Pledge
from gongxue.stage5_delivery.queries import delivery_of
from gongxue.stage5_delivery.queries.discipline import own_pledge, pledging_person

READ_ALOUD, READ_ONLINE = "报到处宣读", "本人在线阅读"


@action(Permission.SIGN_PLEDGE)
def sign_pledge(*, training_class: TrainingClass, text_version: str, by: Role, now: datetime) -> Pledge:
    """An admitted trainee or somebody of the teaching team pledges under their own account (MG 10-15), once.

    text_version is what the page showed. Refused: nobody of this class, another text, after the end of the teaching.
    """
    shown = lock(training_class, by)
    person = pledging_person(shown, by)
    if person is None:
        raise NotAllowed("只有本班已录取的参训教师和骨干教师签署本班纪律承诺。", "MG 10")
    if known := own_pledge(shown, person):
        return known
    delivery = delivery_of(shown)
    if delivery is not None and delivery.state == DeliveryState.FINISHED:
        says = "本班教学已经结束。"
        raise RuleBroken([Breach("pledge.over", "MG 10", says, "纪律承诺在报到前或报到时签署。")])
    if text_version != discipline.VERSION:
        says = "纪律要求的文本已更新，与您看到的不同。"
        raise Conflict([Breach("pledge.text", "MG 10", says, "请刷新页面，阅读后再签署。")])
    pledge = Pledge.objects.create(
        training_class=shown, person=person, way=PledgeWay.OWN, text_version=discipline.VERSION, given_at=now,
        recorded_by=by.account,
    )  # fmt: skip
    Attendee.objects.inside(training_class=shown, application__person=person, pledged_at=None).update(
        pledged_at=now, pledge_way=PledgeWay.OWN
    )
    record(Permission.SIGN_PLEDGE, by=by, now=now, about=pledge)
    return pledge


@action(Permission.CHECK_IN)
def check_in(
    *, attendee: Attendee, pledged: bool, by: Role, now: datetime, materials: bool = False
) -> Attendee:
    """Arrival with the discipline pledge (MG 10). Checking in twice changes nothing.

    pledged: signed on paper at the desk; not needed from whoever has pledged under their own account. materials: the
    whole list is handed out with it. Somebody marked as not coming who comes after all is checked in like everybody.
    """
    row = lock(attendee, by)
    running_delivery(row.training_class)
    if row.arrived_at is not None:
        return row
    refuse_if(pledge_breaches(row.pledged_at is not None, pledged))
    changes = {"no_show": [row.no_show_reason, ""]} if row.no_show_at else {}
    person, tc = row.application.person, row.training_class
    if row.pledged_at is None:
        row.pledged_at, row.pledge_way = now, PledgeWay.PAPER.value
        Pledge.objects.create(
            training_class=tc, person=person, way=PledgeWay.PAPER, text_version=discipline.VERSION, given_at=now,
            recorded_by=by.account,
        )  # fmt: skip
    row.arrived_at, row.no_show_at, row.no_show_reason = now, None, ""
    row.save(update_fields=["arrived_at", "pledged_at", "pledge_way", "no_show_at", "no_show_reason"])
    means = READ_ALOUD if row.pledge_way == PledgeWay.PAPER else READ_ONLINE
    note_reminders(tc, [person], Occasion.ARRIVAL, means, by=by, now=now)
    if materials:
        give_everything(row, by=by, now=now)
    changes["pledge"] = ["", PledgeWay(row.pledge_way).title]
    record(Permission.CHECK_IN, by=by, now=now, about=row, changes=changes)
    return row


@action(Permission.UNDO_ARRIVAL)
def undo_arrival(*, attendee: Attendee, reason: str, by: Role, now: datetime, seen: str = "") -> Attendee:
    """Take back a mistaken arrival, or the mark that somebody does not come. A pledge on paper is asked for again; one
    that the trainee gave under their own account stands.

    seen: the moment of arrival or of the mark that the page showed, as ISO 8601; a Conflict when it is another one now.
    """
    row = lock(attendee, by)
    running_delivery(row.training_class)
    at = row.arrived_at or row.no_show_at
    if at is None:
        says = "此人没有办理报到，也没有标记未到。"
        raise RuleBroken([Breach("undo.nothing", "MG 10", says, "请刷新页面查看。")])
    if seen and seen != at.isoformat():
        raise Conflict([Breach("undo.seen", "MG 25.4", "刚刚有人更改了报到情况。", "请刷新页面后再办理。")])
    refuse_if(reason_breaches(reason, "undo.reason"))
    what = "arrived_at" if row.arrived_at else "no_show"
    if row.pledge_way == PledgeWay.PAPER:
        row.pledged_at, row.pledge_way = None, ""
    row.arrived_at, row.no_show_at, row.no_show_reason = None, None, ""
    row.save(update_fields=["arrived_at", "pledged_at", "pledge_way", "no_show_at", "no_show_reason"])
    changes = {what: [at.isoformat(), None]}
    record(Permission.UNDO_ARRIVAL, by=by, now=now, about=row, reason=reason, changes=changes)
    return row


@action(Permission.MARK_NO_SHOW)
def mark_no_show(*, attendee: Attendee, reason: str, by: Role, now: datetime) -> Attendee:
    """Note that an admitted trainee does not come, and why. The roll stays the coordinator's: nothing is marked there."""
    row = lock(attendee, by)
    running_delivery(row.training_class)
    first_day = row.training_class.first_day
    refuse_if(no_show_breaches(row.arrived_at is not None, day_of(now), first_day, reason))
    before, row.no_show_reason = row.no_show_reason, reason.strip()
    row.no_show_at = row.no_show_at or now
    row.save(update_fields=["no_show_at", "no_show_reason"])
    changes = {"no_show": [before, row.no_show_reason]}
    record(Permission.MARK_NO_SHOW, by=by, now=now, about=row, reason=reason, changes=changes)
    return row
