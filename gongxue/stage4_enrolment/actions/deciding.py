"""Opinions and decisions; thirty seats (TR 10, TR 11.3, MG 4.4)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.enrolment import (
    admission_breaches,
    free_seat,
    full_breach,
    reject_breaches,
    reject_words,
)
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.actions.locking import lock_class, take_place
from gongxue.stage4_enrolment.actions.substituting import end_naming, take_over
from gongxue.stage4_enrolment.actions.waiting import next_waiting_number, note_freed, offer_freed
from gongxue.stage4_enrolment.models import Application, Opinion
from gongxue.stage4_enrolment.queries import latest_opinions, reviewers_of, taken_seats
from gongxue.stage4_enrolment.queries.substituting import named_for


@action(Permission.GIVE_OPINION)
def give_opinion(
    *, application: Application, agrees: bool, by: Role, now: datetime, comment: str = ""
) -> Opinion:
    """An instructor's opinion on an applicant (MG 4.4). Refused: no instructor of this class, no reason against."""
    row = lock(application, by)
    seat = seat_of(row.training_class, by.account_id, Seat.INSTRUCTOR)
    if seat is None:
        raise NotAllowed("只有本班授课骨干教师填写审核意见。", "MG 4.4")
    if row.state not in (ApplicationState.SUBMITTED, ApplicationState.WAITING):
        raise RuleBroken(
            [
                Breach(
                    "opinion.closed",
                    "MG 4.4",
                    f"申请现为“{row.state_title}”，不再征求意见。",
                    "请刷新页面查看申请进度。",
                )
            ]
        )
    if not agrees and not comment.strip():
        raise RuleBroken(
            [Breach("opinion.reason", "MG 4.4", "不同意的，请写明原因。", "请填写原因后再提交。")]
        )
    opinion = Opinion.objects.create(
        training_class=row.training_class, application=row, person=seat.person, agrees=agrees,
        comment=comment.strip()[:500], given_at=now,
    )  # fmt: skip
    record(
        Permission.GIVE_OPINION, by=by, now=now, about=row, reason=comment, changes={"agrees": [None, agrees]}
    )
    return opinion


@action(Permission.ADMIT)
def admit_applicant(*, application: Application, by: Role, now: datetime, reason: str = "") -> Application:
    """Admit to the lowest free seat of thirty (TR 11.3); the days are booked nationwide.

    Whoever was named in a colleague's place gets that seat, and the colleague leaves in the same act. Refused: class full, no employer's opinion, an instructor's opinion missing, against an opinion without a
    reason, already in another class on these days, delivery has begun.
    """
    shown = lock_class(application)
    row = lock(application, by)
    edition = shown.edition
    if shown.stage >= 5:
        raise RuleBroken([Breach("admit.begun", "TR 11", "培训已经开始，不再录取。", "请推荐其报名下一期。")])
    reviewers = [person for person, _ in reviewers_of(shown)]
    opinions = [o.agrees for person, o in latest_opinions(row).items() if person in reviewers]
    place = named_for(row)
    taken = taken_seats(shown) - ({place.leaving.seat} if place else set())
    refuse_if(
        admission_breaches(
            taken=taken,
            edition=edition,
            endorsed=row.is_endorsed,
            opinions=opinions,
            instructors=len(reviewers),
            reason=reason,
        )
    )
    seat = take_over(row, shown, by, now)
    if seat is None:
        seat = free_seat(taken_seats(shown), edition)
        note_freed(shown, -1)
    if seat is None:
        raise RuleBroken([full_breach(edition)])
    try:
        with transaction.atomic():
            changes = move(
                row, Permission.ADMIT, seat=seat, waiting_number=None, decided_at=now,
                decision_reason=reason.strip()[:500],
            )  # fmt: skip
    except IntegrityError as error:  # the constraint has the last word on the seat
        raise RuleBroken([full_breach(edition)]) from error
    take_place(row, shown, now)
    record(
        Permission.ADMIT, by=by, now=now, about=row, reason=reason, changes=changes | {"seat": [None, seat]}
    )
    notices.decided(row, "", now)  # the reason answers an instructor's opinion, which applicants do not read
    return row


@action(Permission.WAIT)
def put_on_waiting_list(*, application: Application, by: Role, now: datetime) -> Application:
    """Put an applicant on the waiting list, in order of decision (AMB-63)."""
    shown = lock_class(application)
    row = lock(application, by)
    number = next_waiting_number(shown)
    changes = move(row, Permission.WAIT, waiting_number=number, decided_at=now)
    record(Permission.WAIT, by=by, now=now, about=row, changes=changes | {"waiting_number": [None, number]})
    notices.decided(row, "", now)
    end_naming(row, Permission.WAIT, now)
    offer_freed(shown, now)
    return row


@action(Permission.REJECT)
def reject_applicant(
    *, application: Application, by: Role, now: datetime, reason: str = "", code: str = "other"
) -> Application:
    """Do not admit, with a kind of reason and words that the applicant reads (TR 10).

    Refused: an unknown kind, no words where the kind says nothing.
    """
    lock_class(application)
    row = lock(application, by)
    refuse_if(reject_breaches(code))
    words = reject_words(code, reason)[:500]
    changes = move(
        row, Permission.REJECT, reason=words, decided_at=now, decision_reason=words, decision_code=code
    )
    record(Permission.REJECT, by=by, now=now, about=row, reason=words, changes=changes)
    notices.decided(row, words, now)
    end_naming(row, Permission.REJECT, now)
    return row
