"""Who is at a page right now: a hint, kept for a minute and a half beside the sessions, outside of the books.

A page that shows it sends a beat every BEAT; who has not been heard for EXPIRES is gone. Nothing of it is recorded in
the trail and nothing depends on it: two writers are kept apart by versions, not by this.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gongxue.foundation.access.models import Presence
from gongxue.foundation.identity.models import Role

BEAT = timedelta(seconds=25)
EXPIRES = timedelta(seconds=90)


def beat(page: str, part: str, by: Role, now: datetime) -> list[Presence]:
    """Say that somebody is at a page; who else is, the latest first. Three statements on the volatile database.

    page: what it is about, such as "programme/12"; part: where on it, at most 40 characters.
    """
    Presence.objects.update_or_create(
        page=page, account=by.account_id,
        defaults={"name": by.account.name, "organisation": by.organisation.name, "part": part[:40], "seen_at": now},
    )  # fmt: skip
    here = Presence.objects.filter(page=page, seen_at__gt=now - EXPIRES)
    return list(here.exclude(account=by.account_id).order_by("-seen_at"))


def leave(page: str, by: Role) -> None:
    """The page was closed."""
    Presence.objects.filter(page=page, account=by.account_id).delete()


def forget_gone(now: datetime) -> int:
    """Rows of those who are gone; removed once a day."""
    deleted: int = Presence.objects.filter(seen_at__lte=now - EXPIRES).delete()[0]
    return deleted
