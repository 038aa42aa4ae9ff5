"""Input shapes of stage 6."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from gongxue.regulations.breaches import Breach
from gongxue.regulations.marks import Part, mark_breaches
from gongxue.regulations.rubrics import Band, Criterion
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import ScoreRow

MARK_WIDTH = 5  # "100.0"
COMMENT_WIDTH = 500


class ScoreForm(forms.Form):
    """One sheet as it is typed; whether the mark is one is the rule's to say."""

    mark = forms.CharField(required=False, max_length=20)
    comment = forms.CharField(required=False, max_length=COMMENT_WIDTH)


@dataclass(frozen=True, slots=True)
class TypedScore:
    """What a scorer typed for one trainee."""

    row: ScoreRow
    mark: str
    comment: str
    breaches: list[Breach]

    @property
    def is_empty(self) -> bool:
        """Nothing typed at all."""
        return not self.mark and not self.comment


def typed_scores(rows: list[ScoreRow], data: Mapping[str, str]) -> list[TypedScore]:
    """What was posted for those who may be scored now: `mark.<attendee>`, `comment.<attendee>`; others are empty.

    Under a rubric a sheet is written on its trainee's own page. Before anything is posted (no data) the drafts stand there.
    """
    return [_typed(row, data) for row in rows if row.to_score and row.rubric is None]


def _typed(row: ScoreRow, data: Mapping[str, str]) -> TypedScore:
    pk = row.attendee.pk
    if row.draft and not data:
        return TypedScore(row, row.draft.mark, row.draft.comment, [])
    form = ScoreForm({name: data.get(f"{name}.{pk}", "") for name in ("mark", "comment")})
    if form.is_valid():
        mark, comment = form.cleaned_data["mark"], form.cleaned_data["comment"]
        return TypedScore(row, mark, comment, mark_breaches(mark) if mark else [])
    says = "；".join(str(error) for errors in form.errors.values() for error in errors)
    mark, comment = form.data["mark"][:20], form.data["comment"][:COMMENT_WIDTH]
    return TypedScore(row, mark, comment, [Breach("score.input", "TR 12", says, "请更正后再提交。")])


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One criterion of a sheet as it is typed or signed."""

    criterion: Criterion
    mark: str
    comment: str
    levels: Sequence[tuple[Band, str]] = ()  # descriptors by band
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """What a scorer typed on the page of one trainee: one mark, or marks and comments by criterion."""

    row: ScoreRow
    attempt: int
    mark: str
    comment: str
    marks: Mapping[str, str]
    comments: Mapping[str, str]

    @property
    def inputs(self) -> dict[str, Any]:
        """As the acts take it."""
        return {
            "mark": self.mark,
            "comment": self.comment,
            "marks": self.marks,
            "comments": self.comments,
            "attempt": self.attempt,
        }

    def lines(self, wrong: Collection[str] = ()) -> list[SheetLine]:
        """Criterion by criterion; `wrong`: the rules that were broken, which end in the code."""
        rubric = self.row.rubric.rubric if self.row.rubric else None
        return [
            SheetLine(
                one, self.marks.get(one.code, ""), self.comments.get(one.code, ""), rubric.described(one) if rubric else (),
                f"sheet.mark.{one.code}" in wrong or f"sheet.comment.{one.code}" in wrong,
            )
            for one in (rubric.criteria if rubric else ())
        ]  # fmt: skip


def typed_sheet(row: ScoreRow, data: Mapping[str, str] | None) -> TypedSheet:
    """What was posted (`mark`, `comment`, `marks.<code>`, `comments.<code>`), or the draft before anything was."""
    codes = [one.code for one in row.rubric.rubric.criteria] if row.rubric else []
    if data is None:
        kept = row.draft.criteria if row.draft else {}
        marks, comments = ({code: kept[code][n] for code in codes if code in kept} for n in (0, 1))
        draft = row.draft
        return TypedSheet(
            row, row.number, draft.mark if draft else "", draft.comment if draft else "", marks, comments
        )
    text = data.get("attempt", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    marks, comments = (
        {code: data[f"{name}.{code}"] for code in codes if f"{name}.{code}" in data}
        for name in ("marks", "comments")
    )
    mark = "" if row.rubric else data.get("mark", "")[:20].strip(" ")
    return TypedSheet(row, number, mark, data.get("comment", "")[:COMMENT_WIDTH], marks, comments)


class ConfirmForm(forms.Form):
    """Confirming the results; the reason is wanted while somebody could still be assessed."""

    reason = forms.CharField(
        label="情况说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有人还有考核机会或复看说明没有齐时必填，如：本人书面放弃二次考核。",
    )


class CorrectionForm(forms.Form):
    """Asking for the correction of a confirmed mark."""

    part = forms.ChoiceField(label="更正哪一项", choices=[(part.value, part.title) for part in Part])
    new = forms.CharField(
        label="更正为",
        max_length=MARK_WIDTH,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="0 至 100，最多一位小数。",
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明错在哪里、依据什么更正；省级会签时查看，永久保留。",
    )

    def __init__(self, *args: Any, line: TranscriptLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = {Part.PROCESS: line.process, Part.FINAL: line.final}
        self.fields["part"].choices = [  # type: ignore[attr-defined]
            (part.value, f"{part.title}（现为 {mark:.2f}）")
            for part, mark in shown.items()
            if mark is not None
        ]
