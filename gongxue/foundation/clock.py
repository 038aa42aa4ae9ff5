"""The clock is read here, once, at the door (views, commands, jobs); below the door it is an argument."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from gongxue.regulations.calendar import day_of


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now()


def today() -> date:
    """The present day in Shanghai."""
    return day_of(now())
