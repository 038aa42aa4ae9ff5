"""What the clock starts in the job worker besides sealing; imported when a command sets up Django."""

from __future__ import annotations

from django_tasks import task

from gongxue.commands.day import run_day
from gongxue.foundation import clock
from gongxue.foundation.jobs.backend import periodic
from gongxue.parties.queries import system_role
from gongxue.stage2_staffing.deadlines import lapse_rescues as lapse
from gongxue.stage4_enrolment.deadlines import keep_seats_moving


class DailyFailed(Exception):
    """A part of the daily run did not work; the queue tries again."""


@periodic("staffing.rescue", 600)
@task()
def lapse_rescues() -> dict[str, int]:
    """Every ten minutes: invitations that count in hours lapse when their hour has come."""
    return lapse(by=system_role(), now=clock.now())


@periodic("enrolment.offers", 600)
@task()
def lapse_offers() -> dict[str, int]:
    """Every ten minutes: offered seats whose deadline is past go to the next of the waiting list."""
    return keep_seats_moving(by=system_role(), now=clock.now())


@periodic("daily", 3600)
@task()
def run_daily() -> dict[str, int]:
    """The daily run, every hour: what is done is done once, what was missed in an outage is made up for."""
    day = run_day(clock.today(), clock.now())
    if day.failed:
        raise DailyFailed("\n".join(f"{name}: {trace}" for name, trace in day.failed.items()))
    return day.done
