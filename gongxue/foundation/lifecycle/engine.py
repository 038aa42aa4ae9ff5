"""Rows are locked inside the role's scope, states change by the one table, versions guard approvals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from gongxue.foundation.lifecycle.errors import Conflict, NotThere, RuleBroken
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import THINGS, TITLES, Move, move_of
from gongxue.regulations.roles import Permission

M = TypeVar("M", bound=Scoped)
K = TypeVar("K")
V = TypeVar("V")


def lock(row: M, by: Any) -> M:
    """The row again, locked, inside the role's scope. NotThere outside: foreign and absent look the same."""
    rows = type(row).objects.scope(by).select_for_update(of=("self",), no_key=True)
    if row.READ_WITH:
        rows = rows.select_related(*row.READ_WITH)
    try:
        return rows.get(pk=row.pk)
    except type(row).DoesNotExist:
        raise NotThere from None


def lock_rows(rows: models.QuerySet[M]) -> list[M]:
    """Every row of a scoped queryset, locked in primary-key order so that two actions cannot block each other."""
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


class Stateful(Scoped):
    """A row with a state that only `move` changes and a version that counts its changes."""

    THING: str
    state: Any
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        abstract = True

    @property
    def state_title(self) -> str:
        """待省级审核 …"""
        return TITLES[THINGS[self.THING].states(self.state)]

    def allows(self, permission: Permission) -> bool:
        """Whether the lifecycle lets this act happen now, whoever does it."""
        return self.state in move_of(self.THING, permission).sources


def check_seen(row: Stateful, seen: int | None) -> None:
    """An approval names the version that was seen; another version is a conflict."""
    if seen is not None and seen != row.version:
        raise Conflict(
            [
                Breach(
                    "version.changed",
                    "MG 25.4",
                    f"您看到的是第 {seen} 版，现在已是第 {row.version} 版，内容有变化。",
                    "请刷新页面，核对新内容后再办理。",
                )
            ]
        )


def move(
    row: Stateful, permission: Permission, *, reason: str = "", seen: int | None = None, **also: Any
) -> dict[str, list[Any]]:
    """Change the state by the table, and the fields in `also` in the same UPDATE; returns the changes for the trail.

    The caller has locked the row and records the trail. RuleBroken when the state does not allow it or a reason is missing, Conflict when another version was seen or
    somebody else was faster.
    """
    step = move_of(row.THING, permission)
    if step.seen and seen is None:
        raise Conflict(
            [Breach("version.unnamed", "MG 25.4", "没有说明办理的是哪一版。", "请刷新页面后再办理。")]
        )
    check_seen(row, seen)
    if row.state not in step.sources:
        raise RuleBroken([_state_breach(row, step)])
    if step.reason and not reason.strip():
        raise RuleBroken(
            [
                Breach(
                    "reason.missing",
                    step.article,
                    f"“{permission.title}”须写明理由。",
                    "请填写理由后再提交。",
                )
            ]
        )
    before = row.state
    changed = (
        type(row)
        .objects.unscoped("one locked row")
        .filter(pk=row.pk, state=before, version=row.version)
        .update(state=step.target, version=row.version + 1, **also)
    )
    if not changed:
        raise Conflict(
            [Breach("state.raced", step.article, "刚刚有人办理了同一事项。", "请刷新页面查看结果。")]
        )
    row.state, row.version = step.target, row.version + 1
    for field, value in also.items():
        setattr(row, field, value)
    return {"state": [before, step.target.value]}


def edit(row: Stateful, seen: int | None = None, **fields: Any) -> dict[str, list[Any]]:
    """Change content and count it as a new version: whoever approves later must have seen it.

    Returns the changed fields as [before, after] for the trail; nothing changed, nothing counted.
    """
    check_seen(row, seen)
    changes = {
        name: [_plain(getattr(row, name)), _plain(value)]
        for name, value in fields.items()
        if getattr(row, name) != value
    }
    if changes:
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*fields, "version"])
    return changes


def touched(wanted: Mapping[K, V], seen: Mapping[K, V], stored: Mapping[K, V]) -> tuple[dict[K, V], list[K]]:
    """Of a page with many small values: what was changed on it, and which of that somebody else has changed since.

    What was not touched stays as it is stored now, whatever the page showed. An empty `seen` means that the caller
    does not say what was shown: then everything is wanted, and nothing is a conflict.
    """
    if not seen:
        return dict(wanted), []
    changed = {key: value for key, value in wanted.items() if seen.get(key) != value}
    meanwhile = [key for key, value in changed.items() if stored.get(key) not in (seen.get(key), value)]
    return changed, meanwhile


def meanwhile_breach(what: str, now: Iterable[str]) -> Breach:
    """Somebody else was faster: what stands there now, so that it is not overwritten unseen."""
    says = f"刚刚有人更改了{what}：{'、'.join(now)}。"
    return Breach("page.changed", "MG 25.4", says, "请刷新页面，核对后再提交。")


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def _state_breach(row: Stateful, step: Move) -> Breach:
    allowed = "、".join(f"“{TITLES[state]}”" for state in step.sources)
    name = THINGS[row.THING].title
    return Breach(
        "state.not_allowed",
        step.article,
        f"{name}现为“{row.state_title}”，只有{allowed}时才能{step.permission.title}。",
        "请刷新页面查看当前进度。",
    )


def state_constraint(name: str, thing: str) -> models.CheckConstraint:
    """The database refuses a state that the table does not know."""
    return models.CheckConstraint(
        condition=models.Q(state__in=[s.value for s in THINGS[thing].states]), name=name
    )


def state_field(thing: str) -> models.CharField[str, str]:
    """The state column of a thing, beginning with its first state."""
    states = THINGS[thing].states
    choices = [(state.value, TITLES[state]) for state in states]
    return models.CharField("状态", max_length=20, choices=choices, default=choices[0][0])
