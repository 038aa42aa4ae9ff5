"""Lessons that are held online 网络师资研修 (IP 8): where, and what to have ready."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.attendance import places_said
from gongxue.regulations.breaches import Breach
from gongxue.regulations.parallel import WHOLE_CLASS, group_title
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.running import running_delivery
from gongxue.stage5_delivery.models import OnlineUnit
from gongxue.stage5_delivery.queries import lessons_of

LINK_LENGTH, MATERIAL_LENGTH = 300, 500


@action(Permission.SET_ONLINE)
def set_online(
    *, training_class: TrainingClass, day: date, periods: Sequence[int], link: str, by: Role, now: datetime,
    material: str = "", group: int = 0,
) -> list[OnlineUnit]:  # fmt: skip
    """Say that some periods of a day are held online, and where; said again it replaces what was said.

    Refused: periods that are not on the timetable, a link that is not https.
    """
    shown = lock(training_class, by)
    running_delivery(shown)
    refuse_if([*_lesson_breaches(shown, day, periods, group), *link_breaches(link, material)])
    rows = [
        OnlineUnit.objects.inside(training_class=shown).update_or_create(
            training_class=shown, day=day, period=period, group=group,
            defaults={"link": link.strip(), "material": material.strip(), "set_by": by.account, "set_at": now},
        )[0]
        for period in sorted(set(periods))
    ]  # fmt: skip
    said = places_said([row.place for row in rows])
    record(Permission.SET_ONLINE, by=by, now=now, about=shown, changes={said: [None, rows[0].link]})
    return rows


def _lesson_breaches(shown: TrainingClass, day: date, periods: Sequence[int], group: int) -> list[Breach]:
    if not periods:
        return [Breach("online.nothing", "TR 11", "没有选择课时。", "请勾选网络上课的课时。")]
    lessons = lessons_of(shown)
    wrong = {(day, p) for p in periods if not _is_taught(lessons.get((day, p), []), group)}
    if group != WHOLE_CLASS and wrong:
        says = f"课表中没有{group_title(group)}的这些课时。"
        return [Breach("online.group", "TR 11", says, "请按课表选择小组，或全班。")]
    says = f"课表中没有{places_said(wrong)}。"
    return [Breach("online.lesson", "TR 11", says, "请按课表选择。")] if wrong else []


def _is_taught(groups: list[int], group: int) -> bool:
    """Whether a lesson has the group; the whole class means every group of it."""
    return bool(groups) if group == WHOLE_CLASS else group in groups


def link_breaches(link: str, material: str) -> list[Breach]:
    """A link that a browser may be led to: https, a host, no name or password in it; ours."""
    breaches = []
    text = link.strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or len(text) > LINK_LENGTH or any(ch.isspace() or not ch.isprintable() for ch in text):
        says = f"课堂链接须以 https:// 开头，{LINK_LENGTH} 字以内，不含空格。"
        breaches.append(Breach("online.link", "IP 8", says, "请复制会议或课程平台的完整网址。"))
    if len(material.strip()) > MATERIAL_LENGTH:
        says = f"资料和说明最多 {MATERIAL_LENGTH} 字。"
        breaches.append(Breach("online.material", "IP 8", says, "请精简后再保存。"))
    return breaches


@action(Permission.CLEAR_ONLINE)
def clear_online(*, online_unit: OnlineUnit, by: Role, now: datetime) -> None:
    """The period is held in the room after all."""
    row = lock(online_unit, by)
    running_delivery(row.training_class)
    record(Permission.CLEAR_ONLINE, by=by, now=now, about=row, changes={"link": [row.link, None]})
    row.delete()
