"""The notice: write, publish, close (TR 10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.enrolment import notice_breaches
from gongxue.regulations.lifecycle import EnrolmentState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_cancelled
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import is_filed
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.models import Enrolment

NOTICE_LIMIT, CONTACT_LIMIT = 4000, 80


def _text_breaches(text: str, contact: str, closes_on: date, first_day: date) -> list[Breach]:
    breaches = []
    if not text.strip() or len(text) > NOTICE_LIMIT:
        breaches.append(
            Breach(
                "notice.text",
                "TR 10",
                f"招生通知应有内容，且不超过 {NOTICE_LIMIT} 字。",
                "请补充或精简后保存。",
            )
        )
    if not 0 < len(contact.strip()) <= CONTACT_LIMIT:
        breaches.append(
            Breach(
                "notice.contact",
                "TR 10",
                f"应有联系人及电话，不超过 {CONTACT_LIMIT} 字。",
                "请填写，便于报名教师咨询。",
            )
        )
    if closes_on >= first_day:
        breaches.append(
            Breach("notice.closes", "TR 10", f"报名截止日应早于开班日{said(first_day)}。", "请更正日期。")
        )
    return breaches


@action(Permission.EDIT_NOTICE)
def edit_notice(
    *,
    training_class: TrainingClass,
    text: str,
    contact: str,
    closes_on: date,
    seen: int,
    by: Role,
    now: datetime,
) -> Enrolment:
    """Write the enrolment notice; it may be begun before the programme is filed, but not published."""
    shown = lock(training_class, by)
    refuse_if(_text_breaches(text, contact, closes_on, shown.first_day))
    enrolment = (
        Enrolment.objects.inside(training_class=shown).select_for_update(of=("self",), no_key=True).first()
    )
    if enrolment is None:
        enrolment = Enrolment.objects.create(
            training_class=shown, text=text.strip(), contact=contact.strip(), closes_on=closes_on
        )
        changes: dict[str, Any] = {"closes_on": [None, closes_on.isoformat()]}
    else:
        check_seen(enrolment, seen)
        if enrolment.state == EnrolmentState.CLOSED:
            raise RuleBroken(
                [
                    Breach(
                        "notice.over",
                        "TR 10",
                        "报名已截止，通知不再修改。",
                        "需要告知参训教师的，请直接联系。",
                    )
                ]
            )
        changes = edit(enrolment, text=text.strip(), contact=contact.strip(), closes_on=closes_on)
    record(Permission.EDIT_NOTICE, by=by, now=now, about=enrolment, changes=changes)
    return enrolment


@action(Permission.PUBLISH_NOTICE)
def publish_notice(*, enrolment: Enrolment, by: Role, now: datetime) -> Enrolment:
    """Publish the notice with the discipline text (TR 10, MG 10). Refused before the programme is filed."""
    row = lock(enrolment, by)
    refuse_cancelled(row.training_class)
    refuse_if(notice_breaches(is_filed(row.training_class)))
    if row.closes_on < day_of(now):
        raise RuleBroken(
            [Breach("notice.past", "TR 10", f"报名截止日{said(row.closes_on)}已过。", "请先修改截止日期。")]
        )
    changes = move(row, Permission.PUBLISH_NOTICE, published_at=now, published_by=by.account)
    record(Permission.PUBLISH_NOTICE, by=by, now=now, about=row, changes={"state": changes["state"]})
    return row


@action(Permission.CLOSE_ENROLMENT)
def close_enrolment(*, enrolment: Enrolment, by: Role, now: datetime) -> Enrolment:
    """Take no further applications; those on hand can still be decided."""
    row = lock(enrolment, by)
    changes = move(row, Permission.CLOSE_ENROLMENT)
    record(Permission.CLOSE_ENROLMENT, by=by, now=now, about=row, changes=changes)
    notices.opinion_asked(row.training_class, now)
    return row
