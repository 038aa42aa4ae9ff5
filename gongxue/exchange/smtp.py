"""The mail server: Django's SMTP with an authority of one's own, and what its refusals mean."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_WORDS = {
    "5.1.1": "没有这个收件邮箱", "5.1.2": "没有这个邮箱域名", "5.1.3": "邮箱地址写法不对", "5.1.10": "对方不收邮件",
    "5.2.1": "收件邮箱已停用", "5.2.2": "收件邮箱已满", "5.2.3": "邮件超过对方限制", "5.3.4": "邮件超过对方限制",
    "5.7.1": "对方按其规则拒收", "4.2.2": "收件邮箱已满", "4.7.1": "对方要求稍后再试",
}  # fmt: skip


class Backend(EmailBackend):
    """Checks the server's certificate with GONGXUE_SMTP_CA where that is set, else with the system's authorities."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Certificate and host name are always checked."""
        return ssl.create_default_context(cafile=settings.MAIL_AUTHORITY or None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means. The server's own sentence often quotes the address, so that it is kept nowhere."""

    reason: str
    final: bool = False  # the mailbox says no for good
    ours: bool = False  # nothing goes out at present, whoever it is to


def verdict(error: Exception) -> Verdict:
    """What came of a try: the mailbox refuses for good (5xx), for now (4xx), or the way to it is not open.

    A 5xx to our name, our sender or our server is a mistake in the settings: the letter waits until it is mended.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, says = next(iter(error.recipients.values()))
        return _of_the_mailbox(code, says)
    if isinstance(error, smtplib.SMTPDataError):
        return _of_the_mailbox(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Verdict(f"{error.smtp_code} 邮件服务器不接受平台的用户名或密码", ours=True)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Verdict(f"{error.smtp_code} 邮件服务器不接受平台的发件地址", ours=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Verdict("邮件服务器不支持加密连接或登录", ours=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return Verdict(f"{error.smtp_code} 邮件服务器暂不受理", ours=True)
    if isinstance(error, ssl.SSLError):
        return Verdict("邮件服务器的证书不可信", ours=True)
    return Verdict("连不上邮件服务器", ours=True)


def _of_the_mailbox(code: int, says: bytes | str) -> Verdict:
    said = says.encode("utf-8", "replace") if isinstance(says, str) else says
    enhanced = _ENHANCED.match(said)
    final = 500 <= code < 600
    words = _WORDS.get(enhanced[1].decode() if enhanced else "")
    return Verdict(f"{code} {words or ('对方拒收' if final else '对方暂不接收')}", final=final)
