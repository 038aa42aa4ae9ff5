"""What somebody typed on a sheet, checked against its rubric, and the sheet as it is sealed (TR 12, MG 13)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.marks import mark_breaches, parse_mark
from gongxue.regulations.rubrics import (
    Rubric,
    draft_sheet_breaches,
    parsed_marks,
    sheet_breaches,
    weighted_mark,
)
from gongxue.regulations.sealed_sheets import SALT_BYTES, commitment
from gongxue.stage6_assessment.models import Attempt, CriterionMark, ScoreSheet
from gongxue.stage6_assessment.queries.sealed import sealed_sheet


@dataclass(frozen=True, slots=True)
class Typed:
    """One mark and a comment; under a rubric marks and comments by criterion, and a comment on the whole."""

    mark: str = ""
    comment: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)

    def as_draft(self) -> dict[str, list[str]]:
        """criterion → [mark, comment] as they were typed."""
        codes = sorted(self.marks.keys() | self.comments.keys())
        return {code: [self.marks.get(code, "").strip(" "), self.comments.get(code, "")] for code in codes}


def check_draft(typed: Typed, rubric: Rubric | None) -> None:
    """RuleBroken for what cannot even be kept."""
    if rubric is None:
        refuse_if(mark_breaches(typed.mark) if typed.mark else [])
        refuse_if(_without_rubric(typed))
    else:
        refuse_if([*_one_mark(typed), *draft_sheet_breaches(rubric, typed.marks, typed.comments)])


def mark_of(typed: Typed, rubric: Rubric | None) -> Decimal:
    """The sheet's mark; RuleBroken with every reason why the sheet cannot be signed."""
    if rubric is None:
        refuse_if([*mark_breaches(typed.mark), *_without_rubric(typed)])
        mark = parse_mark(typed.mark)
        assert mark is not None
        return mark
    refuse_if([*_one_mark(typed), *sheet_breaches(rubric, typed.marks, typed.comments)])
    return weighted_mark(rubric, parsed_marks(rubric, typed.marks))


def _without_rubric(typed: Typed) -> list[Breach]:
    if not (typed.marks or typed.comments):
        return []
    says = "这次考核没有评分标准，不逐项评分。"
    return [Breach("sheet.no_rubric", "TR 12", says, "请只填一个分数。")]


def _one_mark(typed: Typed) -> list[Breach]:
    if not typed.mark:
        return []
    says = "这次考核按评分标准逐项评分，总分由各项按权重得出，不能直接填写。"
    return [Breach("sheet.by_criteria", "TR 12.1", says, "请打开该学员的评分页，逐项评分。")]


def check_attempt(wanted: int, number: int) -> None:
    """A page that was left open is about another attempt than the one that is scored now."""
    if wanted not in (0, number):
        says = f"本页是第 {wanted} 次考核的评分，现在评的是第 {number} 次。"
        raise RuleBroken([Breach("score.attempt", "TR 12", says, "请刷新页面后再评。")])


def seal(attempt: Attempt, scorer: Person, typed: Typed, now: datetime) -> ScoreSheet:
    """The sheet with its criteria, its salt and its fingerprint. IntegrityError when the scorer's is in already."""
    rubric = attempt.rubric.rubric if attempt.rubric else None
    mark = mark_of(typed, rubric)
    sheet = ScoreSheet(
        training_class_id=attempt.training_class_id, attempt=attempt, scorer=scorer, mark=mark,
        comment=typed.comment.strip()[:500], submitted_at=now, salt=secrets.token_hex(SALT_BYTES),
    )  # fmt: skip
    criteria = _criteria(sheet, typed, rubric) if rubric else []
    sheet.commitment = commitment(sealed_sheet(sheet, criteria))
    sheet.save(force_insert=True)
    CriterionMark.objects.bulk_create(criteria)
    return sheet


def _criteria(sheet: ScoreSheet, typed: Typed, rubric: Rubric) -> list[CriterionMark]:
    marks = parsed_marks(rubric, typed.marks)
    return [
        CriterionMark(
            sheet=sheet, code=one.code, weight=one.weight, mark=marks[one.code],
            comment=typed.comments.get(one.code, "").strip(),
        )
        for one in rubric.criteria
    ]  # fmt: skip
