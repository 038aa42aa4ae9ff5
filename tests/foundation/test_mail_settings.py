"""The options of the mail server: off by default, and no start with a mistake in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongxue.foundation.mail_settings import is_address, mail_settings
from gongxue.foundation.options import OptionError

RIGHT = {"GONGXUE_SMTP_HOST": "smtp.example.cn", "GONGXUE_MAIL_FROM": "gongxue@example.cn"}


def read(monkeypatch: pytest.MonkeyPatch, **more: str) -> object:
    for name, value in (RIGHT | more).items():
        monkeypatch.setenv(name, value)
    return mail_settings()


def test_without_a_host_there_is_no_mail_and_nothing_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGXUE_MAIL_FROM", "no address")
    assert mail_settings().host == ""


def test_a_host_and_a_sender_are_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("correct horse\n", encoding="utf-8")
    monkeypatch.setenv("GONGXUE_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("GONGXUE_SMTP_USER", "gongxue")
    read(monkeypatch)
    found = mail_settings()
    assert (found.port, found.tls, found.password, found.reply_to) == (587, "starttls", "correct horse", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"GONGXUE_MAIL_FROM": ""},
        {"GONGXUE_MAIL_FROM": "工学 <gongxue@example.cn>"},
        {"GONGXUE_MAIL_REPLY_TO": "office"},
        {"GONGXUE_SMTP_TLS": "ssl"},
        {"GONGXUE_SMTP_PORT": "smtp"},
        {"GONGXUE_SMTP_TLS": "none", "GONGXUE_SMTP_USER": "gongxue"},
    ],
)
def test_a_mistake_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        read(monkeypatch, **wrong)


def test_a_password_in_clear_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {"GONGXUE_SMTP_TLS": "none", "GONGXUE_SMTP_USER": "gongxue", "GONGXUE_SMTP_HOST": "localhost"}
    assert read(monkeypatch, **local)


@pytest.mark.parametrize("text", ["a@b.cn\n", "a@b.cn\r", "\na@b.cn", "a@b.cn\u2028", "a\x0b@b.cn"])
def test_no_line_break_is_part_of_an_address(text: str) -> None:
    assert is_address("a@b.cn") and not is_address(text)
