"""Opening a round, and the register of rounds (TR 7: 部指导中心每半年组织一次培训信息报送)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import open_round
from gongxue.stage1_planning.models import ReportingRound
from tests.cast import FreshDatabase, People, Race, SignedIn, at
from tests.stage1_planning.plans import CLOSES, IN_ROUND, OPENS, entries, entry, opened, why
from tests.still_clock import StillClock

HERE = reverse(Permission.OPEN_ROUND.value)
SENT: dict[str, Any] = {"year": 2023, "half": 1, "opens_on": OPENS, "closes_on": CLOSES}


@pytest.fixture(autouse=True)
def today(still_clock: StillClock) -> None:
    still_clock.set(IN_ROUND)


def test_the_centre_opens_a_round_on_its_page(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    assert f'href="{HERE}"' in client.get("/planning/").content.decode()
    assert "开启半年度报送" in client.get(HERE).content.decode()
    answer = client.post(HERE, SENT | {"once": "k"})
    round_ = ReportingRound.objects.unscoped("tests").get()
    assert (answer.status_code, answer["Location"]) == (302, f"/planning/{round_.pk}/")
    assert (round_.year, round_.half, round_.opens_on, round_.closes_on) == (2023, 1, OPENS, CLOSES)
    assert round_.state == "open"
    event = entry(Permission.OPEN_ROUND)
    assert event.about == f"reportinground/{round_.pk}"
    assert event.changes == {"opens_on": [None, "2022-10-13"], "closes_on": [None, "2022-11-07"]}


def test_a_double_click_opens_one_round(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    answers = [client.post(HERE, SENT | {"once": "k"}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert (ReportingRound.objects.unscoped("tests").count(), entries(Permission.OPEN_ROUND)) == (1, 1)


def test_institutions_and_provinces_are_told_until_when_they_may_report(cast: People) -> None:
    round_ = opened(cast)
    for role in (cast.xingtai.staff, cast.changzhou.staff, cast.hebei, cast.beijing):
        (message,) = messages_visible_to(role)
        assert message.subject == "2023年上半年报送已开启，截止2022年11月7日"
        assert message.link == f"/planning/{round_.pk}/"
    for role in (cast.xingtai.coordinator, cast.centre, cast.trainee, cast.instructor):
        assert not messages_visible_to(role).exists()


@pytest.mark.parametrize(
    ("changed", "rule", "says"),
    [
        ({"closes_on": date(2022, 10, 12)}, "round.dates", "报送截止日早于开始日"),
        ({"opens_on": date(2022, 10, 1), "closes_on": date(2022, 10, 19)}, "round.past", "报送截止日2022年10月19日已过"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_are_refused_with_article_and_way_out(
    cast: People, signed_in: SignedIn, changed: dict[str, date], rule: str, says: str
) -> None:
    answer = signed_in(cast.centre).post(HERE, SENT | changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "技术规程第七条" in page
    assert 'value="2023"' in page, "what was typed is kept"
    (breach,) = why(open_round, **SENT | changed, by=cast.centre, now=IN_ROUND)
    assert breach.rule == rule
    assert breach.way_out
    assert not ReportingRound.objects.unscoped("tests").exists()


def test_the_last_day_may_be_today(cast: People) -> None:
    round_ = open_round(**SENT | {"closes_on": OPENS}, by=cast.centre, now=at(OPENS, 23, 59))
    assert round_.is_open_on(OPENS)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"half": 3}, 422), ({"half": ""}, 422), ({"year": 2021}, 422), ({"year": "二〇二三"}, 422), ({"opens_on": ""}, 422)],
)  # fmt: skip
def test_what_is_no_half_year_is_refused_in_place(
    cast: People, signed_in: SignedIn, changed: dict[str, Any], status: int
) -> None:
    answer = signed_in(cast.centre).post(HERE, SENT | changed)
    assert answer.status_code == status
    assert 'class="error"' in answer.content.decode()


@pytest.mark.parametrize("changed", [{"half": 0}, {"half": 3}, {"year": 2019}, {"year": 2100}])
def test_the_act_itself_knows_two_half_years(cast: People, changed: dict[str, int]) -> None:
    (breach,) = why(open_round, **SENT | changed, by=cast.centre, now=IN_ROUND)
    assert (breach.rule, breach.cites) == ("round.period", "技术规程第七条")


def test_a_half_year_has_one_round(cast: People, signed_in: SignedIn) -> None:
    opened(cast)
    answer = signed_in(cast.centre).post(HERE, SENT)
    assert answer.status_code == 422
    assert "2023年上半年的报送轮次已经开启" in answer.content.decode()
    assert "请直接使用该轮次" in answer.content.decode()
    assert opened(cast, half=2).period.title == "2023年下半年"
    assert opened(cast, year=2024).period.title == "2024年上半年"


@pytest.mark.postgresql
def test_the_database_itself_allows_one_round_a_half_year_with_dates_in_order(cast: People) -> None:
    opened(cast)
    for wrong in (
        {"year": 2023, "half": 1},
        {"year": 2023, "half": 3},
        {"year": 2024, "half": 1, "closes_on": date(2022, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReportingRound.objects.create(**SENT | wrong)


@pytest.mark.postgresql
def test_of_many_who_open_the_same_half_year_one_succeeds(fresh_database: FreshDatabase, race: Race) -> None:
    centre = fresh_database.cast.centre
    results = race(*[lambda: open_round(**SENT, by=centre, now=IN_ROUND) for _ in range(4)])
    refused = [result for result in results if isinstance(result, RuleBroken)]
    assert [refusal.breaches[0].rule for refusal in refused] == ["round.known"] * 3
    assert (ReportingRound.objects.unscoped("tests").count(), entries(Permission.OPEN_ROUND)) == (1, 1)


def test_nobody_else_opens_a_round(cast: People, signed_in: SignedIn) -> None:
    for role in (cast.hebei, cast.oversight, cast.xingtai.staff, cast.trainee, cast.system):
        with pytest.raises(NotAllowed):
            open_round(**SENT, by=role, now=IN_ROUND)
    for role in (cast.hebei, cast.oversight, cast.xingtai.staff):
        client = signed_in(role)
        assert client.post(HERE, SENT).status_code == 403
        assert f'href="{HERE}"' not in client.get("/planning/").content.decode()


# The register of rounds -------------------------------------------------------------------------------------------


def test_before_the_first_round_the_register_says_so(cast: People, signed_in: SignedIn) -> None:
    for role in (cast.centre, cast.hebei, cast.xingtai.staff):
        assert "还没有开启报送轮次" in signed_in(role).get("/planning/").content.decode()


def test_rounds_are_listed_the_newest_first_with_their_days_and_state(
    cast: People, signed_in: SignedIn
) -> None:
    rounds = [opened(cast, half=2), opened(cast), opened(cast, year=2024)]
    page = signed_in(cast.xingtai.staff).get("/planning/").content.decode()
    places = [page.index(title) for title in ("2024年上半年报送", "2023年下半年报送", "2023年上半年报送")]
    assert places == sorted(places)
    assert "2022-10-13 至 2022-11-07" in page
    assert "报送中" in page
    assert all(f'href="/planning/{round_.pk}/"' in page for round_ in rounds)


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_register_takes_the_same_number_of_queries_for_any_number_of_rounds(
    cast: People, signed_in: SignedIn, django_assert_num_queries: DjangoAssertNumQueries, rounds: int
) -> None:
    client = signed_in(cast.centre)
    for year in range(2023, 2023 + rounds):
        opened(cast, year=year)
    client.get("/desk/")
    with django_assert_num_queries(5):
        assert client.get("/planning/").content.decode().count('data-label="轮次"') == rounds


def test_an_absent_round_is_404(cast: People, signed_in: SignedIn) -> None:
    for where in ("/planning/987654/", "/planning/987654/add/"):
        assert signed_in(cast.xingtai.staff).get(where).status_code == 404
