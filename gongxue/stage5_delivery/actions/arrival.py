"""Acts on arrival: pledge and groups (TR 11.3, MG 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, touched
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import (
    attendees_of,
)


@action(Permission.CHECK_IN)
def check_in(*, attendee: Attendee, pledged: bool, by: Role, now: datetime) -> Attendee:
    """Arrival with the discipline pledge signed (MG 10). Checking in twice changes nothing."""
    row = lock(attendee, by)
    running_delivery(row.training_class)
    if not pledged:
        raise RuleBroken(
            [Breach("check_in.pledge", "MG 10", "报到时须签署纪律承诺。", "请宣读纪律要求并请其签署。")]
        )
    if row.arrived_at is None:
        row.arrived_at = row.pledged_at = now
        row.save(update_fields=["arrived_at", "pledged_at"])
        record(Permission.CHECK_IN, by=by, now=now, about=row)
    return row


@action(Permission.ASSIGN_GROUPS)
def assign_groups(
    *,
    training_class: TrainingClass,
    groups: Mapping[int, int],
    by: Role,
    now: datetime,
    seen: Mapping[int, int] | None = None,
) -> list[Attendee]:
    """Put attendees into numbered groups: attendee id → group 1-10; 0 takes somebody out.

    `seen` is what the page showed: a Conflict names who was put elsewhere meanwhile, nobody else is touched.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    known = {a.pk: a for a in attendees_of(shown)}
    if set(groups) - set(known) or any(not 0 <= n <= 10 for n in groups.values()):
        raise RuleBroken(
            [
                Breach(
                    "groups.wrong",
                    "TR 11.3",
                    "分组名单与本班不符，或组号不在 1 至 10 之间。",
                    "请刷新页面后重新分组。",
                )
            ]
        )
    wanted, meanwhile = touched(groups, seen or {}, {pk: a.group or 0 for pk, a in known.items()})
    if meanwhile:
        now_in = [f"{known[pk].application.seat} 号现为{_group_words(known[pk].group)}" for pk in meanwhile]
        raise Conflict([meanwhile_breach("分组", now_in)])
    changed = {}
    for pk, number in wanted.items():
        if known[pk].group != (number or None):
            changed[known[pk].application.seat] = [known[pk].group, number or None]
            known[pk].group = number or None
    Attendee.objects.inside(training_class=shown).bulk_update(known.values(), ["group"])
    if changed:
        record(
            Permission.ASSIGN_GROUPS, by=by, now=now, about=shown,
            changes={f"{seat} 号": pair for seat, pair in changed.items()},
        )  # fmt: skip
    return list(known.values())


def _group_words(number: int | None) -> str:
    return f"第 {number} 组" if number else "未分组"
