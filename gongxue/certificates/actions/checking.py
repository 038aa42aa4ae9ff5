"""Checking many certificates at once: workbooks of authorised bodies, keys of employers (MG 18.2)."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from gongxue.certificates import kept_checks
from gongxue.certificates.checking import Sheet
from gongxue.certificates.models import CheckedWorkbook, QueryKey
from gongxue.certificates.tasks import run_check
from gongxue.foundation.files.store import clean_name
from gongxue.foundation.identity.actions import token_digest
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.jobs.backend import enqueue_as
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_checks import ARTICLE, key_breaches, workbook_breaches
from gongxue.regulations.roles import Permission

AT_ONCE = 300  # more lines than this are a job
KEY_PREFIX = "gxq_"


@action(Permission.CHECK_LIST)
def check_list(*, sheet: Sheet, name: str, by: Role, now: datetime) -> CheckedWorkbook:
    """Check every line of a workbook as the public query would: at once, or as a job when there are many.

    The trail says how many were checked, never whom. Refused: too many lines, too many workbooks or lines for a day.
    """
    place = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    refuse_if(workbook_breaches(len(sheet.lines), *kept_checks.checked_today(place, now)))
    row = CheckedWorkbook(
        account=by.account, organisation=place, name=clean_name(name), uploaded_at=now, lines=len(sheet.lines)
    )
    kept_checks.keep(row, sheet)
    row.save()
    record(Permission.CHECK_LIST, by=by, now=now, about=row, changes={"checked": [None, row.lines]})
    if row.lines > AT_ONCE:
        row.job = enqueue_as(by, run_check, workbook=row.pk)
        row.save(update_fields=["job"])
        return row
    kept_checks.answer(row.pk, by)
    row.refresh_from_db()
    return row


@action(Permission.ISSUE_KEY)
def issue_key(
    *, body: str, purpose: str, expires_on: date, per_day: int, by: Role, now: datetime
) -> QueryKey:
    """Give a body a key for its program: `secret` of the answer is the key, shown once and kept only as a hash.

    Refused: no full name, no purpose, more than a year, no sensible limit a day.
    """
    refuse_if(key_breaches(body, purpose, expires_on, per_day, day_of(now)))
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    made: QueryKey = QueryKey.objects.create(
        body=body.strip(), purpose=purpose.strip(), digest=token_digest(secret), begins=secret[:10],
        expires_on=expires_on, per_day=per_day, organisation=by.organisation,
        province_code=by.organisation.province_code or "", issued_by=by.account, issued_at=now,
    )  # fmt: skip
    record(
        Permission.ISSUE_KEY, by=by, now=now, about=made, reason=made.purpose,
        changes={"expires_on": [None, expires_on.isoformat()], "per_day": [None, per_day]},
    )  # fmt: skip
    made.secret = secret
    return made


@action(Permission.REVOKE_KEY)
def revoke_key(*, query_key: QueryKey, reason: str, by: Role, now: datetime) -> QueryKey:
    """Stop a key at once, with a reason. Refused: it was stopped before, no reason."""
    row = lock(query_key, by)
    breaches = []
    if row.revoked_at is not None:
        breaches.append(Breach("key.revoked", ARTICLE, "这把密钥已经停用。", "不需要再次停用。"))
    if not 2 <= len(reason.strip()) <= 200:
        breaches.append(
            Breach("key.reason", ARTICLE, "停用密钥须写明原因，2 至 200 个字。", "请填写后再停用。")
        )
    if breaches:
        raise RuleBroken(breaches)
    row.revoked_at, row.revoked_reason = now, reason.strip()
    row.save(update_fields=["revoked_at", "revoked_reason"])
    record(Permission.REVOKE_KEY, by=by, now=now, about=row, reason=row.revoked_reason)
    return row
