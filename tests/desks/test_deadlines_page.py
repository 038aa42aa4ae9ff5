"""期限一览: what is overdue, done late, due soon or stands; narrowed, counted, as Excel, in the reader's own scope."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of, programme_due
from gongxue.stage3_programme.actions import return_programme, submit_programme
from gongxue.stage3_programme.queries import programme_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at
from tests.still_clock import StillClock

ROW = re.compile(r'<td data-label="期限" class="nowrap">(\S+?)</td>')


def listed(role: Role, signed_in: SignedIn, query: str = "") -> list[str]:
    """The deadlines on the page, in order."""
    answer = signed_in(role).get(f"/deadlines/{query}")
    assert answer.status_code == 200
    return ROW.findall(answer.content.decode())


def due_of_programme(c: ClassAt) -> date:
    """D-30."""
    return programme_due(c.tc.first_day, c.tc.edition).on


def test_it_opens_to_whoever_may_see_deadlines(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("staffed")
    still_clock.set(at(due_of_programme(c) + timedelta(days=2)))
    actors = c.actors()
    for who in ("centre", "oversight", "province", "institution"):
        assert listed(actors[who], signed_in) == ["报送培训方案"]
    for who in ("other_province", "other_institution"):
        assert listed(actors[who], signed_in) == []
    for who in ("coordinator", "instructor", "stranger"):
        for page in ("/deadlines/", "/deadlines/export.xlsx"):
            assert signed_in(actors[who]).get(page).status_code == 403


def test_overdue_is_told_with_its_days_and_what_slips(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("staffed")
    due = due_of_programme(c)
    still_clock.set(at(due, 23, 59))
    assert listed(c.province, signed_in) == [], "the day itself is in time"
    assert listed(c.province, signed_in, "?state=soon") == ["报送培训方案"]
    still_clock.set(at(due + timedelta(days=7)))
    page = signed_in(c.province).get("/deadlines/").content.decode()
    assert "逾期 7 天" in page
    assert "只剩 16 天" in page
    assert f'href="/classes/{c.tc.pk}/"' in page
    assert c.tc.institution.name in page


def test_done_late_is_kept_apart_from_open(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("team_confirmed")
    due = due_of_programme(c)
    still_clock.set(at(due + timedelta(days=3)))
    row = programme_of(c.tc)
    assert row is not None
    submit_programme(programme=row, seen=row.version, by=c.staff, now=still_clock.now)
    assert "报送培训方案" not in listed(c.province, signed_in)
    assert listed(c.province, signed_in, "?state=late") == ["报送培训方案"]
    page = signed_in(c.province).get("/deadlines/?state=late").content.decode()
    assert "逾期 3 天办结" in page


def test_a_returned_programme_stands_for_the_province(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("programme_submitted")
    row = programme_of(c.tc)
    assert row is not None
    assert row.first_submitted_at is not None
    back = day_of(row.first_submitted_at) + timedelta(days=1)
    return_programme(programme=row, reason="课时不足", seen=row.version, by=c.province, now=at(back))
    still_clock.set(at(back + timedelta(days=30)))
    assert "审核培训方案" in listed(c.province, signed_in, "?state=standing")
    assert "审核培训方案" not in listed(c.province, signed_in)
    assert "修改重报培训方案" in listed(c.province, signed_in)
    card = signed_in(c.province).get(f"/classes/{c.tc.pk}/").content.decode()
    assert "退回修改，停钟" in card
    assert "现仍停钟，重报后余 4 天" in card


def test_filters_narrow_and_what_is_unknown_does_not(
    classes_at: ClassesAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    mine, theirs = classes_at(Plan("staffed"), Plan("staffed", "017", "1"))
    still_clock.set(at(due_of_programme(mine) + timedelta(days=1)))
    centre = mine.people.centre
    assert len(listed(centre, signed_in)) == 2
    assert len(listed(centre, signed_in, f"?province={mine.tc.province_code}")) == 1
    assert len(listed(centre, signed_in, f"?q={theirs.tc.institution.name}")) == 1
    assert len(listed(centre, signed_in, "?what=programme")) == 2
    assert listed(centre, signed_in, "?what=opening") == []
    assert len(listed(centre, signed_in, "?what=x&state=y&page=z")) == 2


def test_the_workbook_has_the_same_rows_with_their_arithmetic(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("staffed")
    still_clock.set(at(due_of_programme(c) + timedelta(days=2)))
    data = signed_in(c.province).get("/deadlines/export.xlsx").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[1][:5] == ["期限", "培训班", "培训机构", "省份", "应办"]
    assert rows[2][:5] == ["报送培训方案", c.tc.title, c.tc.institution.name, "河北", c.tc.institution.name]
    assert (rows[2][7], rows[2][8]) == (2, "逾期 2 天")
    assert "前 30 天 = 2023年5月13日" in str(rows[2][9])
    assert len(rows) == 3


QUERIES = {"centre": 18, "province": 18, "institution": 15}


@pytest.mark.parametrize("who", QUERIES)
@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_the_same_number_of_queries_for_any_number_of_classes(
    classes_at: ClassesAtFixture, signed_in: SignedIn, still_clock: StillClock, who: str, number: int
) -> None:
    plans = [Plan("staffed", first_day=date(2023, 6, 12) + timedelta(weeks=2 * n)) for n in range(number)]
    c = classes_at(*plans)[0]
    still_clock.set(at(due_of_programme(c) + timedelta(days=60)))
    client = signed_in(c.actors()[who])
    client.get("/classes/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/deadlines/").status_code == 200
    assert len(captured) == QUERIES[who]
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
