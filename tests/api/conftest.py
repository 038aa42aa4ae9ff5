"""Callers of the API: a token per role, the clock under the test's hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from gongxue.foundation import clock
from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.identity.models import Role
from tests.cast import at


@dataclass
class Clock:
    """What time it is."""

    moment: datetime

    def set(self, day: date, hour: int = 10) -> None:
        """Go to a day."""
        self.moment = at(day, hour)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that pages and API read."""
    hand = Clock(at(date(2023, 3, 1)))
    monkeypatch.setattr(clock, "now", lambda: hand.moment)
    return hand


@dataclass
class Caller:
    """Somebody who calls the API in one role."""

    token: str
    client: Client

    def get(self, where: str, status: int = 200) -> Any:
        """Read; the status must be as expected."""
        response = self.client.get(f"/api/v1{where}", headers=self._headers())
        assert response.status_code == status, response.content.decode()
        return response.json()

    def post(self, where: str, status: int = 200, key: str = "", **inputs: Any) -> Any:
        """Act; the status must be as expected. The answer's result, or the problem."""
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        body = json.dumps(inputs, default=str)
        response = self.client.post(f"/api/v1{where}", body, content_type="application/json", headers=headers)
        assert response.status_code == status, response.content.decode()
        answer = response.json()
        return answer["result"] if status == 200 else answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@pytest.fixture
def caller(moment: Clock) -> Callable[[Role | None], Caller]:
    """caller(role) → a Caller; caller(None) → a stranger without a token."""

    def make(role: Role | None) -> Caller:
        token = issue_token(role=role, now=at(date(2037, 1, 1))) if role else ""  # tests travel in time
        return Caller(token, Client())

    return make
