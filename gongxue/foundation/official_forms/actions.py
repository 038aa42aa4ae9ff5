"""Acts on the forms themselves: a new version is begun, written, published from a day, given up (TR 脚注⑦)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.foundation.official_forms.proofs import proof_breaches
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import FormDraftState
from gongxue.regulations.official_forms.comparison import differences
from gongxue.regulations.official_forms.drafting import ARTICLE, drafted
from gongxue.regulations.official_forms.needed import needed_breaches
from gongxue.regulations.official_forms.publishing import publishing_breaches
from gongxue.regulations.roles import Permission

SAID = 60  # differences that a trail entry names


@action(Permission.BEGIN_FORM)
def begin_draft(*, version: FormVersion, by: Role, now: datetime) -> FormDraft:
    """Begin a new version with the words of an existing one. Refused: one of this form is being written already."""
    form = version.form
    try:
        with transaction.atomic():
            draft = FormDraft.objects.create(
                code=version.code, base=version, definition=form.as_data(), begun_at=now, begun_by=by.account,
                changed_at=now, changed_by=by.account,
            )  # fmt: skip
    except IntegrityError as error:
        raise RuleBroken(
            [
                Breach(
                    "forms.draft_twice",
                    ARTICLE,
                    f"《{version.title}》已有一份新版在编写。",
                    "请在那份草稿上继续修改，或先撤销它。",
                )
            ]
        ) from error
    record(Permission.BEGIN_FORM, by=by, now=now, about=draft, changes={"base": [None, version.number]})
    return draft


@action(Permission.EDIT_FORM)
def save_draft(
    *, draft: FormDraft, definition: Mapping[str, Any], by: Role, now: datetime, seen: int = 0
) -> FormDraft:
    """Write the draft: everything that `drafting.editable` gives, changed. Saving what is stored changes nothing.

    Refused: what is no definition, what takes away or alters an item that the processes need (with the reason).
    What is merely unfinished (an empty question, too few options) is kept and hinders publishing.
    """
    row = lock(draft, by)
    _check_open(row)
    check_seen(row, seen or row.version)
    before = row.form
    written, breaches = drafted(row.base.form, definition)
    refuse_if(breaches)
    refuse_if(needed_breaches(written))
    if written == before:
        return row
    row.definition = written.as_data()
    row.changed_at, row.changed_by = now, by.account
    row.version += 1
    row.save(update_fields=["definition", "changed_at", "changed_by", "version"])
    found = [f"{d.where} {d.what}".strip() for d in differences(before, written)]
    record(Permission.EDIT_FORM, by=by, now=now, about=row, changes={"differences": [None, found[:SAID]]})
    return row


def _check_open(row: FormDraft) -> None:
    if row.state != FormDraftState.DRAFT:
        says = f"这份草稿{row.state_title}，不能再修改。"
        raise RuleBroken([Breach("forms.draft_over", ARTICLE, says, "如需再改，请另起草一版。")])


@action(Permission.PUBLISH_FORM)
def publish_form(
    *, draft: FormDraft, effective_from: date, confirmation: str, by: Role, now: datetime, seen: int
) -> FormVersion:
    """Publish the draft as the next version from a day on; answers that were begun before keep their version.

    `confirmation`: the title of the form, typed once more. Refused: another version of the draft was seen, the day is
    over or not after that of the last version, nothing differs, an item cannot be printed or is missing.
    """
    row = lock(draft, by)
    _check_open(row)
    check_seen(row, seen)
    last = FormVersion.objects.filter(code=row.code).order_by("-number")[0]
    form = row.form
    breaches = publishing_breaches(
        form, row.base.form, last.form, effective_from=effective_from, last_from=last.effective_from,
        today=day_of(now), confirmation=confirmation,
    )  # fmt: skip
    refuse_if(breaches or proof_breaches(form))
    number = last.number + 1
    made = _publish(replace(form, version=number, effective_from=effective_from), by, now)
    changes = move(row, Permission.PUBLISH_FORM, seen=seen, became=made)
    about = {"number": [last.number, number], "effective_from": [None, effective_from.isoformat()]}
    record(Permission.PUBLISH_FORM, by=by, now=now, about=row, changes=changes | about)
    return made


def _publish(form: Any, by: Role, now: datetime) -> FormVersion:
    try:
        with transaction.atomic():
            return FormVersion.objects.create(
                code=form.code, number=form.version, title=form.title, effective_from=form.effective_from,
                definition=form.as_data(), published_at=now, published_by=by.account,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(
            [Breach("forms.raced", ARTICLE, "刚刚有人发布了同一表单。", "请刷新页面查看现行版本。")]
        ) from error


@action(Permission.DROP_FORM)
def drop_draft(*, draft: FormDraft, by: Role, now: datetime, reason: str = "") -> FormDraft:
    """Give up a draft; what was written stays readable in the trail of the form."""
    row = lock(draft, by)
    changes = move(row, Permission.DROP_FORM)
    record(Permission.DROP_FORM, by=by, now=now, about=row, reason=reason[:500], changes=changes)
    return row
