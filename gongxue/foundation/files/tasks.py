"""Jobs of uploads: the look at each one that is whole, and every hour the removal of what nobody goes on with."""

from __future__ import annotations

from django_tasks import task

from gongxue.foundation import clock
from gongxue.foundation.files import checking
from gongxue.foundation.jobs.backend import periodic


@task(priority=5)  # somebody waits for it with a hand-in
def check_upload(pk: int) -> str:
    """Hash and inspect one upload."""
    return checking.check(pk, clock.now())


@periodic("uploads.forget", 3600)
@task()
def forget_uploads() -> dict[str, int]:
    """Remove forgotten uploads."""
    return checking.forget_old(clock.now())
