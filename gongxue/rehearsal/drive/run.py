"""What one class needs on its way, and who acts in it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties.models import Person
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.cast import Cast
from gongxue.rehearsal.specification import Specification
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import Invitation


@dataclass(slots=True)
class Run:
    """One class on its way."""

    specification: Specification
    cast: Cast
    institution: Organisation
    dice: random.Random
    employers: list[Organisation]
    training_class: TrainingClass | None = None
    trainees: list[Role] = field(default_factory=list)
    fates: dict[int, str] = field(
        default_factory=dict
    )  # attendee id → barred, second, failed, retake, final_failed
    taught: set[date] = field(default_factory=set)
    applied: int = 0
    done: set[str] = field(default_factory=set)
    halt_before: str = ""  # the demonstration leaves some work undone
    early: int = 0  # stages 2 and 3 come so many days before their usual day
    reporting_from: date | None = None  # when its reporting began; the opening of its round by default
    office: bool = False  # its office is kept in full, which takes a second
    preferred: list[int] = field(default_factory=list)  # people whom the institution asks for
    endorsed_at_once: float = 0.9  # the share of schools that answer within a few days

    @property
    def tc(self) -> TrainingClass:
        """The class, once it is planned."""
        if self.training_class is None:
            raise RuntimeError("the class is not planned yet")
        return self.training_class

    def staff(self, duty: Duty) -> Role:
        """Somebody of the institution."""
        return self.cast.staff(self.institution, duty)

    @property
    def centre(self) -> Role:
        """Somebody of the centre."""
        return self.cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE)

    @property
    def province(self) -> Role:
        """Somebody of the province."""
        place = Organisation.objects.get(kind="province", province_code=self.institution.province_code)
        return self.cast.staff(place, Duty.PROVINCE)


def refresh(run: Run) -> None:
    """Read the class again."""
    rows = TrainingClass.objects.unscoped("rehearsal").select_related("institution", "round")
    run.training_class = rows.get(pk=run.tc.pk)


def teacher_role(person: Person) -> Role:
    """The backbone role of a person."""
    held = Role.objects.filter(account=person.account_id, duty=Duty.BACKBONE, until=None)
    return held.select_related("account", "organisation").get()


def seat_roles(run: Run, seat: Seat) -> list[Role]:
    """The roles of the accepted teachers of a kind of seat."""
    rows = Invitation.objects.inside(training_class=run.tc, state=InvitationState.ACCEPTED, seat=seat)
    return [teacher_role(i.person) for i in rows.select_related("person__account").order_by("number")]


def trainee_role(person: Person) -> Role:
    """The trainee role of a person."""
    held = Role.objects.filter(account=person.account_id, duty=Duty.TRAINEE, until=None)
    return held.select_related("account", "organisation").get()
