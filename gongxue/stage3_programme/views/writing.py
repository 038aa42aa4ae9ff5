"""Pages of stage 3: the programme of a class to read and to write, its filed versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.regulations.calendar import programme_due
from gongxue.regulations.levels import modules_of
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.parallel import MOST_GROUPS, said_of
from gongxue.regulations.programme import (
    METHODS,
    MOST_PERIODS,
    NOTE_LIMIT,
    SECTION_LIMIT,
    SECTIONS,
    FinalMode,
    SessionKind,
    venue_warnings,
)
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme import actions
from gongxue.stage3_programme.checks import programme_findings, rooms_of
from gongxue.stage3_programme.forms import read_saving
from gongxue.stage3_programme.models import FiledProgramme, Programme, Timetabled
from gongxue.stage3_programme.queries import (
    OPEN_STATES,
    filed_as,
    filed_version,
    filed_versions,
    last_writing,
    may_change,
    may_write,
    moved_by,
    programme_breaches,
    programme_of,
    snapshot,
    words_of,
    written_sessions,
)
from gongxue.stage3_programme.queries.review import (
    item_breaches,
    items_of,
    may_read_comments,
    remarks_by_part,
    unresolved_count,
)
from gongxue.stage3_programme.timetable import (
    columns_of,
    day_title,
    periods_of,
    rows_of,
    standard_timetable,
    tone_of,
)
from gongxue.stage3_programme.views.parts import said_there
from gongxue.stage3_programme.views.wanted import Wanted, wanted_in

_HINTS = {
    "objectives": "参训教师学完后能胜任什么工作，怎样衡量。",
    "course_plan": f"按培训标准的课程和模块；教学方法如{'、'.join(METHODS)}。",
    "assessment_plan": "过程性考核和终结性考核的内容、方式、评分安排。",
    "materials": "以《技工院校工学一体化教师培训指导手册》为核心，可补充教材和案例。",
    "venue": "学习工作站、工位、多媒体、网络、录播；不在风景名胜区或高档宾馆。",
    "logistics": "报到、食宿、班务管理、安全和纪律。",
}


def programme(request: Request, pk: int) -> HttpResponse:
    """The programme: the editor for those who write it, else to read; trainees see what is filed."""
    role: Role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _reading(request, tc, filed_version(tc))
    row = programme_of(tc)
    writes = may_write(role, tc, row)
    shown = _state(tc, row, role)
    wanted = wanted_in(request.GET, tc)
    shown |= {"writes": writes, "filed": filed_versions(tc), "wanted": wanted}
    if writes and request.GET.get("view") != "read":
        shown |= {"remarks": remarks_by_part(tc), **said_there(role, tc, row)} if row else {}
        return render(request, "programme/editor.html", shown | _editor(tc, row, wanted))
    if row is not None:
        sessions = written_sessions(row)
        shown |= _sheet(tc, snapshot(row, sessions))
    return render(request, "programme/read.html", shown)


@require_GET
def filed(request: Request, pk: int, version: int) -> HttpResponse:
    """A version as it was filed, frozen."""
    tc = visible(TrainingClass, pk, request.role)
    found = filed_as(tc, version)
    if found is None:
        raise Http404
    return _reading(request, tc, found)


def _reading(request: Request, tc: TrainingClass, found: FiledProgramme | None) -> HttpResponse:
    shown: dict[str, Any] = {"tc": tc, "frozen": found}
    latest = filed_version(tc)
    if found is not None and latest is not None and latest.version > found.version:
        shown["newer"] = latest
    if found is not None:
        shown |= _sheet(tc, found.content)
    return render(request, "programme/filed.html", shown)


def _sheet(tc: TrainingClass, content: Mapping[str, Any]) -> dict[str, Any]:
    """The six sections and the timetable as every reading page shows them."""
    return {
        "sections": [(title, content["sections"].get(key, "")) for key, title in SECTIONS.items()],
        "mode": FinalMode(content["final_mode"]).title,
        "periods": said_of(periods_of(content)),
        "rows": rows_of(content["sessions"], tc.days_list, tc.edition.periods_a_day, content.get("notes")),
        "columns": range(1, columns_of(content["sessions"], tc.edition.periods_a_day) + 1),
    }


def _state(tc: TrainingClass, row: Programme | None, role: Role) -> dict[str, Any]:
    """What the panel says: progress, deadline, what is missing, who stands by it."""
    today = clock.today()
    due = due_of(tc, programme_due(tc.first_day, tc.edition))
    shown: dict[str, Any] = {
        "tc": tc,
        "programme": row,
        "today": today,
        "due": due,
        "is_open": True,
        "words": (),
    }
    if row is None:
        return shown
    row.training_class = tc
    words = words_of(row)
    sessions = written_sessions(row)
    shown |= {"words": words, "is_open": row.state in OPEN_STATES, "last": last_writing(tc)}
    shown |= _change(tc, row, sessions, role)
    if may_read_comments(role, tc):
        shown |= {"reads_remarks": True, "unresolved": unresolved_count(tc), "items": items_of(row)}
    shown["late_words"] = f"逾期 {row.late_days} 天"
    if shown["is_open"]:
        late = 0 if row.first_submitted_at else due.late_by(today)  # the first submission counts
        shown["found"] = programme_findings(row, sessions)
        shown["missing"] = programme_breaches(row, sessions, shown["found"]) + item_breaches(row)
        shown["scenic"] = venue_warnings(row.venue)
        shown["asked"] = any(w.account == role.account_id and w.confirmed_at is None for w in words)
        warning = f"已过期限 {late} 天，报送后标记“逾期 {late} 天”并计入统计。" if late else ""
        shown["submit_question"] = f"{warning}报送后由省级管理部门审核，审核期间不能修改。"
    return shown


def _change(tc: TrainingClass, row: Programme, sessions: Sequence[Timetabled], role: Role) -> dict[str, Any]:
    """What a change moves, which version is in force, whether one may be begun."""
    moved = moved_by(row, sessions, clock.today())
    return {
        "moved": moved,
        "material": any(one.material for one in moved),
        "in_force": filed_version(tc) if row.is_change else None,
        "can_change": row.state == ProgrammeState.FILED and may_change(role, tc),
    }


# The editor -----------------------------------------------------------------------------------------------------------


def _editor(tc: TrainingClass, row: Programme | None, wanted: Wanted | None) -> dict[str, Any]:
    texts = row.sections if row else dict.fromkeys(SECTIONS, "")
    return {
        "fields": [(key, title, texts[key], _HINTS[key]) for key, title in SECTIONS.items()],
        "limit": SECTION_LIMIT,
        "modes": list(FinalMode),
        "mode": row.final_mode if row else FinalMode.LESSON,
        "version": row.version if row else 0,
        "declared": bool(row and row.venue_declared),
        "timetable": json.dumps(
            _timetable(tc, row) | {"wanted": wanted.module.code if wanted else ""}, ensure_ascii=False
        ),
    }


def _timetable(tc: TrainingClass, row: Programme | None) -> dict[str, Any]:
    """What the timetable editor works with, JSON-ready."""
    edition = tc.edition
    team = accepted(tc)
    instructors = [i.person_id for i in team if i.seat == Seat.INSTRUCTOR]
    proposal = standard_timetable(tc.level_enum, tc.days_list, tc.days, edition, instructors)
    modules = modules_of(tc.level_enum)
    kinds = [k for k in SessionKind if k != SessionKind.COURSE or not modules]
    return {
        "days": [{"day": day.isoformat(), "title": day_title(day)} for day in tc.days_list],
        "periods": edition.periods_a_day,
        "most_periods": MOST_PERIODS,
        "notes": row.notes if row else {},
        "note_limit": NOTE_LIMIT,
        "groups": row.groups if row else 1,
        "most_groups": MOST_GROUPS,
        "brushes": [
            *({"kind": "course", "module": m.code, "title": m.title, "tone": tone_of("course", m.code)} for m in modules),
            *({"kind": k.value, "module": "", "title": k.title, "tone": k.value} for k in kinds),
        ],
        "team": [{"id": i.person_id, "name": i.person.name, "seat": Seat(i.seat).short} for i in team],
        "sessions": _plain(written_sessions(row) if row else (), {i.person_id for i in team}),
        "rooms": [{"name": room.name, "seats": room.seats} for room in rooms_of(tc).order_by("name")],
        "standard": [{**one, "day": one["day"].isoformat()} for one in proposal],
    }  # fmt: skip


def _plain(sessions: Sequence[Timetabled], team: set[int]) -> list[dict[str, Any]]:
    """Periods as JSON; a teacher who has left the class is taken out, the period waits for another."""
    return [
        {
            "day": s.day.isoformat(), "period": s.period, "kind": s.kind, "module": s.module, "topic": s.topic,
            "teacher": s.teacher_id if s.teacher_id in team else None, "room": s.room, "group": s.group,
        }
        for s in sessions
    ]  # fmt: skip


@require_POST
def edit(request: Request, pk: int) -> JsonResponse:
    """Save what changed (JSON, see forms.py): the new version and the panel; 409 with what the other one wrote."""
    role: Role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    try:
        # A form is read already, and is not what the editor sends.
        saving = read_saving(request.body if request.content_type == "application/json" else b"")
        version, _ = answer_once(
            request,
            Permission.EDIT_PROGRAMME,
            lambda: str(
                actions.edit_programme(training_class=tc, **saving, by=role, now=clock.now()).version
            ),
        )
    except Conflict as refusal:
        return JsonResponse(_said(refusal) | _theirs(request, tc), status=refusal.status)
    except Refusal as refusal:
        return JsonResponse(_said(refusal), status=refusal.status)
    saved = localtime(clock.now()).strftime("%H:%M")
    return JsonResponse({"version": int(version), "saved": saved, **_panel(request, tc)})


def _said(refusal: Refusal) -> dict[str, Any]:
    return {
        "breaches": [
            {"rule": b.rule, "says": b.says, "cites": b.cites, "way_out": b.way_out} for b in refusal.breaches
        ]
    }


def _theirs(request: Request, tc: TrainingClass) -> dict[str, Any]:
    """The programme as it stands now, for the comparison."""
    row = programme_of(tc)
    if row is None:
        return {}
    last = last_writing(tc)
    return {
        "version": row.version,
        "editable": may_write(request.role, tc, row),
        "writer": f"{last.actor}（{last.organisation}）" if last else "",
        "at": localtime(last.at).strftime("%m月%d日 %H:%M") if last else "",
        "fields": {
            **row.sections,
            "final_mode": row.final_mode,
            "venue_declared": row.venue_declared,
            "groups": row.groups,
            **{f"note:{day.isoformat()}": row.notes.get(day.isoformat(), "") for day in tc.days_list},
        },
        "sessions": _plain(written_sessions(row), {i.person_id for i in accepted(tc)}),
        **_panel(request, tc),
    }


def _panel(request: Request, tc: TrainingClass) -> dict[str, str]:
    """What is shown anew after a saving: the progress and what the rules say of the timetable."""
    shown = _state(tc, programme_of(tc), request.role)
    return {
        "panel": render_to_string("programme/panel.html", shown, request=request),
        "checks": render_to_string("programme/checks.html", shown),
    }
