"""Entering, changing and deleting plan lines (TR 7), each rule with its article and its way out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere
from gongxue.parties.actions import register_approval
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import add_line, edit_line, remove_line
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from tests.cast import ClassAtFixture, People, SignedIn, at
from tests.stage1_planning.plans import (
    CLOSES,
    IN_ROUND,
    LINE,
    OPENS,
    entered,
    entries,
    entry,
    opened,
    page_of,
    press,
    send_line,
    url,
    why,
)
from tests.still_clock import StillClock

D = date
NAMES = tuple(LINE)
# What is changed in a good line → the rule, the words, the article, the way out.
REFUSED: list[tuple[dict[str, Any], str, str, str, str]] = [
    ({"headcount": 31}, "class.size", "计划人数 31 不在 1 至 30 人之间", "技术规程第十一条(三)", "超出的可另报一期"),
    ({"days": 8}, "class.days", "三级培训时间为 7 天，填报为 8 天", "技术规程第十一条(二)", "请把培训天数改为 7 天"),
    ({"level": "2"}, "class.days", "二级培训时间为 9 天，填报为 7 天", "技术规程第十一条(二)", "请把培训天数改为 9 天"),
    ({"last_day": D(2023, 6, 11)}, "class.dates", "结束日2023年6月11日早于开班日2023年6月12日", "技术规程第七条", "请检查培训时间"),
    ({"last_day": D(2023, 6, 17)}, "class.days_inside", "7 天培训放不进", "技术规程第十一条(二)", "请延后结束日或更正天数"),
    ({"last_day": D(2023, 8, 11)}, "class.span", "共 61 天，超过 60 天", "技术规程第十一条(二)", "中间只留休息日"),
    ({"first_day": D(2023, 7, 1), "last_day": D(2023, 7, 7)}, "class.period", "不在2023年上半年之内", "技术规程第七条", "本轮只报2023年1月1日至2023年6月30日开班的班次"),
    ({"first_day": D(2022, 12, 31), "last_day": D(2023, 1, 6)}, "class.period", "不在2023年上半年之内", "技术规程第七条", "本轮只报"),
    ({"category": "02"}, "approval.missing", "本机构未获批电工电子类三级培训", "技术规程第四条", "请部指导中心登记获批文件后再报"),
]  # fmt: skip


def wanted(round_: ReportingRound, cast: People, **changed: Any) -> list[str]:
    """The rules that a line of the institution breaks."""
    given = {"round": round_, **LINE, "by": cast.xingtai.staff, "now": IN_ROUND}
    return [breach.rule for breach in why(add_line, **given | changed)]


# Entering ---------------------------------------------------------------------------------------------------------


def test_the_institution_enters_a_line_on_its_page(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.xingtai.staff)
    where = url(Permission.ADD_LINE, the_round)
    assert f'href="{where}"' in page_of(client, the_round)
    shown = client.get(where).content.decode()
    assert "已获批：信息类三级、信息类二级、机械类三级、机械类二级" in shown
    assert "一级 8 天、二级 9 天、三级 7 天" in shown
    assert "骨干培训" not in shown, "a training base runs levels 2 and 3 (TR 4)"
    answer = send_line(client, where, note=" 与省赛错开 ", once="k")
    assert (answer.status_code, answer["Location"]) == (302, f"/planning/{the_round.pk}/")
    page = page_of(client, the_round)
    assert "已保存为草稿" in page
    line = TrainingClass.objects.scope(cast.xingtai.staff).get()
    assert {name: getattr(line, name) for name in NAMES} == LINE | {"note": "与省赛错开"}
    assert (line.institution, line.province_code, line.round) == (
        cast.xingtai.organisation,
        "13",
        the_round,
    )
    assert (line.state, line.stage, line.version) == ("draft", 1, 1)
    assert line.created_by_id == cast.xingtai.staff.account_id
    assert "面向全国技工院校机械类专业教师。" in page


def test_the_trail_keeps_what_was_entered(the_round: ReportingRound, cast: People) -> None:
    line = entered(the_round, cast.xingtai.staff)
    event = entry(Permission.ADD_LINE)
    assert (event.class_id, event.account_id) == (line.pk, cast.xingtai.staff.account_id)
    assert (event.institution_id, event.province_code) == (cast.xingtai.organisation.pk, "13")
    assert event.changes["first_day"] == [None, "2023-06-12"]
    assert event.changes["headcount"] == [None, 30]
    assert set(event.changes) == set(NAMES)


def test_a_double_click_enters_one_line(the_round: ReportingRound, cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.xingtai.staff)
    where = url(Permission.ADD_LINE, the_round)
    answers = [send_line(client, where, once="k") for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert TrainingClass.objects.scope(cast.xingtai.staff).count() == entries(Permission.ADD_LINE) == 1
    other = send_line(client, where, once="k", headcount=20)
    assert other.status_code == 409, "another content under the same key"
    assert TrainingClass.objects.scope(cast.xingtai.staff).count() == 1


@pytest.mark.parametrize(("changed", "rule", "says", "article", "way_out"), REFUSED)
def test_a_refused_line_says_the_article_and_the_way_out_and_keeps_what_was_typed(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, changed: dict[str, Any], rule: str, says: str,
    article: str, way_out: str,
) -> None:  # fmt: skip
    client = signed_in(cast.xingtai.staff)
    answer = send_line(client, url(Permission.ADD_LINE, the_round), scope="面向河北省各院校", **changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (says, article, way_out, "面向河北省各院校", "还不能保存"):
        assert words in page
    assert rule in wanted(the_round, cast, **changed)
    assert not TrainingClass.objects.unscoped("tests").exists()
    assert entries(Permission.ADD_LINE) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"headcount": 0}, {"headcount": -1}, {"headcount": "三十"}, {"days": 0}, {"days": ""}, {"level": "1"}, {"level": "9"},
        {"category": "99"}, {"first_day": "2023-02-30"}, {"first_day": ""}, {"scope": "   "}, {"scope": "字" * 201},
        {"note": "字" * 201},
    ],
)  # fmt: skip
def test_what_the_form_cannot_read_is_marked_beside_the_field(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, changed: dict[str, Any]
) -> None:
    answer = send_line(signed_in(cast.xingtai.staff), url(Permission.ADD_LINE, the_round), **changed)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not TrainingClass.objects.unscoped("tests").exists()


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"headcount": 0}, ["class.size"]), ({"level": "1"}, ["class.days", "approval.kind"]), ({"level": "9"}, ["class.level"]),
        ({"level": "G"}, ["approval.kind"]), ({"category": "99"}, ["class.category", "approval.missing"]),
        ({"scope": "  "}, ["class.scope"]), ({"scope": "字" * 201}, ["class.scope_long"]),
        ({"headcount": 31, "days": 8, "category": "02", "scope": ""}, ["class.size", "class.days", "class.scope", "approval.missing"]),
    ],
)  # fmt: skip
def test_the_act_refuses_by_itself_and_says_every_reason_at_once(
    the_round: ReportingRound, cast: People, changed: dict[str, Any], rules: list[str]
) -> None:
    assert wanted(the_round, cast, **changed) == rules


@pytest.mark.parametrize(
    "changed",
    [
        {"headcount": 1}, {"headcount": 30}, {"last_day": D(2023, 8, 10)}, {"scope": "字" * 200},
        {"first_day": D(2023, 1, 1), "last_day": D(2023, 1, 7)}, {"first_day": D(2023, 6, 30), "last_day": D(2023, 7, 6)},
        {"level": "2", "days": 9, "last_day": D(2023, 6, 20)}, {"category": "03"},
    ],
)  # fmt: skip
def test_the_edges_are_inside(the_round: ReportingRound, cast: People, changed: dict[str, Any]) -> None:
    assert entered(the_round, cast.xingtai.staff, **changed).pk


def test_a_class_that_would_begin_today_is_refused(cast: People) -> None:
    round_ = opened(cast, closes_on=D(2023, 3, 31))
    inputs = {"round": round_, **LINE, "by": cast.xingtai.staff}
    begin = {"first_day": D(2023, 3, 6), "last_day": D(2023, 3, 12)}
    (breach,) = why(add_line, **inputs | begin, now=at(D(2023, 3, 6), 0))
    assert (breach.rule, breach.cites, breach.way_out) == (
        "class.past",
        "技术规程第七条",
        "请填报今后的日期。",
    )
    assert add_line(**inputs | begin, now=at(D(2023, 3, 5), 23, 59)).pk


def test_a_development_centre_runs_level_1_and_g_and_a_base_2_and_3(
    the_round: ReportingRound, cast: People
) -> None:
    """TR 4; level G needs no approval of its own and brings its own days (AMB-06, AMB-69)."""
    centre = cast.changzhou.staff
    one = {"level": "1", "days": 8, "last_day": D(2023, 6, 19)}
    assert entered(the_round, centre, **one).pk
    assert entered(the_round, centre, level="G", days=5, category="08").pk
    for level, days, last in (("3", 7, 18), ("2", 9, 20)):
        given = {"level": level, "days": days, "last_day": D(2023, 6, last), "by": centre}
        (breach,) = why(add_line, round=the_round, **LINE | given, now=IN_ROUND)
        assert (breach.rule, breach.cites) == ("approval.kind", "技术规程第四条")
        assert "请改报" in breach.way_out


def test_an_approval_ends_with_its_last_day_and_holds_again_when_renewed(cast: People) -> None:
    """AMB-60: the approvals of the tests end with 2029."""
    round_ = opened(cast, year=2030)
    line = {"first_day": D(2030, 1, 1), "last_day": D(2030, 1, 7)}
    given = {"round": round_, **LINE | line, "by": cast.xingtai.staff, "now": IN_ROUND}
    (breach,) = why(add_line, **given)
    assert (breach.rule, breach.cites) == ("approval.expired", "技术规程第四条")
    assert "2022年1月1日至2029年12月31日" in breach.says
    assert "请部指导中心登记续批文件" in breach.way_out
    register_approval(
        institution=cast.xingtai.organisation, category="01", level="3", valid_from=D(2030, 1, 1),
        valid_until=D(2033, 12, 31), basis="续批", by=cast.centre, now=IN_ROUND,
    )  # fmt: skip
    assert add_line(**given).pk


def test_the_last_day_of_an_approval_is_inside(cast: People) -> None:
    round_ = opened(cast, year=2029, half=2)
    assert entered(round_, cast.xingtai.staff, first_day=D(2029, 12, 31), last_day=D(2030, 1, 6)).pk


@pytest.mark.parametrize(
    ("moment", "open_"),
    [(at(OPENS, 0), True), (at(CLOSES, 23, 59), True), (at(OPENS - timedelta(days=1), 23, 59), False), (at(CLOSES + timedelta(days=1), 0), False)],
)  # fmt: skip
def test_lines_are_taken_from_the_first_to_the_last_day_of_the_round(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, still_clock: StillClock, moment: Any, open_: bool
) -> None:  # fmt: skip
    still_clock.set(moment)
    client = signed_in(cast.xingtai.staff)
    where = url(Permission.ADD_LINE, the_round)
    shown, round_page = client.get(where).content.decode(), page_of(client, the_round)
    assert ("现不在报送时间内" in shown) is not open_, "said before anybody types"
    assert ('<button class="btn main">保存</button>' in shown) is open_
    assert (f'href="{where}"' in round_page) is open_
    answer = send_line(client, where)
    assert answer.status_code == (302 if open_ else 422)
    if not open_:
        page = answer.content.decode()
        assert "报送时间为2022年10月13日至2022年11月7日，现不在报送期内" in page
        assert "技术规程第七条" in page
        assert "请向省级管理部门申请增补或调整" in page


def test_only_staff_of_institutions_enter_lines(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    for role in (
        cast.hebei,
        cast.centre,
        cast.xingtai.coordinator,
        cast.xingtai.certificate_officer,
        cast.school,
    ):
        with pytest.raises(NotAllowed):
            add_line(round=the_round, **LINE, by=role, now=IN_ROUND)
        assert send_line(signed_in(role), url(Permission.ADD_LINE, the_round)).status_code == 403


# Changing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("returned", [False, True])
def test_a_draft_and_a_returned_line_are_changed_on_their_page(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, returned: bool
) -> None:
    c = class_at("submitted" if returned else "planned")
    still_clock.set(c.now)
    if returned:
        answer = press(
            signed_in(c.province), Permission.RETURN_LINE, c.tc, seen=c.tc.version, reason="请写明省份"
        )
        assert answer.status_code == 302
    version = c.reload().version
    client = signed_in(c.staff)
    where = url(Permission.EDIT_LINE, c.tc)
    assert f'href="{where}"' in page_of(client, c.tc.round)
    shown = client.get(where).content.decode()
    assert f'name="headcount" value="{c.tc.headcount}"' in shown
    assert ("省级退回：</b>请写明省份" in shown) is returned
    before = c.tc.scope
    answer = send_line(
        client, where, scope="面向河北、山西", headcount=c.tc.headcount, seen=version, once="k"
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/planning/{c.tc.round_id}/")
    assert (c.reload().scope, c.tc.version) == ("面向河北、山西", version + 1)
    event = entry(Permission.EDIT_LINE)
    assert (event.class_id, event.changes) == (c.tc.pk, {"scope": [before, "面向河北、山西"]})


def test_a_double_click_changes_once_and_is_no_conflict(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(c.now)
    client = signed_in(c.staff)
    answers = [
        send_line(client, url(Permission.EDIT_LINE, c.tc), headcount=12, seen=c.tc.version, once="k")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (c.reload().version, entries(Permission.EDIT_LINE)) == (2, 1)


@pytest.mark.parametrize(("changed", "rule", "says", "article", "way_out"), REFUSED)
def test_a_change_obeys_the_same_rules_as_a_new_line(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, changed: dict[str, Any], rule: str,
    says: str, article: str, way_out: str,
) -> None:  # fmt: skip
    c = class_at("planned")
    still_clock.set(c.now)
    answer = send_line(
        signed_in(c.staff), url(Permission.EDIT_LINE, c.tc), seen=c.tc.version, note="要改的", **changed
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in page for words in (says, article, way_out, 'value="要改的"'))
    assert f'name="seen" value="{c.tc.version}"' in page
    assert (c.reload().version, entries(Permission.EDIT_LINE)) == (1, 0)


def test_a_stale_change_is_409_and_what_changed_is_shown(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("planned")
    still_clock.set(c.now)
    seen, client = c.tc.version, signed_in(c.staff)
    given = {name: getattr(c.tc, name) for name in NAMES} | {"headcount": 20, "category": "03"}
    edit_line(training_class=c.tc, **given, seen=seen, by=c.staff, now=c.now)
    answer = send_line(client, url(Permission.EDIT_LINE, c.tc), headcount=12, scope=c.tc.scope, seen=seen)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您看到的是第 1 版，现在已是第 2 版" in page
    assert "管理指南第二十五条" in page
    for label, saved, typed in (("培训人数", "20", "12"), ("专业大类", "信息类", "机械类")):
        row = f'{label}</td><td data-label="现在保存的" class="prose">{saved}</td><td data-label="您填写的" class="prose">{typed}</td>'
        assert row in page
    assert page.count('data-label="现在保存的"') == 2, "only what differs"
    assert 'name="seen" value="2"' in page
    assert (c.reload().headcount, c.tc.category) == (20, "03")


@pytest.mark.parametrize("seen", ["", "x", "0", "-1", "９", "9" * 30])
def test_a_version_that_cannot_be_read_is_no_version(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, seen: str
) -> None:
    c = class_at("planned")
    still_clock.set(c.now)
    answer = send_line(signed_in(c.staff), url(Permission.EDIT_LINE, c.tc), headcount=12, seen=seen)
    assert answer.status_code == 409
    assert c.reload().headcount == 4


@pytest.mark.parametrize("stage", ["submitted", "approved", "reported", "published"])
def test_what_is_with_the_province_cannot_be_changed_or_deleted(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, stage: str
) -> None:
    c = class_at(stage)
    still_clock.set(c.now)
    client = signed_in(c.staff)
    where = url(Permission.EDIT_LINE, c.tc)
    assert where not in page_of(client, c.tc.round)
    assert url(Permission.REMOVE_LINE, c.tc) not in page_of(client, c.tc.round)
    shown = client.get(where).content.decode()
    assert f"该班次现为“{c.tc.state_title}”，不能直接修改" in shown
    assert '<button class="btn main">保存</button>' not in shown
    for answer in (
        send_line(client, where, headcount=12, seen=c.tc.version),
        press(client, Permission.REMOVE_LINE, c.tc),
    ):
        page = answer.content.decode()
        assert answer.status_code == 422
        assert all(words in page for words in ("不能直接修改", "技术规程第七条", "请省级管理部门退回后修改"))
    assert (c.reload().headcount, c.tc.version) == (4, c.tc.version)


# Deleting ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_deleted_and_the_trail_keeps_what_it_said(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    client, key = signed_in(c.staff), c.tc.pk
    assert url(Permission.REMOVE_LINE, c.tc) in page_of(client, c.tc.round)
    answer = press(client, Permission.REMOVE_LINE, c.tc, once="k")
    assert answer.status_code == 302
    assert not TrainingClass.objects.unscoped("tests").filter(pk=key).exists()
    event = entry(Permission.REMOVE_LINE)
    assert (event.class_id, event.about_text) == (key, str(c.tc))
    assert event.changes["headcount"] == [4, None]
    assert event.changes["first_day"] == ["2023-06-12", None]
    assert press(client, Permission.REMOVE_LINE, c.tc, once="k").status_code == 404
    assert entries(Permission.REMOVE_LINE) == 1


def test_a_returned_line_may_be_deleted(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    press(signed_in(c.province), Permission.RETURN_LINE, c.tc, seen=c.tc.version, reason="请另报")
    assert press(signed_in(c.staff), Permission.REMOVE_LINE, c.tc).status_code == 302
    assert not TrainingClass.objects.unscoped("tests").exists()


# Whose lines ------------------------------------------------------------------------------------------------------


def test_the_line_of_another_institution_is_not_there(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("planned")
    for other in (c.people.gongmao.staff, c.people.changzhou.staff):
        client = signed_in(other)
        where = url(Permission.EDIT_LINE, c.tc)
        assert client.get(where).status_code == 404
        assert send_line(client, where, seen=c.tc.version).status_code == 404
        assert press(client, Permission.REMOVE_LINE, c.tc).status_code == 404
        given = {name: getattr(c.tc, name) for name in NAMES}
        with pytest.raises(NotThere):
            edit_line(training_class=c.tc, **given, seen=c.tc.version, by=other, now=c.now)
        with pytest.raises(NotThere):
            remove_line(training_class=c.tc, by=other, now=c.now)
        assert str(c.tc) not in page_of(client, c.tc.round)
    assert c.reload().version == 1


def test_a_colleague_of_the_institution_without_the_duty_may_not(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    for role in (c.coordinator, c.certificate_officer, c.province, c.people.centre):
        assert signed_in(role).get(url(Permission.EDIT_LINE, c.tc)).status_code == 403
        assert press(signed_in(role), Permission.REMOVE_LINE, c.tc).status_code == 403


def test_the_act_names_the_version_it_saw(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    given = {name: getattr(c.tc, name) for name in NAMES}
    with pytest.raises(Conflict):
        edit_line(training_class=c.tc, **given, seen=2, by=c.staff, now=c.now)


def test_a_form_saved_without_a_change_counts_no_version(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    given = {name: getattr(c.tc, name) for name in NAMES}
    edit_line(training_class=c.tc, **given, seen=1, by=c.staff, now=c.now)
    assert c.reload().version == 1
