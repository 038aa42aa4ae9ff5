"""The sheets of one's own: kept while typed, shown once more, submitted for good."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage6_assessment import actions
from gongxue.stage6_assessment.actions.scoring import submitted_breach
from gongxue.stage6_assessment.forms import (
    MARK_WIDTH,
    TypedScore,
    typed_scores,
)
from gongxue.stage6_assessment.queries import (
    is_confirmed,
    score_rows,
)

SCORES = {Part.PROCESS: actions.score_process, Part.FINAL: actions.score_final}
CODES = {Part.PROCESS: Permission.SCORE_PROCESS, Part.FINAL: Permission.SCORE_FINAL}


def part_of(request: Request, tc: TrainingClass) -> Part | None:
    """Which assessment this teacher scores in this class; instructor and examiner are never the same person."""
    account = request.role.account_id
    return next((part for part in Part if seat_of(tc, account, part.scored_by)), None)


def scoring(
    request: Request, tc: TrainingClass, part: Part, typed: list[TypedScore] | None = None, **more: Any
) -> HttpResponse:
    """The class with one's own sheets, as they stand or as they were just typed."""
    rows = score_rows(request.role, tc, part)
    scores = typed_scores(rows, {}) if typed is None else typed
    by_attendee = {score.row.attendee.pk: score for score in scores}
    shown = {
        "tc": tc,
        "part": part,
        "rows": [(row, by_attendee.get(row.attendee.pk)) for row in rows],
        "first_open": next((row for row in rows if row.to_score), None),
        "signed": any(row.mine for row in rows),
        "typing": bool(scores),
        "waiting": sum(row.to_score for row in rows),
        "sent": sum(row.mine is not None and not row.decided for row in rows),
        "decided": sum(row.decided for row in rows),
        "closed": sum(bool(row.breaches) and not row.decided for row in rows),
        "confirmed": is_confirmed(tc),
        "mark_width": MARK_WIDTH,
        "problems": more.get("problems", ()),
    }
    return render(request, "assessment/scoring.html", shown, status=more.get("status", 200))


@require_POST
def score_process(request: Request, pk: int) -> HttpResponse:
    """An instructor saves, checks or submits sheets of the process assessment."""
    return _submit(request, pk, Part.PROCESS)


@require_POST
def score_final(request: Request, pk: int) -> HttpResponse:
    """An examiner saves, checks or submits sheets of the final assessment."""
    return _submit(request, pk, Part.FINAL)


def _submit(request: Request, pk: int, part: Part) -> HttpResponse:
    """First everything typed is kept as a draft, then shown once more, then submitted for good."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if seat_of(tc, role.account_id, part.scored_by) is None:
        raise Http404
    typed = typed_scores(score_rows(role, tc, part), request.POST)
    only = request.POST.get("only")
    chosen = [t for t in typed if not t.is_empty and (not only or str(t.row.attendee.pk) == only)]
    wrong = [t for t in chosen if t.breaches or (not t.mark and request.POST.get("do") != "save")]
    if wrong:
        return scoring(request, tc, part, typed, problems=_problems(wrong), status=422)
    if request.POST.get("do") == "submit":
        return _score_all(request, tc, part, chosen)
    left = _save_all(request, part, chosen)
    if left or not chosen:
        problems = left or [("没有可提交的评分", "请先填写分数。")]
        return scoring(request, tc, part, typed, problems=problems, status=422)
    if request.POST.get("do") == "save":
        messages.success(request, f"已暂存 {len(chosen)} 份。提交前只有您自己能看到。")
        return redirect("assessment", tc.pk)
    return render(request, "assessment/check.html", {"tc": tc, "part": part, "scores": chosen})


def _problems(wrong: list[TypedScore]) -> list[tuple[str, str]]:
    return [
        (str(t.row.attendee), t.breaches[0].says if t.breaches else "写了评语，还没有填分数。") for t in wrong
    ]


def _save_all(request: Request, part: Part, chosen: list[TypedScore]) -> list[tuple[str, str]]:
    left = []
    for score in chosen:
        try:
            actions.save_score(
                attendee=score.row.attendee, part=part, mark=score.mark, comment=score.comment,
                by=request.role, now=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            left.append((str(score.row.attendee), str(refusal)))
    return left


def _score_all(request: Request, tc: TrainingClass, part: Part, chosen: list[TypedScore]) -> HttpResponse:
    left: dict[str, list[str]] = {}  # reason → names: a message for each would not fit into the cookie
    done: list[str] = []

    def work() -> str:
        for score in chosen:
            try:
                SCORES[part](
                    attendee=score.row.attendee, mark=score.mark, comment=score.comment,
                    by=request.role, now=clock.now(),
                )  # fmt: skip
                done.append(str(score.row.attendee))
            except Refusal as refusal:
                left.setdefault(str(refusal), []).append(str(score.row.attendee))
        return str(len(done))

    count, _ = answer_once(request, CODES[part], work)
    if count != "0":
        messages.success(
            request, f"已提交 {count} 份评分，提交后不能修改。评分齐备后本页显示各位的评分和平均分。"
        )
    elif not left:  # everything sent was decided already
        messages.error(request, f"没有可提交的评分：{submitted_breach()}")
    for reason, names in left.items():
        messages.error(request, f"{'、'.join(names)}未提交：{reason}")
    return redirect("assessment", tc.pk)
