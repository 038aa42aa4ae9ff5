"""Decisions about many lines, reasons that are counted, what changed since a line came back, the line's own history."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.planning import ReturnReason
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import ReturnedLine, SubmittedLine, TrainingClass
from gongxue.stage1_planning.queries.lines import changed_since_returned, returned_by_reason, steps_of
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn
from tests.stage1_planning.plans import IN_ROUND, LINE, beside, entered, entry, page_of, press, states
from tests.still_clock import StillClock


@pytest.fixture(autouse=True)
def in_the_round(still_clock: StillClock) -> None:
    still_clock.set(IN_ROUND)


def handed_in(c: ClassAt, number: int) -> list[TrainingClass]:
    """So many lines of the institution with the province, the class's own among them."""
    lines = [c.tc, *beside(c, number - 1)]
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    for line in lines:
        line.refresh_from_db()
    return lines


def picked(*lines: TrainingClass) -> dict[int, int]:
    return {line.pk: line.version for line in lines}


def changed(c: ClassAt, line: TrainingClass, **fields: Any) -> TrainingClass:
    """The institution corrects a returned line and hands it in again."""
    line.refresh_from_db()
    values = {name: getattr(line, name) for name in LINE} | fields
    actions.edit_line(training_class=line, **values, seen=line.version, by=c.staff, now=IN_ROUND)
    actions.submit_plan(round=line.round, by=c.staff, now=IN_ROUND)
    line.refresh_from_db()
    return line


# Many at once -----------------------------------------------------------------------------------------------------


def test_lines_go_back_together_with_a_code_and_are_told_once(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    one, two, three = handed_in(c, 3)
    body = {"lines": [f"{x.pk}:{x.version}" for x in (one, two)], "code": "dates", "comment": " 与开学冲突 "}
    answer = signed_in(c.province).post(reverse(P.RETURN_LINES, args=[c.tc.round_id]), body, follow=True)
    assert "已退回 2 个班次" in answer.content.decode()
    assert states(one, two, three) == ["returned", "returned", "submitted"]
    one.refresh_from_db()
    assert one.returned_reason == "培训时间不合适：与开学冲突"
    event = entry(P.RETURN_LINES)
    assert (event.reason, event.changes) == (
        "培训时间不合适：与开学冲突",
        {"lines": [None, [one.pk, two.pk]]},
    )
    told = [m for m in messages_visible_to(c.staff) if m.kind == P.RETURN_LINES]
    assert [m.subject for m in told] == ["2 个计划班次被退回，请修改后再提交"]
    assert str(one) in told[0].body


@pytest.mark.parametrize(
    ("code", "comment", "rule"), [("other", " ", "reason.missing"), ("whim", "x", "return.reason")]
)
def test_a_reason_is_one_of_the_list_and_other_needs_words(
    class_at: ClassAtFixture, code: str, comment: str, rule: str
) -> None:
    c = class_at("submitted")
    given: dict[str, Any] = {"round": c.tc.round, "lines": picked(c.tc), "code": code, "reason": comment}
    with pytest.raises(RuleBroken) as refused:
        actions.return_lines(**given, by=c.province, now=IN_ROUND)
    assert refused.value.breaches[0].rule == rule
    with pytest.raises(RuleBroken):
        actions.return_line(
            training_class=c.tc, seen=2, code=code, reason=comment, by=c.province, now=IN_ROUND
        )
    assert (states(c.tc), ReturnedLine.objects.unscoped("tests").count()) == (["submitted"], 0)


@pytest.mark.parametrize("reason", [r for r in ReturnReason if r != ReturnReason.OTHER])
def test_a_code_alone_is_a_reason(class_at: ClassAtFixture, reason: ReturnReason) -> None:
    c = class_at("submitted")
    actions.return_line(training_class=c.tc, seen=2, code=reason, reason="", by=c.province, now=IN_ROUND)
    assert c.reload().returned_reason == reason.title


def test_what_has_changed_since_the_page_is_listed_and_all_of_it_is_a_conflict(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("planned")
    one, two = handed_in(c, 2)
    stale = {one.pk: 1, two.pk: two.version}
    outcome = actions.approve_lines(round=c.tc.round, lines=stale, by=c.province, now=IN_ROUND)
    assert outcome["done"] == [two.pk]
    assert [left["line"] for left in outcome["left"]] == [one.pk]
    assert "内容有变化" in outcome["left"][0]["says"][0]
    with pytest.raises(Conflict):
        actions.approve_lines(round=c.tc.round, lines={one.pk: 1}, by=c.province, now=IN_ROUND)
    with pytest.raises(RuleBroken):
        actions.approve_lines(round=c.tc.round, lines={two.pk: two.version + 1}, by=c.province, now=IN_ROUND)


def test_foreign_numbers_drafts_and_too_many_refuse_everything(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    (draft,) = beside(c, 1)
    foreign = entered(c.tc.round, c.people.gongmao.staff)
    actions.submit_plan(round=c.tc.round, by=c.people.gongmao.staff, now=IN_ROUND)
    for other in (draft, foreign):
        with pytest.raises(NotThere):
            actions.approve_lines(round=c.tc.round, lines=picked(c.tc, other), by=c.province, now=IN_ROUND)
    with pytest.raises(RuleBroken, match="一次最多 200 个"):
        actions.approve_lines(
            round=c.tc.round, lines=dict.fromkeys(range(201), 1), by=c.province, now=IN_ROUND
        )
    with pytest.raises(NotAllowed):
        actions.return_lines(round=c.tc.round, lines=picked(c.tc), code="dates", by=c.staff, now=IN_ROUND)
    assert states(c.tc) == ["submitted"]


def test_the_centre_accepts_and_sends_back_many(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    lines = handed_in(c, 3)
    actions.approve_lines(round=c.tc.round, lines=picked(*lines), by=c.province, now=IN_ROUND)
    actions.report_plan(round=c.tc.round, by=c.province, now=IN_ROUND)
    for line in lines:
        line.refresh_from_db()
    centre = signed_in(c.people.centre)
    body = {"lines": [f"{x.pk}:{x.version}" for x in lines[:2]]}
    answer = centre.post(reverse(P.ACCEPT_LINES, args=[c.tc.round_id]), body, follow=True)
    assert "已核对接收 2 个班次" in answer.content.decode()
    assert answer.content.decode().count("已核对</small>") == 2
    back: dict[str, Any] = {"lines": [f"{x.pk}:{x.version}" for x in lines[1:]], "code": "twin"}
    answer = centre.post(reverse(P.SEND_BACK_LINES, args=[c.tc.round_id]), back, follow=True)
    assert "已退回省级 2 个班次" in answer.content.decode()
    assert states(*lines) == ["reported", "submitted", "submitted"]
    lines[1].refresh_from_db()
    assert lines[1].accepted_at is None
    assert "部指导中心退回 2 个计划班次" in [m.subject for m in messages_visible_to(c.province)]
    with pytest.raises(RuleBroken, match="不在省级上报的班次之列"):
        actions.accept_lines(round=c.tc.round, lines=picked(lines[1]), by=c.people.centre, now=IN_ROUND)


@pytest.mark.parametrize("number", [2, 12])
def test_a_decision_costs_one_update_a_line_and_nothing_else(class_at: ClassAtFixture, number: int) -> None:
    c = class_at("planned")
    lines = handed_in(c, number)
    with CaptureQueriesContext(connection) as captured:
        actions.approve_lines(round=c.tc.round, lines=picked(*lines), by=c.province, now=IN_ROUND)
    assert len([q for q in captured.captured_queries if q["sql"].startswith("UPDATE")]) == number
    assert len(captured) - number == 7


@pytest.mark.postgresql
def test_of_two_officials_with_the_same_selection_one_decides(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("submitted")
    given: dict[str, Any] = {"round": c.tc.round, "lines": picked(c.tc), "by": c.province, "now": c.now}
    results = race(
        lambda: actions.approve_lines(**given), lambda: actions.return_lines(**given, code="dates")
    )
    done = [result for result in results if isinstance(result, dict)]
    assert len(done) == 1
    assert states(c.tc)[0] in ("approved", "returned")


# What changed -----------------------------------------------------------------------------------------------------


def test_a_line_that_comes_again_shows_what_changed_and_nothing_else(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    one, two, fresh = handed_in(c, 3)
    given: dict[str, Any] = {"round": c.tc.round, "code": "headcount", "by": c.province, "now": IN_ROUND}
    actions.return_lines(**given, lines=picked(one, two))
    one_said = one.scope
    changed(c, one, headcount=24, scope="面向河北省")
    two.refresh_from_db()
    assert changed_since_returned([one, two, fresh], by_centre=False) == {
        one.pk: {"headcount": "4", "scope": one_said}, two.pk: {},
    }  # fmt: skip
    page = page_of(signed_in(c.province), c.tc.round)
    assert page.count("<del>") == 2
    assert "<del>4</del>24" in page
    assert "退回后重报，未改动" in page
    assert "<del>" not in page_of(signed_in(c.people.centre), c.tc.round), "the centre has sent nothing back"
    actions.return_lines(**given, lines=picked(one))
    changed(c, one, headcount=20)
    assert changed_since_returned([one], by_centre=False) == {one.pk: {"headcount": "24"}}, "the last time"


def test_the_centre_sees_what_changed_since_it_sent_the_line_back(class_at: ClassAtFixture) -> None:
    c = class_at("reported")
    given: dict[str, Any] = {"training_class": c.tc, "reason": "人数"}
    actions.send_back_line(**given, seen=c.tc.version, code="headcount", by=c.people.centre, now=IN_ROUND)
    actions.return_line(**given, seen=c.reload().version, code="headcount", by=c.province, now=IN_ROUND)
    changed(c, c.tc, headcount=18)
    assert changed_since_returned([c.tc], by_centre=True) == {c.tc.pk: {"headcount": "4"}}


def test_the_history_of_a_line_is_readable(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    (line,) = handed_in(c, 1)
    actions.return_line(
        training_class=line, seen=2, code="scope", reason="写明省份", by=c.province, now=IN_ROUND
    )
    changed(c, line, scope="面向河北省")
    assert [step.says for step in steps_of(line)] == [
        "第 1 次提交",
        "省级退回：招生范围不清楚",
        "第 2 次提交",
    ]
    page = signed_in(c.staff).get(reverse("planning.line", args=[line.pk])).content.decode()
    assert "写明省份" in page
    assert "→ 面向河北省" in page
    assert signed_in(c.people.gongmao.staff).get(reverse("planning.line", args=[line.pk])).status_code == 404


def test_a_returned_line_may_still_be_deleted_and_its_submission_stays(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    actions.return_line(training_class=c.tc, seen=2, code="twin", reason="", by=c.province, now=IN_ROUND)
    pk = c.tc.pk
    actions.remove_line(training_class=c.reload(), by=c.staff, now=IN_ROUND)
    kept = SubmittedLine.objects.unscoped("tests").filter(training_class_id=pk)
    assert [row.values["headcount"] for row in kept] == [c.tc.headcount]


def test_reasons_are_counted_by_institution(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    one, two = handed_in(c, 2)
    given: dict[str, Any] = {"round": c.tc.round, "by": c.province, "now": IN_ROUND}
    actions.return_lines(**given, lines=picked(one, two), code="dates")
    changed(c, one, headcount=20)
    actions.return_lines(**given, lines=picked(one), code="scope")
    assert returned_by_reason(c.tc.round, c.province) == [(c.tc.institution.name, [2, 0, 0, 1, 0, 0], 3)]
    assert returned_by_reason(c.tc.round, c.people.jiangsu) == []
    assert "退回原因" in page_of(signed_in(c.people.centre), c.tc.round)


# The trail of a class ---------------------------------------------------------------------------------------------


def test_the_trail_of_a_class_shows_its_submission_report_and_publication(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("published")
    foreign = entered(c.tc.round, c.people.gongmao.staff)
    for role in (c.staff, c.province, c.people.centre):
        page = signed_in(role).get(f"/classes/{c.tc.pk}/trail/").content.decode()
        for permission in (P.SUBMIT_PLAN, P.APPROVE_LINE, P.REPORT_PLAN, P.PUBLISH_PLAN):
            assert f">{permission.title}<" in page or permission.title in page.split("<tbody")[1], permission
    about = Event.objects.unscoped("tests").filter(mentions__class_id=foreign.pk)
    assert not about.exists(), "only those that are named"


def test_buttons_of_the_page_do_many_at_once(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    page = page_of(signed_in(c.province), c.tc.round)
    assert f'action="{reverse(P.APPROVE_LINES, args=[c.tc.round_id])}"' in page
    assert f'formaction="{reverse(P.RETURN_LINES, args=[c.tc.round_id])}"' in page
    assert all(reason.title in page for reason in ReturnReason)
    assert 'id="bulk"' not in page_of(signed_in(c.staff), c.tc.round)
    press(signed_in(c.province), P.APPROVE_LINE, c.tc, seen=c.tc.version)
    assert "通过所选" not in page_of(signed_in(c.province), c.tc.round)
