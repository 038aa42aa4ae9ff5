"""Notices to a class, and how its people reach each other."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Person
from gongxue.regulations.class_notices import Audience, contact_breaches, notice_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.actions.materials import check_prepared
from gongxue.stage5_delivery.actions.reminding import BY_MESSAGE, note_reminders, occasion_now
from gongxue.stage5_delivery.models import Attendee, ClassNotice, ContactShare, NoticeAddressee
from gongxue.stage5_delivery.queries.contacts import contact_in, reads_contacts
from gongxue.stage5_delivery.queries.notices import addressed_by


@action(Permission.SEND_NOTICE)
def send_notice(
    *, training_class: TrainingClass, title: str, text: str, by: Role, now: datetime, audience: str = "all",
    group: int = 0, discipline: bool = False,
) -> ClassNotice:  # fmt: skip
    """Send a notice to the class, to a group, or to those who have not done something; by message and e-mail.

    discipline: the requirements of MG 10-15 go along, and the register says so. Refused: no title or text, nobody whom
    it would reach, a class that is closed.
    """
    shown = lock(training_class, by)
    check_prepared(shown)
    known = audience in set(Audience)
    to = addressed_by(shown, Audience(audience), group) if known else []
    refuse_if(notice_breaches(title, text, audience, len(to)))
    notice = ClassNotice.objects.create(
        training_class=shown, title=title.strip(), text=text.strip(), audience=audience,
        group=group if audience == Audience.GROUP else None, discipline=discipline, sent_at=now, sent_by=by.account,
    )  # fmt: skip
    NoticeAddressee.objects.bulk_create(NoticeAddressee(notice=notice, application=row) for row in to)
    people = [row.person for row in to]
    if discipline:
        note_reminders(shown, people, occasion_now(shown), BY_MESSAGE, by=by, now=now)
    notices.class_notice(notice, people, now)
    changes = {notice.audience_title: [None, len(to)]}
    record(Permission.SEND_NOTICE, by=by, now=now, about=notice, changes=changes)
    return notice


@action(Permission.SHARE_CONTACT)
def share_contact(*, attendee: Attendee, shared: bool, by: Role, now: datetime) -> ContactShare:
    """A trainee lets the class see their telephone number, or no longer does (MG 25.4). Only for oneself."""
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能设置自己的联系方式。", "MG 25.4")
    share, _ = ContactShare.objects.inside(attendee=row).get_or_create(
        attendee=row, defaults={"changed_at": now}
    )
    if share.shared != shared:
        share.shared, share.changed_at = shared, now
        share.save(update_fields=["shared", "changed_at"])
        record(Permission.SHARE_CONTACT, by=by, now=now, about=row, changes={"shared": [not shared, shared]})
    return share


@action(Permission.SEE_PHONE)
def see_phone(*, training_class: TrainingClass, attendee: int, by: Role, now: datetime) -> Person:
    """Leave the entry that allows one look at a trainee's telephone number; who has a number is said by the row.

    For the institution and the class's instructors; for a trainee only where the other has agreed (MG 25.4). NotThere
    for somebody outside the class, NotAllowed for whoever else reads the class.
    """
    shown = lock(training_class, by)
    classmate = by.is_(Duty.TRAINEE)
    if not classmate and not reads_contacts(shown, by):
        raise NotAllowed("只有培训机构和本班授课骨干教师可以查看学员联系电话。", "MG 25.4")
    contact = contact_in(shown, attendee)
    if contact is None:
        raise NotThere
    person = contact.attendee.application.person
    refuse_if(contact_breaches(classmate and person.account_id != by.account_id, contact.shared))
    record(Permission.SEE_PHONE, by=by, now=now, about=contact.attendee)
    return person
