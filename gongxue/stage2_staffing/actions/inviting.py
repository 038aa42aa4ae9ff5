"""Invitations as the institution sends and withdraws them; level G: experts named and confirmed (TR 8, AMB-70)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import unbook
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.invitations import (
    answer_day_breaches,
    answer_window,
    leaving_breaches,
    served_until,
    serves_from,
)
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, OpeningState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat, seat_breaches
from gongxue.stage1_planning.actions import end_involvement
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.lifting import write_lift
from gongxue.stage2_staffing.actions.opening import locked_opening
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import candidates_for, demand_from, experts_for
from gongxue.stage2_staffing.queries.personnel import last_to_leave, lifted


@dataclass(frozen=True, slots=True)
class Letter:
    """What is the same in every invitation that is sent at once."""

    sent_by: Account
    sent_at: datetime
    answer_by: date
    answer_until: datetime | None = None
    text: str = ""
    own_reason: str = ""
    origin: str = Invitation.Origin.HAND
    state: InvitationState = InvitationState.SENT


@action(Permission.INVITE)
def invite(
    *, training_class: TrainingClass, people: Mapping[int, str], by: Role, now: datetime, letter: str = "",
    own_reason: str = "", answer_by: date | None = None,
) -> list[Invitation]:  # fmt: skip
    """Send invitations (TR 8): person id → seat. All or none.

    answer_by: the last day to answer, at most until the programme is due; without one, the usual day.
    Refused: unqualified, busy or of the own institution without a reason (AMB-11), seats all taken, asked already.
    """
    shown = lock(training_class, by)
    opening = locked_opening(shown, by)
    if opening.state == OpeningState.FILED:
        raise RuleBroken(
            [Breach("invite.early", "TR 8", "平台尚未推荐骨干教师。", "请先取得推荐，再发邀请函。")]
        )
    today = day_of(now)
    breaches = _invitation_breaches(shown, people, own_reason, today)
    if answer_by is not None:
        breaches += answer_day_breaches(answer_by, today, shown.first_day, shown.edition)
    refuse_if(breaches)
    last = answer_by or answer_window(today, shown.first_day, shown.edition).proposed
    same = Letter(by.account, now, last, text=letter.strip()[:500])
    own = own_reasons(shown, people, own_reason, by, now)
    sent = [
        ask(shown, person, Seat(seat), replace(same, own_reason=own.get(person, "")))
        for person, seat in people.items()
    ]
    record(
        Permission.INVITE, by=by, now=now, about=opening, reason=own_reason,
        changes={"invited": [None, [f"{i.person.name} {i.seat_title}" for i in sent]]},
    )  # fmt: skip
    for invitation in sent:
        notices.invited(invitation, now)
    return sent


def own_reasons(
    shown: TrainingClass, people: Iterable[int], reason: str, by: Role, now: datetime
) -> dict[int, str]:
    """Teachers of the host institution among these people → why they may serve all the same (AMB-11).

    A reason that is given with the invitation lifts the avoidance as the act of its own would.
    """
    rows = Person.objects.unscoped("who is of the host institution").filter(
        pk__in=list(people), employer=shown.institution_id
    )
    known = lifted(shown)
    found = {}
    for pk in rows.values_list("pk", flat=True):
        lift = known.get(pk) or write_lift(shown, pk, reason, by, now)
        found[pk] = lift.reason
    return found


def _invitation_breaches(
    shown: TrainingClass, people: Mapping[int, str], own_reason: str, today: date
) -> list[Breach]:
    if not people:
        return [Breach("invite.nobody", "TR 8", "没有选择被邀请的教师。", "请至少选择一名。")]
    breaches = leaving_breaches(today, shown.last_day)
    breaches += [
        Breach("invite.seat", "TR 8", f"没有“{seat[:12]}”这种席位。", "请选择授课骨干教师或考核骨干教师。")
        for seat in people.values()
        if seat not in list(Seat)
    ]
    candidates = {c.person: c for c in candidates_for(shown, list(people))}
    may_own = set(people) if own_reason.strip() else set(lifted(shown))
    for person, seat in people.items():
        if person not in candidates:
            breaches.append(Breach("invite.unknown", "MG 6", "被邀请人不在骨干教师库中。", "请从库中选择。"))
            continue
        found = seat_breaches(candidates[person], demand_from(shown, seat, today))
        breaches += [b for b in found if not (b.rule == "seat.own" and person in may_own)]
    breaches += _taken_breaches(shown, people)
    return breaches


def _taken_breaches(shown: TrainingClass, people: Mapping[int, str]) -> list[Breach]:
    live = list(
        Invitation.objects.inside(training_class=shown, state__in=Invitation.LIVE).values_list(
            "person_id", "seat", "number"
        )
    )
    breaches = []
    if {person for person, _, _ in live} & set(people):
        breaches.append(
            Breach("invite.twice", "TR 8", "名单中有人已受邀或已在本班任职。", "五个席位须为不同的人。")
        )
    for seat in Seat:
        free = seat.wanted(shown.edition) - len({number for _, held, number in live if held == seat})
        wanted = sum(1 for asked in people.values() if asked == seat)
        if wanted > free:
            breaches.append(
                Breach(
                    "invite.full",
                    "TR 8",
                    f"{seat.title}只余 {free} 席，选择了 {wanted} 人。",
                    "请先撤回未答复的邀请。",
                )
            )
    return breaches


def ask(
    shown: TrainingClass, person: int, seat: Seat, letter: Letter, number: int | None = None
) -> Invitation:
    """One invitation to a seat, the first free one of its kind unless it is named; the class is locked, the rules
    were asked before. Whoever is asked while the class runs serves from then on, in the place of the last to leave."""
    if number is None:
        live = Invitation.objects.inside(training_class=shown, seat=seat, state__in=Invitation.LIVE)
        taken = set(live.values_list("number", flat=True))
        number = next(n for n in range(1, seat.wanted(shown.edition) + 1) if n not in taken)
    begins = serves_from(seat, day_of(letter.sent_at), shown.first_day, shown.last_day)
    return Invitation.objects.create(
        training_class=shown, seat=seat, number=number, person_id=person, state=letter.state, letter=letter.text,
        own_reason=letter.own_reason, sent_by=letter.sent_by, sent_at=letter.sent_at, answer_by=letter.answer_by,
        answer_until=letter.answer_until, origin=letter.origin, serves_from=begins,
        replaces=last_to_leave(shown, seat, number),
    )  # fmt: skip


@action(Permission.NOMINATE)
def nominate_experts(
    *, training_class: TrainingClass, people: Mapping[int, str], by: Role, now: datetime, letter: str = ""
) -> list[Invitation]:
    """Level G: the development centre names its experts, the national centre confirms them (AMB-70)."""
    shown = lock(training_class, by)
    if shown.level_enum != Level.BACKBONE:
        raise RuleBroken(
            [
                Breach(
                    "nominate.level",
                    "MG 6",
                    f"{shown.level_title}培训由平台从骨干教师库推荐。",
                    "请发邀请函给被推荐的教师。",
                )
            ]
        )
    opening = locked_opening(shown, by)
    known = {person.pk for person in experts_for(shown)} if people else set()
    known |= set(
        Person.objects.unscoped("named experts")
        .filter(pk__in=people, account__roles__duty=Duty.BACKBONE, account__roles__until=None)
        .values_list("pk", flat=True)
    )
    breaches = _taken_breaches(shown, people)
    if not people or set(people) - known or set(people.values()) - set(Seat):
        breaches.append(
            Breach(
                "nominate.people", "MG 6", "请从专家名单中选择人选和席位。", "每个席位选一名专家后再提交。"
            )
        )
    breaches += leaving_breaches(day_of(now), shown.last_day)
    refuse_if(breaches)
    last = answer_window(day_of(now), shown.first_day, shown.edition).proposed
    same = Letter(by.account, now, last, text=letter.strip()[:500], state=InvitationState.NOMINATED)
    named = [ask(shown, person, Seat(seat), same) for person, seat in people.items()]
    changes = move(opening, Permission.NOMINATE, recommended_at=now)
    record(
        Permission.NOMINATE, by=by, now=now, about=opening,
        changes={**changes, "named": [None, [f"{i.person.name} {i.seat_title}" for i in named]]},
    )  # fmt: skip
    notices.nominated(shown, now)
    return named


@action(Permission.CONFIRM_EXPERT)
def confirm_expert(*, invitation: Invitation, by: Role, now: datetime) -> Invitation:
    """The centre confirms a named expert; the invitation goes out and waits for its answer from today."""
    row = lock(invitation, by)
    shown = row.training_class
    answer_by = answer_window(day_of(now), shown.first_day, shown.edition).proposed
    changes = move(row, Permission.CONFIRM_EXPERT, answer_by=answer_by, sent_at=now)
    record(Permission.CONFIRM_EXPERT, by=by, now=now, about=row, changes=changes)
    notices.invited(row, now)
    return row


@action(Permission.WITHDRAW_INVITATION)
def withdraw_invitation(*, invitation: Invitation, reason: str, by: Role, now: datetime) -> Invitation:
    """The institution takes an invitation back, even an accepted one, with a reason; the province is told of those.

    Before the class all days are free again; while it runs, whoever leaves keeps what they have served. Refused: the
    class is over.
    """
    shown = lock(invitation.training_class, by)
    row = lock(invitation, by)
    refuse_if(leaving_breaches(day_of(now), shown.last_day))
    was_accepted = row.state == InvitationState.ACCEPTED
    changes = move(
        row,
        Permission.WITHDRAW_INVITATION,
        reason=reason,
        answer_reason=reason.strip()[:500],
        withdrawn_at=now,
    )
    if was_accepted:
        changes |= leave(row, now)
        opening = locked_opening(shown, by)
        if opening.state == OpeningState.STAFFED:
            changes["opening"] = move(opening, Permission.WITHDRAW_INVITATION, staffed_at=None)["state"]
    record(Permission.WITHDRAW_INVITATION, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.withdrawn(row, reason, now, booked=was_accepted)
    if was_accepted:
        notices.left(row, now)
    return row


def leave(row: Invitation, now: datetime) -> dict[str, list[Any]]:
    """Somebody who had accepted is there no longer: the days to come are free, the class is closed to them."""
    shown = row.training_class
    booked = row.days
    until = served_until(day_of(now), row.serves_from or shown.first_day)
    if until is not None:
        Invitation.objects.unscoped("one locked row").filter(pk=row.pk).update(served_until=until)
        row.served_until = until
    kept = row.days if until is not None else []
    since = kept[-1] + timedelta(days=1) if kept else booked[0]
    unbook(row.person, f"class/{shown.pk}", since)
    end_involvement(shown, row.person.account_id, Duty.BACKBONE, now)
    return {"served_until": [None, until.isoformat()]} if until else {}
