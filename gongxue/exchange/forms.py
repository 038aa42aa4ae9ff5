"""Forms of the exchange: one's address and the code that confirms it."""

from __future__ import annotations

from django import forms

from gongxue.exchange.addresses import CODE_DIGITS


class AddressForm(forms.Form):
    """An address; what it must look like the act says."""

    address = forms.CharField(
        label="邮箱",
        max_length=254,
        help_text="加密存放，只用于向您发送平台消息；确认后才会收到邮件。",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )


class CodeForm(forms.Form):
    """The code from the letter."""

    code = forms.CharField(
        label="确认码",
        max_length=20,
        help_text=f"邮件中的 {CODE_DIGITS} 位数字。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
