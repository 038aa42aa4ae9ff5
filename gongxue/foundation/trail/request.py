"""The id of the request under way, set at the door, read by the log and the trail."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
