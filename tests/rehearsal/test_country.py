"""The demonstration country: work at every stage, a full desk for every role, no link into nothing, all of it invented."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoDbBlocker

from gongxue.commands.check_books import all_checks, differences
from gongxue.desks.todos import todos_for
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.trail.models import Event
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.verification import verify
from gongxue.parties.models import TrainingApproval
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.lifecycle import CLOSED_STAGE, STAGES
from gongxue.regulations.registers import institutions
from gongxue.regulations.roles import Duty
from gongxue.rehearsal import timeline
from gongxue.rehearsal.country import (
    BASIS,
    PASSWORD,
    POOL_PER_CATEGORY,
    SIGN_INS,
    build,
    is_demonstration,
    is_empty,
    sign_in_table,
)
from gongxue.rehearsal.nation import COUNTRY
from gongxue.rehearsal.plans import EARLIEST, LATEST, Plan
from gongxue.rehearsal.timeline import at
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme.models import Programme
from gongxue.stage4_enrolment.models import Application, Enrolment
from tests.commands.serving import ADDRESS, Serving
from tests.prepared import Clone, Shelf
from tests.rehearsal.conftest import BUILT, NOW, TODAY
from tests.rehearsal.crawling import Crawl

ANY = "tests look at all rows"
NAMES = [name for name, _ in SIGN_INS]
OVERDUE = timedelta(days=21)  # older work would make the country look abandoned


def signed_in_by_form(name: str) -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"username": name, "password": PASSWORD})
    assert (answer.status_code, answer.get("Location")) == (302, "/desk/")
    return client


def role_of(name: str) -> Role:
    duty = dict(SIGN_INS)[name]
    held = Role.objects.filter(account__sign_in_name=name, duty=duty, until=None)
    return held.select_related("account", "organisation").get()


def classes() -> list[TrainingClass]:
    return list(TrainingClass.objects.unscoped(ANY))


def states(model: type[Invitation | Programme | Application | Enrolment | ReportingRound]) -> set[str]:
    return set(model.objects.unscoped(ANY).values_list("state", flat=True))


def alive_everywhere(plans: Sequence[Plan]) -> None:
    """What holds on whatever day the country is built."""
    assert {tc.stage for tc in classes()} == set(range(1, CLOSED_STAGE + 1))
    assert len(classes()) == len(plans)
    assert states(Invitation) >= {"sent", "accepted", "declined"}
    assert states(Application) >= {"submitted", "admitted", "waiting"}
    assert [name for name, *_ in sign_in_table()] == NAMES
    for name in NAMES:
        if dict(SIGN_INS)[name] != Duty.OVERSIGHT:  # only looks
            assert todos_for(role_of(name), clock.today()), name
    assert len({todo.kind for todo in todos_for(role_of("gugan"), clock.today())}) >= 4
    assert {check.name: found for check in all_checks(every_file=True) if (found := differences(check))} == {}


# What is in it --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("country")
def test_there_is_work_at_every_stage_and_for_every_role() -> None:
    alive_everywhere(BUILT)
    assert len({tc.stage for tc in classes()}) == len(STAGES) + 1
    assert len({tc.stage for tc in classes() if tc.institution.code == "009"}) >= 6, (
        "one place shows nearly all"
    )
    assert {tc.level for tc in classes()} == {"1", "2", "3", "G"}
    assert len({tc.category for tc in classes()}) == 8
    assert states(Programme) >= {"draft", "submitted", "filed", "returned"}
    assert states(Enrolment) >= {"published", "closed"}


def test_the_nation_has_three_hundred_classes_and_no_more_than_thirty_are_beyond_enrolment() -> None:
    assert len(COUNTRY) >= 300
    assert sum(plan.offset <= timeline.CLOSE + 1 for plan in COUNTRY) <= 30
    assert {plan.code for plan in COUNTRY} == {one.code for one in institutions()}
    assert POOL_PER_CATEGORY * len(CATEGORIES) >= 1000


@pytest.mark.usefixtures("country")
def test_the_books_agree_and_the_trail_is_whole() -> None:
    entries = Event.objects.unscoped(ANY).count()
    assert entries > 5000
    assert seal(NOW) == entries
    report = verify()
    assert (report.findings, report.sealed) == ([], entries)
    assert {check.name: found for check in all_checks(every_file=True) if (found := differences(check))} == {}


@pytest.mark.usefixtures("country")
def test_nothing_has_happened_after_today_and_nothing_waits_for_ever() -> None:
    assert Event.objects.unscoped(ANY).filter(at__gt=NOW).count() == 0
    for name in NAMES:
        for todo in todos_for(role_of(name), TODAY):
            assert todo.due is None or todo.due > TODAY - OVERDUE, (name, todo.heading, todo.due)


@pytest.mark.usefixtures("country")
def test_it_says_that_approvals_are_invented() -> None:
    assert "虚构" in BASIS
    assert set(TrainingApproval.objects.values_list("basis", flat=True)) == {BASIS}
    assert is_demonstration()
    xingtai = Organisation.objects.get(code="009")
    for name in ("centre", "hebei", "xingtai"):
        page = (
            signed_in_by_form(name).get(reverse("registers.institution", args=[xingtai.pk])).content.decode()
        )
        assert BASIS in page


# Who signs in ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("country")
def test_the_table_names_every_duty_that_signs_in() -> None:
    assert {duty for _, duty in SIGN_INS} == set(Duty) - {Duty.SYSTEM}
    table = sign_in_table()
    assert [name for name, *_ in table] == NAMES
    assert all(all(row) for row in table)


def test_serve_prints_the_table(
    shelf: Shelf, country_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), Clone(shelf, country_database) as clone:
        table = [f"    {name:<18}{duty}　{person}　{place}" for name, duty, person, place in sign_in_table()]
        environment = clone.environment | {"DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings"}
        with Serving(environment) as serving:
            serving.wait_for(ADDRESS)
            assert serving.end(signal.SIGINT) == 0
    head = next(i for i, line in enumerate(serving.said) if PASSWORD in line)
    assert "虚构" in serving.said[head]
    assert serving.said[head + 1 : head + 1 + len(NAMES)] == table


@pytest.mark.usefixtures("country")
@pytest.mark.parametrize("name", NAMES)
def test_everybody_on_the_table_signs_in_to_a_full_desk(name: str) -> None:
    role = role_of(name)
    page = signed_in_by_form(name).get("/desk/").content.decode()
    assert role.account.name in page
    assert role.title in page
    todos = todos_for(role, TODAY)
    for todo in todos:
        assert todo.heading in page
        assert f'href="{escape(todo.where)}"' in page
    if dict(SIGN_INS)[name] == Duty.OVERSIGHT:
        assert page.count("进行中的培训班") == 1
    else:
        assert todos


@pytest.mark.usefixtures("country")
def test_the_desks_have_many_kinds_of_work() -> None:
    assert len({todo.kind for todo in todos_for(role_of("xingtai"), TODAY)}) >= 6
    assert len({todo.kind for todo in todos_for(role_of("gugan"), TODAY)}) >= 4
    assert len({todo.kind for todo in todos_for(role_of("hebei"), TODAY)}) >= 2


@pytest.mark.usefixtures("country")
def test_nobody_else_has_a_guessable_name_and_nobody_is_double() -> None:
    assert not Account.objects.filter(sign_in_name__in=["admin", "root", "test"]).exists()
    assert Account.objects.get(sign_in_name="platform").has_usable_password() is False


# Where the links lead -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("country")
@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_every_role_leads_somewhere(name: str) -> None:
    crawl = Crawl(signed_in_by_form(name)).run("/desk/", "/")
    assert sorted(set(crawl.wrong)) == []
    assert set(crawl.seen.values()) <= {200, 301, 302, 303}
    assert len(crawl.seen) >= 12


@pytest.mark.usefixtures("country")
def test_every_public_link_leads_somewhere() -> None:
    crawl = Crawl(Client(), signs_in=True).run("/", "/national/", "/certificates/query", "/sign-in/")
    assert sorted(set(crawl.wrong)) == []
    assert len(crawl.seen) >= 12


# Building it ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """A database without a row."""
    with django_db_blocker.unblock(), Clone(shelf, shelf.empty()) as clone:
        yield clone


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.usefixtures("empty")
@pytest.mark.postgresql
def test_a_building_that_is_interrupted_leaves_nothing() -> None:
    def stop(words: str, done: int, of: int) -> None:
        assert of == len(COUNTRY)
        if done == 1:
            raise Stopped

    with pytest.raises(Stopped):
        build(at(TODAY, 9), stop)
    assert is_empty()
    assert not Event.objects.unscoped(ANY).exists()
    assert not Organisation.objects.exists()


@pytest.mark.usefixtures("empty")
@pytest.mark.faults
@pytest.mark.parametrize(
    "today",
    [
        EARLIEST,
        date(2024, 2, 29),
        date(2026, 6, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 10, 3),
        LATEST,
    ],
    ids=str,
)
def test_it_can_be_built_on_an_awkward_day(today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(today, 10))
    build(at(today, 9))
    alive_everywhere(COUNTRY)
    for name in NAMES:
        assert sorted(set(Crawl(signed_in_by_form(name), each=1).run("/desk/").wrong)) == []
