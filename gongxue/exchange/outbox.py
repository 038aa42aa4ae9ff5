"""Sending what waits: at least once, each try announced before it is made.

A try first moves `due_at` on by the lease, commits, and only then speaks to the server. Whoever dies in between leaves a
row that is due again; the second letter carries the same Message-ID, so that mailboxes recognise it.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections import Counter
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from gongxue.exchange.addresses import code_of
from gongxue.exchange.letters import letter_of
from gongxue.exchange.models import Mail
from gongxue.exchange.smtp import Backend, Verdict, verdict
from gongxue.foundation.identity.vault import Unreadable

BATCH = 200
SWEEP = 20.0  # seconds; other jobs wait meanwhile
LEASE = timedelta(minutes=15)  # longer than a sweep and the slowest conversation (ten answers of 30 s)
KEEP_TRYING = timedelta(days=3)
STALE = timedelta(days=7)  # found waiting after an outage or a restore: no news any more
LONGEST_PAUSE = timedelta(hours=6)
log = logging.getLogger(__name__)


def pause_after(attempts: int) -> timedelta:
    """2, 4, 8 … minutes, six hours at most."""
    return min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_PAUSE)


def due(now: datetime) -> QuerySet[Mail]:
    """What is to be tried now: codes first (somebody sits and waits), then the oldest."""
    rows: QuerySet[Mail] = Mail.objects.unscoped("the post office").filter(
        state=Mail.State.WAITING, due_at__lte=now
    )
    return rows.order_by(F("message_id").asc(nulls_first=True), "pk")


def send_due(now: datetime) -> dict[str, int]:
    """Try what is due, for some twenty seconds; returns how many ended or wait in which state.

    When the server itself cannot be reached the rest is left for the next sweep.
    """
    ended: Counter[str] = Counter()
    stop_at = time.monotonic() + SWEEP
    server = Backend(fail_silently=False)
    try:
        for pk in list(due(now).values_list("pk", flat=True)[:BATCH]):
            mail = _take(pk, now)
            if mail is None:
                continue
            failure = _try(mail, server, now)
            ended[str(mail.state)] += 1
            if (failure and failure.ours) or time.monotonic() > stop_at:
                break
    finally:
        _hang_up(server)
    return dict(ended)


def _take(pk: int, now: datetime) -> Mail | None:
    """One letter for this worker alone; None when another one has it."""
    mail: Mail | None = (
        Mail.objects.unscoped("the post office")
        .select_related("address__account", "message")
        .filter(pk=pk)
        .first()
    )
    if mail is None:
        return None
    mine = Mail.objects.unscoped("the post office").filter(
        pk=pk, state=Mail.State.WAITING, due_at__lte=now, attempts=mail.attempts
    )
    if not mine.update(due_at=now + LEASE, attempts=mail.attempts + 1):
        return None
    mail.attempts += 1
    return mail


def _try(mail: Mail, server: Backend, now: datetime) -> Verdict | None:
    """Send one letter and write how it ended; the failure, if it was one."""
    if why := _needless(mail, now):
        _end(mail, Mail.State.DROPPED, why, now)
        return None
    try:
        letter = letter_of(mail)
        server.open()  # one conversation for the whole sweep
        server.send_messages([letter])
    except Unreadable:
        _end(mail, Mail.State.DROPPED, "邮箱已删除", now)
        return None
    except (smtplib.SMTPException, OSError) as error:
        failure = verdict(error)
        _hang_up(server)  # whatever is left of the conversation
        _failed(mail, failure, now)
        return failure
    _end(mail, Mail.State.SENT, "", now)
    return None


def _needless(mail: Mail, now: datetime) -> str:
    """Why a letter is not sent any more, asked at the last moment."""
    address = mail.address
    if address.removed_at is not None:
        return "邮箱已删除"
    if not address.account.is_active:
        return "账号已停用"
    if now - mail.queued_at > STALE:
        return "超过七天没有发出，不再发送"
    if mail.message_id is None:
        return "" if code_of(address) and now < address.code_until else "确认码已过期"
    return "" if address.wanted and address.confirmed_at else "邮件通知已关闭"


def _failed(mail: Mail, failure: Verdict, now: datetime) -> None:
    """Returned for good, or written down for another try."""
    log.warning("mail %s, try %s: %s", mail.uid, mail.attempts, failure.reason)
    if failure.final:
        _end(mail, Mail.State.RETURNED, failure.reason, now)
    elif now - mail.queued_at > KEEP_TRYING:
        _end(mail, Mail.State.RETURNED, f"三天内一直未能送达（{failure.reason}）", now)
    else:
        again = now + pause_after(mail.attempts)
        _row(mail).filter(attempts=mail.attempts).update(due_at=again, reason=failure.reason)


def _end(mail: Mail, state: Mail.State, reason: str, now: datetime) -> None:
    if _row(mail).update(state=state, reason=reason, ended_at=now):
        mail.state = state


def _row(mail: Mail) -> QuerySet[Mail]:
    found: QuerySet[Mail] = Mail.objects.unscoped("the post office").filter(
        pk=mail.pk, state=Mail.State.WAITING
    )
    return found


def _hang_up(server: Backend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError):
        server.connection = None  # it was gone already
