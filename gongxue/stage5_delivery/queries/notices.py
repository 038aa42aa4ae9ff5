"""Notices to a class: whom they reach, who has read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from gongxue.exchange.queries import read_accounts
from gongxue.foundation.identity.models import Role
from gongxue.regulations.class_notices import Audience
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery.models import Attendee, ClassNotice, NoticeAddressee
from gongxue.stage5_delivery.queries.discipline import own_pledges
from gongxue.stage5_delivery.queries.products import products_of


def addressed_by(training_class: TrainingClass, audience: Audience, group: int = 0) -> list[Application]:
    """The admitted to whom a notice goes, in roster order. Before the class begins nobody has arrived or is grouped."""
    admitted = roster(training_class)
    if audience is Audience.ALL:
        return admitted
    rows = Attendee.objects.inside(training_class=training_class)
    here = {row.application_id: row for row in rows}
    if audience is Audience.GROUP:
        return [a for a in admitted if group and a.pk in here and here[a.pk].group == group]
    if audience is Audience.NOT_ARRIVED:
        return [a for a in admitted if a.pk not in here or here[a.pk].arrived_at is None]
    if audience is Audience.NO_PLEDGE:
        given = own_pledges(training_class)
        signed = {pk for pk, row in here.items() if row.pledged_at}
        return [a for a in admitted if a.pk not in signed and a.person_id not in given]
    handed = products_of(training_class)
    return [a for a in admitted if a.pk not in here or here[a.pk].pk not in handed]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice as the office lists it."""

    notice: ClassNotice
    sent: int
    read: int
    unread: tuple[str, ...]  # names, in roster order


def notice_rows(training_class: TrainingClass) -> list[NoticeRow]:
    """Every notice of a class, the newest first, with who has read it; three queries."""
    rows = ClassNotice.objects.inside(training_class=training_class).select_related("sent_by").order_by("-pk")
    notices = list(rows)
    to: dict[int, list[tuple[int, str]]] = {row.pk: [] for row in notices}
    addressees = NoticeAddressee.objects.inside(notice__in=notices).order_by("application__seat", "pk")
    for notice, account, name in addressees.values_list(
        "notice_id", "application__person__account_id", "application__person__account__name"
    ):
        to[notice].append((account, name))
    read = read_accounts(row.message_key for row in notices)
    return [_row(one, to[one.pk], read.get(one.message_key, set())) for one in notices]


def _row(notice: ClassNotice, to: list[tuple[int, str]], read: set[int]) -> NoticeRow:
    unread = tuple(name for account, name in to if account not in read)
    return NoticeRow(notice, len(to), len(to) - len(unread), unread)


def notices_to(role: Role, training_class: TrainingClass) -> QuerySet[ClassNotice]:
    """What was sent to a trainee in a class, the newest first."""
    rows: QuerySet[ClassNotice] = ClassNotice.objects.scope(role)
    return rows.filter(training_class=training_class).select_related("sent_by").order_by("-pk")
