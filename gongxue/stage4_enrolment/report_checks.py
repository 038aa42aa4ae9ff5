"""Everything that can be wrong with a row of reported teachers: by itself, among the others, against the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gongxue.foundation.identity.actions import name_breaches
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.queries import version_on
from gongxue.parties.actions import glyph_breaches
from gongxue.parties.kept_workbooks import Progress
from gongxue.parties.models import Person
from gongxue.parties.queries import phone_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.enrolment import applying_breaches
from gongxue.regulations.id_numbers import IdNumber, id_number_breaches, parse_id_number
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState
from gongxue.regulations.official_forms import given_breaches
from gongxue.regulations.reporting import (
    cross_breaches,
    difference_breach,
    employer_breaches,
    number_breach,
    person_breaches,
    rejected_breach,
    unknown_application_breach,
    unknown_class_breach,
)
from gongxue.regulations.roles import EMPLOYERS, Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application, Enrolment
from gongxue.stage4_enrolment.report_sheet import ReportRow

_CHUNK = 500


@dataclass(slots=True)
class Checked:
    """A row with what it means and everything wrong with it."""

    row: ReportRow
    training_class: TrainingClass | None = None
    employer: Organisation | None = None
    id_number: IdNumber | None = None
    index: bytes = b""
    person: Person | None = None  # who is known already
    application: Application | None = None  # theirs for this class, when they have one
    same: bool = False
    breaches: list[Breach] = field(default_factory=list)

    @property
    def at(self) -> int:
        """The row number that Excel shows."""
        return self.row.at


@dataclass(frozen=True, slots=True)
class Door:
    """What the rows of somebody are checked against, read once for all of them."""

    by: Role
    today: date
    own_class: TrainingClass | None
    classes: dict[str, TrainingClass]
    employers: dict[str, Organisation]
    form: FormVersion

    @classmethod
    def of(cls, by: Role, today: date, numbers: Iterable[str], own: TrainingClass | None) -> Door:
        """Three queries for any number of rows. numbers: of the classes that the rows name."""
        wanted = {int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 10}
        wanted |= {own.pk} if own else set()
        classes = classes_to_report_for(by, today, wanted)
        named = {str(tc.pk): tc for tc in classes}
        return cls(
            by,
            today,
            named.get(str(own.pk)) if own else None,
            named,
            _employers(by),
            version_on("form1", today),
        )


def classes_to_report_for(by: Role, today: date, keys: set[int] | None = None) -> list[TrainingClass]:
    """The classes that take applications and for which a role may report: an institution its own, the others all."""
    rows = Enrolment.objects.unscoped("published notices are public").filter(state=EnrolmentState.PUBLISHED)
    if keys is not None:
        rows = rows.filter(training_class__in=keys)
    if by.is_(Duty.INSTITUTION):
        rows = rows.filter(training_class__institution=by.organisation_id)
    found = rows.select_related("training_class__institution").order_by("training_class__first_day", "pk")
    return [row.training_class for row in found if not applying_breaches(True, row.closes_on, today)]


def _employers(by: Role) -> dict[str, Organisation]:
    """By name and by code: the own one of a school, those of its province, for an institution all."""
    rows = Organisation.objects.filter(is_active=True, kind__in=[kind.value for kind in EMPLOYERS])
    if by.is_(Duty.SCHOOL):
        rows = rows.filter(pk=by.organisation_id)
    elif by.is_(Duty.PROVINCE):
        rows = rows.filter(province_code=by.organisation.province_code)
    found: dict[str, Organisation] = {}
    for place in rows:
        found[place.name] = place
        if place.code:
            found[place.code] = found[place.province_code + place.code] = place
    return found


def check_rows(
    rows: Sequence[ReportRow], by: Role, today: date, own: TrainingClass | None = None, progress: Progress | None = None
) -> list[Checked]:  # fmt: skip
    """Every row checked by itself, against the others and against the books. Reads, writes nothing.

    own: the class of rows that name none. progress is told (rows checked, rows in all) every five hundred rows.
    """
    door = Door.of(by, today, {row.class_number for row in rows}, own)
    checked = []
    for number, row in enumerate(rows, 1):
        checked.append(
            _from_export(row, door) if row.application and not row.id_number else _check_row(row, door)
        )
        if progress and number % _CHUNK == 0:
            progress(number, len(rows))
    fresh = [c for c in checked if c.index]
    _check_twins(fresh)
    _check_people(fresh)
    _check_applications(fresh, by)
    _check_exported([c for c in checked if c.row.application and not c.row.id_number], by)
    return checked


# One row --------------------------------------------------------------------------------------------------------------


def _check_row(row: ReportRow, door: Door) -> Checked:
    checked = Checked(row, _class_of(row, door), _employer_of(row, door))
    found = checked.breaches
    found += name_breaches(row.name) or glyph_breaches(row.name)
    found += _id_breaches(checked, door.today)
    found += phone_breaches(row.phone)
    if checked.training_class is None:
        found.append(unknown_class_breach(row.class_number))
    found += employer_breaches(row.employer, checked.employer is not None, door.by.duty_enum)
    if row.items:
        level = checked.training_class.level if checked.training_class else ""
        found += given_breaches(door.form.form, level, row.items)
    return checked


def _class_of(row: ReportRow, door: Door) -> TrainingClass | None:
    return door.classes.get(row.class_number) if row.class_number else door.own_class


def _employer_of(row: ReportRow, door: Door) -> Organisation | None:
    if not row.employer and door.by.is_(Duty.SCHOOL):
        return door.by.organisation
    return door.employers.get(row.employer)


def _id_breaches(checked: Checked, today: date) -> list[Breach]:
    row = checked.row
    if row.number_cell:
        return [number_breach()]
    found = id_number_breaches(row.id_number, today)
    checked.id_number = None if found else parse_id_number(row.id_number)
    if checked.id_number:
        checked.index = blind_index(checked.id_number.reveal())
        found += cross_breaches(checked.id_number, row.sex, row.born)
    return found


# Among the others and against the books -------------------------------------------------------------------------------


def _check_twins(rows: Iterable[Checked]) -> None:
    """The same teacher twice for one class, or with two names or employers: the second row is named."""
    once: dict[Any, Checked] = {}
    people: dict[bytes, Checked] = {}
    for checked in rows:
        first = people.setdefault(checked.index, checked)
        twin = once.setdefault((checked.index, checked.training_class), checked)
        if twin is not checked:
            says = f"与第 {twin.at} 行是同一人、同一班次。"
            checked.breaches.append(Breach("report.twin", "TR 10", says, "请只保留一行。"))
        elif (first.row.name, first.employer) != (checked.row.name, checked.employer):
            says = f"与第 {first.at} 行身份证号码相同，姓名或单位不同。"
            checked.breaches.append(Breach("report.twin", "MG 4.7", says, "一人一号，请核对后更正。"))


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _check_people(rows: Sequence[Checked]) -> None:
    """Who is on record already: the same name at the same employer, or it is a question to people, never a merge."""
    people = Person.objects.unscoped("one ID number, one person")
    known: dict[bytes, Person] = {}
    for chunk in _chunks(list({c.index for c in rows})):
        found = people.filter(id_number_index__in=chunk).select_related("account")
        known |= {bytes(person.id_number_index): person for person in found}
    for checked in rows:
        person = known.get(checked.index)
        if person is None:
            if not checked.row.phone:
                says, way = "没有填写手机。", "培训机构联系教师使用，请补填。"
                checked.breaches.append(Breach("person.phone", "TR 附件1", says, way))
            continue
        checked.person = person
        agrees = person.name == checked.row.name and person.employer_id == (
            checked.employer.pk if checked.employer else 0
        )
        checked.breaches += person_breaches(agrees, person.account.is_active)


def _check_applications(rows: Sequence[Checked], by: Role) -> None:
    """Who has applied for the class already. Of a draft that was begun by oneself nobody else learns."""
    known = [c for c in rows if c.person is not None and c.training_class is not None and not c.breaches]
    live = Application.objects.unscoped("once for each class").exclude(state=ApplicationState.WITHDRAWN)
    found: dict[tuple[int, int], Application] = {}
    for chunk in _chunks(known):
        keys = {c.person.pk for c in chunk if c.person}
        classes = {c.training_class.pk for c in chunk if c.training_class}
        for row in live.filter(person__in=keys, training_class__in=classes):
            found[row.person_id, row.training_class_id] = row
    for checked in known:
        assert checked.person is not None
        assert checked.training_class is not None
        row = found.get((checked.person.pk, checked.training_class.pk))
        checked.application = row
        if row is None:
            continue
        if row.state == ApplicationState.REJECTED:
            checked.breaches.append(rejected_breach())
        elif row.state != ApplicationState.DRAFT or row.reported_by_id == by.organisation_id:
            checked.same = True


# Rows of the exported list --------------------------------------------------------------------------------------------


def _from_export(row: ReportRow, door: Door) -> Checked:
    return Checked(row, _class_of(row, door) if row.class_number else None, None)


def _check_exported(rows: Sequence[Checked], by: Role) -> None:
    """A row that names an application changes nothing: it says what the books say, or it is named."""
    numbers = [
        int(c.row.application)
        for c in rows
        if c.row.application.isascii() and c.row.application.isdigit() and len(c.row.application) < 16
    ]
    found: dict[str, Application] = {}
    for chunk in _chunks(numbers):
        seen = Application.objects.scope(by).filter(pk__in=chunk)
        seen = seen.select_related("person__account", "employer", "answer")
        found |= {str(row.pk): row for row in seen}
    for checked in rows:
        application = found.get(checked.row.application)
        if application is None:
            checked.breaches.append(unknown_application_breach(checked.row.application))
        elif differs := _differences(checked.row, application):
            checked.breaches.append(difference_breach(differs))
        else:
            checked.same = True


def _differences(row: ReportRow, application: Application) -> list[str]:
    """The columns that say something else than the books; an empty cell says nothing."""
    items = application.answer.items
    pairs = [
        ("班次编号", row.class_number, str(application.training_class_id)),
        ("姓名", row.name, application.person.name),
        ("单位", row.employer, application.employer.name),
        ("性别", row.sex, application.person.sex),
        ("职称/职务", row.items.get("6", ""), items.get("6", "")),
        ("目前所在专业", row.items.get("13", ""), items.get("13", "")),
    ]
    return [title for title, given, known in pairs if given and given != known]
