"""Stage 5: the class begins, is taught, ends."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.regulations.attendance import Presence
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.drive.office import prepare
from gongxue.rehearsal.drive.presenting import plan_order
from gongxue.rehearsal.drive.run import Run, refresh, trainee_role
from gongxue.rehearsal.timeline import at
from gongxue.stage5_delivery import actions as delivery
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of


def start(run: Run, now: datetime) -> None:
    """The class begins; everybody checks in, is put into groups, and gets a fate."""
    refresh(run)
    by = run.staff(Duty.COORDINATOR)
    if run.office:
        prepare(run)
    delivery.start_class(training_class=run.tc, by=run.staff(Duty.INSTITUTION), now=now)
    people = attendees_of(run.tc)
    for attendee in people:
        delivery.check_in(attendee=attendee, pledged=True, materials=run.office, by=by, now=now)
    groups = {a.pk: i % max(1, len(people) // 6) + 1 for i, a in enumerate(people)}
    delivery.assign_groups(training_class=run.tc, groups=groups, by=by, now=now)
    _deal_fates(run, [a.pk for a in people])
    if run.office:
        refresh(run)
        plan_order(run, now)


def _deal_fates(run: Run, attendees: list[int]) -> None:
    n = len(attendees)
    fates = ["barred"] * (n // 15) + ["failed"] * (n // 30) + ["second"] * (n // 10)
    fates += ["retake"] * (n // 12) + ["final_failed"] * (n // 20)
    for attendee, fate in zip(run.dice.sample(attendees, len(fates)), fates, strict=True):
        run.fates[attendee] = fate


def teach(run: Run, today: date, hour: int = 18) -> None:
    """Roll calls of every lesson up to the end of `today`, and products on the last but one day."""
    tc = run.tc
    by = run.staff(Duty.COORDINATOR)
    people = attendees_of(tc)
    days = tc.days_list[: tc.days]
    for day in days:
        if day > today or day in run.taught:
            continue
        run.taught.add(day)
        for period in range(1, tc.edition.periods_a_day + 1):
            presences = {a.pk: _presence(run, a.pk, days.index(day), period) for a in people}
            delivery.call_roll(
                training_class=tc,
                day=day,
                period=period,
                presences=presences,
                by=by,
                now=at(day, 8 + period, 5),
            )
        if day == days[max(0, len(days) - 2)]:
            for attendee in people:
                hand_in(attendee, at(day, hour))


def _presence(run: Run, attendee: int, day: int, period: int) -> str:
    if run.fates.get(attendee) == "barred" and day == 1 and period <= 5:
        return Presence.ABSENT.value
    if run.fates.get(attendee) is None and run.dice.random() < 0.004:
        return run.dice.choice((Presence.LATE, Presence.LEFT_EARLY, Presence.LEAVE)).value
    return Presence.PRESENT.value


def hand_in(attendee: Attendee, now: datetime) -> None:
    """A learning product without a file: its description."""
    delivery.hand_in(
        attendee=attendee,
        title="学习任务设计方案及工作页",
        note="含学习任务分析、教学活动策划、工作页",
        by=trainee_role(attendee.application.person),
        now=now,
    )


def finish(run: Run, now: datetime) -> None:
    """Teaching ends."""
    delivery.finish_class(training_class=run.tc, by=run.staff(Duty.COORDINATOR), now=now)
