"""Periods taught to groups in parallel: written, checked, filed, changed, printed, copied (TR 9, TR 11)."""

from __future__ import annotations

import io
import json
from typing import Any

import docx
import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.stage3_programme.actions import (
    change_programme,
    confirm_programme,
    copy_programme,
    edit_programme,
    file_programme,
    submit_programme,
)
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.checks import programme_findings
from gongxue.stage3_programme.comparing import compare
from gongxue.stage3_programme.exports import draft_paper, pdf, word
from gongxue.stage3_programme.models import Programme, ProgrammeVersion
from gongxue.stage3_programme.queries import (
    filed_version,
    module_periods,
    moved_by,
    programme_of,
    sessions_of,
    snapshot,
    written_sessions,
)
from gongxue.stage3_programme.timetable import periods_of, rows_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

TWO: Any = {"groups": 2}


def programme(c: ClassAt) -> Programme:
    row = programme_of(c.tc)
    assert row is not None
    row.training_class = c.tc
    return row


def rows(c: ClassAt) -> list[dict[str, Any]]:
    return [
        {
            "day": s.day, "period": s.period, "kind": s.kind, "module": s.module, "topic": s.topic,
            "teacher": s.teacher_id, "room": s.room, "group": s.group,
        }
        for s in written_sessions(programme(c))
    ]  # fmt: skip


def write(c: ClassAt, **inputs: Any) -> Programme:
    row: Programme = edit_programme(
        training_class=c.tc, seen=programme(c).version, by=c.staff, now=c.now, **inputs
    )
    return row


def people(c: ClassAt) -> list[int]:
    """The two instructors."""
    return list(dict.fromkeys(s.teacher_id for s in sessions_of(c.tc) if s.teacher_id))


def divided(c: ClassAt, periods: int = 4) -> list[dict[str, Any]]:
    """The first periods of the first day for two groups: two teachers, two rooms."""
    one, other = people(c)
    found = []
    for row in rows(c):
        if row["day"] == c.tc.first_day and row["period"] <= periods:
            found.append({**row, "group": 1, "teacher": one, "room": "A101"})
            found.append({**row, "group": 2, "teacher": other, "room": "A102"})
        else:
            found.append(row)
    return found


def act(c: ClassAt, function: Any, by: Role) -> Any:
    return function(programme=programme(c), seen=programme(c).version, by=by, now=c.now)


def rules(c: ClassAt) -> set[str]:
    return {f.breach.rule for f in programme_findings(programme(c), written_sessions(programme(c)))}


def refused(c: ClassAt, **inputs: Any) -> list[str]:
    with pytest.raises(RuleBroken) as caught:
        write(c, **inputs)
    return [b.rule for b in caught.value.breaches]


@pytest.mark.postgresql
def test_two_groups_are_taught_at_once_and_count_once(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    before = rules(c)
    row = write(c, sessions=divided(c), arrangement=TWO)
    assert (row.groups, len(sessions_of(c.tc))) == (2, 60)
    assert str(sessions_of(c.tc)[0]).startswith(f"{c.tc.first_day} 第1课时 第1组")
    assert rules(c) == before, "nothing more to say"
    content = snapshot(programme(c), sessions_of(c.tc))
    assert periods_of(content) == {1: 56, 2: 56}
    version = row.version
    assert write(c, sessions=rows(c)[::-1], arrangement=TWO).version == version


@pytest.mark.postgresql
def test_what_no_timetable_can_be_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    both = [*rows(c), {**rows(c)[0], "group": 1}]
    assert refused(c, sessions=both, arrangement=TWO) == ["timetable.twice"]
    assert refused(c, sessions=[*divided(c), divided(c)[0]], arrangement=TWO) == ["timetable.twice"]
    assert refused(c, sessions=divided(c)) == ["timetable.groups"], "the programme is not divided"
    assert refused(c, arrangement={"groups": 9}) == ["timetable.groups"]
    write(c, sessions=divided(c), arrangement=TWO)
    assert refused(c, arrangement={"groups": 1}) == ["timetable.groups"], "lessons of a group stand there"
    with pytest.raises(IntegrityError), transaction.atomic():
        held = sessions_of(c.tc)[0]
        held.pk = None
        held.save()


def test_one_teacher_for_two_groups_is_found(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    same = [{**row, "teacher": people(c)[0] if row["group"] else row["teacher"]} for row in divided(c)]
    write(c, sessions=same, arrangement=TWO)
    assert "timetable.two_groups" in rules(c)


def test_hours_are_the_least_of_the_groups(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    planned = module_periods(c.tc)
    write(
        c,
        sessions=[row for row in divided(c) if not (row["group"] == 2 and row["period"] == 1)],
        arrangement=TWO,
    )
    assert "timetable.uneven" in rules(c)
    module = next(s.module for s in sessions_of(c.tc))
    assert module_periods(c.tc) == planned | {module: planned[module] - 1}


def test_what_was_filed_without_groups_reads_as_before(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    filed = filed_version(c.tc)
    assert filed is not None
    assert "groups" not in filed.content
    assert not any("group" in one for one in filed.content["sessions"])
    assert snapshot(programme(c), sessions_of(c.tc))["sessions"] == filed.content["sessions"]


@pytest.mark.postgresql
def test_a_filed_timetable_is_divided_by_a_change(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    row = programme(c)
    change_programme(programme=row, seen=row.version, reason="分组实训", by=c.staff, now=c.now)
    write(c, sessions=divided(c), arrangement=TWO)
    moved = moved_by(programme(c), written_sessions(programme(c)), c.now.date())
    says = [one.says for one in moved if one.kind == "modules"]
    assert len(says) == 1
    assert "改为" in says[0]
    assert "第1组" in says[0].split("改为")[1]
    assert "第2组" in says[0].split("改为")[1]
    for by in c.instructors:
        act(c, confirm_programme, by)
    assert {s.group for s in sessions_of(c.tc)} == {0}, "in force is what was filed"
    act(c, submit_programme, c.staff)
    act(c, file_programme, c.province)
    assert {s.group for s in sessions_of(c.tc)} == {0, 1, 2}
    filed = filed_version(c.tc)
    assert filed is not None
    assert periods_of(filed.content) == {1: 56, 2: 56}


def test_the_papers_print_both_groups(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    write(c, sessions=divided(c), arrangement=TWO)
    made = draft_paper(programme(c))
    first = made.days[0]["blocks"][0]
    assert [lane["whom"] for lane in first["lanes"]] == ["第1组", "第2组"]
    assert ("培训课时", "56 课时") in made.facts
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf(made))).pages)
    book = docx.Document(io.BytesIO(word(made)))
    cells = "".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)
    for words in (text, cells):
        assert "第1组" in words
        assert "A101" in words
        assert "A102" in words


def test_pages_show_groups_and_versions_show_the_difference(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("drafted")
    before = snapshot(programme(c), sessions_of(c.tc))
    write(c, sessions=divided(c), arrangement=TWO)
    after = snapshot(programme(c), sessions_of(c.tc))
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/?view=read").content.decode()
    assert page.count('class="lane ') == 2, "four equal periods are one block"
    assert "56 课时" in page
    editor = signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/").context["timetable"]
    assert json.loads(editor)["groups"] == 2
    cell = compare(before, after).lines[0].cells[0]
    assert cell.changed
    assert cell.come.count("第1组：") == 1
    assert cell.come.count("第2组：") == 1


def test_blocks_of_groups_are_joined_only_while_both_go_on() -> None:
    cell = {
        "day": "2023-06-12",
        "kind": "course",
        "module": "3-1",
        "topic": "",
        "teacher": "李明",
        "room": "A",
    }
    held = [{**cell, "period": n, "group": 1} for n in (1, 2, 3, 4)]
    held += [{**cell, "period": n, "group": 2, "module": "3-2" if n < 3 else "3-3"} for n in (1, 2, 3, 4)]
    (row,) = rows_of(held, [], 8)
    assert [(b.first, b.last, len(b.lanes)) for b in row.blocks] == [(1, 2, 2), (3, 4, 2), (5, 8, 0)]
    assert [(lane.first, lane.last, lane.whom) for lane in row.blocks[0].lanes] == [
        (1, 2, "第1组"),
        (1, 2, "第2组"),
    ]
    assert not row.rests


def test_a_copy_brings_its_groups_along(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    write(c, sessions=divided(c), arrangement=TWO)
    keep(programme(c), Cause.SAVED, c.staff.account, c.now)
    kept = ProgrammeVersion.objects.inside(training_class=c.tc).order_by("-pk")[0]
    write(c, sessions=[], arrangement={"groups": 1})
    made = copy_programme(
        training_class=c.tc, source=f"version-{kept.pk}", parts=["sessions"], seen=programme(c).version, by=c.staff,
        now=c.now,
    )  # fmt: skip
    assert (made.groups, {s.group for s in sessions_of(c.tc)}) == (2, {0, 1, 2})
