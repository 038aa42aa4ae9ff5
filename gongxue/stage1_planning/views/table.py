"""The institution's table of many lines: typed, pasted from Excel or uploaded; checked cell by cell; saved all or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Conflict, Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.breaches import Breach
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.exports import problems_workbook, template_workbook
from gongxue.stage1_planning.forms import PlanWorkbookForm
from gongxue.stage1_planning.models import LINE_FIELDS, PlanImport, ReportingRound, TrainingClass
from gongxue.stage1_planning.plan_import import keep_import, rows_of, said_rows
from gongxue.stage1_planning.plan_sheet import (
    ROWS,
    TITLES,
    CheckedRow,
    Plans,
    SheetRow,
    check_rows,
    pasted_rows,
    row_of,
)
from gongxue.stage1_planning.queries import lines_of
from gongxue.stage1_planning.views import read_version
from gongxue.stage1_planning.views.round import workbook_answer

BLANK = 3  # empty rows below the filled ones
TEXT = 400  # characters of a cell that are kept on the page


@dataclass(slots=True)
class Cell:
    """One cell of the table."""

    name: str
    title: str
    text: str
    problems: list[str]


@dataclass(slots=True)
class Shown:
    """One row of the table."""

    number: int
    row: SheetRow
    picked: bool
    checked: CheckedRow | None = None

    @property
    def cells(self) -> list[Cell]:
        """Every cell with its text and what is wrong with it."""
        problems = self.checked.problems if self.checked else {}
        return [
            Cell(
                n, TITLES[n], self.row.texts.get(n, ""), [f"{b.says}{b.way_out}" for b in problems.get(n, [])]
            )
            for n in LINE_FIELDS
        ]

    @property
    def whole(self) -> list[str]:
        """What is wrong with the row as a whole."""
        return [f"{b.says}{b.way_out}" for b in self.checked.problems.get("", [])] if self.checked else []

    @property
    def asks_twin(self) -> bool:
        """Whether somebody has to say that an equal class is meant."""
        return self.row.twin or (self.checked is not None and self.checked.has_twin)


def table(request: Request, pk: int) -> HttpResponse:
    """The table: drafts and returned lines to change, new rows to add; nothing is written until it is saved."""
    round_ = visible(ReportingRound, pk, request.role)
    if request.method != "POST":
        rows = _imported(request, round_) or _stored(request, round_)
        return _page(request, round_, rows, check=bool(request.GET.get("from")))
    do, rows = request.POST.get("do", ""), _posted(request)
    try:
        if do == "paste":
            pasted = pasted_rows(request.POST.get("pasted", ""))
            rows = [shown for shown in rows if not shown.row.is_empty]
            rows += [Shown(0, row, picked=True) for row in pasted[: ROWS - len(rows)]]
            return _page(request, round_, rows, check=True)
        if do == "save":
            return _save(request, round_, rows)
    except Refusal as refusal:
        return _page(request, round_, rows, check=True, refusal=refusal)
    return _page(request, round_, rows, check=do == "check")


def _stored(request: Request, round_: ReportingRound) -> list[Shown]:
    lines = lines_of(round_, request.role).filter(state__in=actions.EDITABLE)
    if not round_.is_open_on(clock.today()):
        lines = lines.filter(state="returned")
    return [Shown(0, row_of(line), picked=False) for line in lines[:ROWS]]


def _imported(request: Request, round_: ReportingRound) -> list[Shown]:
    """The rows of a workbook that was uploaded."""
    key = request.GET.get("from")
    if not key:
        return []
    kept = visible(PlanImport, key, request.role)
    return [Shown(0, row, picked=True) for row in rows_of(kept)] if kept.round_id == round_.pk else []


def _posted(request: Request) -> list[Shown]:
    """The rows as they stand on the page; `row` holds number:line:version of each."""
    found = []
    for text in request.POST.getlist("row")[:ROWS]:
        number, line, seen = ([*text.split(":"), "", ""])[:3]
        texts = {
            name: request.POST.get(f"{name}.{number}", "").replace("\0", "").strip()[:TEXT]
            for name in LINE_FIELDS
        }
        row = SheetRow(texts, read_version(line), read_version(seen), f"twin.{number}" in request.POST)
        found.append(Shown(0, row, picked=f"pick.{number}" in request.POST))
    return found


def _save(request: Request, round_: ReportingRound, rows: list[Shown]) -> HttpResponse:
    """All of the picked rows, or none: then the page says at which cell."""
    role, now = request.role, clock.now()
    picked = [shown.row for shown in rows if shown.picked and not shown.row.is_empty]
    given = [row.texts | {"line": row.line, "seen": row.seen, "twin": row.twin} for row in picked]

    def work() -> str:
        return str(len(actions.save_lines(round=round_, rows=given, by=role, now=now)))

    number, _ = answer_once(request, Permission.SAVE_LINES, work)
    messages.success(request, f"已保存 {number} 个班次（草稿）。全部填好后，请在本页提交省级审核。")
    return redirect("planning.round", round_.pk)


def _page(
    request: Request, round_: ReportingRound, rows: list[Shown], *, check: bool, refusal: Refusal | None = None,
    upload: PlanWorkbookForm | None = None,
) -> HttpResponse:  # fmt: skip
    rows = rows[:ROWS]
    kept = [shown for shown in rows if not shown.row.is_empty]
    for number, shown in enumerate(kept, 1):
        shown.number, shown.row.at = number, number
    if check:
        _check(request, round_, kept)
    if isinstance(refusal, Conflict):
        _show_saved(request, kept)
    bad = sum(bool(shown.checked and shown.checked.problems) for shown in kept if shown.picked)
    blank = [Shown(len(kept) + i, SheetRow({}), picked=True) for i in range(1, BLANK + 1)]
    context = {
        "round": round_,
        "rows": [*kept, *blank[: ROWS - len(kept)]],
        "filled": len(kept),
        "bad": bad,
        "checked": check,
        "breaches": _said(refusal, bad),
        "titles": TITLES.items(),
        "levels": [level.title for level in Level],
        "categories": CATEGORIES.values(),
        "most": ROWS,
        "upload": upload or PlanWorkbookForm(),
        "import": request.GET.get("from", ""),
        "open": round_.is_open_on(clock.today()),
    }
    status = refusal.status if refusal else answer_status(upload) if upload else 200
    return render(request, "planning/table.html", context, status=status)


def _said(refusal: Refusal | None, bad: int) -> list[Breach]:
    """What is said above the table: reasons that stand at a cell are not said twice."""
    if refusal is None:
        return []
    own = [breach for breach in refusal.breaches if not breach.says.startswith("第 ")]
    if own or not bad:
        return list(refusal.breaches)
    says = f"有 {bad} 行存在问题，一行也没有保存。"
    return [Breach("plan.rows_bad", "TR 7", says, "请按单元格下的提示更正，或去掉该行的勾选后再保存。")]


def _check(request: Request, round_: ReportingRound, rows: list[Shown]) -> None:
    plans = Plans.of(round_, request.role.organisation, clock.today())
    for shown, checked in zip(rows, check_rows([shown.row for shown in rows], plans), strict=True):
        shown.checked = checked


def _show_saved(request: Request, rows: list[Shown]) -> None:
    """After a conflict: what somebody else has saved; what is then saved over it has been seen."""
    wanted = [shown.row.line for shown in rows if shown.row.line]
    lines = {line.pk: line for line in TrainingClass.objects.scope(request.role).filter(pk__in=wanted)}
    for shown in rows:
        line = lines.get(shown.row.line)
        if line is None or line.version == shown.row.seen or shown.checked is None:
            continue
        now = row_of(line).texts
        differ = [f"{TITLES[n]} {now[n]}" for n in LINE_FIELDS if now[n] != shown.row.texts.get(n, "")]
        says = f"刚刚有人修改了这个班次，现为：{'，'.join(differ) or '与本行相同'}。"
        shown.checked.add("", Breach("page.changed", "MG 25.4", says, "再次保存将以本行为准。"))
        shown.row.seen = line.version


# Workbooks --------------------------------------------------------------------------------------------------------


def upload(request: Request, pk: int) -> HttpResponse:
    """A filled workbook: its rows go into the table to be looked at."""
    round_ = visible(ReportingRound, pk, request.role)
    form = PlanWorkbookForm(request.POST, request.FILES) if request.method == "POST" else PlanWorkbookForm()
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer, _ = answer_once(
                request, Permission.SAVE_LINES, lambda: _kept(request, round_, form.cleaned_data["workbook"])
            )
            target = redirect("planning.save_lines", round_.pk)
            target["Location"] += f"?from={answer}"
            return target
    return _page(request, round_, _stored(request, round_), check=False, upload=form)


def _kept(request: Request, round_: ReportingRound, workbook: UploadedFile[Any]) -> str:
    return str(keep_import(round=round_, upload=workbook, by=request.role, now=clock.now()).pk)


def template(request: Request, pk: int) -> HttpResponse:
    """The workbook to fill in."""
    role = request.role
    round_ = visible(ReportingRound, pk, role)
    data = template_workbook(round_, role.organisation, clock.now())
    return workbook_answer(data, f"{round_.period.title}计划班次表.xlsx")


def problems(request: Request, pk: int) -> HttpResponse:
    """The workbook back, with a last column 问题."""
    kept = visible(PlanImport, pk, request.role)
    data = problems_workbook(kept.columns, said_rows(kept, clock.today()), clock.now())
    return workbook_answer(data, f"{kept.name.rsplit('.', 1)[0]}（问题）.xlsx")
