"""Reads of identity: accounts as the centre looks them up, organisations by name or code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.regulations.names import regular_name
from gongxue.regulations.roles import DUTIES, Duty, OrganisationKind

SUGGESTED = 20
STANDINGS = {"first": "待首次登录", "active": "使用中", "suspended": "已停用"}


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """What the list of accounts is narrowed by; empty strings narrow nothing."""

    words: str = ""  # name or beginning of the sign-in name
    organisation: str = ""
    duty: str = ""
    province: str = ""
    standing: str = ""

    def role_filter(self) -> Q:
        """One role must match all of organisation, duty and province."""
        wanted = Q()
        if self.organisation:
            wanted &= Q(organisation__name__contains=self.organisation)
        if self.duty:
            wanted &= Q(duty=self.duty)
        if self.province:
            wanted &= Q(organisation__province_code=self.province)
        return wanted


def holders_of(*duties: Duty) -> QuerySet[Role]:
    """Everybody in the country who holds one of the duties now and can sign in."""
    rows = held_roles().filter(duty__in=duties, account__is_active=True, organisation__is_active=True)
    return rows.select_related("account", "organisation").order_by("pk")


def held_roles() -> QuerySet[Role]:
    """Every role held now, with its organisation."""
    return Role.objects.filter(until=None).select_related("organisation").order_by("pk")


def accounts_found(search: AccountSearch) -> QuerySet[Account]:
    """People's accounts by name, each with `held`: its present roles. Two statements for a page of any size."""
    rows = Account.objects.filter(~Exists(Role.objects.filter(account=OuterRef("pk"), duty=Duty.SYSTEM)))
    if search.words:
        rows = rows.filter(Q(name__contains=search.words) | Q(sign_in_name__startswith=search.words.lower()))
    wanted = search.role_filter()
    if wanted:
        rows = rows.filter(Exists(Role.objects.filter(wanted, account=OuterRef("pk"), until=None)))
    rows = rows.filter(_standing_filter(search.standing))
    return rows.prefetch_related(Prefetch("roles", held_roles(), to_attr="held")).order_by("name", "pk")


def _standing_filter(standing: str) -> Q:
    if standing == "suspended":
        return Q(is_active=False)
    if standing in STANDINGS:
        return Q(is_active=True, must_change_password=standing == "first")
    return Q()


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands, in words and a tone."""

    title: str
    tone: str


def standing_of(account: Account, now: datetime) -> Standing:
    """Suspended, waiting for the first sign-in (or its initial password has lapsed), in use."""
    if not account.is_active:
        return Standing("已停用", "bad")
    if not account.must_change_password:
        return Standing("使用中", "good")
    if account.initial_secret_until and account.initial_secret_until < now:
        return Standing("初始密码已过期", "wait")
    return Standing("待首次登录", "run")


def organisation_by(text: str) -> Organisation | None:
    """An active organisation by its full name, or an institution by its code: 009 or 13009."""
    wanted = text.strip()
    rows = Organisation.objects.filter(is_active=True)
    if wanted.isascii() and wanted.isdigit() and len(wanted) in (3, 5):
        rows = rows.filter(code=wanted[-3:])
        return rows.filter(province_code=wanted[:2]).first() if len(wanted) == 5 else rows.first()
    return rows.filter(name=wanted).first()


def organisations_like(text: str) -> list[Organisation]:
    """Up to twenty active organisations whose name contains the text or whose code begins with it."""
    wanted = text.strip()
    if not wanted:
        return []
    rows = Organisation.objects.filter(Q(name__contains=wanted) | Q(code__startswith=wanted), is_active=True)
    return list(rows.order_by("name")[:SUGGESTED])


def duties_in(organisation: Organisation) -> list[Duty]:
    """The duties that can be held in an organisation, the platform's own never (MG 24)."""
    kind = OrganisationKind(organisation.kind)
    return [duty for duty in Duty if kind in DUTIES[duty].held_in and duty != Duty.SYSTEM]


def same_name(name: str) -> list[Account]:
    """Accounts of people with exactly this name: one person has one account, whatever the number of roles."""
    rows = Account.objects.filter(name=regular_name(name))
    return list(rows.prefetch_related(Prefetch("roles", held_roles(), to_attr="held")).order_by("pk")[:5])
