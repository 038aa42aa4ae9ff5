"""Days of a round: changed with a reason, reminders before it closes, who has reported at a glance (TR 7, B02, B03)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed
from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.planning import round_date_breaches
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning import actions, deadlines
from gongxue.stage1_planning.models import ReportingRound
from gongxue.stage1_planning.queries.completeness import TILES, Standing, nation, province, tally, tiles
from tests.cast import ClassAtFixture, People, SignedIn, at
from tests.stage1_planning.plans import CLOSES, IN_ROUND, OPENS, beside, entered, entry, page_of, why
from tests.still_clock import StillClock

AFTER = CLOSES + timedelta(days=1)


def reminders(role: Role) -> list[str]:
    """What somebody was reminded of, the earliest first."""
    return [m.subject for m in messages_visible_to(role) if m.kind == "planning.reminder"][::-1]


def run(cast: People, day: date) -> None:
    deadlines.run(today=day, by=cast.system, now=at(day))


# Changing the days ------------------------------------------------------------------------------------------------


def test_the_centre_moves_the_last_day_and_everybody_is_told_why(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.centre)
    where = reverse(P.CHANGE_ROUND, args=[the_round.pk])
    assert where in page_of(client, the_round)
    body = {
        "opens_on": "2022-10-13",
        "closes_on": "2022-11-21",
        "reason": "多地停课",
        "seen": the_round.version,
    }
    assert client.post(where, body).status_code == 302
    the_round.refresh_from_db()
    assert the_round.closes_on == date(2022, 11, 21)
    event = entry(P.CHANGE_ROUND)
    assert (event.reason, event.changes) == ("多地停课", {"closes_on": ["2022-11-07", "2022-11-21"]})
    for role in (cast.xingtai.staff, cast.hebei):
        message = messages_visible_to(role)[0]
        assert message.subject == "2023年上半年报送时间已调整，截止2022年11月21日"
        assert "理由：多地停课" in message.body
    again = client.post(where, body | {"closes_on": "2022-11-25"})
    assert again.status_code == 409, "another colleague has changed it since"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"closes_on": date(2022, 10, 19)}, "round.past"),
        ({"closes_on": date(2022, 10, 22)}, "round.shortened"),
        ({"opens_on": date(2022, 12, 1)}, "round.dates"),
        ({"opens_on": date(2022, 10, 21)}, "round.entered"),
        ({"reason": "  "}, "reason.missing"),
        ({"closes_on": CLOSES}, "round.same"),
    ],
)
def test_days_that_shut_somebody_out_are_refused(
    the_round: ReportingRound, cast: People, changed: dict[str, Any], rule: str
) -> None:
    entered(the_round, cast.xingtai.staff)
    given: dict[str, Any] = {
        "round": the_round, "opens_on": OPENS, "closes_on": CLOSES + timedelta(days=7), "reason": "x", "seen": 1,
    }  # fmt: skip
    breaches = why(actions.change_round, **given | changed, by=cast.centre, now=IN_ROUND)
    assert [breach.rule for breach in breaches] == [rule]
    assert all(breach.way_out for breach in breaches)
    the_round.refresh_from_db()
    assert (the_round.opens_on, the_round.closes_on) == (OPENS, CLOSES)


def test_the_rule_alone() -> None:
    today, said = date(2022, 10, 20), (OPENS, CLOSES)
    assert not round_date_breaches(said, (OPENS, date(2022, 10, 23)), today, today), "three days stay"
    assert not round_date_breaches(said, (date(2022, 10, 30), CLOSES), today, None), "nobody has begun"
    assert not round_date_breaches((OPENS, today), (OPENS, today + timedelta(days=1)), today, today), (
        "a day longer"
    )


def test_nobody_else_changes_the_days(the_round: ReportingRound, cast: People, signed_in: SignedIn) -> None:
    given: dict[str, Any] = {
        "round": the_round,
        "opens_on": OPENS,
        "closes_on": AFTER,
        "reason": "x",
        "seen": 1,
    }
    for role in (cast.hebei, cast.xingtai.staff, cast.oversight):
        with pytest.raises(NotAllowed):
            actions.change_round(**given, by=role, now=IN_ROUND)
        assert reverse(P.CHANGE_ROUND, args=[the_round.pk]) not in page_of(signed_in(role), the_round)
    with pytest.raises(Conflict):
        actions.change_round(**given | {"seen": 9}, by=cast.centre, now=IN_ROUND)


def test_the_next_half_year_stands_in_the_form(
    cast: People, signed_in: SignedIn, still_clock: StillClock
) -> None:
    still_clock.set(IN_ROUND)
    client = signed_in(cast.centre)
    page = client.get("/planning/open/").content.decode()
    assert 'value="2023"' in page
    assert re.search(r'<option value="1" selected', page)
    assert 'value="2022-10-20"' in page
    actions.open_round(year=2023, half=1, opens_on=OPENS, closes_on=CLOSES, by=cast.centre, now=IN_ROUND)
    assert re.search(r'<option value="2" selected', client.get("/planning/open/").content.decode())
    assert HalfYear(2023, 2).following == HalfYear(2024, 1)


# Reminders --------------------------------------------------------------------------------------------------------


def test_whoever_has_not_finished_is_reminded_once_on_each_day_of_the_list(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("submitted")
    cast, staff = c.people, c.staff
    beside(c, 2)
    for left in (8, 7, 7, 6, 3, 2, 1, 0, 0, -1):
        run(cast, CLOSES - timedelta(days=left))
    title = "2023年上半年报送"
    assert reminders(staff) == [
        f"{title}还有 7 天截止：2 个班次尚未提交",
        f"{title}还有 3 天截止：2 个班次尚未提交",
        f"{title}还有 1 天截止：2 个班次尚未提交",
        f"{title}今天截止：2 个班次尚未提交",
    ]
    assert reminders(c.province)[0] == f"{title}还有 7 天截止：1 个班次待审核"
    assert len(reminders(c.province)) == 4
    assert reminders(cast.gongmao.staff)[0] == f"{title}还有 7 天截止：尚未填报计划班次"
    assert reminders(cast.jiangsu) == [], "nothing waits for it"


def test_whoever_has_finished_is_left_alone(class_at: ClassAtFixture) -> None:
    c = class_at("approved")
    run(c.people, CLOSES)
    assert reminders(c.staff) == []
    assert reminders(c.province) == []


def test_days_that_were_moved_are_reminded_of_anew(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    run(c.people, CLOSES - timedelta(days=7))
    actions.change_round(
        round=c.tc.round, opens_on=OPENS, closes_on=CLOSES + timedelta(days=5), reason="x", seen=1, by=c.people.centre,
        now=at(CLOSES),
    )  # fmt: skip
    run(c.people, CLOSES - timedelta(days=2))
    assert len(reminders(c.staff)) == 2


# At a glance ------------------------------------------------------------------------------------------------------


def of(standings: list[Standing], key: str) -> Standing:
    return next(standing for standing in standings if standing.key == key)


def test_the_nation_on_time_late_and_silent(class_at: ClassAtFixture) -> None:
    c = class_at("reported")
    row = of(nation(c.tc.round, CLOSES), "13")
    assert (row.says, row.tone, row.handed, row.of) == ("按时上报", "good", 1, 2)
    assert row.counts == {"reported": 1}
    assert of(nation(c.tc.round, CLOSES), "32").says == "未上报"
    silent = of(nation(c.tc.round, AFTER), "32")
    assert (silent.says, silent.tone, silent.since) == ("逾期未报", "bad", CLOSES)
    actions.report_plan(round=c.tc.round, by=c.people.jiangsu, now=at(AFTER))
    late = of(nation(c.tc.round, AFTER), "32")
    assert (late.says, late.since) == ("逾期上报", AFTER)
    assert tally(nation(c.tc.round, AFTER)) == [
        ("逾期未报 30", "bad"),
        ("逾期上报 1", "wait"),
        ("按时上报 1", "good"),
    ]


def test_every_province_has_one_tile() -> None:
    codes = [code for row in TILES for code in row.split() if code != "."]
    assert len(codes) == len(set(codes)) == 32
    assert len({len(row.split()) for row in TILES}) == 1
    standings = [Standing(code, code, "", "quiet", None) for code in codes]
    assert [tile.key for row in tiles(standings) for tile in row if tile] == codes


def test_a_province_sees_each_institution_and_its_drafts_only_as_a_number(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(IN_ROUND)
    key = str(c.tc.institution_id)

    def says() -> str:
        return of(province(c.tc.round, "13", CLOSES), key).says

    assert says() == "草稿未提交"
    page = page_of(signed_in(c.province), c.tc.round)
    assert '<td class="num" data-label="草稿">1</td>' in page
    assert c.tc.scope not in page
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    assert says() == "待省级审核"
    actions.return_line(training_class=c.tc, seen=2, code="dates", reason="", by=c.province, now=IN_ROUND)
    assert says() == "退回待改"
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    actions.approve_line(training_class=c.tc, seen=c.reload().version, by=c.province, now=IN_ROUND)
    assert says() == "已通过"
    others = [row for row in province(c.tc.round, "13", AFTER) if row.key != key]
    assert [(row.says, row.since) for row in others] == [("未填报", CLOSES)]
    assert f"institution={key}&amp;state=approved" in page_of(signed_in(c.province), c.tc.round)


def test_a_cell_opens_its_list(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("submitted")
    still_clock.set(IN_ROUND)
    entered(c.tc.round, c.people.gongmao.staff)
    client = signed_in(c.people.centre)
    where = reverse("planning.round", args=[c.tc.round_id])
    for asked, rows in (
        ("", 2), ("?province=13", 1), ("?province=13&state=draft", 0), ("?state=draft", 1), ("?province=99", 2),
        (f"?institution={c.tc.institution_id}", 1), ("?institution=x&state=y", 2),
    ):  # fmt: skip
        page = client.get(where + asked).content.decode()
        assert page.count('data-label="招生范围"') == rows, asked
    assert "没有符合条件的班次" in client.get(f"{where}?province=13&state=draft").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_completeness_costs_the_same_for_any_number_of_lines(class_at: ClassAtFixture, number: int) -> None:
    c = class_at("planned")
    beside(c, number - 1)
    for standings, queries in (
        (lambda: nation(c.tc.round, CLOSES), 4),
        (lambda: province(c.tc.round, "13", CLOSES), 5),
    ):
        with CaptureQueriesContext(connection) as captured:
            standings()
        assert len(captured) == queries
