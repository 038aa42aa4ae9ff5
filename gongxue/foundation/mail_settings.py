"""Where e-mail goes out: the options of the mail server, checked at the start.

GONGXUE_SMTP_HOST=smtp.example.cn GONGXUE_SMTP_USER=gongxue GONGXUE_SMTP_PASSWORD_FILE=/run/secrets/smtp
GONGXUE_MAIL_FROM=gongxue@example.cn
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gongxue.foundation import options

TLS = ("starttls", "tls", "none")
_HERE = ("localhost", "127.0.0.1", "::1")
# Ours is narrower than RFC 5321: no quoted names, no address literals, ASCII only. Real mailboxes fit.
_NAME = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?P<name>{_NAME})@(?P<domain>(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9]))"
)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """An empty `host` means that no e-mail is sent."""

    host: str
    port: int
    tls: str  # one of TLS
    user: str
    password: str
    authority: str  # path of a PEM file, or empty
    sender: str
    reply_to: str


def is_address(text: str) -> bool:
    """Whether a text is one plain e-mail address, `name@domain.cn`, and nothing else: no line break fits in."""
    found = _ADDRESS.fullmatch(text)
    return bool(found and len(text) <= 254 and len(found["name"]) <= 64)


def mail_settings() -> MailSettings:
    """Read the options. OptionError: a sender is missing or no address, or a password would travel in clear."""
    found = MailSettings(
        host=options.text("GONGXUE_SMTP_HOST", "", "mail server; empty: no e-mail, messages on the pages only"),
        port=options.number("GONGXUE_SMTP_PORT", 587, "its port: 587 for starttls, 465 for tls"),
        tls=options.choice("GONGXUE_SMTP_TLS", "starttls", TLS, "starttls, tls, or none (without a password)"),
        user=options.text("GONGXUE_SMTP_USER", "", "user name at the mail server; empty: none is asked for"),
        password=options.text("GONGXUE_SMTP_PASSWORD", "", "its password; better GONGXUE_SMTP_PASSWORD_FILE"),
        authority=options.text("GONGXUE_SMTP_CA", "", "PEM file of who vouches for the mail server; empty: the system's"),
        sender=options.text("GONGXUE_MAIL_FROM", "", "address that e-mail comes from; needed with GONGXUE_SMTP_HOST"),
        reply_to=options.text("GONGXUE_MAIL_REPLY_TO", "", "address that answers go to; empty: the sender says none are read"),
    )  # fmt: skip
    if found.host:
        _check(found)
    return found


def _check(found: MailSettings) -> None:
    if not is_address(found.sender):
        raise options.OptionError("GONGXUE_MAIL_FROM must be a plain address when GONGXUE_SMTP_HOST is set")
    if found.reply_to and not is_address(found.reply_to):
        raise options.OptionError("GONGXUE_MAIL_REPLY_TO must be a plain address")
    if found.tls == "none" and found.user and found.host not in _HERE:
        raise options.OptionError(
            "GONGXUE_SMTP_USER needs GONGXUE_SMTP_TLS=starttls or tls: no password in clear"
        )
