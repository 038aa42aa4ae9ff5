"""Groups of a class (TR 11.3): who is in which, what they are called, who leads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, meanwhile_breach, touched
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import Attendee, GroupName
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage5_delivery.queries.groups import group_names_of

NAME_LENGTH = 20


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
        _let_leaders_go(shown, known)
        record(
            Permission.ASSIGN_GROUPS, by=by, now=now, about=shown,
            changes={f"{seat} 号": pair for seat, pair in changed.items()},
        )  # fmt: skip
    return list(known.values())


def _group_words(number: int | None) -> str:
    return f"第 {number} 组" if number else "未分组"


def _let_leaders_go(training_class: TrainingClass, people: Mapping[int, Attendee]) -> None:
    """Whoever is no longer in a group does not lead it."""
    for row in GroupName.objects.inside(training_class=training_class).exclude(leader=None):
        if people[row.leader_id].group != row.number:
            row.leader = None
            row.save(update_fields=["leader"])


@action(Permission.NAME_GROUPS)
def name_groups(
    *,
    training_class: TrainingClass,
    names: Mapping[int, str],
    leaders: Mapping[int, int],
    by: Role,
    now: datetime,
) -> list[GroupName]:
    """Give groups names (at most 20 characters, empty: none) and leaders 组长: number → name, number → attendee id or 0.

    A group in neither keeps what it has; one in either gets both, empty where it is not named. Refused: no such group, a leader of another group.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    people = {a.pk: a for a in attendees_of(shown)}
    refuse_if(_naming_breaches(names, leaders, people))
    held = group_names_of(shown)
    changed: dict[str, list[str]] = {}
    for number in sorted({*names, *leaders}):
        row = held.setdefault(number, GroupName(training_class=shown, number=number))
        before = f"{row} {row.leader or ''}".strip()
        row.name, row.leader = names.get(number, "").strip(), people.get(leaders.get(number, 0))
        row.save()
        if (after := f"{row} {row.leader or ''}".strip()) != before:
            changed[f"第 {number} 组"] = [before, after]
    if changed:
        record(Permission.NAME_GROUPS, by=by, now=now, about=shown, changes=changed)
    return [held[number] for number in sorted(held)]


def _naming_breaches(
    names: Mapping[int, str], leaders: Mapping[int, int], people: Mapping[int, Attendee]
) -> list[Breach]:
    breaches = []
    groups = {a.group for a in people.values() if a.group}
    if {*names, *leaders} - groups:
        says = "没有这个小组，或组内还没有人。"
        breaches.append(Breach("groups.unknown", "TR 11.3", says, "请先分组，再设置组名和组长。"))
    if any(len(name.strip()) > NAME_LENGTH for name in names.values()):
        says = f"组名不超过 {NAME_LENGTH} 字。"
        breaches.append(Breach("groups.name", "TR 11.3", says, "请修改后再保存。"))
    wrong = [n for n, pk in leaders.items() if pk and (pk not in people or people[pk].group != n)]
    if wrong:
        says = f"第 {'、'.join(map(str, sorted(wrong)))} 组的组长不在该组。"
        breaches.append(Breach("groups.leader", "TR 11.3", says, "请从本组成员中选择组长。"))
    return breaches
