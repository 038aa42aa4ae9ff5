"""Who may run what: kind of institution × level × category × date (TR 4, MG 4, MG 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from .breaches import Breach
from .calendar import said
from .categories import category_title
from .levels import InstitutionKind, Level

RUNS_OUT_DAYS = 180  # so long ahead an institution learns that an approval ends; ours


@dataclass(frozen=True, slots=True)
class Approval:
    """An institution's approval for one category and level, with its dates (TR 脚注②: 64号, 2022-2025)."""

    category: str
    level: Level
    valid_from: date
    valid_until: date


def kind_breaches(kind: InstitutionKind, level: Level) -> list[Breach]:
    """TR 4: development centres run 骨干 and 一级, training bases 二级 and 三级.  # reading: AMB-26"""
    if level.run_by == kind:
        return []
    return [
        Breach(
            "approval.kind",
            "TR 4",
            f"{level.title}培训由{level.run_by.title}组织，本机构是{kind.title}，不能开办。",
            f"请改报{'、'.join(x.title for x in Level if x.run_by == kind)}培训。",
        )
    ]


def approval_breaches(
    kind: InstitutionKind, level: Level, category: str, first_day: date, approvals: Iterable[Approval]
) -> list[Breach]:
    """Every reason why the institution may not run this class; empty when it may.

    Level G needs only the status of a development centre.  # reading: AMB-69
    An expired approval refuses unless the centre has renewed it.  # reading: AMB-60
    """
    breaches = kind_breaches(kind, level)
    if breaches or level == Level.BACKBONE:
        return breaches
    matching = [a for a in approvals if a.level == level and a.category == category]
    name = f"{category_title(category)}{level.title}"
    if not matching:
        return [
            Breach(
                "approval.missing",
                "TR 4",
                f"本机构未获批{name}培训。",
                "请改报已获批的专业大类和级别，或请部指导中心登记获批文件后再报。",
            )
        ]
    if any(a.valid_from <= first_day <= a.valid_until for a in matching):
        return []
    latest = max(matching, key=lambda approval: approval.valid_until)
    return [
        Breach(
            "approval.expired",
            "TR 4",
            f"{name}的获批期限为{said(latest.valid_from)}至{said(latest.valid_until)}，"
            f"开班日{said(first_day)}不在期限内。",
            "请部指导中心登记续批文件，或改报获批期限内的日期。",
        )
    ]


def running_out(approvals: Iterable[Approval], today: date) -> list[Approval]:
    """The approvals that end within RUNS_OUT_DAYS and have no renewal that lasts longer, the first to end first."""
    last: dict[tuple[str, Level], Approval] = {}
    for approval in approvals:
        key = (approval.category, approval.level)
        if key not in last or last[key].valid_until < approval.valid_until:
            last[key] = approval
    until = today + timedelta(days=RUNS_OUT_DAYS)
    found = [approval for approval in last.values() if today <= approval.valid_until <= until]
    return sorted(found, key=lambda approval: (approval.valid_until, approval.category, approval.level))
