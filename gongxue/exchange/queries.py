"""One's inbox, and how its messages go by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Prefetch, Q, QuerySet

from gongxue.exchange.calendars import CalendarEvent
from gongxue.exchange.models import Mail, MailAddress, Message
from gongxue.foundation.identity.models import Role

# The first part of a message's kind → the words of the filter. What is not named here is found under 全部.
KINDS: dict[str, str] = {
    "planning": "培训信息", "staffing": "骨干教师", "programme": "培训方案", "enrolment": "招生报名",
    "delivery": "培训实施", "assessment": "考核成绩", "certificates": "证书",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InboxSearch:
    """What the inbox is narrowed by; empty strings narrow nothing."""

    kind: str = ""  # a key of KINDS
    unread: str = ""  # "yes"


def messages_visible_to(role: Role, search: InboxSearch | None = None) -> QuerySet[Message]:
    """The inbox, newest first."""
    rows: QuerySet[Message] = Message.objects.scope(role)
    if search and search.unread == "yes":
        rows = rows.filter(read_at=None)
    if search and search.kind in KINDS:
        rows = rows.filter(kind__startswith=f"{search.kind}.")
    return rows.order_by("-pk")


def unread_count(role: Role) -> int:
    """Unread messages; the number on the bell."""
    return Message.objects.scope(role).filter(read_at=None).count()


def read_accounts(keys: Iterable[str]) -> dict[str, set[int]]:
    """`once` key of messages → the accounts that have read theirs; for whoever sent them. One query."""
    found: dict[str, set[int]] = {}
    rows: QuerySet[Message] = Message.objects.unscoped("the sender sees who has read").filter(
        once__in=list(keys)
    )
    for key, account in rows.exclude(read_at=None).values_list("once", "account_id"):
        found.setdefault(key, set()).add(account)
    return found


def event_of(message: Message) -> CalendarEvent | None:
    """The event that goes with a message, or None."""
    return CalendarEvent.from_data(message.event) if message.event else None


# E-mail ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailStanding:
    """How a person gets e-mail: whether the platform sends any, the address in force, the one that waits for its code.

    code: the letter with the code of the waiting one; None when there is none, or it was held back.
    """

    sends: bool
    in_force: MailAddress | None = None
    waiting: MailAddress | None = None
    code: Mail | None = None


def mail_standing(role: Role) -> MailStanding:
    """One's own; one statement, and one more while a code is under way."""
    rows = list(MailAddress.objects.scope(role).order_by("pk"))
    for row in rows:
        row.account = role.account
    in_force = next((row for row in rows if row.confirmed_at), None)
    waiting = next((row for row in rows if not row.confirmed_at), None)
    code = Mail.objects.inside(address=waiting, message=None).order_by("-pk").first() if waiting else None
    return MailStanding(bool(settings.EMAIL_HOST), in_force, waiting, code)


def mail_hint(role: Role) -> MailStanding:
    """The same for pages that only point to the account: no statement where the platform sends no e-mail."""
    return mail_standing(role) if settings.EMAIL_HOST else MailStanding(False)


def with_mails(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Messages with the state of their e-mails, in one more statement for all of them."""
    mails = Mail.objects.unscoped("of messages that were read in scope").order_by("pk")
    return rows.prefetch_related(Prefetch("mails", mails, to_attr="by_mail"))


@dataclass(frozen=True, slots=True)
class MailSums:
    """E-mail of the whole platform, in numbers only; `lately` counts what ended in the last seven days, by state."""

    addresses: int
    waiting: int
    oldest: datetime | None
    lately: dict[str, int]
    reasons: tuple[tuple[str, str, int], ...]  # (state, reason, letters), the most frequent first


LATELY = timedelta(days=7)
REASONS_SHOWN = 12


def mail_sums(now: datetime) -> MailSums:
    """For the centre: four statements. Nobody's address and nobody's letter stands in it."""
    letters = Mail.objects.unscoped("sums for the centre, no letter of anybody")
    waiting = letters.filter(state=Mail.State.WAITING).aggregate(n=Count("pk"), oldest=Min("queued_at"))
    ended = letters.filter(ended_at__gt=now - LATELY)
    lately = dict(ended.order_by().values_list("state").annotate(n=Count("pk")))
    told = letters.filter(Q(ended_at__gt=now - LATELY) | Q(state=Mail.State.WAITING)).exclude(reason="")
    reasons = (
        told.order_by()
        .values_list("state", "reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "state", "reason")
    )
    addresses = MailAddress.objects.unscoped("how many").filter(removed_at=None).exclude(confirmed_at=None)
    titles = dict(Mail.State.choices)
    return MailSums(
        addresses.count(), waiting["n"], waiting["oldest"], lately,
        tuple((titles[state], reason, n) for state, reason, n in reasons[:REASONS_SHOWN]),
    )  # fmt: skip
