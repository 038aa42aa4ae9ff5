"""Publishing 全国培训信息 in numbered editions (TR 7, MG 25.4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.lifecycle.errors import NotAllowed
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import PublishedEdition, TrainingClass
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn
from tests.stage1_planning.plans import IN_ROUND, beside, entries, entry, page_of, press, states, url, why
from tests.still_clock import StillClock

pytestmark = pytest.mark.postgresql


def reported(c: ClassAt, line: TrainingClass) -> TrainingClass:
    """A further line of the institution, taken to the centre."""
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    actions.approve_line(training_class=line, seen=2, by=c.province, now=IN_ROUND)
    actions.report_plan(round=c.tc.round, by=c.province, now=IN_ROUND)
    line.refresh_from_db()
    return line


def test_the_centre_publishes_what_is_reported(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("reported")
    client = signed_in(c.people.centre)
    assert url(P.PUBLISH_PLAN, c.tc.round) in page_of(client, c.tc.round)
    assert press(client, P.PUBLISH_PLAN, c.tc.round).status_code == 302
    edition = PublishedEdition.objects.get()
    assert (edition.number, edition.round_id, str(edition)) == (1, c.tc.round_id, "2023年上半年第1期")
    assert edition.published_by_id == c.people.centre.account_id
    assert edition.lines == [
        {
            "class": c.tc.pk, "province": "河北", "institution_code": "009", "institution": "邢台技师学院", "level": "三级",
            "category": "机械类", "first_day": "2023-06-12", "last_day": c.tc.last_day.isoformat(), "days": 7,
            "headcount": 4, "scope": c.tc.scope, "plan": "计划内",
        }
    ]  # fmt: skip
    assert (c.reload().state, c.tc.stage, c.tc.round.state) == ("published", 2, "published")
    event = entry(P.PUBLISH_PLAN)
    assert (event.about, event.about_text) == (f"publishededition/{edition.pk}", str(edition))
    assert event.changes == {"lines": [None, [c.tc.pk]]}
    assert event.account_id == c.people.centre.account_id, "谁发布，谁负责"
    page = page_of(client, c.tc.round)
    assert "已发布" in page
    assert url(P.PUBLISH_PLAN, c.tc.round) not in page
    assert f'href="/classes/{c.tc.pk}/"' in page


def test_each_institution_is_told_how_many_classes_it_has_and_what_comes_next(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("planned")
    other = beside(c, 1)[0]
    actions.submit_plan(round=c.tc.round, by=c.staff, now=IN_ROUND)
    for line in (c.tc, other):
        actions.approve_line(training_class=line, seen=2, by=c.province, now=IN_ROUND)
    actions.report_plan(round=c.tc.round, by=c.province, now=IN_ROUND)
    actions.publish_plan(round=c.tc.round, by=c.people.centre, now=IN_ROUND)
    message = messages_visible_to(c.staff)[0]
    assert message.subject == "全国培训信息（2023年上半年第1期）已发布，列入本机构 2 个班次"
    assert message.body == "请在各班开班前 40 天提出开班申请。"
    assert not messages_visible_to(c.people.gongmao.staff).filter(kind="planning.publish").exists()


def test_a_double_click_publishes_one_edition(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("reported")
    client = signed_in(c.people.centre)
    answers = [press(client, P.PUBLISH_PLAN, c.tc.round, once="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (PublishedEdition.objects.count(), entries(P.PUBLISH_PLAN)) == (1, 1)


@pytest.mark.parametrize("stage", ["planned", "submitted", "approved", "published"])
def test_without_a_reported_line_there_is_nothing_to_publish(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    client, before = signed_in(c.people.centre), PublishedEdition.objects.count()
    assert url(P.PUBLISH_PLAN, c.tc.round) not in page_of(client, c.tc.round)
    answer = press(client, P.PUBLISH_PLAN, c.tc.round)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(
        words in page for words in ("没有已上报的班次可以发布", "技术规程第七条", "请等待省级管理部门上报")
    )
    assert (states(c.tc), PublishedEdition.objects.count()) == ([c.tc.state], before)


def test_only_what_is_reported_is_published(class_at: ClassAtFixture) -> None:
    c = class_at("reported")
    waiting, draft = beside(c, 2)
    TrainingClass.objects.unscoped("tests").filter(pk=waiting.pk).update(state="approved")
    actions.publish_plan(round=c.tc.round, by=c.people.centre, now=IN_ROUND)
    assert states(c.tc, waiting, draft) == ["published", "approved", "draft"]
    assert [row["class"] for row in PublishedEdition.objects.get().lines] == [c.tc.pk]


def test_what_is_reported_later_comes_in_the_second_edition(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    first = PublishedEdition.objects.get()
    staff = page_of(signed_in(c.staff), c.tc.round)
    assert url(P.ADD_LINE, c.tc.round) in staff, "the round takes lines until its last day"
    later = reported(c, beside(c, 1)[0])
    client = signed_in(c.people.centre)
    assert press(client, P.PUBLISH_PLAN, c.tc.round).status_code == 302
    second = PublishedEdition.objects.get(number=2)
    assert [row["class"] for row in second.lines] == [later.pk]
    assert PublishedEdition.objects.get(number=1).lines == first.lines
    shown = signed_in(c.staff).get("/national/?all=on").content.decode()
    assert re.search("最近发布：<a [^>]+>2023年上半年第2期<", shown)
    assert shown.count('data-label="培训机构">邢台技师学院') == 2


def test_editions_are_numbered_in_each_round(classes_at: ClassesAtFixture) -> None:
    one, other = classes_at(
        Plan("published"), Plan("published", first_day=IN_ROUND.date() + timedelta(weeks=52))
    )
    assert one.tc.round_id != other.tc.round_id
    numbers = PublishedEdition.objects.order_by("pk").values_list("round_id", "number")
    assert list(numbers) == [(one.tc.round_id, 1), (other.tc.round_id, 1)]


@pytest.mark.parametrize("who", ["province", "institution", "oversight"])
def test_only_the_centre_publishes(class_at: ClassAtFixture, signed_in: SignedIn, who: str) -> None:
    c = class_at("reported")
    role = c.actors()[who]
    client = signed_in(role)
    assert url(P.PUBLISH_PLAN, c.tc.round) not in page_of(client, c.tc.round)
    assert press(client, P.PUBLISH_PLAN, c.tc.round).status_code == 403
    with pytest.raises(NotAllowed):
        actions.publish_plan(round=c.tc.round, by=role, now=c.now)
    assert states(c.tc) == ["reported"]


def test_a_published_line_is_frozen(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    seen = c.tc.version
    (breach,) = why(actions.remove_line, training_class=c.tc, by=c.staff, now=c.now)
    assert "发布后的变更走增补、调整" in breach.way_out
    for act, by in ((actions.send_back_line, c.people.centre), (actions.return_line, c.province)):
        (breach,) = why(act, training_class=c.tc, reason="重报", seen=seen, by=by, now=c.now)
        assert breach.rule == "state.not_allowed"
    assert (c.reload().state, c.tc.version) == ("published", seen)


# At the same moment -----------------------------------------------------------------------------------------------


def test_of_many_who_publish_at_the_same_moment_one_succeeds(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("reported")
    round_, centre, now = c.tc.round, c.people.centre, c.now
    results = race(*[lambda: actions.publish_plan(round=round_, by=centre, now=now) for _ in range(4)])
    assert sum(isinstance(result, PublishedEdition) for result in results) == 1, results
    assert list(PublishedEdition.objects.values_list("number", flat=True)) == [1]
    assert (c.reload().state, entries(P.PUBLISH_PLAN)) == ("published", 1)


def test_a_line_is_not_both_published_and_sent_back(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("reported")
    tc, centre, now = c.tc, c.people.centre, c.now
    race(
        lambda: actions.publish_plan(round=tc.round, by=centre, now=now),
        lambda: actions.send_back_line(training_class=tc, reason="重报", seen=tc.version, by=centre, now=now),
    )
    published = [row["class"] for edition in PublishedEdition.objects.all() for row in edition.lines]
    assert (c.reload().state, published) in [("published", [tc.pk]), ("submitted", [])]
    acts = Event.objects.unscoped("tests").filter(code__in=[P.PUBLISH_PLAN, P.SEND_BACK_LINE])
    assert acts.count() == 1
