"""Fixtures of this folder: a clock that stands still, a mail server that keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.exchange.mail_server import MailServer, mail_server
from tests.still_clock import still_clock as still_clock


def point_to(settings: Settings, server: MailServer) -> None:
    """What GONGXUE_SMTP_HOST and the others would set."""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 10
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = server.tls == "starttls", server.tls == "tls"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = settings.MAIL_AUTHORITY = ""
    settings.MAIL_FROM, settings.MAIL_REPLY_TO = "gongxue@centre.example.cn", ""
    settings.ORIGIN = "https://gongxue.example.cn"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """The platform sends e-mail, through a server that takes everything."""
    with mail_server() as here:
        point_to(settings, here)
        yield here
