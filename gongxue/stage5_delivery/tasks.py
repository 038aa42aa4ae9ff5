"""Jobs of stage 5: portfolios as archives, and their removal after a day."""

from __future__ import annotations

from django_tasks import task

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import periodic
from gongxue.stage5_delivery import packing


@task()
def build_portfolio(pack: int, by: Role) -> dict[str, int]:
    """Make one archive, as the role that asked for it."""
    return packing.build(pack, by, clock.now())


@periodic("portfolios.forget", 3600)
@task()
def forget_portfolios() -> int:
    """Remove archives that are older than a day."""
    return packing.forget_old(clock.now())
