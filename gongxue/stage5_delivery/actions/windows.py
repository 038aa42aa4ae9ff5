"""Checking in oneself: the coordinator opens a window, the trainees check in with their own accounts (TR 12)."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import (
    CheckIn,
    MarkSource,
    Presence,
    arrives,
    check_in_breaches,
    window_breaches,
)
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import SHANGHAI, day_of, said
from gongxue.regulations.lifecycle import DeliveryState, WindowState
from gongxue.regulations.parallel import WHOLE_CLASS, group_title, is_expected
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.codes import is_code, is_ticket
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, OnlineUnit, RollWindow, Scan
from gongxue.stage5_delivery.models.attendance import NONCE_BYTES
from gongxue.stage5_delivery.queries import (
    attendee_of,
    attendees_of,
    delivery_of,
    expected_in,
    is_open,
    taught_groups,
)


@action(Permission.OPEN_WINDOW)
def open_window(
    *, training_class: TrainingClass, day: date, period: int, by: Role, now: datetime, group: int = 0,
    minutes: int = 15, late_after: int = 10,
) -> RollWindow:  # fmt: skip
    """Let the trainees of one of today's lesson periods check in themselves, for some minutes; later ones are late.

    group: of one group alone. Refused: another day's period, one that is not on the timetable, one that is open
    already or whose roll speaks of everybody.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    taught = list(
        CourseSession.objects.inside(training_class=shown, day=day, period=period).values_list(
            "group", flat=True
        )
    )
    rows = RollWindow.objects.inside(
        training_class=shown, day=day, period=period, group=group, state=WindowState.OPEN
    )
    before = rows.select_for_update(of=("self",), no_key=True).first()
    refuse_if(
        [
            *_place_breaches(day, period, group, taught, day_of(now)),
            *window_breaches(minutes, late_after),
            *_again_breaches(shown, day, period, group, before is not None and is_open(before, now)),
        ]
    )
    if before is not None:
        move(before, Permission.OPEN_WINDOW, closed_at=before.closes_at)
    window = RollWindow.objects.create(
        training_class=shown, day=day, period=period, group=group, nonce=secrets.token_bytes(NONCE_BYTES),
        opened_by=by.account, opened_at=now, late_at=now + timedelta(minutes=late_after),
        closes_at=now + timedelta(minutes=minutes),
    )  # fmt: skip
    record(
        Permission.OPEN_WINDOW, by=by, now=now, about=window,
        changes={"minutes": [None, minutes], "late_after": [None, late_after], "group": [None, group_title(group)]},
    )  # fmt: skip
    return window


def _place_breaches(day: date, period: int, group: int, taught: list[int], today: date) -> list[Breach]:
    breaches = []
    if not taught:
        says = f"课表中没有{said(day)}第 {period} 课时。"
        breaches.append(Breach("window.period", "TR 11", says, "请按课表选择课时。"))
    elif group != WHOLE_CLASS and group not in taught:
        says = f"{said(day)}第 {period} 课时没有{group_title(group)}的课。"
        breaches.append(Breach("window.group", "TR 11", says, "请选择课表中的小组，或全班。"))
    if day != today:
        says = "扫码签到只能在上课当天开启。"
        breaches.append(Breach("window.today", "TR 12", says, "其他日期请在点名页点名或补录。"))
    return breaches


def _again_breaches(shown: TrainingClass, day: date, period: int, group: int, open_: bool) -> list[Breach]:
    if open_:
        return [Breach("window.again", "TR 12", "本课时的签到正在进行。", "请打开签到页，或先关闭。")]
    marked = set(
        AttendanceMark.objects.inside(training_class=shown, day=day, period=period).values_list(
            "attendee_id", flat=True
        )
    )
    people = expected_in(attendees_of(shown), [group], taught_groups(shown))
    if marked and {one.pk for one in people} <= marked:
        return [Breach("window.called", "TR 12", "本课时已经点名。", "有误的请在点名页更正。")]
    return []


@action(Permission.CLOSE_WINDOW)
def close_window(*, roll_window: RollWindow, by: Role, now: datetime) -> RollWindow:
    """End a check-in; whoever comes later is for the coordinator to mark."""
    row = lock(roll_window, by)
    changes = move(row, Permission.CLOSE_WINDOW, closed_at=now)
    came = Scan.objects.inside(window=row).count()
    record(Permission.CLOSE_WINDOW, by=by, now=now, about=row, changes={**changes, "came": [None, came]})
    return row


@action(Permission.SCAN)
def scan_code(*, roll_window: RollWindow, code: str, by: Role, now: datetime) -> Scan:
    """Check in by the code on the wall. code: what the QR code says, or the ticket of the page that it opened.

    Refused: the code of another moment or made up, after the end, twice, after the roll was called, who has no lesson
    then. The coordinator's roll begins with it; the record is the roll.
    """
    window, attendee = _locked(roll_window, by)
    fresh = is_code(window, code, now) or is_ticket(window, code, by.account_id, now)
    return _checked_in(window, attendee, fresh, MarkSource.QR, by=by, now=now)


@action(Permission.JOIN_ONLINE)
def join_online(*, roll_window: RollWindow, by: Role, now: datetime) -> Scan:
    """Enter an online lesson while its check-in is open (IP 8): whoever enters is there.

    Refused: a lesson that is not held online (there the code on the wall is wanted), and as in `scan_code`.
    """
    window, attendee = _locked(roll_window, by)
    rows = OnlineUnit.objects.inside(
        training_class=window.training_class, day=window.day, period=window.period
    )
    groups = set(rows.values_list("group", flat=True))
    refuse_if(
        []
        if groups & {WHOLE_CLASS, attendee.group}
        else [Breach("join_online.room", "TR 12", "本课时在教室上课。", "请到教室扫描大屏幕上的二维码。")]
    )
    return _checked_in(window, attendee, True, MarkSource.ONLINE, by=by, now=now)


def _locked(roll_window: RollWindow, by: Role) -> tuple[RollWindow, Attendee]:
    """The window and who checks in; the class is locked first, as by the roll, so that neither overtakes the other."""
    lock(roll_window.training_class, by)
    window = lock(roll_window, by)
    attendee = attendee_of(window.training_class, by.account_id)
    if attendee is None:
        raise NotAllowed("您不在本班学员名册中，不能签到。", "TR 12")
    return window, attendee


def _checked_in(
    window: RollWindow, attendee: Attendee, fresh: bool, via: MarkSource, *, by: Role, now: datetime
) -> Scan:
    facts = _facts(window, attendee, fresh)
    at = f"{facts.before.astimezone(SHANGHAI):%H:%M}" if facts.before else ""
    refuse_if(check_in_breaches(facts, now, at, group_title(window.group)))
    scan = Scan.objects.create(
        window=window, training_class=window.training_class, attendee=attendee, day=window.day, period=window.period,
        presence=arrives(now, window.late_at), via=via, at=now,
    )  # fmt: skip
    code = Permission.SCAN if via == MarkSource.QR else Permission.JOIN_ONLINE
    record(code, by=by, now=now, about=scan, changes={"presence": [None, scan.presence]})
    return scan


def _facts(window: RollWindow, attendee: Attendee, fresh: bool) -> CheckIn:
    here = {"attendee": attendee, "day": window.day, "period": window.period}
    mark = AttendanceMark.objects.inside(**here).first()
    scan = Scan.objects.inside(**here).first()
    delivery = delivery_of(window.training_class)
    return CheckIn(
        fresh=fresh,
        running=delivery is not None and delivery.state == DeliveryState.RUNNING,
        closed=window.state != WindowState.OPEN,
        closes_at=window.closes_at,
        expected=is_expected(attendee.group, [window.group], taught_groups(window.training_class)),
        called=Presence(mark.presence) if mark else None,
        before=scan.at if scan else None,
    )
