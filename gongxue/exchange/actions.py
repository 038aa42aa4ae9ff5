"""Reading one's messages, and the address to which they also go by e-mail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from gongxue.exchange.addresses import (
    CODE_LASTS,
    address_breaches,
    is_code,
    new_nonce,
    regular_address,
)
from gongxue.exchange.models import Mail, MailAddress, Message
from gongxue.exchange.tasks import send_mail
from gongxue.foundation.access.throttle import (
    MAIL_CODE_ACCOUNT,
    MAIL_CODE_ADDRESS,
    MAIL_GUESS,
    Limit,
    failed,
    seconds_to_wait,
    succeeded,
)
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.identity.vault import keyed_hash
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.lifecycle.scope import ScopedQuerySet
from gongxue.foundation.trail.record import hidden, record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission


def mark_read(*, message: Message, by: Role, now: datetime) -> None:
    """Note that a message was opened. No act of the regulations: it leaves no trail entry."""
    with transaction.atomic():
        Message.objects.scope(by).filter(pk=message.pk, read_at=None).update(read_at=now)


def mark_all_read(*, by: Role, now: datetime) -> int:
    """Note that every message was seen; returns how many."""
    with transaction.atomic():
        return Message.objects.scope(by).filter(read_at=None).update(read_at=now)


@action(Permission.SET_MAIL)
def set_mail(*, address: str, by: Role, now: datetime) -> MailAddress:
    """Give an address of one's own: a code goes there; an address in force stays so until the new one is confirmed.

    Whether anybody else uses the address, or has asked for a code to it, cannot be told from the answer.
    """
    address = regular_address(address)
    refuse_if(_off_breaches() + address_breaches(address))
    account = _locked(by)
    held = list(MailAddress.objects.scope(by))
    if any(row.confirmed_at and row.text == address for row in held):
        says = "这个邮箱已经确认过，正在使用。"
        raise RuleBroken([Breach("mail.same", "MG 25.4", says, "不必再填；要换邮箱请填写新的地址。")])
    _need_patience(MAIL_CODE_ACCOUNT, account, now, "发送确认码")
    failed(MAIL_CODE_ACCOUNT, str(account.pk), now)
    for row in held:
        if row.confirmed_at is None:
            _forget(row, now)
    made = MailAddress(account=account, nonce=new_nonce(), code_until=now + CODE_LASTS)
    made.keep(address)
    made.save()
    if _may_write_to(address, now):
        Mail.objects.create(address=made, queued_at=now, due_at=now)
        send_mail.enqueue()
    record(Permission.SET_MAIL, by=by, now=now, about=account, changes={"mail": ["", hidden(address)]})
    return made


@action(Permission.CONFIRM_MAIL)
def confirm_mail(*, mail_address: MailAddress, code: str, by: Role, now: datetime) -> MailAddress:
    """Prove an address with the code that went there: once, within half an hour. It takes the place of the old one."""
    account = _locked(by)
    row = _held(mail_address, by)
    _need_patience(MAIL_GUESS, account, now, "输入确认码")
    if row.confirmed_at is not None or now >= row.code_until or not is_code(row, code):
        failed(MAIL_GUESS, str(account.pk), now)
        says = "确认码不正确，或已经过期、用过。"
        raise RuleBroken([Breach("mail.code", "MG 25.4", says, "请核对邮件中的八位数字，或重新发送确认码。")])
    old = MailAddress.objects.scope(by).exclude(confirmed_at=None).first()
    if old is not None:
        _waiting(old).exclude(message=None).update(address=row)
        _forget(old, now)
        row.wanted = old.wanted
    row.confirmed_at, row.nonce = now, b""
    row.save(update_fields=["confirmed_at", "nonce", "wanted"])
    succeeded(MAIL_GUESS, str(account.pk))
    record(Permission.CONFIRM_MAIL, by=by, now=now, about=account, changes={"mail": ["", hidden(row.text)]})
    return row


@action(Permission.REMOVE_MAIL)
def remove_mail(*, mail_address: MailAddress, by: Role, now: datetime) -> MailAddress:
    """Take an address away: it is forgotten at once, and what waits is not sent."""
    account = _locked(by)
    row = _held(mail_address, by)
    changes = {"mail": [hidden(row.text), ""]}
    _forget(row, now)
    record(Permission.REMOVE_MAIL, by=by, now=now, about=account, changes=changes)
    return row


@action(Permission.SWITCH_MAIL)
def switch_mail(*, mail_address: MailAddress, wanted: bool, by: Role, now: datetime) -> MailAddress:
    """Have messages by e-mail or not; off takes back what waits. The pages show every message either way."""
    account = _locked(by)
    row = _held(mail_address, by)
    if row.wanted != wanted:
        row.wanted = wanted
        row.save(update_fields=["wanted"])
        if not wanted:
            _drop(_waiting(row).exclude(message=None), "邮件通知已关闭", now)
        record(
            Permission.SWITCH_MAIL, by=by, now=now, about=account, changes={"wanted": [not wanted, wanted]}
        )
    return row


def _off_breaches() -> list[Breach]:
    if settings.EMAIL_HOST:
        return []
    says = "平台没有开通邮件发送，邮箱无法确认。"
    return [Breach("mail.off", "MG 25.4", says, "不需要邮箱：所有消息都在平台“消息”中查看。")]


def _locked(by: Role) -> Account:
    """The account, so that two windows of one person do not confirm and remove at the same moment."""
    return Account.objects.select_for_update(no_key=True).get(pk=by.account_id)


def _held(row: MailAddress, by: Role) -> MailAddress:
    """The row as it is now; NotThere when it is another's or has been removed."""
    found: MailAddress | None = (
        MailAddress.objects.scope(by).select_related("account").filter(pk=row.pk).first()
    )
    if found is None:
        raise NotThere
    return found


def _need_patience(limit: Limit, account: Account, now: datetime, what: str) -> None:
    wait = seconds_to_wait(limit, str(account.pk), now)
    if wait:
        span = f"{wait} 秒" if wait < 120 else f"{wait // 60 + 1} 分钟"
        raise RuleBroken([Breach("mail.wait", "MG 25.4", f"{what}过于频繁。", f"请 {span}后再试。")])


def _may_write_to(address: str, now: datetime) -> bool:
    """Nobody fills a stranger's mailbox with codes, from however many accounts; who tries learns nothing."""
    subject = keyed_hash(address.lower())
    if seconds_to_wait(MAIL_CODE_ADDRESS, subject, now):
        return False
    failed(MAIL_CODE_ADDRESS, subject, now)
    return True


def _waiting(row: MailAddress) -> ScopedQuerySet:
    return Mail.objects.inside(address=row, state=Mail.State.WAITING)


def _drop(rows: ScopedQuerySet, reason: str, now: datetime) -> None:
    rows.update(state=Mail.State.DROPPED, reason=reason, ended_at=now)


def _forget(row: MailAddress, now: datetime) -> None:
    """The address itself is gone from the books; that there was one stays."""
    row.sealed, row.nonce, row.removed_at = b"", b"", now
    row.save(update_fields=["sealed", "nonce", "removed_at"])
    _drop(_waiting(row), "邮箱已删除", now)
