"""Classes at any point of their life; see tests/cast.py."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from gongxue.certificates.models import Certificate
from gongxue.certificates.queries import certificates_of
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties.models import Person
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal import drive, timeline
from gongxue.rehearsal.specification import parse_specification
from gongxue.rehearsal.timeline import at
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of
from tests.people import Made, People, make_people, read_people
from tests.prepared import Shelf, fresh

FIRST_DAY = date(2023, 6, 12)  # a Monday
STEP_OF = {
    "planned": "plan", "submitted": "submit_plan", "approved": "approve", "reported": "report",
    "published": "publish", "opened": "open_class", "recommended": "recommend", "invited": "invite",
    "staffed": "answer_invitations", "drafted": "write_programme", "team_confirmed": "confirm_programme",
    "programme_submitted": "submit_programme", "filed": "file_programme", "announced": "publish_notice",
    "applied": "apply", "enrolment_closed": "close_enrolment", "reviewed": "give_opinions", "admitted": "admit",
    "started": "start", "taught": "teach", "process_scored": "score_process", "final_scored": "score_final",
    "finished": "finish", "evaluated": "evaluate", "confirmed": "confirm_results", "issued": "issue",
    "closed": "close",
}  # fmt: skip
STAGES = tuple(STEP_OF)
FATEFUL = STAGES.index("started")  # before it, classes of different fates are the same


@dataclass(frozen=True, slots=True)
class Plan:
    """Which class, and how far. Plans that are equal share one prepared database."""

    stage: str
    institution: str = "009"
    level: str = "3"
    category: str = "机械类"
    first_day: date = FIRST_DAY
    headcount: int = 4
    fates: tuple[str, ...] = ()

    def at_step(self, number: int) -> Plan:
        """The same class after another step."""
        return Plan(
            STAGES[number],
            self.institution,
            self.level,
            self.category,
            self.first_day,
            self.headcount,
            self.fates,
        )

    @property
    def step(self) -> int:
        """The number of the last step; ValueError for an unknown stage."""
        return STAGES.index(self.stage)

    def __str__(self) -> str:
        words = [
            self.stage,
            self.institution,
            self.level,
            self.category,
            f"{self.first_day:%Y%m%d}",
            self.headcount,
        ]
        fates = self.fates if self.step >= FATEFUL else ()
        return hash_name("_".join(map(str, [*words, *fates])))


def hash_name(text: str) -> str:
    """A short name for a database: letters and digits only, PostgreSQL allows 63."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(slots=True)
class ClassAt:
    """A class at a stage; see the head of this file."""

    plan: Plan
    run: drive.Run = field(repr=False)
    people: People = field(repr=False)

    @property
    def tc(self) -> TrainingClass:
        """The class as last read; `reload()` reads it again."""
        return self.run.tc

    def reload(self) -> TrainingClass:
        """Read the class again."""
        drive.refresh(self.run)
        return self.run.tc

    @property
    def now(self) -> datetime:
        """An hour after the last step, in Shanghai."""
        return moment_of(self.run, self.plan.step) + timedelta(hours=1)

    def drive_to(self, stage: str) -> ClassAt:
        """Go on to a later stage inside the test."""
        for number in range(self.plan.step + 1, STAGES.index(stage) + 1):
            perform(self.run, number, self.plan)
            self.plan = self.plan.at_step(number)
        self.reload()
        return self

    def _of_institution(self, duty: Duty) -> Role:
        return _role(organisation=self.tc.institution_id, duty=duty)

    @property
    def staff(self) -> Role:
        """培训机构工作人员."""
        return self._of_institution(Duty.INSTITUTION)

    @property
    def coordinator(self) -> Role:
        """班务管理教师."""
        return self._of_institution(Duty.COORDINATOR)

    @property
    def certificate_officer(self) -> Role:
        """证书管理员."""
        return self._of_institution(Duty.CERTIFICATE_OFFICER)

    @property
    def province(self) -> Role:
        """The province of the institution."""
        return _role(organisation__province_code=self.tc.province_code, duty=Duty.PROVINCE)

    def _team(self, seat: Seat) -> list[Role]:
        return drive.seat_roles(self.run, seat)

    @property
    def instructors(self) -> list[Role]:
        """The two who accepted to teach, in order of their seats; empty before."""
        return self._team(Seat.INSTRUCTOR)

    @property
    def examiners(self) -> list[Role]:
        """The three who accepted to examine, in order of their seats; empty before."""
        return self._team(Seat.EXAMINER)

    @property
    def invitations(self) -> list[Invitation]:
        """Every invitation of the class, in order."""
        rows = Invitation.objects.inside(training_class=self.tc).select_related(
            "person__account", "training_class"
        )
        return list(rows.order_by("seat", "number"))

    @property
    def trainees(self) -> list[Role]:
        """The trainees: by seat once admitted, by application before."""
        rows = Person.objects.unscoped("tests").filter(applications__training_class=self.tc)
        people = rows.order_by("applications__seat", "applications__pk").values_list("account_id", flat=True)
        held = Role.objects.filter(account__in=list(people), duty=Duty.TRAINEE, until=None)
        by_account = {role.account_id: role for role in held.select_related("account", "organisation")}
        return [by_account[account] for account in people]

    @property
    def attendees(self) -> list[Attendee]:
        """The roster in class, once it has begun."""
        return attendees_of(self.tc)

    @property
    def certificates(self) -> list[Certificate]:
        """The certificates of the class, by number."""
        return certificates_of(self.tc)

    @property
    def school(self) -> Role:
        """The school of the first trainee."""
        return _role(organisation=self.trainees[0].organisation_id, duty=Duty.SCHOOL)

    def actors(self) -> dict[str, Role]:
        """Everybody who could try something with this class, by name: ACTORS without `nobody`."""
        mine, people = self.tc.institution.code, self.people
        other = people.changzhou if mine != "017" else people.xingtai
        found = {
            "centre": people.centre, "oversight": people.oversight, "province": self.province,
            "other_province": people.beijing if self.tc.province_code != "11" else people.hebei,
            "institution": self.staff, "coordinator": self.coordinator,
            "certificate_officer": self.certificate_officer, "other_institution": other.staff,
            "other_coordinator": other.coordinator, "other_certificate_officer": other.certificate_officer,
            "other_backbone": people.expert, "stranger": people.stranger, "other_school": people.far_school,
        }  # fmt: skip
        for name, roles in {"instructor": self.instructors, "examiner": self.examiners}.items():
            found |= {name: roles[0]} if roles else {}
        trainees = self.trainees
        return found | ({"trainee": trainees[0], "school": self.school} if trainees else {})


ACTORS = (
    "nobody", "centre", "oversight", "province", "other_province", "institution", "coordinator",
    "certificate_officer", "other_institution", "other_coordinator", "other_certificate_officer", "instructor",
    "examiner", "other_backbone", "trainee", "stranger", "school", "other_school",
)  # fmt: skip


def _role(**where: Any) -> Role:
    return (
        Role.objects.filter(until=None, **where).select_related("account", "organisation").order_by("pk")[0]
    )


def new_run(plan: Plan, made: Made) -> drive.Run:
    """A class that does not exist yet."""
    specification = parse_specification(
        f"{plan.institution}:{plan.level}:{plan.category}:{plan.first_day}:{plan.headcount}"
    )
    institution = Organisation.objects.get(code=plan.institution)
    employers = list(Organisation.objects.filter(pk__in=made.schools).order_by("pk"))
    return drive.Run(specification, made.players, institution, _Dice(11), employers)


class _Dice(random.Random):
    """Repeatable; never low enough for somebody to decline, disagree or stay away."""

    def random(self) -> float:
        """0.3 to 0.9: everybody accepts, agrees, is present and answers."""
        return 0.3 + 0.59 * super().random()


def moment_of(run: drive.Run, number: int) -> datetime:
    """When a step happens; the long ones are over on their last day."""
    step, spec = drive.STEPS[number], run.specification
    if step.name == "apply":
        return at(spec.first_day + timedelta(days=timeline.APPLY_UNTIL), 20)
    if step.name == "teach":
        return at(spec.last_day, 12)
    return at(step.day(run), step.hour)


def perform(run: drive.Run, number: int, plan: Plan) -> None:
    """One step of the rehearsal, on its day."""
    step, spec = drive.STEPS[number], run.specification
    assert step.name == STEP_OF[STAGES[number]], "the stages of the tests are the steps of the rehearsal"
    if step.name == "apply":
        drive.apply(run, spec.first_day + timedelta(days=timeline.APPLY_UNTIL))
    elif step.name == "teach":
        drive.teach(run, spec.last_day)
    else:
        step.act(run, moment_of(run, number))
    if step.name == "start":
        run.fates = {a.pk: fate for a, fate in zip(attendees_of(run.tc), plan.fates, strict=False)}


class Classes:
    """Prepares databases with classes: the second class is driven beside the first, and so on."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def people(self) -> str:
        """The prepared database with everybody and no class."""
        self.shelf.build("people", self.shelf.reference(), make_people)
        return "people"

    @property
    def made(self) -> Made:
        """What is remembered of the people."""
        self.people()
        made: Made = self.shelf.states["people"]
        return made

    def database(self, plans: Sequence[Plan]) -> str:
        """The prepared database with these classes, driven one after the other; built when it is not there."""
        if not plans:
            return self.people()
        *before, last = plans
        name = self._name(plans)
        if name not in self.shelf.states:
            self._drive(self.database(before), before, last)
        return name

    def _name(self, plans: Sequence[Plan]) -> str:
        return f"class_{hash_name(' '.join(map(str, plans)))}" if plans else "people"

    def _drive(self, source: str, before: Sequence[Plan], plan: Plan) -> None:
        """From the nearest earlier step that is prepared."""
        begun, runs = source, self.runs(source)
        number = -1
        for earlier in range(plan.step - 1, -1, -1):
            name = self._name([*before, plan.at_step(earlier)])
            if name in self.shelf.states:
                begun, runs, number = name, self.runs(name), earlier
                break
        self.shelf.build(self._name([*before, plan]), begun, lambda: self._go(runs, number, before, plan))

    def _go(self, runs: list[drive.Run], number: int, before: Sequence[Plan], plan: Plan) -> list[drive.Run]:
        if number < 0:
            players = runs[-1].cast if runs else fresh(self.made).players
            runs = [*runs, new_run(plan, Made(self.made.roles, players, self.made.schools))]
        for step in range(number + 1, plan.step + 1):
            perform(runs[-1], step, plan)
            name = self._name([*before, plan.at_step(step)])
            if self.shelf.engine.every_step and step < plan.step and name not in self.shelf.states:
                self.shelf.keep(name, fresh(runs))
        drive.refresh(runs[-1])
        return runs

    def runs(self, name: str) -> list[drive.Run]:
        """The runs of a prepared database, to be changed at will."""
        return [] if name == "people" else fresh(self.shelf.states[name])

    def read(self, plans: Sequence[Plan]) -> list[ClassAt]:
        """The classes, read from the database at hand."""
        people = read_people(self.made)
        found = [
            ClassAt(plan, run, people) for plan, run in zip(plans, self.runs(self._name(plans)), strict=True)
        ]
        for one in found:
            one.reload()
        return found


def every_stage(first: str = "planned", last: str = "closed") -> Iterator[str]:
    """The stages from one to another, for parametrised tests."""
    yield from STAGES[STAGES.index(first) : STAGES.index(last) + 1]
