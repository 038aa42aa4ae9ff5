"""Keeping versions: small, and at points that somebody will want to compare. Ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gongxue.foundation.identity.models import Account
from gongxue.stage3_programme.models import Programme, ProgrammeVersion
from gongxue.stage3_programme.queries import snapshot, written_sessions
from gongxue.stage3_programme.queries.history import last_kept

PAUSE = timedelta(minutes=30)  # the same writer comes back: what was left is kept
TURN = timedelta(minutes=10)  # two write in turns: so much lies between two kept versions

Cause = ProgrammeVersion.Cause


def worth_keeping(
    *, written_at: datetime | None, by_other: bool, kept_at: datetime | None, now: datetime
) -> bool:
    """Whether the text as it was left is kept before somebody goes on writing."""
    if written_at is None:
        return False
    if now - written_at >= PAUSE:
        return True
    return by_other and (kept_at is None or now - kept_at >= TURN)


def keep(programme: Programme, cause: Cause, by: Account | None, now: datetime) -> None:
    """One more version to compare; the content only where it is not that of the one before."""
    _keep(programme, cause, by, now, snapshot(programme, written_sessions(programme)))


def as_left(programme: Programme, by: Account, now: datetime) -> dict[str, Any] | None:
    """The text that the writer before left, when it is worth keeping; asked before anything is changed."""
    held = last_kept(programme.training_class)
    left = worth_keeping(
        written_at=programme.written_at,
        by_other=programme.written_by_id != by.pk,
        kept_at=held.at if held else None,
        now=now,
    )
    if not left:
        return None
    content = snapshot(programme, written_sessions(programme))
    return None if held and held.content == content else content


def keep_left(programme: Programme, version: int, content: dict[str, Any] | None) -> None:
    """The version that the writer before left, under their name and hour; nothing when it was not worth it."""
    if content is not None:
        ProgrammeVersion.objects.create(
            training_class=programme.training_class, version=version, cause=Cause.SAVED, content=content,
            by=programme.written_by, at=programme.written_at,
        )  # fmt: skip


def _keep(
    programme: Programme, cause: Cause, by: Account | None, now: datetime, content: dict[str, Any]
) -> None:
    held = last_kept(programme.training_class)
    same = held is not None and held.content == content
    ProgrammeVersion.objects.create(
        training_class=programme.training_class, version=programme.version, cause=cause,
        content=None if same else content, by=by, at=now,
    )  # fmt: skip
