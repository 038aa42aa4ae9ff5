"""A class without a connection: what it takes along, and how its rolls are entered afterwards in one go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.uploads import was_cut_off
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Conflict, Refusal, RuleBroken
from gongxue.foundation.pages.act import perform, visible
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.attendance import MarkSource, Place, Presence, places_said
from gongxue.regulations.breaches import Breach
from gongxue.regulations.parallel import is_expected
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.actions.offline import read_rolls
from gongxue.stage5_delivery.exports.offline import offline_pack
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import (
    RollSheet,
    approved_leaves,
    attendees_of,
    is_running,
    lessons_of,
    marks_of_class,
    rolls_of,
    scans_of_class,
)
from gongxue.stage5_delivery.roll_sheet import WORDS, Clash, ReadSheet, read_roll_sheet

ROWS_LENGTH = 400_000  # characters of a preview that comes back: 30 people × 100 periods


def offline(request: Request, pk: int) -> HttpResponse:
    """The pack to take along, the workbook to bring back, a day to type in; which periods wait."""
    tc = visible(TrainingClass, pk, request.role)
    return _offline_page(request, tc)


def _offline_page(request: Request, tc: TrainingClass, **more: Any) -> HttpResponse:
    today = clock.today()
    days = list(dict.fromkeys(day for day, _ in lessons_of(tc)))
    waiting = Counter(day for day, _ in rolls_of([tc], today)[tc.pk].waiting)
    shown = {
        "tc": tc,
        "days": [(day, waiting[day], day > today) for day in days],
        "waiting": sum(waiting.values()),
        "running": is_running(tc),
        "breaches": more.get("breaches", ()),
    }
    return render(request, "delivery/offline.html", shown, status=more.get("status", 200))


def pack(request: Request, pk: int) -> HttpResponseBase:
    """The ZIP for the days that the address names, all of them when it names none."""
    tc = visible(TrainingClass, pk, request.role)
    days = {day for day, _ in lessons_of(tc)}
    named = {day.isoformat() for day in days} & set(request.GET.getlist("days"))
    wanted = {date.fromisoformat(text) for text in named} or days
    if not days or not attendees_of(tc):
        raise Http404
    try:
        made = offline_pack(tc, wanted, clock.now())
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("roll.offline", tc.pk)
    headers = {
        "Content-Disposition": content_disposition_header(True, f"{tc.title} 离线考勤包.zip") or "attachment"
    }
    return HttpResponse(made, content_type="application/zip", headers=headers)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_POST
def upload(request: Request, pk: int) -> HttpResponse:
    """Read the workbook and show what would be entered; nothing is written."""
    tc = visible(TrainingClass, pk, request.role)
    file = request.FILES.get("file")
    try:
        if was_cut_off(request):
            raise RuleBroken(
                [Breach("roll_sheet.large", "TR 12", "文件过大，没有接收。", "请用离线包中的工作簿。")]
            )
        if file is None:
            raise RuleBroken([Breach("roll_sheet.none", "TR 12", "没有选择文件。", "请选择填好的工作簿。")])
        found = read_roll_sheet(file, tc, clock.today())
    except Refusal as refusal:
        return _offline_page(request, tc, breaches=refusal.breaches, status=refusal.status)
    return _preview(request, tc, found)


def _preview(request: Request, tc: TrainingClass, found: ReadSheet, **more: Any) -> HttpResponse:
    by_place: dict[Place, Counter[str]] = {}
    for place, seats in sorted(read_rolls(found.marks).items()):
        by_place[place] = Counter(seats.values())
    shown = {
        "tc": tc,
        "found": found,
        "lines": [(places_said([place]), counts, sum(counts.values())) for place, counts in by_place.items()],
        "presences": list(Presence),
        "rows": json.dumps(found.marks),
        "breaches": more.get("breaches", ()),
    }
    return render(request, "delivery/roll_preview.html", shown, status=more.get("status", 200))


@require_POST
def enter(request: Request, pk: int) -> HttpResponseBase:
    """Enter what the preview showed or what was typed for a day; a refusal leaves it standing."""
    tc = visible(TrainingClass, pk, request.role)
    marks: dict[str, str] = {}
    try:
        marks = _marks_in(request)
        number, fresh = perform(ACTS[Permission.ENTER_ROLLS], {"training_class": tc, "marks": marks}, request)
    except Refusal as refusal:
        return _entered_not(request, tc, marks, refusal)
    messages.success(request, f"已补录 {number} 条考勤。" if fresh else "这些考勤已经补录。")
    return redirect("roll.offline", tc.pk)


def _marks_in(request: Request) -> dict[str, str]:
    """From the preview's one field, else from the grid: only of the periods that are ticked."""
    text = request.POST.get("rows")
    if text is None:
        fields = {
            k.removeprefix("marks."): str(v) for k, v in request.POST.items() if k.startswith("marks.") and v
        }
        if "grid" not in request.POST:
            return fields
        ticked = set(request.POST.getlist("periods"))
        return {key: word for key, word in fields.items() if key.rpartition("/")[0] in ticked}
    try:
        found = json.loads(text[:ROWS_LENGTH])
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        says = "上传的内容没有完整送达。"
        raise RuleBroken([Breach("rolls.format", "TR 12", says, "请重新上传工作簿。")])
    return found


def _entered_not(
    request: Request, tc: TrainingClass, marks: Mapping[str, str], refusal: Refusal
) -> HttpResponse:
    if "grid" in request.POST:
        day = _day(request.POST.get("grid", ""))
        if day is not None:
            more = {"breaches": refusal.breaches, "status": refusal.status, "typed": request.POST}
            return _grid_page(request, tc, day, **more)
    if isinstance(refusal, Conflict):  # somebody has marked meanwhile: what is left, and what clashes now
        return _preview(request, tc, _again(tc, marks), breaches=refusal.breaches, status=refusal.status)
    return _offline_page(request, tc, breaches=refusal.breaches, status=refusal.status)


def _again(tc: TrainingClass, marks: Mapping[str, str]) -> ReadSheet:
    """The same marks against what is stored now."""
    people = {one.application.seat: one for one in attendees_of(tc)}
    stored = marks_of_class(tc)
    found = ReadSheet()
    for place, seats in sorted(read_rolls(marks).items()):
        for seat, word in seats.items():
            known = stored.get(place, {}).get(people[seat].pk)
            if known is None:
                found.marks[f"{place[0]}/{place[1]}/{seat}"] = word
            elif known == word:
                found.known += 1
            else:
                name = people[seat].application.person.name
                found.clashes.append(Clash(0, place, seat, name, Presence(word), Presence(known)))
    return found


@dataclass(frozen=True, slots=True)
class GridCell:
    """One person in one period of a day."""

    place: Place
    seat: int
    has: bool
    mark: str  # presence that is stored; "" for none
    chosen: str

    @property
    def key(self) -> str:
        """As the form names it."""
        return f"{self.place[0]}/{self.place[1]}/{self.seat}"

    @property
    def word(self) -> str:
        """到 …"""
        return WORDS[Presence(self.mark)] if self.mark else ""


def grid(request: Request, pk: int) -> HttpResponse:
    """A whole day on one page: people by periods, one save. Without a day the first one that waits, else the first."""
    tc = visible(TrainingClass, pk, request.role)
    if "day" in request.GET:
        day = _day(request.GET["day"])
    else:
        waiting = rolls_of([tc], clock.today())[tc.pk].waiting
        day = next((day for day, _ in [*waiting, *lessons_of(tc)]), None)
    if day is None:
        raise Http404
    return _grid_page(request, tc, day)


def _grid_page(request: Request, tc: TrainingClass, day: date, **more: Any) -> HttpResponse:
    lessons = lessons_of(tc)
    groups = max((group for taught in lessons.values() for group in taught), default=0)
    places = {place: taught for place, taught in lessons.items() if place[0] == day}
    if not places:
        raise Http404
    stored, scans, leaves = marks_of_class(tc), scans_of_class(tc), approved_leaves(tc)
    sheets = {
        place: RollSheet(
            {}, scans.get(place, {}), frozenset(pk for pk, held in leaves.items() if place in held)
        )
        for place in places
    }
    typed: Mapping[str, str] = more.get("typed", {})

    def cell(one: Attendee, place: Place) -> GridCell:
        seat = one.application.seat or 0
        usual = sheets[place].suggests(one.pk) or Presence.PRESENT.value
        chosen = typed.get(f"marks.{place[0]}/{place[1]}/{seat}", usual)
        has = is_expected(one.group, places[place], groups)
        return GridCell(place, seat, has, stored.get(place, {}).get(one.pk, ""), chosen)

    rows = [(one, [cell(one, place) for place in places]) for one in attendees_of(tc)]
    open_ = [any(cells[n].has and not cells[n].mark for _, cells in rows) for n in range(len(places))]
    ticked = set(request.POST.getlist("periods")) if typed else None
    past = day < clock.today()
    columns = [
        (period, f"{day}/{period}", open_[n], past if ticked is None else f"{day}/{period}" in ticked)
        for n, (_, period) in enumerate(places)
    ]
    shown = {
        "tc": tc,
        "day": day,
        "columns": columns,
        "rows": rows,
        "words": [(presence.value, word, presence.title) for presence, word in WORDS.items()],
        "any_open": any(open_),
        "ahead": day > clock.today(),
        "running": is_running(tc),
        "source": MarkSource.SHEET.title,
        "breaches": more.get("breaches", ()),
    }
    return render(request, "delivery/roll_day.html", shown, status=more.get("status", 200))
