"""Name cards, table cards, sign-in sheets and the roster as PDF/A, read back."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import pikepdf
import pytest
from pypdf import PdfReader

from gongxue.regulations.calendar import said
from gongxue.stage5_delivery.actions import assign_groups, name_groups
from gongxue.stage5_delivery.exports.papers import PAPERS, people_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]


def pages(data: bytes) -> list[str]:
    """The text of every page without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def made(c: ClassAt, paper: str, **choices: str) -> bytes:
    """A paper of the class as it stands."""
    return PAPERS[paper].make(c.tc, choices, c.now)


def grouped(c: ClassAt) -> None:
    """Two groups, the first with a name."""
    groups = {a.pk: i // 2 + 1 for i, a in enumerate(c.attendees)}
    assign_groups(training_class=c.tc, groups=groups, by=c.coordinator, now=c.now)
    name_groups(training_class=c.tc, names={1: "求实组"}, leaders={}, by=c.coordinator, now=c.now)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_archival_and_the_same_bytes_twice(class_at: ClassAtFixture, paper: str) -> None:
    c = class_at("started")
    data = made(c, paper)
    assert data == made(c, paper)
    with pikepdf.open(io.BytesIO(data)) as document:
        meta = document.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "U")
        box = document.pages[0].MediaBox
        assert [round(float(x) / 72 * 25.4) for x in box[2:]] == [210, 297]


def test_a_name_card_says_who_somebody_is_and_where_they_sit(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    grouped(c)
    (text,) = pages(made(c, "name-cards"))
    for a in c.attendees:
        assert a.application.person.name in text and a.application.employer.name in text
    assert text.count(f"工学一体化{c.tc.level_title}教师培训") == 4
    assert "1号求实组" in text and "3号第2组" in text and "授课骨干教师" not in text
    (whole,) = pages(made(c, "name-cards", team="on"))
    assert whole.count("授课骨干教师") == 2 and whole.count("班务管理教师") == 1


def test_a_table_card_says_the_name_on_both_sides(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    found = pages(made(c, "table-cards"))
    assert len(found) == 2
    for i, a in enumerate(c.attendees):
        assert found[i // 2].count(a.application.employer.name) >= 2
        assert found[i // 2].count(a.application.person.name) == 2


def test_a_sign_in_sheet_has_a_page_a_day_and_a_column_a_period(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    found = pages(made(c, "sign-in"))
    assert len(found) == c.tc.days == 7
    for day, text in zip(c.tc.days_list, found, strict=True):
        assert said(day) in text and all(f"第{n}课时" in text for n in range(1, 9))
        assert all(a.application.person.name in text for a in c.attendees)
    assert "（星期一）" in found[0] and "（星期日）" in found[6]
    (one,) = pages(made(c, "sign-in", day=str(c.tc.days_list[2]), halves="on"))
    assert said(c.tc.days_list[2]) in one and "上午" in one and "下午" in one and "第1课时" not in one
    (none,) = pages(made(c, "sign-in", day="2001-01-01"))
    assert "没有可打印的签到日期" in none


def test_the_roster_names_the_class_without_numbers(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    grouped(c)
    (text,) = pages(made(c, "roster"))
    for a in c.attendees:
        person = a.application.person
        assert person.name in text and a.application.employer.name in text
        assert person.phone not in text and person.phone[-4:] not in text
        assert person.id_number.reveal() not in text
    assert "学员4人" in text and "求实组" in text and c.tc.institution.name in text


def test_thirty_people_fit_a_page_and_cards_take_three(class_at: ClassAtFixture) -> None:
    c = class_at("started", headcount=30)
    assert len(people_of(c.tc)) == 30
    assert [len(pages(made(c, paper))) for paper in ("roster", "name-cards", "table-cards")] == [1, 3, 15]
    assert len(pages(made(c, "sign-in", day=str(c.tc.first_day)))) == 1


def test_papers_can_be_printed_before_the_class_begins(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    assert "1号" in pages(made(c, "name-cards"))[0]


def test_a_paper_is_fetched_by_whoever_reads_the_office(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    for paper in PAPERS:
        answer = signed_in(c.coordinator).get(f"/classes/{c.tc.pk}/office/printing/{paper}.pdf?team=on")
        assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
        assert "attachment" in answer["Content-Disposition"]
        assert (
            signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/office/printing/{paper}.pdf").status_code == 403
        )
    assert signed_in(c.staff).get(f"/classes/{c.tc.pk}/office/printing/diploma.pdf").status_code == 404


def test_a_character_that_no_font_has_is_named(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    account = c.attendees[0].application.person.account
    account.name = "王\U0001f600"
    account.save(update_fields=["name"])
    client = signed_in(c.staff)
    answer = client.get(f"/classes/{c.tc.pk}/office/printing/roster.pdf", follow=True)
    assert answer.request["PATH_INFO"].endswith("/office/printing/") and "U+1F600" in answer.content.decode()
