"""Accounts, organisations and roles: who somebody is and where they act."""

from __future__ import annotations

import uuid
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.db import models
from django.db.models import Q

from gongxue.foundation.identity import vault
from gongxue.foundation.identity.passwords import InitialSecretHasher, is_initial
from gongxue.regulations.registers import province_name
from gongxue.regulations.roles import DUTIES, Duty, OrganisationKind, Permission


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by sign-in name; accounts are created by actions only."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Sign-in names are kept in lower case."""
        return self.get(sign_in_name=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """One person, one account, whatever the number of roles."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sign_in_name = models.CharField("登录名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    data_key = models.BinaryField("个人数据密钥", null=True, editable=False)
    must_change_password = models.BooleanField("须修改初始密码", default=True)
    initial_secret_until = models.DateTimeField("初始密码有效期", null=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("创建时间")
    last_login = None  # sessions know it; the books need no write at each sign-in

    USERNAME_FIELD = "sign_in_name"
    objects = AccountManager()

    class Meta:
        db_table = "account"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="account_has_name"),
            models.CheckConstraint(condition=~Q(sign_in_name=""), name="account_has_sign_in_name"),
        ]
        indexes = [models.Index(fields=["name"], name="account_name")]

    def __str__(self) -> str:
        return self.name

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. An initial secret counts only until it has been replaced."""
        if not is_initial(self.password):
            return super().check_password(raw_password)
        make_password(raw_password)  # as slow as any other sign-in: nobody learns who has not been here yet
        return self.must_change_password and InitialSecretHasher().verify(raw_password or "", self.password)

    def seal(self, value: str, place: str) -> bytes:
        """Encrypt a personal value of this account."""
        if self.data_key is None:
            raise vault.Unreadable("该人员的密钥已销毁。")
        return vault.seal(value, data_key=bytes(self.data_key), uid=str(self.uid), place=place)

    def unseal(self, sealed: bytes, place: str) -> str:
        """Decrypt a personal value of this account."""
        return vault.unseal(
            sealed,
            data_key=bytes(self.data_key) if self.data_key is not None else None,
            uid=str(self.uid),
            place=place,
        )


class Organisation(models.Model):
    """The centre, a province-level department, a training institution or a school."""

    kind = models.CharField("类别", max_length=20, choices=[(k.value, k.title) for k in OrganisationKind])
    name = models.CharField("名称", max_length=80, unique=True)
    province_code = models.CharField("行政区划代码", max_length=2, blank=True)
    code = models.CharField("培训机构号", max_length=3, blank=True)  # MG 附件1; leading zeros matter
    batch = models.CharField("批次", max_length=20, blank=True)  # reading: AMB-31
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        db_table = "organisation"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in OrganisationKind]), name="organisation_kind"
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="organisation_code_once"),
        ]
        indexes = [models.Index(fields=["province_code", "kind"], name="organisation_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_institution(self) -> bool:
        """Whether it trains (TR 4)."""
        return OrganisationKind(self.kind).trains

    @property
    def province(self) -> str:
        """北京, 河北, …"""
        return province_name(self.province_code)

    @property
    def kind_title(self) -> str:
        """师资研修中心, 教师培训基地, …"""
        return OrganisationKind(self.kind).title


class Role(models.Model):
    """A duty that an account holds in an organisation, from a day until a day."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="roles")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="roles")
    duty = models.CharField("职责", max_length=24, choices=[(d.value, DUTIES[d].title) for d in Duty])
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        db_table = "role"
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=[d.value for d in Duty]), name="role_duty"),
            models.UniqueConstraint(
                fields=["account", "organisation", "duty"], condition=Q(until=None), name="role_held_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "duty"], name="role_organisation")]

    def __str__(self) -> str:
        return f"{self.account.name}（{self.title}）"

    @cached_property
    def duty_enum(self) -> Duty:
        """The duty as an enum."""
        return Duty(self.duty)

    @property
    def title(self) -> str:
        """部指导中心工作人员 …"""
        return DUTIES[self.duty_enum].title

    @property
    def place(self) -> str:
        """The organisation as the switcher shows it."""
        return self.organisation.name

    def may(self, permission: Permission) -> bool:
        """Whether the duty holds the permission; suspended accounts and organisations hold none."""
        if not (self.account.is_active and self.organisation.is_active and self.until is None):
            return False
        return permission in DUTIES[self.duty_enum].permissions

    def is_(self, *duties: Duty) -> bool:
        """Whether the role is one of these duties."""
        return self.duty_enum in duties

    @property
    def is_institution_staff(self) -> bool:
        """Staff of a training institution in any of its three duties."""
        return self.is_(Duty.INSTITUTION, Duty.COORDINATOR, Duty.CERTIFICATE_OFFICER)


class ApiToken(models.Model):
    """A token for the API: one role, limited in time. Only its hash is kept."""

    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"

    def __str__(self) -> str:
        return f"token of {self.role}"


def is_still_held(role: Role) -> bool:
    """Whether a role that was read some time ago holds now: asked again when a long upload has arrived."""
    held = Role.objects.filter(pk=role.pk, until=None, account__is_active=True)
    return held.filter(organisation__is_active=True).exists()


def roles_of(account: Account, today: date | None = None) -> list[Role]:
    """The roles an account holds now, the weightiest duty first."""
    held = Role.objects.filter(account=account, until=None, organisation__is_active=True)
    order = list(Duty)
    return sorted(
        held.select_related("organisation", "account"),
        key=lambda r: (order.index(r.duty_enum), r.organisation_id),
    )


def account_field(**more: Any) -> models.ForeignKey[Account, Account]:
    """A reference to who did something."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **more)
