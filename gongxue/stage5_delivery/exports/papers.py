"""Name cards, table cards, sign-in sheets and the roster, as PDF/A from what stands in the books now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.pages.typesetter import typeset
from gongxue.parties.queries import roles_in
from gongxue.regulations.calendar import said
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries.groups import group_names_of

FOLDER = Path(__file__).parents[1] / "typst"
WEEKDAYS = "一二三四五六日"
MORNING = 4  # periods of a morning when a day is signed for in two halves; ours
Choices = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as the papers print them. seat 0: of the team."""

    name: str
    sex: str
    employer: str
    seat: int
    group: str
    part: str


def people_of(training_class: TrainingClass) -> list[Someone]:
    """The trainees in roster order; groups once the class has begun. Three queries."""
    rows = Attendee.objects.inside(training_class=training_class)
    groups = dict(rows.values_list("application_id", "group"))
    names = group_names_of(training_class)
    found = []
    for row in roster(training_class):
        number = groups.get(row.pk)
        group = str(names.get(number, f"第 {number} 组")) if number else ""
        person = row.person
        found.append(Someone(person.name, person.sex, row.employer.name, row.seat or 0, group, "学员"))
    return found


def team_of(training_class: TrainingClass) -> list[Someone]:
    """Instructors, then the coordinators of the institution; two queries."""
    team = [
        Someone(i.person.name, i.person.sex, i.person.employer.name, 0, "", "授课骨干教师")
        for i in accepted(training_class, Seat.INSTRUCTOR)
    ]
    known: set[Account] = set()
    held: list[Role] = roles_in(training_class.institution_id, Duty.COORDINATOR)
    for role in held:
        if role.account not in known:
            known.add(role.account)
            team.append(
                Someone(role.account.name, "", training_class.institution.name, 0, "", "班务管理教师")
            )
    return team


def _head(training_class: TrainingClass) -> dict[str, str]:
    tc = training_class
    return {
        "institution": tc.institution.name,
        "class": f"工学一体化{tc.level_title}教师培训（{tc.category_title}）",
        "dates": f"{said(tc.first_day)}至{said(tc.last_day)}",
    }


def _card(person: Someone) -> dict[str, str]:
    place = "　".join(filter(None, [f"{person.seat} 号" if person.seat else "", person.group]))
    return {"name": person.name, "employer": person.employer, "part": person.part, "place": place}


def _cards(training_class: TrainingClass, choices: Choices, at: datetime, template: str, each: int) -> bytes:
    people = people_of(training_class)
    if choices.get("team") == "on":
        people = [*people, *team_of(training_class)]
    data = _head(training_class) | {"cards": [_card(person) for person in people]}
    return typeset(FOLDER / template, data, at, pages=-(-len(people) // each) or 1)


def name_cards(training_class: TrainingClass, choices: Choices, at: datetime) -> bytes:
    """胸卡: ten on a sheet of A4 with cut marks, 90 × 54 mm. choices: team=on adds instructors and coordinators."""
    return _cards(training_class, choices, at, "name_cards.typ", 10)


def table_cards(training_class: TrainingClass, choices: Choices, at: datetime) -> bytes:
    """席卡: two on a sheet of A4, to be cut and folded. choices: as for name cards."""
    return _cards(training_class, choices, at, "table_cards.typ", 2)


def roster_sheet(training_class: TrainingClass, choices: Choices, at: datetime) -> bytes:
    """The roster 学员名册 on one page for thirty people: no telephone number, no ID number."""
    team = [f"{one.part} {one.name}" for one in team_of(training_class)]
    rows = [
        [str(one.seat), one.name, one.sex, one.employer, one.group]
        for one in people_of(training_class)
    ]  # fmt: skip
    data = _head(training_class) | {"rows": rows, "team": "　".join(team)}
    return typeset(FOLDER / "roster.typ", data, at)


def sign_in_sheets(training_class: TrainingClass, choices: Choices, at: datetime) -> bytes:
    """签到表: a page for each teaching day. choices: day=2023-06-12 one day only, halves=on morning and afternoon."""
    wanted = choices.get("day", "")
    periods: dict[date, set[int]] = {}
    for session in sessions_of(training_class):
        periods.setdefault(session.day, set()).add(session.period)
    days = [
        {"day": f"{said(day)}（星期{WEEKDAYS[day.weekday()]}）", "columns": _columns(sorted(held), choices)}
        for day, held in sorted(periods.items())
        if wanted in ("", day.isoformat())
    ]
    rows = [[str(one.seat), one.name, one.employer] for one in people_of(training_class)]
    data: dict[str, Any] = _head(training_class) | {"days": days, "rows": rows}
    return typeset(FOLDER / "sign_in.typ", data, at, pages=len(days) or 1)


def _columns(periods: list[int], choices: Choices) -> list[str]:
    if choices.get("halves") != "on":
        return [f"第{period}课时" for period in periods]
    halves = [("上午", any(p <= MORNING for p in periods)), ("下午", any(p > MORNING for p in periods))]
    return [title for title, held in halves if held]


@dataclass(frozen=True, slots=True)
class Kind:
    """A paper that can be printed."""

    title: str
    make: Callable[[TrainingClass, Choices, datetime], bytes]


PAPERS: dict[str, Kind] = {
    "name-cards": Kind("胸卡", name_cards),
    "table-cards": Kind("席卡", table_cards),
    "sign-in": Kind("签到表", sign_in_sheets),
    "roster": Kind("学员名册", roster_sheet),
}
