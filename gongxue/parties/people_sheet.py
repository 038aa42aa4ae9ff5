"""The workbook of people: what its columns are, how a row is read, everything that can be wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.workbooks import Cell, as_text, is_number, read_rows
from gongxue.foundation.identity.actions import duty_breaches, name_breaches
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.kept_workbooks import Line, Progress, Sheet
from gongxue.parties.models import Person
from gongxue.parties.queries import phone_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.id_numbers import IdNumber, id_number_breaches, parse_id_number
from gongxue.regulations.names import regular_name
from gongxue.regulations.roles import EMPLOYERS, Duty, OrganisationKind

NAME, ID_NUMBER, PHONE, EMPLOYER, DUTY = HEADINGS = ("姓名", "身份证号码", "手机", "单位名称", "角色")
ROWS = 10_000  # people in one file
BYTES = 8 * 1024 * 1024
HEADING_WITHIN = 10  # the headings stand in one of the first rows: some put a title above them
TEACHERS = frozenset({Duty.BACKBONE, Duty.TRAINEE})  # known by real name and ID number (MG 4.7)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person as written in the file; `at` is the row number that Excel shows."""

    at: int
    name: str
    id_number: str
    phone: str
    employer: str  # full name of the organisation, or an institution's code
    duty: str  # title or code of the duty
    number_cell: bool = False  # Excel holds the ID number as a number, which has lost its last digits


def row_of(sheet: Sheet, line: Line) -> ImportRow:
    """A line as a person."""
    places = {title: sheet.columns.index(title) for title in HEADINGS}
    values = {title: line.cells[at] if at < len(line.cells) else "" for title, at in places.items()}
    return ImportRow(
        line.at,
        regular_name(values[NAME]),
        values[ID_NUMBER],
        values[PHONE],
        values[EMPLOYER],
        values[DUTY],
        line.number_cell,
    )


def read_sheet(upload: UploadedFile[Any]) -> Sheet:
    """The people of a workbook. RuleBroken when it is no workbook, has other columns, no rows or too many."""
    columns: list[str] | None = None
    lines: list[Line] = []
    for at, cells in read_rows(upload, BYTES):
        texts = [as_text(cell) for cell in cells]
        if columns is None:
            columns = texts if {NAME, EMPLOYER} <= set(texts) else None
            if columns is None and at >= HEADING_WITHIN:
                break
            continue
        lines.append(Line(at, texts, _number_in(cells, columns)))
        if len(lines) > ROWS:
            raise _refused(f"一个文件最多 {ROWS:,} 人。", "请分成几个文件上传。")
    return _checked_shape(columns, lines)


def _number_in(cells: Sequence[Cell], columns: list[str]) -> bool:
    place = columns.index(ID_NUMBER) if ID_NUMBER in columns else len(cells)
    return place < len(cells) and is_number(cells[place])


def _checked_shape(columns: list[str] | None, lines: list[Line]) -> Sheet:
    if columns is None:
        raise _refused("没有找到表头。", f"表头应有：{'、'.join(HEADINGS)}。请下载模板填写。")
    missing = [title for title in HEADINGS if title not in columns]
    if missing:
        raise _refused(f"缺少列：{'、'.join(missing)}。", "请下载模板填写，列的先后不限。")
    if not lines:
        raise _refused("表头下面没有人员。", "请填写后再上传。")
    return Sheet(columns, lines)


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("import.sheet", "MG 25.1", says, way_out)])


@dataclass(slots=True)
class Checked:
    """A row with what it means and everything wrong with it."""

    row: ImportRow
    organisation: Organisation | None = None
    duty: Duty | None = None
    id_number: IdNumber | None = None
    index: bytes = b""
    breaches: list[Breach] = field(default_factory=list)
    same: ClassVar[bool] = False  # who has an account already is a problem, not a repetition

    @property
    def at(self) -> int:
        """The row number that Excel shows."""
        return self.row.at

    @property
    def staff_key(self) -> tuple[str, int, str]:
        """By what somebody without an ID number is known."""
        return self.row.name, self.organisation.pk if self.organisation else 0, self.duty or ""


def check_rows(rows: Sequence[ImportRow], today: date, progress: Progress | None = None) -> list[Checked]:
    """Every row checked by itself, against the others and against the register. Reads, writes nothing.

    progress is told (rows checked, rows in all) every five hundred rows.
    """
    places = _Places()
    checked = []
    for number, row in enumerate(rows, 1):
        checked.append(_check_row(row, places, today))
        if progress and number % _CHUNK == 0:
            progress(number, len(rows))
    _check_twins(checked)
    _check_register(checked)
    return checked


class _Places:
    """Organisations by name and by code, read once."""

    def __init__(self) -> None:
        rows = list(Organisation.objects.filter(is_active=True))
        self.by_text = {row.name: row for row in rows}
        self.by_text |= {row.code: row for row in rows if row.code}
        self.by_text |= {row.province_code + row.code: row for row in rows if row.code}


_DUTIES = {d.title: d for d in Duty if d != Duty.SYSTEM} | {d.value: d for d in Duty if d != Duty.SYSTEM}


def _check_row(row: ImportRow, places: _Places, today: date) -> Checked:
    checked = Checked(row, places.by_text.get(row.employer), _DUTIES.get(row.duty))
    found = checked.breaches
    found += name_breaches(row.name)
    found += _id_breaches(checked, today)
    found += phone_breaches(row.phone)
    found += _place_breaches(checked)
    return checked


def _id_breaches(checked: Checked, today: date) -> list[Breach]:
    row = checked.row
    if row.number_cell:
        return [
            Breach(
                "import.number",
                "GB 11643",
                "身份证号码是数字格式，Excel 已丢失末尾几位。",
                "请先把该列设为“文本”格式，再重新录入号码（或使用模板）。",
            )
        ]
    if not row.id_number:
        if checked.duty in TEACHERS:
            return [
                Breach(
                    "import.id_number",
                    "MG 4.7",
                    "骨干教师、参训教师须填写身份证号码。",
                    "请在名单中补填后重新上传。",
                )
            ]
        return []
    found = id_number_breaches(row.id_number, today)
    checked.id_number = parse_id_number(row.id_number)
    if checked.id_number:
        checked.index = blind_index(checked.id_number.reveal())
    return found


def _place_breaches(checked: Checked) -> list[Breach]:
    row, place = checked.row, checked.organisation
    found = []
    if place is None:
        says = f"没有单位“{row.employer[:40]}”。" if row.employer else "没有填写单位名称。"
        found.append(
            Breach("import.employer", "MG 24", says, "请按机构、院校名录填写全称；名录中没有的院校请先登记。")
        )
    if checked.duty is None:
        says = f"没有角色“{row.duty[:20]}”。" if row.duty else "没有填写角色。"
        found.append(
            Breach(
                "import.duty",
                "MG 24",
                says,
                f"可填：{'、'.join(d.title for d in Duty if d != Duty.SYSTEM)}。",
            )
        )
    elif place is not None:
        found += duty_breaches(checked.duty, place)
        if checked.duty in TEACHERS and OrganisationKind(place.kind) not in EMPLOYERS:
            found.append(Breach("person.employer", "TR 10", "所填单位不是技工院校。", "请从院校名录中选择。"))
    return found


def _check_twins(rows: Iterable[Checked]) -> None:
    """The same person twice in one file: both rows are named."""
    first: dict[Any, Checked] = {}
    for checked in rows:
        key = checked.index or (
            checked.staff_key if checked.organisation and not checked.row.id_number else None
        )
        if key is None:
            continue
        twin = first.setdefault(key, checked)
        if twin is not checked:
            checked.breaches.append(
                Breach(
                    "import.twin",
                    "MG 25.1",
                    f"与第 {twin.row.at} 行是同一人。",
                    "一人一号，请只保留一行；其他角色在发放后授予。",
                )
            )


def _check_register(rows: Sequence[Checked]) -> None:
    """Who is on record already."""
    known = _known_indexes([c.index for c in rows if c.index])
    held = _held_by_name([c for c in rows if c.organisation and not c.row.id_number])
    for checked in rows:
        if checked.index in known:
            name = known[checked.index]
            says = f"该身份证号码已有账号（登录名 {name}）。"
            checked.breaches.append(
                Breach("person.known", "MG 4.7", says, "请在“用户账号”中为该账号授予角色。")
            )
        elif checked.staff_key in held and not checked.row.id_number:
            says = f"{checked.row.employer}已有同名同角色的账号。"
            checked.breaches.append(
                Breach("import.known", "MG 25.1", says, "确为另一人的，请填写身份证号码。")
            )


def _known_indexes(indexes: list[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    people = Person.objects.unscoped("one ID number, one person")
    for start in range(0, len(indexes), _CHUNK):
        chunk = people.filter(id_number_index__in=indexes[start : start + _CHUNK])
        found |= {bytes(k): v for k, v in chunk.values_list("id_number_index", "account__sign_in_name")}
    return found


def _held_by_name(rows: list[Checked]) -> set[tuple[str, int, str]]:
    names = sorted({c.row.name for c in rows})
    found: set[tuple[str, int, str]] = set()
    for start in range(0, len(names), _CHUNK):
        held = Role.objects.filter(until=None, account__name__in=names[start : start + _CHUNK])
        found |= set(held.values_list("account__name", "organisation_id", "duty"))
    return found


def counts_by_duty(checked: Sequence[Checked]) -> list[tuple[str, int]]:
    """How many good rows per duty, for the preview."""
    counts = Counter(c.duty for c in checked if c.duty and not c.breaches)
    return [(duty.title, counts[duty]) for duty in Duty if counts[duty]]
