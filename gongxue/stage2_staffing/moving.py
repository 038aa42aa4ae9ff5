"""What a change of a published class does to its teachers (TR 脚注④⑤): bookings move along, nobody is left behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.engine import edit, lock_rows, move
from gongxue.parties.actions import book, unbook
from gongxue.parties.models import Booking
from gongxue.parties.queries import busy_days, role_of_person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import end_involvement
from gongxue.stage1_planning.queries.changes import ClassChange
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import accepted


def opened(keys: Collection[int]) -> set[int]:
    """Which of these classes have an opening application."""
    rows = Opening.objects.unscoped("whether a class is opened").filter(training_class__in=keys)
    return set(rows.values_list("training_class_id", flat=True))


def clashes(change: ClassChange) -> list[Breach]:
    """Accepted teachers who are taken on the new days, with the days; three queries whatever their number."""
    if not change.moves_dates:
        return []
    team = accepted(change.training_class)
    wanted = {row.person_id: _days_then(row, change) for row in team}
    if not wanted:
        return []
    every = [day for days in wanted.values() for day in days]
    busy = busy_days(list(wanted), min(every), max(every))
    own: dict[int, set[date]] = {}
    for person, day in (
        Booking.objects.unscoped("days that move along")
        .filter(person__in=list(wanted), reference=f"class/{change.training_class.pk}")
        .values_list("person_id", "day")
    ):
        own.setdefault(person, set()).add(day)
    return [
        _clash(row, sorted(taken))
        for row in team
        if (taken := wanted[row.person_id] & busy.get(row.person_id, set()) - own.get(row.person_id, set()))
    ]  # fmt: skip


def _days_then(row: Invitation, change: ClassChange) -> set[date]:
    row.training_class = change.class_then
    return set(row.days)


def _clash(row: Invitation, taken: list[date]) -> Breach:
    return Breach(
        "change.clash",
        "TR 脚注⑤",
        f"{row.seat_title}{row.person.name}在{said(taken[0])}等 {len(taken)} 天另有任务（含路途），不能随班改期。",
        "请培训机构先撤回对该教师的邀请、另请他人，再办理改期；或另定日期。",
    )


def move_team(change: ClassChange, by: Role, now: datetime) -> None:
    """Bookings and invitations follow the class; with a class that is cancelled they end. Everybody is told."""
    tc = change.training_class
    live = Invitation.objects.inside(training_class=tc, state__in=Invitation.LIVE)
    rows = lock_rows(live.select_related("training_class__institution", "person__account"))
    if change.cancels:
        _end(change, rows, now)
    elif change.moves_dates:
        for row in rows:
            _redate(row, change, now)


def _end(change: ClassChange, rows: list[Invitation], now: datetime) -> None:
    tc = change.training_class
    reason = f"班次取消：{change.reason}"[:500]
    for row in rows:
        was_accepted = row.state == InvitationState.ACCEPTED
        move(row, Permission.WITHDRAW_INVITATION, reason=reason, answer_reason=reason, withdrawn_at=now)
        if was_accepted:
            unbook(row.person, f"class/{tc.pk}")
            end_involvement(tc, row.person.account_id, Duty.BACKBONE, now)
        notices.withdrawn(row, reason, now, booked=was_accepted)
    for opening in lock_rows(Opening.objects.inside(training_class=tc)):
        move(opening, Permission.APPROVE_CHANGE)


def _redate(row: Invitation, change: ClassChange, now: datetime) -> None:
    then = row.training_class = change.class_then
    before = change.training_class.first_day
    booked = row.state == InvitationState.ACCEPTED
    if booked:
        unbook(row.person, f"class/{then.pk}")
        book(row.person, row.days, capacity=row.seat, reference=f"class/{then.pk}")
    elif (
        row.answer_by >= then.first_day and not row.is_rescue
    ):  # who is asked in a hurry answers within hours
        edit(row, answer_by=then.first_day - timedelta(days=1))
    send(
        role_of_person(row.person, Duty.BACKBONE),
        subject=f"班期调整：{then.institution.name} {then.level_title}·{then.category_title}",
        body=f"开班日由{said(before)}改为{said(then.first_day)}，{said(then.last_day)}结束。理由：{change.reason}",
        kind="staffing.redated",
        link=f"/invitations/{row.pk}/",
        now=now,
        event=notices.seat_event(row, now) if booked else None,
    )
