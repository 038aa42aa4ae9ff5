"""Acts on rubrics 评分标准: begun, written, published from a day, given up; the centre's alone (TR 12.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import RubricDraftState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.regulations.rubrics import ARTICLE, differences, empty_rubric, publishing_breaches, written
from gongxue.stage6_assessment.models import RubricDraft, RubricVersion, slot_title
from gongxue.stage6_assessment.queries.rubrics import versions_of

SAID = 60  # differences that a trail entry names


@action(Permission.BEGIN_RUBRIC)
def begin_rubric(
    *, level: str, part: str, by: Role, now: datetime, base: RubricVersion | None = None
) -> RubricDraft:
    """Begin a rubric for a level and an assessment, empty or with the words of any published version.

    Refused: no such level or assessment, one is being written already.
    """
    if level not in list(Level) or part not in list(Part):
        says = "没有这个级别或考核。"
        raise RuleBroken([Breach("rubric.slot", ARTICLE, says, "请从评分标准页面起草。")])
    title = f"{slot_title(level, part)}评分标准"
    rubric = base.rubric if base else empty_rubric(title)
    try:
        with transaction.atomic():
            draft = RubricDraft.objects.create(
                level=level, part=part, base=base, definition=rubric.as_data(), begun_at=now, begun_by=by.account,
                changed_at=now, changed_by=by.account,
            )  # fmt: skip
    except IntegrityError as error:
        says = f"{title}已有一份新版在编写。"
        way_out = "请在那份草稿上继续修改，或先撤销它。"
        raise RuleBroken([Breach("rubric.draft_twice", ARTICLE, says, way_out)]) from error
    record(Permission.BEGIN_RUBRIC, by=by, now=now, about=draft, changes={"base": [None, base and base.pk]})
    return draft


@action(Permission.EDIT_RUBRIC)
def save_rubric(
    *, draft: RubricDraft, definition: Mapping[str, Any], by: Role, now: datetime, seen: int = 0
) -> RubricDraft:
    """Write the draft; saving what is stored changes nothing. What is merely unfinished is kept and hinders publishing.

    Refused: what is no rubric, a draft that is over, another version seen.
    """
    row = lock(draft, by)
    _check_open(row)
    check_seen(row, seen or row.version)
    made, breaches = written(definition)
    refuse_if(breaches)
    before = row.rubric
    if made is None or made == before:
        return row
    row.definition, row.changed_at, row.changed_by = made.as_data(), now, by.account
    row.version += 1
    row.save(update_fields=["definition", "changed_at", "changed_by", "version"])
    found = [f"{d.where} {d.what}" for d in differences(before, made)]
    record(Permission.EDIT_RUBRIC, by=by, now=now, about=row, changes={"differences": [None, found[:SAID]]})
    return row


def _check_open(row: RubricDraft) -> None:
    if row.state != RubricDraftState.DRAFT:
        says = f"这份草稿{row.state_title}，不能再修改。"
        raise RuleBroken([Breach("rubric.draft_over", ARTICLE, says, "如需再改，请另起草一版。")])


@action(Permission.PUBLISH_RUBRIC)
def publish_rubric(
    *, draft: RubricDraft, effective_from: date, by: Role, now: datetime, seen: int
) -> RubricVersion:
    """Publish the draft as the next version from a later day on; attempts that opened before keep theirs.

    Refused: another version of the draft was seen, something is missing, weights are not 100, nothing differs, the
    day is not ahead or not after that of the last version.
    """
    row = lock(draft, by)
    _check_open(row)
    check_seen(row, seen)
    last = versions_of(row.level, row.part).first()
    refuse_if(
        publishing_breaches(
            row.rubric, last.rubric if last else None, effective_from=effective_from,
            last_from=last.effective_from if last else None, today=day_of(now),
        )
    )  # fmt: skip
    number = last.number + 1 if last else 1
    made = _publish(row, number, effective_from, by, now)
    changes = move(row, Permission.PUBLISH_RUBRIC, seen=seen, became=made)
    about = {"number": [number - 1 or None, number], "effective_from": [None, effective_from.isoformat()]}
    record(Permission.PUBLISH_RUBRIC, by=by, now=now, about=row, changes=changes | about)
    return made


def _publish(row: RubricDraft, number: int, day: date, by: Role, now: datetime) -> RubricVersion:
    try:
        with transaction.atomic():
            return RubricVersion.objects.create(
                level=row.level, part=row.part, number=number, effective_from=day, definition=row.definition,
                published_at=now, published_by=by.account,
            )  # fmt: skip
    except IntegrityError as error:
        says = "刚刚有人发布了同一评分标准。"
        raise Conflict([Breach("rubric.raced", ARTICLE, says, "请刷新页面查看现行版本。")]) from error


@action(Permission.DROP_RUBRIC)
def drop_rubric(*, draft: RubricDraft, by: Role, now: datetime, reason: str = "") -> RubricDraft:
    """Give up a draft; what is published stays in force."""
    row = lock(draft, by)
    changes = move(row, Permission.DROP_RUBRIC)
    record(Permission.DROP_RUBRIC, by=by, now=now, about=row, reason=reason[:500], changes=changes)
    return row
