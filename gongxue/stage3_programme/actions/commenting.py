"""Remarks on a programme: among those who write it, with the province while it reviews. Ours."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import CLOSED_STAGE
from gongxue.regulations.programme_review import COMMENT_LIMIT, is_place, place_title
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import Programme, ProgrammeComment
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage3_programme.queries.review import may_speak


def _check_may_speak(shown: TrainingClass, by: Role, programme: Programme | None) -> None:
    if shown.stage == CLOSED_STAGE:
        refuse_if(
            [Breach("comment.closed", "TR 13", "本班已结班归档，批注不再增改。", "以往的批注仍可查看。")]
        )
    if not may_speak(by, shown, programme):
        raise NotAllowed("批注由培训机构和本班授课骨干教师填写，省级管理部门在审核时填写。", "TR 9")


def _text_breaches(text: str) -> list[Breach]:
    if not text.strip():
        return [Breach("comment.empty", "TR 9", "批注没有内容。", "请填写后再提交。")]
    if len(text) > COMMENT_LIMIT:
        return [Breach("comment.long", "TR 9", f"批注超过 {COMMENT_LIMIT} 字。", "请精简后再提交。")]
    return []


@action(Permission.COMMENT_PROGRAMME)
def comment_programme(
    *, programme: Programme, place: str, text: str, by: Role, now: datetime
) -> ProgrammeComment:
    """A remark on a part of the programme or on a day of its timetable; the text itself stays as it is."""
    shown = lock(programme.training_class, by)
    _check_may_speak(shown, by, lock(programme, by))
    breaches = _text_breaches(text)
    if not is_place(place, shown.days_list):
        breaches.append(Breach("comment.place", "TR 9", "方案没有这一部分。", "请在方案的部分或日期旁批注。"))
    refuse_if(breaches)
    comment = _said(shown, place, text, None, by, now)
    record(
        Permission.COMMENT_PROGRAMME, by=by, now=now, about=comment, changes={place_title(place): [None, "…"]}
    )
    return comment


@action(Permission.ANSWER_COMMENT)
def answer_comment(*, comment: ProgrammeComment, text: str, by: Role, now: datetime) -> ProgrammeComment:
    """An answer to a remark; what was resolved is open again."""
    shown = lock(comment.training_class, by)
    row = lock(comment, by)
    _check_may_speak(shown, by, programme_of(shown))
    refuse_if(_text_breaches(text))
    top = row if row.answers_id is None else lock(ProgrammeComment(pk=row.answers_id), by)
    if top.resolved_at is not None:
        ProgrammeComment.objects.inside(pk=top.pk).update(resolved_at=None, resolved_by=None)
    answer = _said(shown, top.place, text, top, by, now)
    record(
        Permission.ANSWER_COMMENT, by=by, now=now, about=answer, changes={place_title(top.place): [None, "…"]}
    )
    return answer


@action(Permission.RESOLVE_COMMENT)
def resolve_comment(*, comment: ProgrammeComment, by: Role, now: datetime) -> ProgrammeComment:
    """A remark is settled; it stays to be read. Settling it again changes nothing."""
    shown = lock(comment.training_class, by)
    row = lock(comment, by)
    _check_may_speak(shown, by, programme_of(shown))
    top = row if row.answers_id is None else lock(ProgrammeComment(pk=row.answers_id), by)
    if top.resolved_at is None:
        top.resolved_at, top.resolved_by = now, by.account
        top.save(update_fields=["resolved_at", "resolved_by"])
        record(
            Permission.RESOLVE_COMMENT, by=by, now=now, about=top, changes={place_title(top.place): [None, "已解决"]}
        )  # fmt: skip
    return top


def _said(
    shown: TrainingClass, place: str, text: str, answers: ProgrammeComment | None, by: Role, now: datetime
) -> ProgrammeComment:
    return ProgrammeComment.objects.create(
        training_class=shown, place=place, text=text.strip(), answers=answers, by=by.account,
        organisation=by.organisation.name, at=now,
    )  # fmt: skip
