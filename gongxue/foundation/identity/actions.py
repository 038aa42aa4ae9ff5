"""Handing out accounts and roles (MG 25.1): by the centre, with a single-use initial password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from gongxue.foundation.identity import vault
from gongxue.foundation.identity.models import Account, ApiToken, Organisation, Role
from gongxue.foundation.identity.passwords import INITIAL_HOURS, hash_initial, initial_secret
from gongxue.foundation.identity.sign_in_names import is_sign_in_name, suggest
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.names import regular_name
from gongxue.regulations.roles import DUTIES, Duty, OrganisationKind, Permission

TOKEN_HOURS = 12


class Handed(Account):
    """An account just handed out, with the initial password that is shown once and never stored."""

    secret: str = ""

    class Meta:
        proxy = True


def new_account(name: str, now: datetime, sign_in_name: str = "", taken: set[str] | None = None) -> Account:
    """An unsaved account with its own data key; callers set a password and save it."""
    account = Account(
        name=regular_name(name), sign_in_name=sign_in_name or suggest(name, taken), created_at=now
    )
    account.data_key = vault.new_data_key(str(account.uid))
    return account


def name_breaches(name: str) -> list[Breach]:
    """MG 4.7 全实名: a name of 2 to 40 characters without control characters."""
    if 2 <= len(name.strip()) <= 40 and name.isprintable() and not any(c in name for c in "<>&\"'=@"):
        return []
    return [Breach("account.name", "MG 4.7", "姓名应为 2 至 40 个字，不含符号。", "请按身份证填写真实姓名。")]


def duty_breaches(duty: str, organisation: Organisation) -> list[Breach]:
    """A duty can only be held where it belongs (MG 24)."""
    if duty not in list(Duty) or duty == Duty.SYSTEM:
        return [Breach("role.duty", "MG 24", "没有这个职责。", "请从列表中选择。")]
    if OrganisationKind(organisation.kind) in DUTIES[Duty(duty)].held_in:
        return []
    title = DUTIES[Duty(duty)].title
    return [
        Breach("role.place", "MG 24", f"“{title}”不能设在{organisation.kind_title}。", "请选择相应的单位。")
    ]


@action(Permission.CREATE_ACCOUNT)
def create_account(
    *, organisation: Organisation, name: str, duty: str, by: Role, now: datetime, sign_in_name: str = ""
) -> Handed:
    """Create an account with its first role and an initial password, valid once and for 72 hours (MG 25.1).

    The answer's `secret` is shown to whoever hands it over and is stored nowhere in clear.
    """
    name = regular_name(name)
    breaches = name_breaches(name) + duty_breaches(duty, organisation)
    if sign_in_name and not is_sign_in_name(sign_in_name):
        breaches.append(
            Breach(
                "account.sign_in_name",
                "MG 25.1",
                "登录名只用小写字母、数字、点、横线，3 至 40 位。",
                "请重新填写登录名。",
            )
        )
    if sign_in_name and Account.objects.filter(sign_in_name=sign_in_name).exists():
        breaches.append(_taken_breach())
    refuse_if(breaches)
    account = new_account(name, now, sign_in_name)
    secret = give_initial_secret(account, now)
    _save_new(account)
    role = Role.objects.create(account=account, organisation=organisation, duty=duty, since=day_of(now))
    record(Permission.CREATE_ACCOUNT, by=by, now=now, about=account, changes={"role": [None, str(role)]})
    account.__class__ = Handed
    account.secret = secret  # type: ignore[attr-defined]
    return account  # type: ignore[return-value]


def platform_breaches(account: Account) -> list[Breach]:
    """Nobody signs in as the platform: its own account is neither reset nor suspended nor given roles."""
    if not Role.objects.filter(account=account, duty=Duty.SYSTEM).exists():
        return []
    return [
        Breach(
            "account.platform", "MG 25", "这是平台定时任务的账号，不能人工办理。", "请选择工作人员的账号。"
        )
    ]


@action(Permission.RESET_ACCOUNT)
def reset_account(*, account: Account, by: Role, now: datetime) -> Handed:
    """Start a reset: a new single-use secret that the administrator hands over but did not choose."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    refuse_if(platform_breaches(account))
    secret = give_initial_secret(account, now)
    account.save(update_fields=["password", "must_change_password", "initial_secret_until"])
    end_tokens(account, now)
    record(Permission.RESET_ACCOUNT, by=by, now=now, about=account)
    account.__class__ = Handed
    account.secret = secret  # type: ignore[attr-defined]
    return account  # type: ignore[return-value]


def _save_new(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:  # the same name was given at the same moment
        raise RuleBroken([_taken_breach()]) from error


def _taken_breach() -> Breach:
    return Breach("account.taken", "MG 25.1", "该登录名已被使用。", "请换一个。")


def give_initial_secret(account: Account, now: datetime) -> str:
    """Set an initial password on an account that the caller saves, and return it: the only time it is seen."""
    secret = initial_secret()
    account.password = hash_initial(secret)
    account.must_change_password = True
    account.initial_secret_until = now + timedelta(hours=INITIAL_HOURS)
    return secret


@action(Permission.CHANGE_PASSWORD)
def change_password(*, current: str, new: str, by: Role, now: datetime) -> Account:
    """The person's own act: proves the current password, sets a new one, ends the initial secret."""
    account = Account.objects.select_for_update(no_key=True).get(pk=by.account_id)
    if not account.check_password(current):
        raise RuleBroken([Breach("password.current", "MG 25.1", "当前密码不正确。", "请重新输入。")])
    if current == new:
        raise RuleBroken([Breach("password.same", "MG 25.1", "新密码不能与当前密码相同。", "请换一个。")])
    try:
        validate_password(new, account)
    except ValidationError as error:
        raise RuleBroken(
            [
                Breach("password.weak", "MG 25.1", says, "请换一个密码，可以是一句容易记住的话。")
                for says in error.messages
            ]
        ) from error
    account.set_password(new)
    account.must_change_password, account.initial_secret_until = False, None
    account.save(update_fields=["password", "must_change_password", "initial_secret_until"])
    end_tokens(account, now)
    record(Permission.CHANGE_PASSWORD, by=by, now=now, about=account)
    return account


@action(Permission.SUSPEND_ACCOUNT)
def suspend_account(*, account: Account, by: Role, now: datetime, reason: str) -> Account:
    """Stop an account at once: its sessions and tokens answer no further request."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.pk == by.account_id:
        raise RuleBroken([Breach("account.own", "MG 25", "不能停用自己的账号。", "请由另一名工作人员办理。")])
    refuse_if(platform_breaches(account))
    if not account.is_active:
        raise RuleBroken([Breach("account.suspended", "MG 25", "该账号已经停用。", "请刷新页面查看。")])
    if not reason.strip():
        raise RuleBroken([Breach("reason.missing", "MG 25", "停用账号须写明理由。", "请填写理由后再提交。")])
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_tokens(account, now)
    record(Permission.SUSPEND_ACCOUNT, by=by, now=now, about=account, reason=reason)
    return account


@action(Permission.GIVE_ROLE)
def give_role(*, account: Account, organisation: Organisation, duty: str, by: Role, now: datetime) -> Role:
    """Give an account another role; holding it already is answered with the role it holds."""
    refuse_if(duty_breaches(duty, organisation) + platform_breaches(account))
    role, created = Role.objects.get_or_create(
        account=account, organisation=organisation, duty=duty, until=None, defaults={"since": day_of(now)}
    )
    if created:
        record(Permission.GIVE_ROLE, by=by, now=now, about=account, changes={"role": [None, str(role)]})
    return role


@action(Permission.END_ROLE)
def end_role(*, role: Role, by: Role, now: datetime, reason: str) -> Role:
    """End a role at once: the next request of whoever held it is refused."""
    role = (
        Role.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account", "organisation")
        .get(pk=role.pk)
    )
    if role.until is not None:
        raise NotThere
    if role.account_id == by.account_id:
        raise RuleBroken([Breach("role.own", "MG 25", "不能结束自己的角色。", "请由另一名工作人员办理。")])
    refuse_if(platform_breaches(role.account))
    if not reason.strip():
        raise RuleBroken([Breach("reason.missing", "MG 25", "结束角色须写明理由。", "请填写理由后再提交。")])
    role.until = day_of(now)
    role.save(update_fields=["until"])
    ApiToken.objects.filter(role=role, revoked_at=None).update(revoked_at=now)
    record(
        Permission.END_ROLE,
        by=by,
        now=now,
        about=role.account,
        reason=reason,
        changes={"role": [str(role), None]},
    )
    return role


def end_tokens(account: Account, now: datetime) -> None:
    """Revoke every API token of an account."""
    ApiToken.objects.filter(role__account=account, revoked_at=None).update(revoked_at=now)


def issue_token(*, role: Role, now: datetime) -> str:
    """A new API token for a role, valid twelve hours. The caller has verified the password."""
    token = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        role=role, digest=token_digest(token), created_at=now, expires_at=now + timedelta(hours=TOKEN_HOURS)
    )
    return token


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
