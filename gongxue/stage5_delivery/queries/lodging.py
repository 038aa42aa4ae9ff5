"""The lodging register (MG 12), and its sums for the funds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gongxue.parties.models import Person
from gongxue.regulations.lodging import LodgingKind, nights_of_class, uncovered_nights
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery.models import Lodging, NightAbsence, NightCheck


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of a class who may have to be lodged: a trainee (part 学员) or of the teaching team (授课, 考核)."""

    person: Person
    part: str
    employer: str
    seat: int  # of a trainee, 0 for the team


def guests_of(training_class: TrainingClass) -> dict[int, Guest]:
    """person id → everybody of a class, trainees in roster order, then the team; two queries.

    Who teaches and is a trainee of the same class stands once; examiners score online (TR 12.2) and may be lodged.
    """
    found = {
        row.person_id: Guest(row.person, "学员", row.employer.name, row.seat or 0)
        for row in roster(training_class)
    }
    for one in accepted(training_class):
        part = "授课骨干教师" if one.seat == "instructor" else "考核骨干教师"
        found.setdefault(one.person_id, Guest(one.person, part, one.person.employer.name, 0))
    return found


def lodgings_of(training_class: TrainingClass) -> list[Lodging]:
    """Every entry of a class, in order of entry."""
    rows = Lodging.objects.inside(training_class=training_class)
    return list(rows.select_related("person__account").order_by("pk"))


@dataclass(frozen=True, slots=True)
class LodgingRow:
    """One person in the register. uncovered: nights between teaching days about which nothing is known."""

    guest: Guest
    lodging: Lodging | None
    uncovered: int
    missed: tuple[date, ...]  # nights on which they were not there


@dataclass(frozen=True, slots=True)
class LodgingTotals:
    """What the funds need: nights that the institution paid, people, and who slept at home."""

    arranged_people: int
    arranged_nights: int
    trainee_nights: int
    team_nights: int
    at_home: int
    unregistered: int  # trainees without an entry


def lodging_rows(training_class: TrainingClass) -> list[LodgingRow]:
    """The register in the order of the roster, then the team; four queries."""
    held = {row.person_id: row for row in lodgings_of(training_class)}
    missed: dict[int, list[date]] = {}
    absences = NightAbsence.objects.inside(lodging__training_class=training_class).order_by("night")
    for lodging, night in absences.values_list("lodging_id", "night"):
        missed.setdefault(lodging, []).append(night)
    days = (training_class.first_day, training_class.last_day)
    rows = []
    for pk, guest in guests_of(training_class).items():
        entry = held.get(pk)
        stay = (entry.first_night, entry.last_night) if entry else None
        wanted = len(uncovered_nights(stay, days)) if guest.seat else 0
        rows.append(LodgingRow(guest, entry, wanted, tuple(missed.get(entry.pk, ())) if entry else ()))
    return rows


def totals_of(rows: list[LodgingRow]) -> LodgingTotals:
    """The sums of a register."""
    arranged = [row for row in rows if row.lodging and row.lodging.kind == LodgingKind.ARRANGED]
    nights = {True: 0, False: 0}
    for row in arranged:
        if row.lodging:
            nights[bool(row.guest.seat)] += row.lodging.nights
    return LodgingTotals(
        arranged_people=len(arranged),
        arranged_nights=nights[True] + nights[False],
        trainee_nights=nights[True],
        team_nights=nights[False],
        at_home=sum(row.lodging is not None and row.lodging.kind == LodgingKind.HOME for row in rows),
        unregistered=sum(row.lodging is None and bool(row.guest.seat) for row in rows),
    )


def lodging_totals(training_class: TrainingClass) -> LodgingTotals:
    """The sums of a class, for the funds."""
    return totals_of(lodging_rows(training_class))


@dataclass(frozen=True, slots=True)
class Night:
    """One night between teaching days: whether it was looked at, who was missing, who should have been there."""

    night: date
    checked: NightCheck | None
    there: tuple[LodgingRow, ...]

    @property
    def missing(self) -> list[str]:
        """Names."""
        return [row.guest.person.name for row in self.there if self.night in row.missed]


def nights_with(training_class: TrainingClass, rows: list[LodgingRow]) -> list[Night]:
    """The nights of a class beside the register's rows; one query."""
    checks = NightCheck.objects.inside(training_class=training_class).select_related("noted_by")
    checked = {row.night: row for row in checks}
    return [
        Night(night, checked.get(night), tuple(row for row in rows if _there(row, night)))
        for night in nights_of_class(training_class.first_day, training_class.last_day)
    ]


def _there(row: LodgingRow, night: date) -> bool:
    entry = row.lodging
    return (
        entry is not None
        and entry.kind == LodgingKind.ARRANGED
        and entry.first_night <= night <= entry.last_night
    )
