"""One JSON line per request and per event of the log, without personal values."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from gongxue.foundation.trail.request import request_id

_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PHONE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])")
_MAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def scrub(text: str) -> str:
    """ID numbers and phone numbers stand in no log and no letter; line breaks cannot forge a line."""
    return _PHONE.sub("[手机]", _ID_NUMBER.sub("[证件号]", text))


def scrub_log(text: str) -> str:
    """A line of the log: e-mail addresses neither (a mail server quotes them in its refusals)."""
    return scrub(_MAIL.sub("[邮箱]", text))


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": scrub_log(record.getMessage()),
            "request": request_id.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = scrub_log(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
