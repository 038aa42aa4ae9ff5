"""Stage 2: opening, recommendation, invitations and their answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from gongxue.parties.queries import busy_days
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive.run import Run, refresh, teacher_role
from gongxue.stage2_staffing import actions as staffing
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import experts_for, latest_recommendation, teachers_by_number


def open_class(run: Run, now: datetime) -> None:
    """The opening application."""
    refresh(run)
    staffing.file_opening(
        training_class=run.tc, preferred=run.preferred, by=run.staff(Duty.INSTITUTION), now=now
    )


def recommend(run: Run, now: datetime) -> None:
    """The platform recommends; level G needs none."""
    if run.specification.level != Level.BACKBONE:
        staffing.recommend_teachers(training_class=run.tc, by=run.staff(Duty.INSTITUTION), now=now)


def invite(run: Run, now: datetime) -> None:
    """Invitations to the first choice; level G: nomination and confirmation."""
    if run.specification.level == Level.BACKBONE:
        for invitation in nominate(run, now):
            staffing.confirm_expert(invitation=invitation, by=run.centre, now=now)
        return
    by = run.staff(Duty.INSTITUTION)
    staffing.invite(
        training_class=run.tc,
        people=_first_choice(run),
        by=by,
        now=now,
        letter="盼您支持，食宿由我院统一安排。",
    )


def _first_choice(run: Run) -> dict[int, str]:
    """Who is recommended; somebody whom the institution asked for and who is free takes the second instructor's place."""
    people = {r.person_id: r.seat for r in latest_recommendation(run.tc) if r.chosen}
    instructors = [pk for pk, seat in people.items() if seat == Seat.INSTRUCTOR]
    for teacher in teachers_by_number(run.tc, run.preferred):
        pk = teacher.person.pk
        if not instructors or teacher.obstacles or pk in instructors:
            continue
        gone = instructors.pop()
        if pk in people:  # recommended as an examiner: the two change places
            people[gone] = Seat.EXAMINER.value
        else:
            del people[gone]
        people[pk] = Seat.INSTRUCTOR.value
    return people


def nominate(run: Run, now: datetime) -> list[Invitation]:
    """Level G: the institution names its experts."""
    people, by = _free_experts(run), run.staff(Duty.INSTITUTION)
    return staffing.nominate_experts(training_class=run.tc, people=people, by=by, now=now)


def _free_experts(run: Run) -> dict[int, str]:
    days = [run.tc.first_day - timedelta(days=1), run.tc.last_day + timedelta(days=1)]
    experts = [p for p in experts_for(run.tc) if p.employer_id != run.institution.pk]
    busy = busy_days([p.pk for p in experts], *days)
    free = [p.pk for p in experts if p.pk not in busy]
    return dict(zip(free, [Seat.INSTRUCTOR.value] * 2 + [Seat.EXAMINER.value] * 3, strict=False))


def answer_invitations(run: Run, now: datetime) -> None:
    """Accepted one after the other; the first examiner declines now and then and the platform asks the next."""
    if run.specification.level != Level.BACKBONE and run.dice.random() < 0.25:
        _decline_one(run, now)
    waiting = Invitation.objects.inside(training_class=run.tc, state=InvitationState.SENT)
    for invitation in waiting.select_related("person__account", "training_class"):
        staffing.accept_invitation(invitation=invitation, by=teacher_role(invitation.person), now=now)


def _decline_one(run: Run, now: datetime) -> None:
    substitutes = [r for r in latest_recommendation(run.tc) if not r.chosen and r.seat == Seat.EXAMINER]
    sent = Invitation.objects.inside(training_class=run.tc, state=InvitationState.SENT, seat=Seat.EXAMINER)
    invitation = sent.select_related("person__account", "training_class").order_by("number").first()
    if invitation is None or not substitutes:
        return
    staffing.decline_invitation(
        invitation=invitation, code="employer", reason="当周本校有技能竞赛任务", by=teacher_role(invitation.person),
        now=now,
    )  # fmt: skip
