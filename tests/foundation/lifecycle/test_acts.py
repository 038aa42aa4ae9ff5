"""Acts: one transaction, one permission, one entry; how they refuse."""

from __future__ import annotations

from datetime import datetime

import pytest

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.lifecycle.acts import ACTS, action, load_acts
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, Refusal, RuleBroken, refuse_if
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People

NOW = at(FIRST_DAY)


@pytest.fixture
def spare_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongxue.foundation.lifecycle.acts.ACTS", {})


def test_an_act_that_fails_half_way_leaves_nothing(cast: People, spare_acts: None) -> None:
    @action(Permission.REGISTER_SCHOOL)
    def half(*, by: Role, now: datetime) -> None:
        Organisation.objects.create(kind="school", name="半个学校", province_code="13")
        raise RuleBroken([Breach("x", "TR 1", "不行。")])

    with pytest.raises(RuleBroken):
        half(by=cast.centre, now=NOW)
    assert not Organisation.objects.filter(name="半个学校").exists()


def test_the_permission_is_asked_before_anything_runs(cast: People, spare_acts: None) -> None:
    ran = []

    @action(Permission.REGISTER_SCHOOL)
    def watched(*, by: Role, now: datetime) -> None:
        ran.append(by)

    with pytest.raises(NotAllowed) as refused:
        watched(by=cast.hebei, now=NOW)
    assert ran == []
    assert "“省级管理部门工作人员”没有“登记院校”的权限" in str(refused.value)
    watched(by=cast.centre, now=NOW)
    assert ran == [cast.centre]


@pytest.mark.parametrize("ended", ["role", "account", "organisation"])
def test_a_role_that_no_longer_stands_holds_no_permission(cast: People, ended: str) -> None:
    role = cast.centre
    assert role.may(Permission.REGISTER_SCHOOL)
    if ended == "role":
        role.until = FIRST_DAY
    elif ended == "account":
        role.account.is_active = False
    else:
        role.organisation.is_active = False
    assert not role.may(Permission.REGISTER_SCHOOL)


def test_a_permission_is_one_act(spare_acts: None) -> None:
    @action(Permission.REGISTER_SCHOOL)
    def first(*, by: Role, now: datetime) -> None: ...

    with pytest.raises(RuntimeError, match="is already the act first"):

        @action(Permission.REGISTER_SCHOOL)
        def second(*, by: Role, now: datetime) -> None: ...


def test_every_parts_acts_are_known_whoever_asks() -> None:
    before = set(ACTS)
    load_acts()
    assert set(ACTS) == before >= {Permission.IMPORT_ACCOUNTS, Permission.REVEAL, Permission.ISSUE}


def test_a_refusal_carries_every_breach_with_its_article_and_way_out() -> None:
    breaches = [Breach("a", "TR 11.3", "满了。", "可候补。"), Breach("b", "MG 9", "不在库。")]
    with pytest.raises(RuleBroken) as refused:
        refuse_if(breaches)
    assert str(refused.value) == "满了。（技术规程第十一条(三)）可候补。；不在库。（管理指南第九条）"
    assert refused.value.breaches == tuple(breaches)
    refuse_if([])


@pytest.mark.parametrize(("kind", "status"), [(RuleBroken, 422), (Conflict, 409), (Refusal, 422)])
def test_each_refusal_has_its_status(kind: type[Refusal], status: int) -> None:
    assert kind([]).status == status
    assert NotAllowed("没有权限。").status == 403
