"""One trainee a page: what is scored and the sheet side by side, kept at every change, signed once for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.regulations.breaches import Breach
from gongxue.regulations.marks import mark_breaches
from gongxue.regulations.rubrics import parsed_marks, sheet_breaches, weighted_mark
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment import actions
from gongxue.stage6_assessment.forms import COMMENT_WIDTH, MARK_WIDTH, SheetLine, TypedSheet, typed_sheet
from gongxue.stage6_assessment.queries import ScoreRow, score_rows
from gongxue.stage6_assessment.queries.sealed import criteria_of
from gongxue.stage6_assessment.queries.sheets import own_sheets
from gongxue.stage6_assessment.views.scoring import CODES, SCORES, part_of


@csp_update({"media-src": [SELF]})  # type: ignore[arg-type]
def sheet(request: Request, pk: int) -> HttpResponseBase:
    """The page of one trainee for one scorer; 404 for whoever holds no seat in the class."""
    attendee: Attendee = visible(Attendee, pk, request.role)
    tc = attendee.training_class
    part = part_of(request, tc)
    rows = score_rows(request.role, tc, part) if part else []
    at = next((n for n, row in enumerate(rows) if row.attendee.pk == attendee.pk), None)
    if at is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, rows, at)
    return _page(request, rows, at, typed_sheet(rows[at], None))


def _page(
    request: Request, rows: Sequence[ScoreRow], at: int, typed: TypedSheet, breaches: Sequence[Breach] = ()
) -> HttpResponse:
    row = rows[at]
    shown = {
        "tc": row.attendee.training_class,
        "row": row,
        "part": row.part,
        "typed": typed,
        "lines": typed.lines([breach.rule for breach in breaches]),
        "rubric": row.rubric.rubric if row.rubric else None,
        "sealed": _sealed(row),
        "before": rows[at - 1] if at else None,
        "after": rows[at + 1] if at + 1 < len(rows) else None,
        "next_open": _next_open(rows, at),
        "place": at + 1,
        "of": len(rows),
        "signed": sum(one.mine is not None for one in rows),
        "wanted": sum(one.to_score for one in rows),
        "breaches": breaches,
        "mark_width": MARK_WIDTH,
        "comment_width": COMMENT_WIDTH,
    }
    return render(request, "assessment/sheet.html", shown, status=422 if breaches else 200)


def _next_open(rows: Sequence[ScoreRow], at: int) -> ScoreRow | None:
    """Whose sheet of one's own is wanted next, going round."""
    return next((row for row in [*rows[at + 1 :], *rows[:at]] if row.to_score), None)


def _sealed(row: ScoreRow) -> list[SheetLine]:
    """One's own signed sheet by criterion."""
    if row.mine is None or row.rubric is None:
        return []
    marks = criteria_of([row.mine])[row.mine.pk]
    return [
        SheetLine(one, str(marks[one.code].mark), marks[one.code].comment)
        for one in row.rubric.rubric.criteria
        if one.code in marks
    ]


def _posted(request: Request, rows: Sequence[ScoreRow], at: int) -> HttpResponse:
    """Save, look once more, sign."""
    row, do = rows[at], request.POST.get("do", "")
    if not row.to_score:
        for breach in row.breaches:
            messages.error(request, f"{breach.says}{breach.way_out}")
        return redirect("assessment.sheet", row.attendee.pk)
    typed = typed_sheet(row, request.POST)
    if do == "sign":
        return _sign(request, rows, at, typed)
    try:
        _save(request, row, typed)
    except Refusal as refusal:
        return _page(request, rows, at, typed, refusal.breaches)
    if do != "check":
        messages.success(request, "已暂存。签名提交前只有您自己能看到。")
        return redirect("assessment.sheet", row.attendee.pk)
    if breaches := signing_breaches(row, typed):
        return _page(request, rows, at, typed, breaches)
    shown = {
        "tc": row.attendee.training_class,
        "row": row,
        "part": row.part,
        "typed": typed,
        "lines": typed.lines(),
        "mark": typed.mark if row.rubric is None else _sum(row, typed),
    }
    return render(request, "assessment/sheet_check.html", shown)


def signing_breaches(row: ScoreRow, typed: TypedSheet) -> list[Breach]:
    """What is missing before a sheet can be signed."""
    if row.rubric is None:
        return mark_breaches(typed.mark)
    return sheet_breaches(row.rubric.rubric, typed.marks, typed.comments)


def _sum(row: ScoreRow, typed: TypedSheet) -> Any:
    assert row.rubric is not None
    return weighted_mark(row.rubric.rubric, parsed_marks(row.rubric.rubric, typed.marks))


def _save(request: Request, row: ScoreRow, typed: TypedSheet) -> Any:
    return actions.save_score(
        attendee=row.attendee, part=row.part.value, **typed.inputs, by=request.role, now=clock.now()
    )


def _sign(request: Request, rows: Sequence[ScoreRow], at: int, typed: TypedSheet) -> HttpResponse:
    row = rows[at]

    def work() -> str:
        act = SCORES[row.part]
        return str(act(attendee=row.attendee, **typed.inputs, by=request.role, now=clock.now()).commitment)

    try:
        fingerprint, _ = answer_once(request, CODES[row.part], work)
    except Refusal as refusal:
        return _page(request, rows, at, typed, refusal.breaches)
    messages.success(request, f"已签名封存，不能再修改。封存指纹前八位：{fingerprint[:8]}")
    return redirect("assessment.sheet", row.attendee.pk)


@require_POST
def save_score(request: Request, pk: int) -> HttpResponseBase:
    """Keep one unfinished sheet while it is being typed; answers in JSON."""
    attendee: Attendee = visible(Attendee, pk, request.role)
    post = request.POST
    try:
        draft = actions.save_score(
            attendee=attendee, part=post.get("part", ""), mark=post.get("mark", "")[:20], comment=post.get("comment", ""),
            marks=_by_code(post, "marks."), comments=_by_code(post, "comments."), attempt=_number(post.get("attempt", "")),
            by=request.role, now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        rules = {breach.rule: breach.says for breach in refusal.breaches}
        return JsonResponse({"says": "；".join(rules.values()), "rules": rules}, status=refusal.status)
    stamp = int(draft.saved_at.timestamp()) * 10**6 + draft.saved_at.microsecond  # as data-stamp of the page
    return JsonResponse({"saved": localtime(draft.saved_at).strftime("%H:%M"), "stamp": stamp})


def _by_code(post: QueryDict, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(post[name]) for name in post if name.startswith(prefix)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def receipts(request: Request, pk: int) -> HttpResponse:
    """The fingerprints of one's own signed sheets of a class, to be printed or noted down."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    return render(request, "assessment/receipts.html", {"tc": tc, "sheets": own_sheets(request.role, tc)})
