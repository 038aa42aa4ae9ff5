"""Monthly reconciliation 对账 and reports of misuse (MG 18.2)."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.certificates import notices
from gongxue.certificates.models import Certificate, MisuseReport, Reconciliation
from gongxue.certificates.queries.reconciliation import reconcile, sums_of
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_cases import Misuse, early_breaches, reconcile_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_own


@action(Permission.RECONCILE)
def reconcile_month(*, month: date, counted: int, by: Role, now: datetime) -> Reconciliation:
    """Sign a month that is over: `counted` is how many blank sheets were there at its end.

    Refused, each difference by its serial or number: the books disagree, the count is another, the month is not over
    or signed already.
    """
    place = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    first = month.replace(day=1)
    refuse_if(early_breaches(first, day_of(now)))  # before anything is summed: a year may be 9999
    done = Reconciliation.objects.scope(by).filter(institution=place, month=first).exists()
    sums = sums_of(place, first)
    refuse_if(reconcile_breaches(first, done, reconcile(place), sums["closing"], counted))
    made: Reconciliation = Reconciliation.objects.create(
        institution=place, province_code=place.province_code, month=first, sums=sums, counted=counted,
        signed_by=by.account, signed_at=now,
    )  # fmt: skip
    record(Permission.RECONCILE, by=by, now=now, about=made, changes={"counted": [sums["closing"], counted]})
    return made


@action(Permission.REPORT_MISUSE)
def report_misuse(*, kind: str, number: str, facts: str, by: Role, now: datetime) -> MisuseReport:
    """Report that a certificate was altered, lent, claimed, copied, forged or sold; the province handles it.

    `number`: as it stands on what was found; it may be empty or nobody's.
    """
    breaches = []
    if kind not in list(Misuse):
        breaches.append(Breach("misuse.kind", "MG 18.2", "没有这种情形。", "请在涂改、转让等情形中选择。"))
    if len(facts.strip()) < 10:
        breaches.append(
            Breach("misuse.facts", "MG 18.2", "情况说明不足 10 个字。", "请写明时间、地点、证书和发现经过。")
        )
    refuse_if(breaches)
    said = number.strip().upper()[:15]
    known = Certificate.objects.scope(by).filter(number=said).first() if said else None
    made: MisuseReport = MisuseReport.objects.create(
        kind=kind, institution=by.organisation, province_code=by.organisation.province_code, certificate=known,
        number=said, facts=facts.strip()[:1000], reported_by=by.account, reported_at=now,
    )  # fmt: skip
    record(Permission.REPORT_MISUSE, by=by, now=now, about=made)
    notices.misuse_reported(made, now)
    return made


def _handled(
    report: MisuseReport, permission: Permission, reason: str, seen: int, by: Role, now: datetime
) -> MisuseReport:
    row = lock(report, by)
    refuse_own(by, row.reported_by_id)
    told = "；".join(filter(None, [row.outcome, reason.strip()]))
    if len(told) > 500:
        raise RuleBroken([Breach("misuse.long", "MG 18.2", "处理情况超过 500 字。", "请写得简短一些。")])
    changes = move(
        row, permission, reason=reason, seen=seen, handled_by=by.account, handled_at=now, outcome=told
    )
    record(permission, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.misuse_handled(row, now)
    return row


@action(Permission.HAND_OVER_MISUSE)
def hand_over_misuse(
    *, report: MisuseReport, reason: str, seen: int, by: Role, now: datetime
) -> MisuseReport:
    """The province hands a report over to another authority; `reason` says to which and why."""
    return _handled(report, Permission.HAND_OVER_MISUSE, reason, seen, by, now)


@action(Permission.CLOSE_MISUSE)
def close_misuse(*, report: MisuseReport, reason: str, seen: int, by: Role, now: datetime) -> MisuseReport:
    """The province closes a report; `reason` says what was found and done."""
    return _handled(report, Permission.CLOSE_MISUSE, reason, seen, by, now)
