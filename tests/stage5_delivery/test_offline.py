"""A class without a connection: the pack it takes along, the workbook it brings back, a day typed in one go."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import call_roll, enter_rolls
from gongxue.stage5_delivery.exports.offline import roll_sheets_pdf, roll_workbook
from gongxue.stage5_delivery.models import AttendanceMark
from gongxue.stage5_delivery.queries import marks_at, rolls_of
from gongxue.stage5_delivery.roll_sheet import read_roll_sheet
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at
from tests.stage5_delivery.test_leave import approved

AtTime = Callable[[datetime], None]
FIRST_ROW = 4  # of the people, as Excel counts


@pytest.fixture
def running(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """The evening of the second day; nothing has been called."""
    c = class_at("started")
    at_time(evening(c))
    return c


def evening(c: ClassAt) -> datetime:
    """The second day at eight."""
    return at(c.tc.first_day + timedelta(days=1), 20)


def workbook(c: ClassAt, **cells: Any) -> bytes:
    """The workbook of the first two days, with some cells filled in: D4="到"."""
    days = [c.tc.first_day, c.tc.first_day + timedelta(days=1)]
    book = openpyxl.load_workbook(io.BytesIO(roll_workbook(c.tc, days, evening(c))))
    for place, value in cells.items():
        book.active[place] = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("考勤录入.xlsx", data)


def read(c: ClassAt, **cells: Any) -> Any:
    return read_roll_sheet(upload(workbook(c, **cells)), c.tc, evening(c).date())


def column(c: ClassAt, letter: str, *words: str) -> dict[str, str]:
    """Words for the first people of the first day."""
    return {f"{letter}{FIRST_ROW + n}": word for n, word in enumerate(words)}


def entered(c: ClassAt, **marks: str) -> int:
    """d0p1s2="late": day, period, seat."""
    named = {}
    for key, word in marks.items():
        day, period, seat = map(int, re.findall(r"\d+", key))
        named[f"{c.tc.first_day + timedelta(days=day)}/{period}/{seat}"] = word
    return enter_rolls(training_class=c.tc, marks=named, by=c.coordinator, now=evening(c))


def rule(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.breaches[0].rule


def test_the_pack_is_sheets_a_workbook_and_words_without_personal_numbers(
    running: ClassAt, signed_in: SignedIn
) -> None:
    answer = signed_in(running.coordinator).get(
        f"/classes/{running.tc.pk}/roll/pack.zip?days={running.tc.first_day}"
    )
    assert answer["Content-Type"] == "application/zip"
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    assert pack.namelist() == ["使用说明.txt", "点名表.pdf", "考勤录入.xlsx"]
    sheets = PdfReader(io.BytesIO(pack.read("点名表.pdf")))
    assert len(sheets.pages) == 2, "one day and the class list"
    first, last = (page.extract_text() for page in sheets.pages)
    book = openpyxl.load_workbook(io.BytesIO(pack.read("考勤录入.xlsx"))).active
    assert book is not None
    cells = {str(cell.value) for row in book.iter_rows() for cell in row if cell.value}
    text = first + last + pack.read("使用说明.txt").decode() + " ".join(cells)
    for one in running.attendees:
        person = one.application.person
        assert person.name in first and person.name in last and person.name in cells
        assert person.phone not in text
        assert person.id_number.reveal() not in text
    assert book.data_validations.dataValidation[0].formula1 == '"到,迟,退,假,旷"'


def test_every_period_of_every_chosen_day_is_on_paper(running: ClassAt) -> None:
    days = running.tc.days_list[:3]
    sheets = PdfReader(io.BytesIO(roll_sheets_pdf(running.tc, days, evening(running))))
    assert len(sheets.pages) == 4
    for page, day in zip(sheets.pages, days, strict=False):
        words = page.extract_text()
        assert f"{day.month}月{day.day}日" in words
        assert all(f"第{n}课时" in words for n in range(1, 9))
        assert words.count("旷") >= 8 * len(running.attendees)


def test_a_filled_workbook_says_its_marks(running: ClassAt) -> None:
    found = read(running, **column(running, "D", "到", "迟到", "旷", "√"), E4="假")
    first = running.tc.first_day
    assert found.marks == {
        f"{first}/1/1": "present", f"{first}/1/2": "late", f"{first}/1/3": "absent", f"{first}/1/4": "present",
        f"{first}/2/1": "leave",
    }  # fmt: skip
    assert (found.problems, found.clashes, found.known) == ([], [], 0)


@pytest.mark.parametrize(
    ("cells", "at_column", "says"),
    [
        ({"D4": "病假"}, "第1课时", "“病假”不能识别，只能填 到、迟、退、假、旷"),
        ({"D4": "到", "C4": "张冠"}, "姓名", "1 号是"),
        ({"D4": "到", "B4": 99}, "座号", "本班没有 99 号"),
        ({"D4": "到", "B4": "x"}, "座号", "本班没有 x 号"),
        ({"D4": "到", "A4": "昨天"}, "日期", "“昨天”不是日期"),
        ({"D4": "到", "A4": "2023-06-31"}, "日期", "不是日期"),
        ({"D4": "到", "A4": "2023-07-31"}, "第1课时", "课表中这时没有此人的课"),
        ({"D4": "到", "A4": "2023-06-16"}, "第1课时", "这一天还没有到"),
        ({"D4": "到", "A5": "2023-06-12", "B5": 1, "C5": None, "D5": "旷"}, "姓名", "不是"),
    ],
)
def test_what_cannot_be_read_is_named_in_its_place(
    running: ClassAt, cells: dict[str, Any], at_column: str, says: str
) -> None:
    found = read(running, **cells)
    assert [(one.at, one.column) for one in found.problems][-1][1] == at_column
    assert says in found.problems[-1].says
    assert len(found.marks) <= 1


def test_a_date_of_excel_is_a_date(running: ClassAt) -> None:
    found = read(running, D4="到", A4=datetime.combine(running.tc.first_day, datetime.min.time()))
    assert list(found.marks) == [f"{running.tc.first_day}/1/1"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"name,seat\n1,2", b"\x00" * 2000])
def test_what_is_no_workbook_is_refused_on_the_page(
    running: ClassAt, signed_in: SignedIn, data: bytes
) -> None:
    client = signed_in(running.coordinator)
    answer = client.post(f"/classes/{running.tc.pk}/roll/upload/", {"file": upload(data)})
    assert answer.status_code == 422
    assert "没有记入" in answer.content.decode()


def test_another_workbook_is_refused(running: ClassAt, signed_in: SignedIn) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "物品"
    made = io.BytesIO()
    book.save(made)
    client = signed_in(running.coordinator)
    answer = client.post(f"/classes/{running.tc.pk}/roll/upload/", {"file": upload(made.getvalue())})
    assert (answer.status_code, "没有找到表头" in answer.content.decode()) == (422, True)
    assert client.post(f"/classes/{running.tc.pk}/roll/upload/").status_code == 422


@pytest.mark.postgresql
def test_uploaded_looked_through_and_entered(running: ClassAt, signed_in: SignedIn) -> None:
    client, words = signed_in(running.coordinator), ("到", "到", "旷", "到")
    call_roll(
        training_class=running.tc, day=running.tc.first_day, period=2, by=running.staff, now=evening(running),
        presences={a.pk: "present" for a in running.attendees},
    )  # fmt: skip
    data = workbook(running, **column(running, "D", *words), **column(running, "E", "到", "旷", "到", "到"))
    page = client.post(f"/classes/{running.tc.pk}/roll/upload/", {"file": upload(data)}).content.decode()
    assert marks_at(running.tc, running.tc.first_day, 1) == {}, "looking writes nothing"
    assert "记入 4 条" in page
    assert "保留平台上的记录" in page
    rows = re.findall(r'name="rows" value="([^"]*)"', page)[0].replace("&quot;", '"')
    answer = client.post(f"/classes/{running.tc.pk}/roll/enter/", {"rows": rows, "once": "a" * 32})
    assert answer["Location"] == f"/classes/{running.tc.pk}/roll/offline/"
    assert list(marks_at(running.tc, running.tc.first_day, 1).values()).count("absent") == 1
    assert set(marks_at(running.tc, running.tc.first_day, 2).values()) == {"present"}, (
        "nothing is overwritten"
    )
    sources = AttendanceMark.objects.inside(training_class=running.tc, period=1).values_list(
        "source", flat=True
    )
    assert set(sources) == {"sheet"}
    event = Event.objects.unscoped("test").get(code="delivery.enter_rolls")
    assert event.changes == {f"{running.tc.first_day} 第1课时": [None, "4 人，3 号 absent"]}
    again = client.post(f"/classes/{running.tc.pk}/roll/upload/", {"file": upload(data)}).content.decode()
    assert "没有新的考勤可以记入" in again


@pytest.mark.postgresql
def test_what_was_marked_since_the_look_is_shown_and_stays(running: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(running.coordinator)
    first = running.tc.first_day
    rows = json.dumps({f"{first}/1/{n}": "present" for n in range(1, 5)})
    entered(running, d0p1s2="absent")
    answer = client.post(f"/classes/{running.tc.pk}/roll/enter/", {"rows": rows})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "2 号现为旷课" in page
    assert "记入 3 条" in page
    left = re.findall(r'name="rows" value="([^"]*)"', page)[0].replace("&quot;", '"')
    assert client.post(f"/classes/{running.tc.pk}/roll/enter/", {"rows": left}).status_code == 302
    assert sorted(marks_at(running.tc, first, 1).values()) == ["absent", "present", "present", "present"]


@pytest.mark.parametrize(
    "rows", ["", "{", "[]", "7", '{"a": 1}', '{"a/b/c": "present"}', "null", '{"2023-06-12/1/1": "x"}']
)
def test_a_preview_that_was_tampered_with_is_refused(
    running: ClassAt, signed_in: SignedIn, rows: str
) -> None:
    answer = signed_in(running.coordinator).post(f"/classes/{running.tc.pk}/roll/enter/", {"rows": rows})
    assert answer.status_code == 422
    assert not AttendanceMark.objects.inside(training_class=running.tc).exists()


@pytest.mark.parametrize(
    ("marks", "refused"),
    [
        ({}, "rolls.nothing"),
        ({"d0p1s1": "asleep"}, "roll.presence"),
        ({"d0p12s1": "present"}, "roll.period"),
        ({"d3p1s1": "present"}, "roll.future"),
        ({"d0p1s77": "present"}, "roll.people"),
    ],
)
def test_rolls_are_refused_whole(running: ClassAt, marks: dict[str, str], refused: str) -> None:
    assert rule(lambda: entered(running, **marks, **({"d0p2s1": "present"} if marks else {}))) == refused
    assert not AttendanceMark.objects.inside(training_class=running.tc).exists()


def test_leave_that_was_approved_is_known_again(running: ClassAt) -> None:
    approved(running, 1)
    entered(running, d1p1s1="leave", d1p1s2="leave")
    rows = AttendanceMark.objects.inside(training_class=running.tc).order_by("attendee__application__seat")
    assert list(rows.values_list("source", flat=True)) == ["leave", "sheet"]


def test_other_classes_and_roles_have_no_part_in_it(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    marks = {f"{mine.tc.first_day}/1/1": "present"}
    with pytest.raises(NotThere):
        enter_rolls(training_class=mine.tc, marks=marks, by=theirs.coordinator, now=evening(mine))
    for by in (mine.trainees[0], mine.instructors[0], mine.certificate_officer, mine.province):
        with pytest.raises(NotAllowed):
            enter_rolls(training_class=mine.tc, marks=marks, by=by, now=evening(mine))
    for page in ("offline/", "pack.zip", f"day/?day={mine.tc.first_day}"):
        assert signed_in(theirs.coordinator).get(f"/classes/{mine.tc.pk}/roll/{page}").status_code == 404
        assert signed_in(mine.trainees[0]).get(f"/classes/{mine.tc.pk}/roll/{page}").status_code == 403


@pytest.mark.postgresql
def test_a_day_is_typed_in_one_grid(running: ClassAt, signed_in: SignedIn) -> None:
    client, first = signed_in(running.coordinator), running.tc.first_day
    entered(running, d0p1s1="late")
    where = f"/classes/{running.tc.pk}/roll/"
    page = client.get(f"{where}day/?day={first}").content.decode()
    assert page.count("<select") == 4 * 8 - 1
    assert page.count('name="periods"') == page.count("checked") == 8
    form = dict.fromkeys(re.findall(r'<select name="([^"]+)"', page), "present")
    form[f"marks.{first}/3/2"] = "absent"
    ticked = [f"{first}/{n}" for n in (1, 2, 3)]
    answer = client.post(f"{where}enter/", {**form, "grid": str(first), "periods": ticked})
    assert answer.status_code == 302
    assert rolls_of([running.tc])[running.tc.pk].called == 3
    assert list(marks_at(running.tc, first, 3).values()).count("absent") == 1
    assert marks_at(running.tc, first, 4) == {}, "it was not ticked"
    refused = client.post(f"{where}enter/", {**form, "grid": str(first)})
    assert (refused.status_code, "没有要补录的考勤" in refused.content.decode()) == (422, True)


def test_without_a_day_the_grid_opens_at_the_first_that_waits(running: ClassAt, signed_in: SignedIn) -> None:
    entered(running, **{f"d0p{n}s{seat}": "present" for n in range(1, 9) for seat in range(1, 5)})
    page = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/roll/day/").content.decode()
    assert "<h1>2023年6月13日</h1>" in page


def test_a_grid_that_clashes_stands_as_it_was_typed(running: ClassAt, signed_in: SignedIn) -> None:
    client, first = signed_in(running.coordinator), running.tc.first_day
    form = {f"marks.{first}/1/{n}": "leave" for n in range(1, 5)} | {
        "grid": str(first),
        "periods": f"{first}/1",
    }
    entered(running, d0p1s4="absent")
    answer = client.post(f"/classes/{running.tc.pk}/roll/enter/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "4 号现为旷课" in page
    assert page.count('<option value="leave" title="请假" selected>') == 3
    del form[f"marks.{first}/1/4"]
    assert client.post(f"/classes/{running.tc.pk}/roll/enter/", form).status_code == 302


@pytest.mark.parametrize("day", ["", "x", "2023-01-01", "2023-06-31", "１"])
def test_a_day_without_lessons_does_not_exist(running: ClassAt, signed_in: SignedIn, day: str) -> None:
    assert (
        signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/roll/day/?day={day}").status_code == 404
    )


@pytest.mark.parametrize("headcount", [1, 3])
def test_the_pages_ask_a_fixed_number_of_times(
    class_at: ClassAtFixture, signed_in: SignedIn, headcount: int
) -> None:
    c = class_at("taught", headcount=headcount)
    client = signed_in(c.coordinator)
    client.get("/desk/")
    taken = {
        page: _queries(client, f"/classes/{c.tc.pk}/roll/{page}")
        for page in ("offline/", f"day/?day={c.tc.first_day}", "pack.zip")
    }
    assert list(taken.values()) == [10, 12, 11]


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.postgresql
def test_two_who_enter_at_once_enter_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    marks = {f"{c.tc.first_day}/1/{n}": "present" for n in range(1, 5)}
    other = marks | {f"{c.tc.first_day}/1/1": "absent"}

    def enter(which: dict[str, str]) -> int:
        return enter_rolls(training_class=c.tc, marks=which, by=c.coordinator, now=evening(c))

    same = race(lambda: enter(marks), lambda: enter(marks))
    assert sorted(same) == [0, 4]
    assert rule(lambda: enter(other)) == "page.changed"
    with pytest.raises(Conflict):
        enter(other)


def test_the_same_pack_is_made_of_the_same_bytes(running: ClassAt) -> None:
    days = [date(2023, 6, 12)]
    assert roll_workbook(running.tc, days, evening(running)) == roll_workbook(
        running.tc, days, evening(running)
    )


def test_the_office_says_which_lessons_are_past_and_not_called(running: ClassAt, signed_in: SignedIn) -> None:
    entered(running, **{f"d0p{n}s{seat}": "present" for n in range(1, 7) for seat in range(1, 5)})
    page = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/office/").content.decode()
    first = running.tc.first_day
    assert f"?day={first}" in page
    assert "6月12日 2 课时" in page
    assert "6月13日 8 课时" in page
    assert "6月14日" not in page
    assert f'data-kept="{running.coordinator.account_id}"' in page
    assert (
        "data-kept"
        not in signed_in(running.province).get(f"/classes/{running.tc.pk}/office/").content.decode()
    )
