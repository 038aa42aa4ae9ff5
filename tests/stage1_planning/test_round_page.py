"""The page of a round for each role: whose lines, which buttons, how many queries; reading changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from tests.cast import ClassAt, ClassAtFixture, People, SignedIn
from tests.stage1_planning.plans import IN_ROUND, beside, entered, page_of, url
from tests.still_clock import StillClock

LINES = (P.EDIT_LINE, P.REMOVE_LINE, P.APPROVE_LINE, P.RETURN_LINE, P.SEND_BACK_LINE)
ROUND = (P.ADD_LINE, P.SUBMIT_PLAN, P.REPORT_PLAN, P.PUBLISH_PLAN)
# Who may do what with the line and the round at each stage of the line, and nobody anything else.
EXPECTED: dict[str, dict[str, set[P]]] = {
    "planned": {"institution": {P.ADD_LINE, P.EDIT_LINE, P.REMOVE_LINE, P.SUBMIT_PLAN}, "province": {P.REPORT_PLAN}},
    "submitted": {"institution": {P.ADD_LINE}, "province": {P.APPROVE_LINE, P.RETURN_LINE}},
    "approved": {"institution": {P.ADD_LINE}, "province": {P.RETURN_LINE, P.REPORT_PLAN}},
    "reported": {"institution": {P.ADD_LINE}, "centre": {P.SEND_BACK_LINE, P.PUBLISH_PLAN}},
    "published": {"institution": {P.ADD_LINE}},
}  # fmt: skip
READERS = ("centre", "oversight", "province", "institution", "coordinator", "certificate_officer")


@pytest.fixture(autouse=True)
def in_the_round(still_clock: StillClock) -> None:
    still_clock.set(IN_ROUND)


def offered(page: str, c: ClassAt) -> set[P]:
    """The acts that the page offers."""
    wheres = {permission: url(permission, c.tc) for permission in LINES}
    wheres |= {permission: url(permission, c.tc.round) for permission in ROUND}
    return {permission for permission, where in wheres.items() if f'"{where}"' in page}


@pytest.mark.postgresql
@pytest.mark.parametrize("stage", EXPECTED)
def test_each_role_is_offered_what_it_may_do_now(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    actors = c.actors()
    for name in READERS:
        expected = EXPECTED[stage].get(name, set())
        assert offered(page_of(signed_in(actors[name]), c.tc.round), c) == expected, name


def forms(page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form of the page that acts, with its hidden inputs."""
    for where, inside in re.findall(
        r'<form[^>]*method="post" action="(/planning/[^"]+)"[^>]*>(.*?)</form>', page, re.S
    ):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', inside))
        typed = {"reason": "请写明省份", "code": "dates"}
        yield where, hidden | {name: text for name, text in typed.items() if f'name="{name}"' in inside}


@pytest.mark.parametrize("stage", EXPECTED)
def test_no_button_of_the_page_is_refused(class_at: ClassAtFixture, signed_in: SignedIn, stage: str) -> None:
    """Each is pressed on a page of its own, the class being where it was."""
    c = class_at(stage)
    pressed = 0
    for name in READERS:
        client = signed_in(c.actors()[name])
        for where, body in forms(page_of(client, c.tc.round)):
            point = transaction.savepoint()
            answer = client.post(where, {**body, "lines": [f"{c.tc.pk}:{c.tc.version}"]})
            assert (answer.status_code, answer["Location"][:10]) == (302, "/planning/"), where
            transaction.savepoint_rollback(point)
            pressed += 1
    assert pressed == {"planned": 3, "submitted": 3, "approved": 3, "reported": 3, "published": 0}[stage]


def test_each_institution_sees_its_lines_a_province_those_handed_in_the_centre_all(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    for place, scope in ((cast.xingtai, "甲"), (cast.gongmao, "乙")):
        entered(the_round, place.staff, scope=f"范围{scope}")
    actions.submit_plan(round=the_round, by=cast.gongmao.staff, now=IN_ROUND)
    sees = {
        name: "".join(re.findall("范围(甲|乙)", page_of(signed_in(role), the_round)))
        for name, role in {
            "xingtai": cast.xingtai.staff, "gongmao": cast.gongmao.staff, "hebei": cast.hebei, "beijing": cast.beijing,
            "centre": cast.centre, "changzhou": cast.changzhou.staff,
        }.items()
    }  # fmt: skip
    assert sees == {
        "xingtai": "甲",
        "gongmao": "乙",
        "hebei": "",
        "beijing": "乙",
        "centre": "乙甲",
        "changzhou": "",
    }


def test_an_empty_round_says_what_to_do(the_round: ReportingRound, cast: People, signed_in: SignedIn) -> None:
    assert "填报第一个班次" in page_of(signed_in(cast.xingtai.staff), the_round)
    for role in (cast.hebei, cast.centre, cast.oversight, cast.xingtai.coordinator):
        assert "本轮还没有您可以看到的计划班次" in page_of(signed_in(role), the_round)
    assert "未上报 32" in page_of(signed_in(cast.centre), the_round)


def test_the_centre_sees_how_far_each_province_is(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    entered(c.tc.round, c.people.changzhou.staff, level="G", days=5)
    actions.submit_plan(round=c.tc.round, by=c.people.changzhou.staff, now=IN_ROUND)
    beside(c, 3)
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    actions.approve_line(training_class=c.tc, seen=2, by=c.province, now=IN_ROUND)
    page = page_of(signed_in(c.people.centre), c.tc.round)
    rows = re.findall(r'data-label="省份">(\S+)</td>(.*?)</tr>', page, re.S)
    counted = {
        name: re.findall(r'data-label="(\S+?)"><a href="\?province=\d+&amp;state=\w+">(\d+)<', cells)
        for name, cells in rows
    }
    assert len(rows) == 32
    assert {name: cells for name, cells in counted.items() if cells} == {
        "河北": [("待省级审核", "3"), ("省级已通过", "1")],
        "江苏": [("待省级审核", "1")],
    }
    assert "未上报 32" in page, "handed in is not reported"


# Many lines -------------------------------------------------------------------------------------------------------


QUERIES = {"institution": 8, "province": 16, "centre": 14}


@pytest.mark.parametrize("who", QUERIES)
@pytest.mark.parametrize("lines", [1, 3])
def test_the_page_takes_the_same_number_of_queries_for_any_number_of_lines(
    class_at: ClassAtFixture, signed_in: SignedIn, who: str, lines: int
) -> None:
    c = class_at("planned")
    beside(c, lines - 1)
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    client = signed_in(c.actors()[who])
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert page_of(client, c.tc.round).count('data-label="招生范围"') == lines
    assert len(captured) == QUERIES[who]


def test_fifty_lines_fill_a_page(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    skipped = ("id", "headcount")
    columns = [f.attname for f in TrainingClass._meta.concrete_fields if f.name not in skipped]
    TrainingClass.objects.bulk_create(
        TrainingClass(**{name: getattr(c.tc, name) for name in columns}, headcount=30) for _ in range(50)
    )
    client = signed_in(c.staff)
    first = page_of(client, c.tc.round)
    assert first.count('data-label="招生范围"') == 50
    assert "第 1 / 2 页" in first
    second = client.get(f"/planning/{c.tc.round_id}/?page=2").content.decode()
    assert second.count('data-label="招生范围"') == 1


# Reading ----------------------------------------------------------------------------------------------------------


def addresses(c: ClassAt) -> list[str]:
    """Every page of stage 1."""
    mine = [url(P.ADD_LINE, c.tc.round), url(P.EDIT_LINE, c.tc), url(P.GRANT_EXCEPTION, c.tc)]
    return ["/planning/", "/planning/open/", f"/planning/{c.tc.round_id}/", "/national/", *mine]


@pytest.mark.parametrize("who", ["centre", "province", "institution"])
def test_reading_changes_nothing(class_at: ClassAtFixture, signed_in: SignedIn, who: str) -> None:
    c = class_at("submitted")
    client = signed_in(c.actors()[who])
    client.get("/desk/")
    read = 0
    for where in addresses(c):
        with CaptureQueriesContext(connection) as captured:
            read += client.get(where).status_code == 200
        written = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith("SELECT")]
        assert written == [], where
    assert read == {"centre": 5, "province": 4, "institution": 5}[who]


@pytest.mark.parametrize("permission", [p for p in (*LINES, *ROUND) if p not in (P.EDIT_LINE, P.ADD_LINE)])
def test_an_act_is_no_reading(class_at: ClassAtFixture, signed_in: SignedIn, permission: P) -> None:
    c = class_at("submitted")
    holder: Role = next(role for role in c.actors().values() if role.may(permission))
    thing = c.tc.round if permission in ROUND else c.tc
    assert signed_in(holder).get(url(permission, thing)).status_code == 405
    assert Client().post(url(permission, thing)).status_code == 302, "to sign in"
    assert c.reload().state == "submitted"


def test_reasons_notes_and_scopes_are_shown_as_text(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    evil = "<img src=x onerror=alert(1)>"
    rows = TrainingClass.objects.unscoped("tests").filter(pk=c.tc.pk)
    rows.update(scope=evil, note=evil, returned_reason=evil)
    for role in (c.staff, c.province, c.people.centre):
        page = page_of(signed_in(role), c.tc.round)
        assert "<img src=x" not in page
        assert page.count("&lt;img src=x") == 3
