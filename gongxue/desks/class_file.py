"""The class file: one class seen across all stages, composed from the stages' own queries. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.urls import reverse

from gongxue.desks.cards import NOT_BEGUN, DueLine, StageCard
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.engine import Stateful
from gongxue.foundation.pages.templatetags.kit import day as shown_day
from gongxue.regulations.deadlines import consequence
from gongxue.regulations.lifecycle import CLOSED_STAGE, STAGES, EnrolmentState, InvitationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import DeadlineException, TrainingClass
from gongxue.stage1_planning.queries import exceptions_of
from gongxue.stage1_planning.queries.watching import Ask, Watched, reckoned, watched
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import SeatView, invitations_of, seats_of
from gongxue.stage4_enrolment.models import Enrolment
from gongxue.stage4_enrolment.queries import counts_of, enrolment_of
from gongxue.stage6_assessment.queries import Record, records_of


@dataclass
class ClassFile:
    """One class seen across all stages by one role on one day. Each stage is read once."""

    training_class: TrainingClass
    role: Role
    today: date

    @cached_property
    def exceptions(self) -> list[DeadlineException]:
        """Granted extensions."""
        return exceptions_of(self.training_class)

    @cached_property
    def owed(self) -> dict[str, Watched]:
        """The deadlines whose turn has come, by key."""
        return {item.due.key: item for item in watched(self._ask)}

    @cached_property
    def _ask(self) -> Ask:
        return Ask(self.role, self.today, [self.training_class], whole=False)

    @cached_property
    def invitations(self) -> list[Invitation]:
        """Every invitation of the class."""
        return invitations_of(self.training_class)

    @cached_property
    def seats(self) -> list[SeatView]:
        """The five seats; trainees see who has accepted, not who was asked."""
        shown = seats_of(self.training_class, self.invitations)
        if not self.is_(Duty.TRAINEE):
            return shown
        return [SeatView(s.seat, s.number, s.invitation if is_accepted(s) else None) for s in shown]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Applications by state."""
        return counts_of(self.training_class)

    @cached_property
    def enrolment(self) -> Enrolment | None:
        """The enrolment."""
        return enrolment_of(self.training_class)

    @cached_property
    def records(self) -> list[Record]:
        """Every trainee's standing; empty before the class began."""
        return records_of(self.training_class) if self.training_class.stage >= 5 else []

    @property
    def enrolment_missing(self) -> list[str]:
        """What enrolment still lacks before the class can begin."""
        missing = []
        if self.enrolment is None or self.enrolment.state == EnrolmentState.DRAFT:
            missing.append("尚未发布招生通知")
        if self.counts.get("submitted"):
            missing.append(f"{self.counts['submitted']} 份申请待审核")
        if not self.counts.get("admitted"):
            missing.append("还没有录取参训教师")
        return missing

    @cached_property
    def mine(self) -> Record | None:
        """A trainee's own standing."""
        return next(
            (r for r in self.records if r.attendee.application.person.account_id == self.role.account_id),
            None,
        )

    @property
    def sits(self) -> bool:
        """Whether the reader has accepted one of the seats."""
        held = [seat.invitation for seat in self.seats if is_accepted(seat)]
        return any(one is not None and one.person.account_id == self.role.account_id for one in held)

    @cached_property
    def reviews(self) -> bool:
        """Whether the reader works with the applicants: everybody inside but trainees and examiners (TR 10)."""
        if self.is_(Duty.BACKBONE):
            teaching = [s.invitation for s in self.seats if s.seat == Seat.INSTRUCTOR and is_accepted(s)]
            return any(i is not None and i.person.account_id == self.role.account_id for i in teaching)
        return not self.is_(Duty.TRAINEE)

    @cached_property
    def ready_to_start(self) -> bool:
        """Enrolment is over and decided: the next thing is to begin."""
        return (
            self.training_class.stage == 4
            and not self.enrolment_missing
            and self.enrolment is not None
            and self.enrolment.state == EnrolmentState.CLOSED
        )

    @property
    def countdown(self) -> str:
        """How far the class is from its first or last day, in words."""
        tc = self.training_class
        if tc.stage == CLOSED_STAGE:
            return "已结班"
        before, after = (tc.first_day - self.today).days, (self.today - tc.last_day).days
        if before > 0:
            return "明天开班" if before == 1 else f"距开班 {before} 天"
        return f"结束 {after} 天" if after > 0 else f"培训第 {1 - before} 天"

    def url(self, name: str) -> str:
        """A page of this class."""
        return reverse(name, args=[self.training_class.pk])

    def card(self, number: int, responsible: str, thing: Stateful | None = None) -> StageCard:
        """A card with its number, title and tone by the class's stage."""
        stage = self.training_class.stage
        tone = "done" if stage > number else "now" if stage == number else "ahead"
        status = thing.state_title if thing else ("已完成" if tone == "done" else NOT_BEGUN)
        return StageCard(number, STAGES[number - 1], responsible, tone, status)

    def add_due(self, card: StageCard, key: str) -> None:
        """A deadline on a card; a missed one turns the card red. One whose turn has not come is shown as it will be."""
        item = self.owed.get(key)
        if item is None:
            timetable = self._ask.timetable(self.training_class)
            found = reckoned(timetable.dues[key], self.training_class, self._ask.grants, self.today)
            line = DueLine(
                found.due, extended=found.extended, slips=consequence(found.due, self.today, timetable)
            )
        else:
            line = DueLine(
                item.due, item.done_on is not None, item.grant is not None, item.standing, item.late(self.today),
                item.slips(self.today),
            )  # fmt: skip
        card.dues.append(line)
        if line.late(self.today) and card.tone != "done":
            card.tone = "late"

    def add_owed(self, card: StageCard, *keys: str) -> None:
        """Deadlines that a class has only at times: those whose turn has come."""
        for key in keys:
            if key in self.owed:
                self.add_due(card, key)

    def is_(self, *duties: Duty) -> bool:
        """Whether the reader acts in one of these duties."""
        return self.role.is_(*duties)

    def may(self, permission: Permission) -> bool:
        """Whether the reader's role holds a permission: no link leads where it is refused."""
        return self.role.may(permission)


def is_accepted(seat: SeatView) -> bool:
    """Whether the seat's invitation has been accepted."""
    return seat.invitation is not None and seat.invitation.state == InvitationState.ACCEPTED


def exceptions_words(exceptions: list[DeadlineException]) -> list[str]:
    """Extensions in words: who granted what until when, and why."""
    return [
        f"{e.granted_by.name}于{shown_day(e.granted_at)}准予延期至{shown_day(e.until)}：{e.reason}"
        for e in exceptions
    ]
