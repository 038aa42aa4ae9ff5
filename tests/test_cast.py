"""The test foundation itself."""

from __future__ import annotations

import socket

import pytest
from django.db import IntegrityError, connection
from django.template import engines

from gongxue.foundation.identity.models import Account
from gongxue.foundation.trail.models import Event
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application
from tests.cast import (
    ACTORS,
    STAGES,
    ClassAtFixture,
    ClassesAtFixture,
    FreshDatabase,
    People,
    Plan,
    Race,
    SignedIn,
)


@pytest.mark.postgresql
def test_the_cast_has_different_accounts_for_every_role(cast: People) -> None:
    roles = [cast.centre, cast.hebei, cast.jiangsu, cast.instructor, cast.examiner, cast.expert, cast.trainee]
    roles += [cast.stranger, cast.xingtai.staff, cast.xingtai.coordinator, cast.changzhou.staff]
    assert len({role.account_id for role in roles}) == len(roles)
    assert cast.xingtai.organisation.code == "009"


@pytest.mark.postgresql
@pytest.mark.parametrize("number", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(cast: People, number: int) -> None:
    assert not Account.objects.filter(name="一时之人").exists()
    Account.objects.filter(pk=cast.trainee.account_id).update(name="一时之人")


@pytest.mark.parametrize("stage", STAGES)
def test_a_class_can_be_had_at_every_stage(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    assert c.tc.institution.code == "009"
    assert len(c.trainees) == (4 if STAGES.index(stage) >= STAGES.index("applied") else 0)


@pytest.mark.postgresql
def test_a_class_goes_on_inside_a_test(class_at: ClassAtFixture) -> None:
    c = class_at("admitted").drive_to("issued")
    assert len(c.certificates) == 4
    assert len(c.instructors) == 2
    assert len(c.examiners) == 3


def test_fates_are_dealt_by_seat(class_at: ClassAtFixture) -> None:
    c = class_at("issued", fates=("barred", "failed"))
    assert len(c.certificates) == 2


def test_two_classes_stand_side_by_side(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("admitted"), Plan("issued", "017", "1"))
    assert TrainingClass.objects.unscoped("test").count() == 2
    assert len(theirs.certificates) == 4
    assert not {r.account_id for r in mine.instructors} & {
        r.account_id for r in theirs.instructors + theirs.examiners
    }


def test_every_actor_has_a_name(class_at: ClassAtFixture) -> None:
    assert {*class_at("admitted").actors(), "nobody"} == set(ACTORS)


@pytest.mark.postgresql
def test_a_fresh_database_commits_for_threads(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("reviewed")
    found = race(*[lambda: Application.objects.inside(training_class=c.tc).count()] * 4)
    assert found == [4, 4, 4, 4]


@pytest.mark.postgresql
def test_registers_refuse_changes_in_a_fresh_database(fresh_database: FreshDatabase) -> None:
    fresh_database.class_at("planned")
    with pytest.raises(IntegrityError, match="登记簿只能追加"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM trail_event")
    assert Event.objects.unscoped("test").exists()


def test_an_undefined_template_variable_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match="nowhere"):
        engines["django"].from_string("{{ nowhere }}").render({})


def test_the_network_is_closed() -> None:
    with pytest.raises(RuntimeError, match="do not use the network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="do not use the network"):
        socket.getaddrinfo("example.org", 80)


def test_a_client_is_signed_in_with_its_role(cast: People, signed_in: SignedIn) -> None:
    assert signed_in(cast.centre).session["role"] == cast.centre.pk


def test_what_was_written_before_a_class_is_asked_for_is_not_lost_silently(
    cast: People, class_at: ClassAtFixture
) -> None:
    Account.objects.filter(pk=cast.trainee.account_id).update(name="一时之人")
    with pytest.raises(RuntimeError, match="before anything is written"):
        class_at("planned")
