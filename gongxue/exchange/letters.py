"""An e-mail as it goes out: plain Chinese text, a link to the product, the calendar file of the days it is about.

Nothing personal beyond what the message says: ID numbers and phones are taken out, names of accounts are not added.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import localtime

from gongxue.exchange.addresses import code_of
from gongxue.exchange.calendars import CalendarEvent, Method, calendar_file
from gongxue.exchange.models import Mail, Message
from gongxue.foundation.pages.logs import scrub


def letter_of(mail: Mail) -> EmailMessage:
    """The letter of a row; the same at every try (Message-ID and Date too). Unreadable: the address is gone."""
    address = mail.address.text
    message = mail.message
    subject, body = _of_message(message) if message else _of_code(mail)
    letter = EmailMessage(
        subject=subject,
        body=body,
        from_email=formataddr((one_line(settings.SITE_NAME), settings.MAIL_FROM)),
        to=[address],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers={
            "Message-ID": f"<{mail.uid}@{settings.MAIL_FROM.rpartition('@')[2]}>",
            "Date": format_datetime(localtime(mail.queued_at)),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
        },
    )
    if message and message.event:
        data, method = _calendar(CalendarEvent.from_data(message.event), address)
        letter.attach(f"gongxue-{message.pk}.ics", data, f"text/calendar; method={method}")
    return letter


def one_line(text: str) -> str:
    """A text that fits in a header: no line break, no control character."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in scrub(text)).split())


def _many_lines(text: str) -> str:
    lines = scrub(text).splitlines()
    return "\n".join("".join(ch if ch.isprintable() else " " for ch in line).rstrip() for line in lines)


def _of_message(message: Message) -> tuple[str, str]:
    subject, body = one_line(message.subject), _many_lines(message.body)
    parts = [subject, body, f"查看和办理（须登录）：\n{settings.ORIGIN}/messages/{message.pk}/", _foot()]
    return subject, "\n\n".join(part for part in parts if part)


def _foot() -> str:
    answers = "" if settings.MAIL_REPLY_TO else "请不要直接回复。"
    return (
        f"-- \n{one_line(settings.SITE_NAME)}自动发出，{answers}平台内“消息”中有同样的内容。\n"
        f"不想再收邮件：登录后在“我的账号”中关闭。{settings.ORIGIN}/my/account/"
    )


def _of_code(mail: Mail) -> tuple[str, str]:
    until = localtime(mail.address.code_until).strftime("%Y-%m-%d %H:%M")
    body = (
        f"有人在{one_line(settings.SITE_NAME)}把这个邮箱填写为自己的邮箱。\n\n"
        f"确认码：{code_of(mail.address)}\n\n"
        f"请在 {until}（北京时间）前，在平台“我的账号”页面输入。\n\n"
        "如果不是您本人填写，不必理会：没有确认码，这个邮箱不会再收到任何邮件。请不要把确认码告诉他人。"
    )
    return "邮箱确认码", body


def _calendar(event: CalendarEvent, address: str) -> tuple[str, Method]:
    """The calendar file as an invitation from the platform to the reader, or as its end (RFC 5546)."""
    method: Method = "CANCEL" if event.cancelled else "REQUEST"
    sent = replace(event, organiser=settings.MAIL_FROM, attendee=address)
    return calendar_file([sent], name=event.title, method=method).decode(), method
