"""Messages inside the platform, and their e-mails: written in the act's own transaction, so that none is lost."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Role, account_field
from gongxue.foundation.lifecycle.scope import Scoped

SUBJECT_LENGTH = 120
ONCE_LENGTH = 120
REASON_LENGTH = 80
_PLACE = "mail_address.sealed"


class Message(Scoped):
    """One message to one role: what happened, what is asked, where to do it."""

    to = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="收件人")
    account = account_field()
    subject = models.CharField("标题", max_length=SUBJECT_LENGTH)
    body = models.TextField("内容", blank=True)
    link = models.CharField("链接", max_length=200, blank=True)
    kind = models.CharField("类别", max_length=40)
    once = models.CharField("只发一次", max_length=ONCE_LENGTH, blank=True)
    event = models.JSONField("日程", null=True)  # a CalendarEvent as data
    sent_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True)

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint(fields=["to", "once"], condition=~Q(once=""), name="message_once")
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="message_inbox"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own inbox, whatever role one acts in."""
        return Q(account=role.account)


class MailAddress(Scoped):
    """An e-mail address of an account, given by its owner. It is in force once confirmed, and forgotten when removed.

    At most one is in force and at most one waits for its code; the old one stays in force until the new one is.
    """

    READ_WITH = ("account",)

    account = account_field(verbose_name="账号")
    sealed = models.BinaryField("邮箱", editable=False)  # empty once removed
    nonce = models.BinaryField(
        "确认码种子", editable=False
    )  # the code is worked out from it and a key; empty once used
    code_until = models.DateTimeField("确认码有效至")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    removed_at = models.DateTimeField("删除时间", null=True)
    wanted = models.BooleanField("接收邮件", default=True)

    class Meta:
        db_table = "mail_address"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(removed_at=None) & ~Q(confirmed_at=None), name="mail_address_in_force"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(removed_at=None, confirmed_at=None), name="mail_address_waiting"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return "邮箱"  # what it is stands in no list and no trail

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own."""
        return Q(account=role.account, removed_at=None)

    @property
    def text(self) -> str:
        """The address in clear, for its owner and for the envelope; Unreadable when it has been removed."""
        return self.account.unseal(bytes(self.sealed), _PLACE)

    def keep(self, address: str) -> None:
        """Seal an address under the key of the account."""
        self.sealed = self.account.seal(address, _PLACE)


class Mail(Scoped):
    """One e-mail: of a message to an address, or with the code that confirms the address (no message).

    `due_at` is when it is tried next. Whoever takes it in hand moves that on first: if they die, another comes by.
    """

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", "等待发送"
        SENT = "sent", "已发送"
        RETURNED = "returned", "退回"
        DROPPED = "dropped", "未发送"

    uid = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False
    )  # in the Message-ID: the same at every try
    address = models.ForeignKey(MailAddress, models.PROTECT, related_name="+", verbose_name="收件邮箱")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="mails", verbose_name="消息")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    queued_at = models.DateTimeField("写入时间")
    due_at = models.DateTimeField("下次发送")
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    ended_at = models.DateTimeField("结束时间", null=True)
    reason = models.CharField("原因", max_length=REASON_LENGTH, blank=True)

    class Meta:
        db_table = "mail"
        constraints = [
            models.UniqueConstraint(fields=["message", "address"], name="mail_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "returned", "dropped"]), name="mail_state"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None) | ~Q(state="waiting") & ~Q(ended_at=None),
                name="mail_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mail_due"),
            models.Index(
                fields=["ended_at", "state"], condition=~Q(state="waiting"), name="mail_ended_lately"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.get_state_display()}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own; the centre sees sums only."""
        return Q(address__account=role.account)

    @property
    def tone(self) -> str:
        """How the state is coloured."""
        return {"waiting": "wait", "sent": "good", "returned": "bad"}.get(self.state, "quiet")
