"""The national list searched, as a month, as files: always the same classes (TR 7)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.national import day_asked, month_asked, month_end
from tests.cast import ClassAtFixture, ClassesAtFixture, Plan, at
from tests.stage1_planning.test_national_list import ROW, published_beside
from tests.still_clock import StillClock

HERE = "/national/"


@pytest.fixture(autouse=True)
def today(still_clock: StillClock) -> Iterator[None]:
    still_clock.set(at(date(2022, 11, 20)))
    yield


@pytest.fixture
def three(classes_at: ClassesAtFixture) -> None:
    """常州 in March, 北京工贸 in April, 邢台 in June."""
    classes_at(
        Plan("published"),
        Plan("published", "017", "1", "信息类", date(2023, 3, 6)),
        Plan("published", "001", "2", "机械类", date(2023, 4, 3)),
    )


QUERIES: list[tuple[str, list[str]]] = [
    ("", ["017", "001", "009"]), ("words=邢台", ["009"]), ("words=017", ["017"]), ("words=技师学院 机械", ["001", "009"]),
    ("words=不存在", []), ("from=2023-04-01", ["001", "009"]), ("to=2023-04-03", ["017", "001"]),
    ("from=2023-03-07&to=2023-04-02", []), ("month=2023-04", ["001"]), ("month=2023-05", []),
    ("category=01&from=2023-05-01", ["009"]), ("from=2023-02-30", ["017", "001", "009"]),
    ("month=2023-13", ["017", "001", "009"]), ("from=9999-12-31", ["017", "001", "009"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "codes"), QUERIES)
def test_page_and_files_say_the_same(three: None, query: str, codes: list[str]) -> None:
    page = Client().get(f"{HERE}?{query}").content.decode()
    assert page.count(ROW) == len(codes)
    data = Client().get(f"{HERE}?as=list.json&{query}").json()
    assert [line["institution_code"] for line in data["lines"]] == codes
    assert data["count"] == len(codes)
    sheet = openpyxl.load_workbook(
        io.BytesIO(Client().get(f"{HERE}?as=list.xlsx&{query}").content)
    ).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True)] == codes, "leading zeros survive"
    feed: Any = Calendar.from_ical(Client().get(f"{HERE}?as=list.ics&{query}").content)
    events = feed.walk("VEVENT")
    assert len(events) == len(codes)
    for event, line in zip(events, data["lines"], strict=True):
        assert event.decoded("dtstart") == date.fromisoformat(line["first_day"])
        assert event.decoded("dtend") == date.fromisoformat(line["last_day"]) + timedelta(days=1)
        assert line["institution"] in str(event["summary"])
        assert str(event["uid"]) == f"class-{line['class']}@gongxue"


@pytest.mark.parametrize("form", ["list.exe", "list", "x.ics"])
def test_there_are_no_other_files(books: object, form: str) -> None:
    assert Client().get(f"{HERE}{form}").status_code == 404


def test_the_month_shows_what_begins_and_how_many_are_under_way(three: None) -> None:
    page = Client().get(f"{HERE}?view=month&month=2023-06").content.decode()
    assert "2023年6月" in page
    assert "1 个班次开班" in page
    assert page.count("邢台技师学院") == 1
    assert page.count("在培 1 班") == 7, "on each of its days"
    assert "month=2023-05" in page
    assert "month=2023-07" in page
    empty = Client().get(f"{HERE}?view=month&month=2023-06&province=32").content.decode()
    assert "本月没有符合条件的班次开班" in empty


def test_a_full_day_counts_what_it_does_not_show(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    fields = [f.attname for f in TrainingClass._meta.concrete_fields if f.name != "id"]
    TrainingClass.objects.bulk_create(
        TrainingClass(**{name: getattr(c.tc, name) for name in fields}) for _ in range(5)
    )
    page = Client().get(f"{HERE}?view=month&month=2023-06").content.decode()
    assert page.count("邢台技师学院") == 4
    assert "另 2 个" in page
    where = re.search(r'href="(\?[^"]*)">另 2 个', page)
    assert where
    assert Client().get(HERE + where[1].replace("&amp;", "&")).content.decode().count(ROW) == 6


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("where", "queries"),
    [("?view=month&month=2023-06", 2), ("?as=list.json", 1), ("?as=list.xlsx", 1), ("?as=list.ics", 1)],
)
def test_one_query_for_the_classes_whatever_their_number(
    class_at: ClassAtFixture, where: str, queries: int, rows: int
) -> None:
    published_beside(class_at("published"), rows - 1)
    client = Client()
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{HERE}{where}").status_code == 200
    assert len(captured) == queries


@pytest.mark.parametrize(
    ("text", "day"), [("2023-06-12", date(2023, 6, 12)), ("2023-6-12", None), ("20230612", None), ("", None), ("1999-12-31", None)]
)  # fmt: skip
def test_a_day_is_written_in_one_way(text: str, day: date | None) -> None:
    assert day_asked(text) == day


@pytest.mark.parametrize(
    ("text", "last"), [("2023-02", 28), ("2024-02", 29), ("2023-12", 31), ("2023-04", 30)]
)
def test_a_month_ends_on_its_last_day(text: str, last: int) -> None:
    first = month_asked(text)
    assert first
    assert month_end(first) == first.replace(day=last)


# Editions ---------------------------------------------------------------------------------------------------------


def test_an_edition_is_open_to_everybody_as_page_and_file(three: None) -> None:
    listing = Client().get("/national/editions/").content.decode()
    numbers = re.findall(r'href="(/national/editions/\d+/)"', listing)
    assert len(numbers) == 3
    for where in numbers:
        page = Client().get(where).content.decode()
        assert "完整清单" in page
        data = Client().get(f"{where}?as=list.json").json()
        assert len(data["lines"]) == data["number"]
        changes = Client().get(f"{where}?as=changes.json").json()
        assert [change["kind"] for change in changes["changes"]] == ["added"]
        for form in ("list.xlsx", "changes.xlsx"):
            made = openpyxl.load_workbook(io.BytesIO(Client().get(f"{where}?as={form}").content))
            assert made.worksheets[0].max_row >= 3
        assert Client().get(f"{where}?as=list.pdf").status_code == 404
    assert Client().get("/national/editions/987654/").status_code == 404


def test_any_two_editions_are_compared(three: None) -> None:
    newest = re.findall(
        r'href="(/national/editions/\d+/)"', Client().get("/national/editions/").content.decode()
    )[0]
    data = Client().get(f"{newest}?as=changes.json&against=1").json()
    assert (data["from"], data["to"], len(data["changes"])) == (1, 3, 2)
    page = Client().get(f"{newest}?against=1").content.decode()
    assert "与第 1 期相比的变更" in page
    for odd in ("0", "99", "x", "-1", ""):
        assert Client().get(f"{newest}?against={odd}").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_an_edition_takes_the_same_number_of_queries(class_at: ClassAtFixture, rows: int) -> None:
    published_beside(class_at("published"), rows - 1)
    client = Client()
    where = re.findall(
        r'href="(/national/editions/\d+/)"', client.get("/national/editions/").content.decode()
    )[0]
    with CaptureQueriesContext(connection) as captured:
        assert client.get(where).status_code == 200
    assert len(captured) == 3
