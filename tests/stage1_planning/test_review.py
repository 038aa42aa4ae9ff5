"""Submitting, the province's review by the line, its report, the centre's sending back (TR 7, MG 4.1, MG 25.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import TrainingApproval
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import ProvinceReport, ReportingRound, TrainingClass
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, People, Race, SignedIn, at
from tests.stage1_planning.plans import (
    CLOSES,
    IN_ROUND,
    LINE,
    beside,
    entered,
    entries,
    entry,
    page_of,
    press,
    send_line,
    states,
    url,
    why,
)
from tests.still_clock import StillClock

AFTER = at(CLOSES + timedelta(days=3))
P = Permission


def subjects(role: Role) -> list[str]:
    """What somebody was told since the round was opened, the latest first."""
    return [message.subject for message in messages_visible_to(role).exclude(kind=P.OPEN_ROUND)]


# Submitting -------------------------------------------------------------------------------------------------------


def test_every_draft_of_the_institution_goes_to_the_province(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(IN_ROUND)
    others = beside(c, 2)
    foreign = entered(c.tc.round, c.people.gongmao.staff)
    client = signed_in(c.staff)
    assert url(P.SUBMIT_PLAN, c.tc.round) in page_of(client, c.tc.round)
    assert press(client, P.SUBMIT_PLAN, c.tc.round).status_code == 302
    assert states(c.tc, *others, foreign) == ["submitted"] * 3 + ["draft"]
    assert c.reload().submitted_by_id == c.staff.account_id
    event = entry(P.SUBMIT_PLAN)
    assert event.changes == {"lines": [None, sorted(line.pk for line in (c.tc, *others))]}
    assert event.about == f"reportinground/{c.tc.round_id}"
    assert subjects(c.province)[0] == f"{c.tc.institution.name}报送 3 个计划班次，请审核"
    assert not subjects(c.people.jiangsu)
    page = page_of(client, c.tc.round)
    assert "待省级审核" in page
    assert url(P.SUBMIT_PLAN, c.tc.round) not in page


def test_submitting_twice_has_one_effect(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(IN_ROUND)
    client = signed_in(c.staff)
    answers = [press(client, P.SUBMIT_PLAN, c.tc.round, once="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (entries(P.SUBMIT_PLAN), c.reload().version, len(subjects(c.province))) == (1, 2, 1)
    again = press(client, P.SUBMIT_PLAN, c.tc.round, once="other")
    page = again.content.decode()
    assert again.status_code == 422
    assert all(words in page for words in ("没有待提交的计划班次", "技术规程第七条", "请先填报班次"))


def test_every_line_is_checked_again_when_it_is_submitted(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(IN_ROUND)
    (other,) = beside(c, 1, category="03")
    TrainingApproval.objects.filter(institution=c.tc.institution, category="01").delete()
    answer = press(signed_in(c.staff), P.SUBMIT_PLAN, c.tc.round)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{c.tc.title}：本机构未获批机械类三级培训" in page, "which line it is"
    assert "技术规程第四条" in page
    assert states(c.tc, other) == ["draft", "draft"], "all or none"
    assert entries(P.SUBMIT_PLAN) == 0


def test_after_the_last_day_drafts_stay_and_the_way_out_is_said(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    client = signed_in(c.staff)
    still_clock.set(at(CLOSES + timedelta(days=1), 0))
    page = page_of(client, c.tc.round)
    assert "现不在报送时间内" in page
    assert url(P.SUBMIT_PLAN, c.tc.round) not in page
    answer = press(client, P.SUBMIT_PLAN, c.tc.round)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in said for words in ("现不在报送期内", "技术规程第七条", "请向省级管理部门申请"))
    still_clock.set(at(CLOSES, 23, 59))
    assert press(client, P.SUBMIT_PLAN, c.tc.round).status_code == 302


def test_what_came_back_from_the_review_may_be_corrected_after_the_last_day(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    """It was in time; a new draft is not."""
    c = class_at("submitted")
    still_clock.set(IN_ROUND)
    (draft,) = beside(c, 1)
    still_clock.set(AFTER)
    press(signed_in(c.province), P.RETURN_LINE, c.tc, seen=c.tc.version, reason="请写明省份")
    client = signed_in(c.staff)
    page = page_of(client, c.tc.round)
    assert "退回的班次修改后仍可提交" in page
    assert url(P.SUBMIT_PLAN, c.tc.round) in page
    given = {"seen": c.reload().version, "headcount": c.tc.headcount, "scope": "面向河北、山西"}
    assert send_line(client, url(P.EDIT_LINE, c.tc), **given).status_code == 302
    assert press(client, P.SUBMIT_PLAN, c.tc.round).status_code == 302
    assert states(c.tc, draft) == ["submitted", "draft"]
    assert c.reload().returned_reason == ""


def test_nobody_else_submits(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    for role in (c.province, c.people.centre, c.coordinator):
        assert press(signed_in(role), P.SUBMIT_PLAN, c.tc.round).status_code == 403
    (breach,) = why(actions.submit_plan, round=c.tc.round, by=c.people.gongmao.staff, now=IN_ROUND)
    assert breach.rule == "plan.empty", "another institution has nothing there"
    assert states(c.tc) == ["draft"]


# Approving --------------------------------------------------------------------------------------------------------


def test_the_province_approves_one_line(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    client = signed_in(c.province)
    page = page_of(client, c.tc.round)
    assert url(P.APPROVE_LINE, c.tc) in page
    assert f'name="seen" value="{c.tc.version}"' in page
    answer = press(client, P.APPROVE_LINE, c.tc, seen=c.tc.version)
    assert answer.status_code == 302
    assert (c.reload().state, c.tc.version) == ("approved", 3)
    event = entry(P.APPROVE_LINE)
    assert (event.class_id, event.changes) == (c.tc.pk, {"state": ["submitted", "approved"]})
    assert url(P.APPROVE_LINE, c.tc) not in page_of(client, c.tc.round)


@pytest.mark.parametrize("seen", [1, 3, 99])
@pytest.mark.parametrize("permission", [P.APPROVE_LINE, P.RETURN_LINE])
def test_a_version_that_is_not_the_one_seen_is_409(
    class_at: ClassAtFixture, signed_in: SignedIn, permission: Permission, seen: int
) -> None:
    c = class_at("submitted")
    answer = press(signed_in(c.province), permission, c.tc, seen=seen, reason="请改")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"您看到的是第 {seen} 版，现在已是第 2 版" in page
    assert "请刷新页面，核对新内容后再办理" in page
    assert (states(c.tc), entries(permission)) == (["submitted"], 0)


def test_a_line_that_came_back_changed_is_not_approved_as_it_was_first_seen(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("submitted")
    still_clock.set(IN_ROUND)
    first, province = c.tc.version, signed_in(c.province)
    press(province, P.RETURN_LINE, c.tc, seen=first, reason="人数请核实")
    client = signed_in(c.staff)
    send_line(client, url(P.EDIT_LINE, c.tc), headcount=30, seen=c.reload().version)
    press(client, P.SUBMIT_PLAN, c.tc.round)
    assert press(province, P.APPROVE_LINE, c.tc, seen=first).status_code == 409
    assert press(province, P.APPROVE_LINE, c.tc, seen=c.reload().version).status_code == 302
    assert c.reload().headcount == 30


@pytest.mark.parametrize("stage", ["approved", "reported", "published"])
def test_what_is_not_waiting_cannot_be_approved(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    answer = press(signed_in(c.province), P.APPROVE_LINE, c.tc, seen=c.tc.version)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"计划班次现为“{c.tc.state_title}”，只有“待省级审核”时才能审核通过计划班次" in page
    assert entries(P.APPROVE_LINE) == 1, "the first one"


def test_a_draft_does_not_exist_for_the_province(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    client = signed_in(c.province)
    assert "本轮还没有您可以看到的计划班次" in page_of(client, c.tc.round)
    assert press(client, P.APPROVE_LINE, c.tc, seen=1).status_code == 404


def test_the_line_of_another_province_is_404(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    client = signed_in(c.people.jiangsu)
    assert c.tc.institution.name not in page_of(client, c.tc.round)
    for permission in (P.APPROVE_LINE, P.RETURN_LINE):
        assert press(client, permission, c.tc, seen=2, reason="越权").status_code == 404
    with pytest.raises(NotThere):
        actions.approve_line(training_class=c.tc, seen=2, by=c.people.jiangsu, now=c.now)
    assert states(c.tc) == ["submitted"]


def test_nobody_approves_what_they_submitted(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    """MG 25.2: even somebody who also has the province's duty; another official may."""
    c = class_at("submitted")
    given = give_role(
        account=c.staff.account, organisation=c.province.organisation, duty="province", by=c.people.centre, now=c.now
    )  # fmt: skip
    both = Role.objects.select_related("account", "organisation").get(pk=given.pk)
    client = signed_in(both)
    answer = press(client, P.APPROVE_LINE, c.tc, seen=c.tc.version)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(
        words in page for words in ("不能审核自己提交的内容", "管理指南第二十五条", "请由另一名工作人员审核")
    )
    bulk = {"lines": [f"{c.tc.pk}:{c.tc.version}"]}
    said = client.post(f"/planning/{c.tc.round_id}/approve/", bulk, follow=True).content.decode()
    assert f"{c.tc}：不能审核自己提交的内容" in said
    assert states(c.tc) == ["submitted"]
    assert press(signed_in(c.province), P.APPROVE_LINE, c.tc, seen=c.tc.version).status_code == 302


def test_only_the_province_reviews(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    for role in (c.staff, c.people.centre, c.people.oversight, c.coordinator):
        client = signed_in(role)
        for permission in (P.APPROVE_LINE, P.RETURN_LINE):
            assert press(client, permission, c.tc, seen=2, reason="越权").status_code == 403
        page = page_of(client, c.tc.round)
        assert url(P.APPROVE_LINE, c.tc) not in page
        assert url(P.RETURN_LINE, c.tc) not in page
    with pytest.raises(NotAllowed):
        actions.approve_line(training_class=c.tc, seen=2, by=c.people.centre, now=c.now)


# Approving many ---------------------------------------------------------------------------------------------------


def submitted(c: ClassAt, number: int) -> list[TrainingClass]:
    """The class and further lines of the institution, all with the province."""
    lines = [c.tc, *beside(c, number)]
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    rows = TrainingClass.objects.unscoped("tests").filter(pk__in=[line.pk for line in lines])
    return list(rows.order_by("pk"))


def test_selected_lines_are_approved_at_once_and_the_others_stay(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    one, two, three, stale = submitted(c, 3)
    picked = [
        f"{one.pk}:{one.version}",
        f"{three.pk}:{three.version}",
        f"{stale.pk}:{stale.version - 1}",
    ]
    answer = signed_in(c.province).post(
        reverse("planning.approve_lines", args=[c.tc.round_id]), {"lines": picked}, follow=True
    )
    page = answer.content.decode()
    assert "已通过 2 个班次。" in page
    assert f"未办理：{stale}" in page
    assert "内容有变化" in page
    assert states(one, two, three, stale) == ["approved", "submitted", "approved", "submitted"]
    assert entry(P.APPROVE_LINES).changes == {"lines": [None, [one.pk, three.pk]]}


def test_a_second_click_on_the_same_selection_approves_nothing_again(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    where = reverse("planning.approve_lines", args=[c.tc.round_id])
    client = signed_in(c.province)
    body = {"lines": [f"{c.tc.pk}:{c.tc.version}"]}
    assert [client.post(where, body | {"once": "k"}).status_code for _ in range(2)] == [302, 302]
    assert client.post(where, body | {"once": "other"}).status_code == 409, (
        "the version that was seen is gone"
    )
    assert (states(c.tc), entries(P.APPROVE_LINES)) == (["approved"], 1)


@pytest.mark.parametrize("strange", ["7:7", "x", ":", "999999999999:1", "1:1:1"])
def test_a_line_number_that_is_not_there_refuses_the_whole_selection(
    class_at: ClassAtFixture, signed_in: SignedIn, strange: str
) -> None:
    c = class_at("submitted")
    where = reverse("planning.approve_lines", args=[c.tc.round_id])
    if strange == "1:1:1":
        strange = f"{c.tc.pk}0:1"
    picked = {"lines": [f"{c.tc.pk}:{c.tc.version}", strange]}
    assert signed_in(c.province).post(where, picked).status_code == 404
    assert states(c.tc) == ["submitted"]


def test_a_selection_without_lines_of_the_province_does_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    where = reverse("planning.approve_lines", args=[c.tc.round_id])
    foreign = {"lines": [f"{c.tc.pk}:{c.tc.version}"]}
    assert "没有选择班次" in signed_in(c.province).post(where, {}).content.decode()
    assert signed_in(c.people.jiangsu).post(where, foreign).status_code == 404
    assert signed_in(c.staff).post(where, foreign).status_code == 403
    assert signed_in(c.province).get(where).status_code == 405
    assert states(c.tc) == ["submitted"]


# Returning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["submitted", "approved"])
def test_a_line_goes_back_with_its_reason_and_the_others_go_on(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    client = signed_in(c.province)
    assert url(P.RETURN_LINE, c.tc) in page_of(client, c.tc.round)
    answer = press(client, P.RETURN_LINE, c.tc, seen=c.tc.version, reason=" 请写明面向的省份 ")
    assert answer.status_code == 302
    assert (c.reload().state, c.tc.returned_reason) == ("returned", "请写明面向的省份")
    event = entry(P.RETURN_LINE)
    assert (event.reason, event.changes) == ("请写明面向的省份", {"state": [stage, "returned"]})
    assert "退回：请写明面向的省份" in page_of(signed_in(c.staff), c.tc.round)
    message = messages_visible_to(c.staff)[0]
    assert (message.subject, message.body.strip()) == (f"计划班次被退回：{c.tc.title}", "请写明面向的省份")
    assert message.link == f"/planning/{c.tc.round_id}/"


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_without_a_reason_nothing_goes_back(
    class_at: ClassAtFixture, signed_in: SignedIn, reason: str
) -> None:
    c = class_at("submitted")
    answer = press(signed_in(c.province), P.RETURN_LINE, c.tc, seen=c.tc.version, reason=reason)
    assert answer.status_code == 422
    assert "须写明理由" in answer.content.decode()
    assert "技术规程第七条" in answer.content.decode()
    assert states(c.tc) == ["submitted"]


@pytest.mark.parametrize("stage", ["reported", "published"])
def test_what_is_with_the_centre_is_not_returned_by_the_province(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    answer = press(signed_in(c.province), P.RETURN_LINE, c.tc, seen=c.tc.version, reason="重报")
    assert answer.status_code == 422
    assert states(c.tc) == [stage]


# Reporting --------------------------------------------------------------------------------------------------------


def test_the_province_reports_its_approved_lines(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("approved")
    client = signed_in(c.province)
    assert url(P.REPORT_PLAN, c.tc.round) in page_of(client, c.tc.round)
    answer = press(client, P.REPORT_PLAN, c.tc.round, once="k")
    assert answer.status_code == 302
    assert press(client, P.REPORT_PLAN, c.tc.round, once="k").status_code == 302, "a double click"
    report = ProvinceReport.objects.scope(c.province).get()
    assert (report.lines, report.province_code, report.reported_by_id) == (1, "13", c.province.account_id)
    assert states(c.tc) == ["reported"]
    event = entry(P.REPORT_PLAN)
    assert (event.changes, event.province_code) == ({"lines": [None, [c.tc.pk]]}, "13")
    assert subjects(c.people.centre)[0] == "河北已上报2023年上半年计划班次 1 个"
    page = page_of(client, c.tc.round)
    assert "最近上报" in page
    assert url(P.REPORT_PLAN, c.tc.round) not in page


def test_while_a_line_waits_nothing_is_reported(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("approved")
    beside(c, 2)
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    client = signed_in(c.province)
    page = page_of(client, c.tc.round)
    assert "还有 2 个班次待审核，全部审核后方可汇总上报" in page
    assert url(P.REPORT_PLAN, c.tc.round) not in page
    answer = press(client, P.REPORT_PLAN, c.tc.round)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert all(
        words in said for words in ("还有 2 个班次没有审核", "技术规程第七条", "请逐条通过或退回后再上报")
    )
    assert states(c.tc) == ["approved"]


def test_without_something_new_there_is_no_second_report(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("reported")
    answer = press(signed_in(c.province), P.REPORT_PLAN, c.tc.round)
    assert answer.status_code == 422
    assert "上次上报后没有新通过的班次" in answer.content.decode()
    assert ProvinceReport.objects.scope(c.province).count() == 1


def test_a_province_without_a_class_says_so_once(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.hebei)
    page = page_of(client, the_round)
    assert "上报本省没有班次" in page
    assert "未上报 32" in page_of(signed_in(cast.centre), the_round)
    assert press(client, P.REPORT_PLAN, the_round).status_code == 302
    assert ProvinceReport.objects.scope(cast.hebei).get().lines == 0
    assert "上报本省没有班次" not in page_of(client, the_round)
    after = page_of(signed_in(cast.centre), the_round)
    assert "未上报 31" in after
    assert "按时上报 1" in after
    again = press(client, P.REPORT_PLAN, the_round)
    assert again.status_code == 422
    line = entered(the_round, cast.xingtai.staff)
    actions.submit_plan(round=the_round, by=cast.xingtai.staff, now=IN_ROUND)
    actions.approve_line(training_class=line, seen=2, by=cast.hebei, now=IN_ROUND)
    assert press(client, P.REPORT_PLAN, the_round).status_code == 302
    assert ProvinceReport.objects.scope(cast.hebei).count() == 2


def test_only_provinces_report(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("approved")
    for role in (c.staff, c.people.centre, c.people.oversight):
        assert press(signed_in(role), P.REPORT_PLAN, c.tc.round).status_code == 403
    report = actions.report_plan(round=c.tc.round, by=c.people.jiangsu, now=c.now)
    assert (report.lines, states(c.tc)) == (0, ["approved"]), "its own lines only"


# Sent back by the centre ------------------------------------------------------------------------------------------


def test_the_centre_sends_a_reported_line_back_to_the_province(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("reported")
    client = signed_in(c.people.centre)
    assert url(P.SEND_BACK_LINE, c.tc) in page_of(client, c.tc.round)
    answer = press(client, P.SEND_BACK_LINE, c.tc, seen=c.tc.version, reason="日期与全国大赛重叠")
    assert answer.status_code == 302
    assert (c.reload().state, c.tc.returned_reason) == ("submitted", "日期与全国大赛重叠")
    event = entry(P.SEND_BACK_LINE)
    assert event.changes == {"state": ["reported", "submitted"]}
    assert event.reason == "日期与全国大赛重叠"
    assert subjects(c.province)[0] == f"部指导中心退回：{c.tc}"
    page = page_of(signed_in(c.province), c.tc.round)
    assert "退回：日期与全国大赛重叠" in page
    assert url(P.APPROVE_LINE, c.tc) in page
    actions.approve_line(training_class=c.tc, seen=c.tc.version, by=c.province, now=c.now)
    assert c.reload().returned_reason == ""


@pytest.mark.parametrize(
    ("inputs", "status"), [({"seen": 1, "reason": "重报"}, 409), ({"seen": 4, "reason": " "}, 422), ({"reason": "重报"}, 422)]
)  # fmt: skip
def test_sending_back_needs_the_version_and_a_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, inputs: dict[str, Any], status: int
) -> None:
    c = class_at("reported")
    assert press(signed_in(c.people.centre), P.SEND_BACK_LINE, c.tc, **inputs).status_code == status
    assert states(c.tc) == ["reported"]


# At the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_of_two_who_submit_at_the_same_moment_one_succeeds(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("planned")
    staff, round_ = c.staff, c.tc.round
    results = race(*[lambda: actions.submit_plan(round=round_, by=staff, now=IN_ROUND) for _ in range(4)])
    assert sum(isinstance(result, list) for result in results) == 1
    assert (c.reload().version, entries(P.SUBMIT_PLAN)) == (2, 1)


@pytest.mark.postgresql
def test_a_line_is_not_both_approved_and_returned(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("submitted")
    tc, province, now = c.tc, c.province, c.now
    race(
        lambda: actions.approve_line(training_class=tc, seen=2, by=province, now=now),
        lambda: actions.return_line(training_class=tc, reason="请改", seen=2, by=province, now=now),
    )
    decided = Event.objects.unscoped("tests").filter(code__in=[P.APPROVE_LINE, P.RETURN_LINE])
    assert decided.count() == 1
    assert c.reload().version == 3


@pytest.mark.postgresql
def test_a_line_is_not_changed_under_the_hands_of_whoever_submits_it(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("planned")
    tc, staff = c.tc, c.staff
    fields = {name: getattr(tc, name) for name in LINE} | {"headcount": 9}
    race(
        lambda: actions.submit_plan(round=tc.round, by=staff, now=IN_ROUND),
        lambda: actions.edit_line(training_class=tc, **fields, seen=1, by=staff, now=IN_ROUND),
    )
    edited = entries(P.EDIT_LINE)
    assert (c.reload().state, c.tc.headcount) == ("submitted", 9 if edited else 4)
    assert c.tc.version == 2 + edited


@pytest.mark.postgresql
def test_a_report_at_the_moment_of_an_approval_forgets_no_line(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("submitted")
    tc, province, now = c.tc, c.province, c.now
    race(
        lambda: actions.approve_line(training_class=tc, seen=2, by=province, now=now),
        lambda: actions.report_plan(round=tc.round, by=province, now=now),
    )
    reported = ProvinceReport.objects.scope(province).values_list("lines", flat=True)
    assert (c.reload().state, list(reported)) in [("approved", []), ("approved", [0]), ("reported", [1])]
