"""Forms of identity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from gongxue.foundation import clock
from gongxue.foundation.access.address import network_of
from gongxue.foundation.access.throttle import (
    SIGN_IN_ADDRESS,
    SIGN_IN_NAME,
    failed,
    longest_wait,
    succeeded,
)
from gongxue.foundation.identity.queries import organisation_by
from gongxue.regulations.roles import Duty


class SignInForm(AuthenticationForm):
    """Sign-in name and password, with growing delay per name and per network; unknown names look the same."""

    error_messages = {
        "invalid_login": "登录名或密码不正确。初始密码 72 小时内有效，过期请联系部指导中心重置。",
        "inactive": "该账号已停用，请联系部指导中心。",
    }
    username = forms.CharField(
        label="登录名",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,  # longer ones would only cost hashing time
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        """Sign-in names are kept in lower case."""
        return str(self.cleaned_data["username"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Ask only when the delay is over; count what fails; an initial secret lapses after 72 hours."""
        assert self.request is not None
        name, network, now = self.cleaned_data.get("username", ""), network_of(self.request), clock.now()
        wait = longest_wait([(SIGN_IN_NAME, name), (SIGN_IN_ADDRESS, network)], now)
        if wait:
            raise ValidationError(f"连续多次登录失败，请 {wait} 秒后再试。", code="wait")
        try:
            cleaned = super().clean()
            account: Any = self.get_user()
            if account and account.initial_secret_until and account.initial_secret_until < now:
                raise self.get_invalid_login_error()
        except ValidationError:
            failed(SIGN_IN_NAME, name, now)
            failed(SIGN_IN_ADDRESS, network, now)
            raise
        succeeded(SIGN_IN_NAME, name)
        return cleaned


class PasswordForm(forms.Form):
    """Changing one's password."""

    current = forms.CharField(
        label="当前密码", max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label="新密码", max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="不少于 12 位，不能以姓名、登录名为主；可以是一句容易记住的话。",
    )  # fmt: skip
    again = forms.CharField(
        label="再输一次",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both entries are the same."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("new") != cleaned.get("again"):
            self.add_error("again", "两次输入的新密码不一致。")
        return cleaned


class OrganisationField(forms.CharField):
    """An organisation chosen by typing: its full name or an institution's code."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": "organisations", "autocomplete": "off", "data-organisation": ""}
        kwargs.setdefault("help_text", "输入名称中的几个字或机构号，从提示中选择。")
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        """The organisation; names must be whole, a guess is never taken."""
        text = super().clean(value)
        organisation = organisation_by(text)
        if organisation is None:
            raise ValidationError("没有这个单位，请从提示中选择；名录中没有的院校请先登记。")
        return organisation


def duty_choices() -> list[tuple[str, str]]:
    """Every duty that people can hold."""
    return [("", "请选择"), *((d.value, d.title) for d in Duty if d != Duty.SYSTEM)]


class RoleForm(forms.Form):
    """A duty in an organisation."""

    organisation = OrganisationField(label="单位")
    duty = forms.ChoiceField(label="职责", choices=duty_choices)


class AccountForm(RoleForm):
    """A new account with its first role. Nobody types a password here (MG 25.1)."""

    name = forms.CharField(label="姓名", max_length=40, help_text="按身份证填写真实姓名。")
    sign_in_name = forms.CharField(
        label="登录名", max_length=40, required=False, help_text="可不填，按姓名拼音自动分配。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip
    field_order = ("organisation", "duty", "name", "sign_in_name")

    def clean_sign_in_name(self) -> str:
        """Sign-in names are kept in lower case."""
        return str(self.cleaned_data["sign_in_name"]).strip().lower()
