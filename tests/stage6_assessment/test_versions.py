"""Versions of form 5: what changed, who has received which, as PDF (signed), Word and Excel."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import docx
import pytest
from pypdf import PdfReader

from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.stage6_assessment.actions import countersign_correction, receive_transcript, request_correction
from gongxue.stage6_assessment.exports import TITLE, transcript_data
from gongxue.stage6_assessment.exports.as_word import HEADS, transcript_word
from gongxue.stage6_assessment.queries.versions import versions_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]


@pytest.fixture
def corrected(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Confirmed, received by the province, corrected the day after."""
    c = class_at("confirmed", headcount=2, fates=("final_failed",))
    at_time(c.now)
    receive_transcript(training_class=c.tc, number=1, by=c.province, now=c.now)
    later = c.now + timedelta(days=1)
    asked = request_correction(
        attendee=c.attendees[0], part="final", new="66.5", reason="登分有误", by=c.staff, now=later
    )
    countersign_correction(correction=asked, seen=1, by=c.province, now=later)
    return c


def test_a_correction_makes_a_version_that_says_what_changed(corrected: ClassAt, signed_in: SignedIn) -> None:
    first, second = versions_of(corrected.tc)
    old = transcript_data(corrected.tc, first).rows[0].final
    new = transcript_data(corrected.tc, second).rows[0].final
    assert first.note == "" and str(new) == "66.50" and old is not None and old < 60
    assert second.change == f"1 号 {corrected.attendees[0]} 终结性考核 {old:.2f} → 66.50"
    assert [r.organisation_id for r in first.receipts] == [
        corrected.province.organisation_id
    ] and second.receipts == []
    page = signed_in(corrected.staff).get(f"/classes/{corrected.tc.pk}/transcript/").content.decode()
    assert second.change in page and corrected.province.organisation.name in page and "尚未签收" in page


def test_the_latest_version_is_received_once_by_each_office(corrected: ClassAt) -> None:
    c = corrected
    with pytest.raises(Conflict):
        receive_transcript(training_class=c.tc, number=1, by=c.people.centre, now=c.now)
    for role in (c.people.centre, c.province):
        receive_transcript(training_class=c.tc, number=2, by=role, now=c.now)
    with pytest.raises(RuleBroken, match="已签收"):
        receive_transcript(training_class=c.tc, number=2, by=c.province, now=c.now)


def test_word_has_every_field_of_the_annex_and_thirty_rows(corrected: ClassAt) -> None:
    (version, _), sheet = versions_of(corrected.tc), transcript_data(corrected.tc)
    book = docx.Document(io.BytesIO(transcript_word(corrected.tc)))
    words = [p.text for p in book.paragraphs]
    assert words[:5] == ["附件 5", TITLE, *sheet.header]
    (table,) = book.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[1] == list(HEADS) and rows[0][6:8] == ["成绩", "成绩"] and len(rows) == 32
    line = sheet.rows[0]
    assert rows[2] == [
        "1", line.name, line.sex, line.id_number, line.employer, line.phone, f"{line.process:.2f}", "66.50",
        line.certificate_number,
    ]  # fmt: skip
    assert [row[0] for row in rows[2:]] == [str(n) for n in range(1, 31)]
    assert transcript_word(corrected.tc, version) == transcript_word(corrected.tc, version)


def test_the_pdf_of_a_confirmed_version_is_signed_and_every_version_stays(
    corrected: ClassAt, signed_in: SignedIn
) -> None:
    client, where = signed_in(corrected.province), f"/classes/{corrected.tc.pk}/transcript.pdf"
    for query, said in (("", "66.50"), ("?version=2", "第2版"), ("?version=1", "")):
        reader = PdfReader(io.BytesIO(client.get(where + query).content))
        (field,) = (reader.get_fields() or {}).values()
        assert field["/FT"] == "/Sig" and "ETSI.CAdES.detached" in str(field["/V"]["/SubFilter"])
        text = "".join(reader.pages[0].extract_text().split())
        assert said in text and ("66.50" in text) == (query != "?version=1")
    assert client.get(f"{where}?version=3").status_code == 404
