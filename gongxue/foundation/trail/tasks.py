"""The sealing job: every minute, whatever the number of workers."""

from __future__ import annotations

from django_tasks import task

from gongxue.foundation import clock
from gongxue.foundation.jobs.backend import periodic
from gongxue.foundation.trail.sealing import seal


@periodic("trail.seal", 60)
@task()
def seal_trail() -> int:
    """Seal what is new; returns how many events."""
    return seal(clock.now())
