"""Notes on days of the timetable: rest, a visit, why a day is long; written, filed, moved, printed (TR 9, AMB-04)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from gongxue.stage3_programme.actions import (
    change_programme,
    confirm_programme,
    dates_moved,
    drop_change,
    file_change,
)
from gongxue.stage3_programme.comparing import compare
from gongxue.stage3_programme.copying import arrive, carried
from gongxue.stage3_programme.exports import draft_paper, pdf
from gongxue.stage3_programme.queries import filed_version, moved_by, sessions_of, snapshot, written_sessions
from gongxue.stage3_programme.queries.review import review_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage3_programme.test_groups import act, programme, refused, rows, rules, write

SUNDAY = 6


def note(c: ClassAt, text: str, day: int = 0) -> None:
    write(c, arrangement={"notes": {**programme(c).notes, c.tc.days_list[day].isoformat(): text}})


def evening(c: ClassAt) -> list[dict[str, Any]]:
    """A ninth period on the first day."""
    return [*rows(c), {**rows(c)[0], "period": 9}]


@pytest.mark.postgresql
def test_a_note_is_a_version_and_the_same_again_is_none(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    before = programme(c).version
    note(c, "  参观企业 ")
    assert programme(c).notes == {c.tc.first_day.isoformat(): "参观企业"}
    version = programme(c).version
    assert version == before + 1
    note(c, "参观企业")
    assert programme(c).version == version
    note(c, " ")
    assert programme(c).notes == {}


def test_what_is_no_note_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    assert refused(c, arrangement={"notes": {"明天": "休息"}}) == ["note.day"]
    after = (c.tc.last_day + timedelta(days=1)).isoformat()
    assert refused(c, arrangement={"notes": {after: "休息"}}) == ["note.day"]
    assert refused(c, arrangement={"notes": {c.tc.first_day.isoformat(): "长" * 61}}) == ["note.long"]


def test_a_long_day_needs_its_reason(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    write(c, sessions=evening(c))
    assert "timetable.long_day" in rules(c)
    note(c, "晚间到企业调研")
    assert "timetable.long_day" not in rules(c)
    assert refused(c, sessions=[{**rows(c)[0], "period": 13}]) == ["timetable.period"]


@pytest.mark.postgresql
def test_a_note_alone_is_filed_without_the_province_and_told(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    row = programme(c)
    change_programme(programme=row, seen=row.version, reason="安排参观", by=c.staff, now=c.now)
    note(c, "下午参观企业", 2)
    (moved,) = moved_by(programme(c), written_sessions(programme(c)), c.now.date())
    assert (moved.kind, moved.material, moved.told) == ("note", False, True)
    assert moved.says == "6月14日的备注由“无”改为“下午参观企业”。"
    for by in c.instructors:
        act(c, confirm_programme, by)
    filed = act(c, file_change, c.staff)
    assert filed.content["notes"] == {c.tc.days_list[2].isoformat(): "下午参观企业"}


def test_a_change_that_is_dropped_leaves_the_filed_notes(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    note(c, "休息", 6)
    c.drive_to("filed")
    row = programme(c)
    change_programme(programme=row, seen=row.version, reason="安排参观", by=c.staff, now=c.now)
    note(c, "参观", 6)
    act(c, drop_change, c.staff)
    filed = filed_version(c.tc)
    assert filed is not None
    assert programme(c).notes == filed.content["notes"] == {c.tc.days_list[6].isoformat(): "休息"}


def test_notes_move_with_the_dates(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    note(c, "参观企业", 1)
    old = c.tc.first_day
    c.tc.first_day, c.tc.last_day = old + timedelta(days=7), c.tc.last_day + timedelta(days=7)
    c.tc.save()
    dates_moved(c.tc, old, c.staff, c.now)
    assert programme(c).notes == {(old + timedelta(days=8)).isoformat(): "参观企业"}


def test_papers_pages_and_versions_show_notes(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("drafted")
    before = snapshot(programme(c), sessions_of(c.tc))
    last = [row for row in rows(c) if row["day"] != c.tc.days_list[3]]
    write(c, sessions=[*last, {**last[0], "period": 9}])
    note(c, "晚间到企业调研")
    note(c, "组织参观", 3)
    after = snapshot(programme(c), sessions_of(c.tc))
    assert [(old, new) for _, old, new in compare(before, after).notes] == [
        ("", "晚间到企业调研"),
        ("", "组织参观"),
    ]
    assert "课表备注" in compare(before, after).places
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/?view=read").content.decode()
    assert '<td colspan="9" class="dim" data-label="全天">组织参观</td>' in page
    assert "晚间到企业调研</small>" in page
    made = draft_paper(programme(c))
    assert (made.columns, made.days[3]["note"], made.days[0]["note"]) == (9, "组织参观", "晚间到企业调研")
    text = "".join("".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf(made))).pages)
    assert "组织参观" in text
    assert "晚间到企业调研" in text
    data = json.loads(signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/").context["timetable"])
    assert data["notes"] == programme(c).notes
    assert "没有安排" not in page


def test_the_province_reviews_notes_with_the_timetable(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    row = programme(c)
    change_programme(programme=row, seen=row.version, reason="安排参观", by=c.staff, now=c.now)
    note(c, "下午参观企业", 2)
    review = review_of(programme(c))
    assert [part.place for part in review.parts if part.changed] == ["timetable"]


def test_notes_of_teaching_days_are_copied_to_the_same_lesson_day() -> None:
    from datetime import date

    from gongxue.regulations.levels import Level

    cell = {"kind": "course", "module": "3-1", "topic": "", "teacher": "", "room": "", "period": 1}
    content = {
        "sections": {}, "final_mode": "lesson",
        "sessions": [{**cell, "day": "2023-06-12"}, {**cell, "day": "2023-06-14"}],
        "notes": {"2023-06-13": "休息", "2023-06-14": "参观"},
    }  # fmt: skip
    held = carried(content, [])
    assert held["notes"] == {"1": "参观"}
    come = arrive(held, Level.THREE, [date(2024, 3, d) for d in (4, 5, 6)], 3, {})
    assert come.day_notes == {"2024-03-05": "参观"}
