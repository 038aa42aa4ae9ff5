"""One JSON line per request and per event of the log, without personal values."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from gongxue.foundation.trail.request import request_id

_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PHONE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])")


def scrub(text: str) -> str:
    """ID numbers and phone numbers never stand in the log; line breaks cannot forge a line."""
    return _PHONE.sub("[手机]", _ID_NUMBER.sub("[证件号]", text))


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": scrub(record.getMessage()),
            "request": request_id.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
