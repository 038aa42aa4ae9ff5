"""Handing out accounts and roles: what each act does, what makes it refuse."""

from __future__ import annotations

from typing import Any

import pytest

from gongxue.foundation.identity.actions import (
    create_account,
    end_role,
    give_role,
    issue_token,
    reset_account,
    suspend_account,
    token_digest,
)
from gongxue.foundation.identity.models import Account, ApiToken, Organisation, Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import DUTIES, Duty, OrganisationKind
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, FreshDatabase, People, Race

NOW = at(FIRST_DAY)


def create(cast: People, **given: Any) -> Any:
    inputs = {
        "organisation": cast.xingtai.organisation,
        "name": "章文君",
        "duty": "coordinator",
        "by": cast.centre,
    }
    return create_account(**{**inputs, **given}, now=NOW)


def rules(refused: pytest.ExceptionInfo[Refusal]) -> set[str]:
    return {breach.rule for breach in refused.value.breaches}


@pytest.mark.postgresql
def test_a_new_account_has_its_role_its_key_and_one_entry_in_the_trail(cast: People) -> None:
    handed = create(cast)
    account = Account.objects.get(pk=handed.pk)
    role = Role.objects.get(account=account)
    assert (role.duty, role.organisation, role.since) == ("coordinator", cast.xingtai.organisation, FIRST_DAY)
    assert account.must_change_password and account.check_password(handed.secret)
    assert account.unseal(account.seal("x", "p"), "p") == "x"
    event = Event.objects.unscoped("a test").get(about=f"account/{account.pk}")
    assert (event.code, event.actor) == ("accounts.create", cast.centre.account.name)
    assert handed.secret not in str(event.__dict__)


def test_the_sign_in_name_is_suggested_when_none_is_given(cast: People) -> None:
    names = [create(cast).sign_in_name for _ in range(3)]
    assert names == ["zhangwenjun", "zhangwenjun2", "zhangwenjun3"]
    assert create(cast, sign_in_name="wenjun.zhang").sign_in_name == "wenjun.zhang"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"name": "张"}, "account.name"), ({"name": "<b>张伟"}, "account.name"), ({"name": "张\n伟"}, "account.name"),
        ({"name": "=1+1"}, "account.name"), ({"name": "张" * 41}, "account.name"), ({"sign_in_name": "Zhang"}, "account.sign_in_name"),
        ({"sign_in_name": "1zhang"}, "account.sign_in_name"), ({"sign_in_name": "platform"}, "account.taken"),
        ({"duty": "system"}, "role.duty"), ({"duty": "emperor"}, "role.duty"), ({"duty": "province"}, "role.place"),
    ],
)  # fmt: skip
def test_an_account_is_refused_with_every_reason(cast: People, given: dict[str, str], rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        create(cast, **given)
    assert rules(refused) == {rule}
    assert not Account.objects.filter(name=given.get("name", "章文君")).exists()


def test_all_reasons_come_at_once(cast: People) -> None:
    with pytest.raises(RuleBroken) as refused:
        create(cast, name="=", sign_in_name="?", duty="province")
    assert rules(refused) == {"account.name", "account.sign_in_name", "role.place"}


@pytest.mark.parametrize("duty", [d for d in Duty if d != Duty.SYSTEM])
@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_duty_is_held_where_it_belongs_and_nowhere_else(
    cast: People, duty: Duty, kind: OrganisationKind
) -> None:
    place = Organisation.objects.filter(kind=kind).order_by("pk")[0]
    if kind in DUTIES[duty].held_in:
        assert create(cast, duty=duty, organisation=place).pk
    else:
        with pytest.raises(RuleBroken) as refused:
            create(cast, duty=duty, organisation=place)
        assert rules(refused) == {"role.place"}


@pytest.mark.parametrize("who", ["oversight", "hebei", "trainee", "instructor", "school", "system"])
def test_only_the_centre_hands_out_accounts(cast: People, who: str) -> None:
    by = getattr(cast, who)
    acts = [
        lambda: create(cast, by=by),
        lambda: reset_account(account=cast.stranger.account, by=by, now=NOW),
        lambda: suspend_account(account=cast.stranger.account, reason="x", by=by, now=NOW),
        lambda: give_role(
            account=by.account, organisation=cast.xingtai.organisation, duty="institution", by=by, now=NOW
        ),
        lambda: end_role(role=cast.stranger, reason="x", by=by, now=NOW),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("act", ["reset", "suspend", "give", "end"])
def test_the_platforms_own_account_cannot_be_taken_over(cast: People, act: str) -> None:
    platform = cast.system.account
    with pytest.raises(RuleBroken) as refused:
        {
            "reset": lambda: reset_account(account=platform, by=cast.centre, now=NOW),
            "suspend": lambda: suspend_account(account=platform, reason="x", by=cast.centre, now=NOW),
            "give": lambda: give_role(
                account=platform,
                organisation=cast.centre.organisation,
                duty="centre",
                by=cast.centre,
                now=NOW,
            ),
            "end": lambda: end_role(role=cast.system, reason="x", by=cast.centre, now=NOW),
        }[act]()
    assert rules(refused) == {"account.platform"}
    assert not Account.objects.get(pk=platform.pk).has_usable_password()


def test_nobody_suspends_themselves_or_ends_their_own_role(cast: People) -> None:
    with pytest.raises(RuleBroken) as refused:
        suspend_account(account=cast.centre.account, reason="x", by=cast.centre, now=NOW)
    assert rules(refused) == {"account.own"}
    with pytest.raises(RuleBroken) as refused:
        end_role(role=cast.centre, reason="x", by=cast.centre, now=NOW)
    assert rules(refused) == {"role.own"}


@pytest.mark.parametrize("reason", ["", "   "])
def test_suspending_and_ending_take_a_reason(cast: People, reason: str) -> None:
    for act in (
        lambda: suspend_account(account=cast.stranger.account, reason=reason, by=cast.centre, now=NOW),
        lambda: end_role(role=cast.stranger, reason=reason, by=cast.centre, now=NOW),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert rules(refused) == {"reason.missing"}


def test_suspending_twice_says_that_it_is_done(cast: People) -> None:
    suspend_account(account=cast.stranger.account, reason="离职", by=cast.centre, now=NOW)
    with pytest.raises(RuleBroken) as refused:
        suspend_account(account=cast.stranger.account, reason="离职", by=cast.centre, now=NOW)
    assert rules(refused) == {"account.suspended"}
    events = Event.objects.unscoped("a test").filter(code="accounts.suspend")
    assert [(e.reason, e.about_text) for e in events] == [("离职", cast.stranger.account.name)]


@pytest.mark.postgresql
def test_giving_a_role_twice_gives_it_once_and_it_can_be_given_again_after_its_end(cast: People) -> None:
    given: dict[str, Any] = {
        "account": cast.trainee.account,
        "organisation": cast.trainee.organisation,
        "duty": "school",
    }
    first = give_role(**given, by=cast.centre, now=NOW)
    assert give_role(**given, by=cast.centre, now=NOW) == first
    end_role(role=first, reason="调整", by=cast.centre, now=NOW)
    assert give_role(**given, by=cast.centre, now=NOW) != first
    assert Event.objects.unscoped("a test").filter(code="accounts.give_role").count() == 2


def test_a_role_that_has_ended_is_not_there_to_be_ended(cast: People) -> None:
    end_role(role=cast.stranger, reason="调离", by=cast.centre, now=NOW)
    with pytest.raises(NotThere):
        end_role(role=cast.stranger, reason="调离", by=cast.centre, now=NOW)
    assert Role.objects.get(pk=cast.stranger.pk).until == FIRST_DAY


def test_tokens_end_with_the_role_the_reset_and_the_suspension(cast: People) -> None:
    def live(role: Role) -> bool:
        return ApiToken.objects.filter(digest=token_digest(tokens[role.pk]), revoked_at=None).exists()

    roles = [cast.trainee, cast.stranger, cast.school]
    tokens = {role.pk: issue_token(role=role, now=NOW) for role in roles}
    assert all(live(role) for role in roles)
    end_role(role=cast.trainee, reason="x", by=cast.centre, now=NOW)
    reset_account(account=cast.stranger.account, by=cast.centre, now=NOW)
    suspend_account(account=cast.school.account, reason="x", by=cast.centre, now=NOW)
    assert not any(live(role) for role in roles)
    assert not ApiToken.objects.filter(digest__in=tokens.values()).exists(), "only hashes are kept"


@pytest.mark.postgresql
def test_two_people_of_one_name_at_the_same_moment_get_two_sign_in_names_or_a_refusal(
    fresh_database: FreshDatabase, race: Race
) -> None:
    cast = fresh_database.cast
    results = race(*[lambda: create(cast).sign_in_name for _ in range(4)])
    made = [name for name in results if isinstance(name, str)]
    assert made and len(set(made)) == len(made) == Account.objects.filter(name="章文君").count()
    assert {rule for r in results if isinstance(r, RuleBroken) for rule in [r.breaches[0].rule]} <= {
        "account.taken"
    }
    assert all(isinstance(r, (str, RuleBroken)) for r in results)
