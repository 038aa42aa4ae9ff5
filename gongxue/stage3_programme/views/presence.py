"""Who is writing a programme right now, told to those who may write it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.models import Presence
from gongxue.foundation.access.presence import beat, leave
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.programme_review import PLACES
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import may_write, programme_of


@require_POST
def here(request: Request, pk: int) -> HttpResponse:
    """A beat of an open editor: `part` is where the writer is, `gone` closes it; who else writes, in words.

    Writes to the volatile database only; nothing of the programme and nothing in the trail.
    """
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if not may_write(request.role, tc, programme_of(tc)):
        raise PermissionDenied
    page, now = f"programme/{tc.pk}", clock.now()
    if request.POST.get("gone"):
        leave(page, request.role)
        return HttpResponse(status=204)
    part = request.POST.get("part", "")
    others = beat(page, part if part in PLACES else "", request.role, now)
    return JsonResponse({"others": [_says(one, now) for one in others]})


def _says(one: Presence, now: datetime) -> str:
    """李明（邢台技师学院）正在编辑 · 课程安排 · 1分钟前."""
    minutes = int((now - one.seen_at).total_seconds()) // 60
    ago = f"{minutes}分钟前" if minutes else "刚刚"
    return " · ".join(
        filter(None, (f"{one.name}（{one.organisation}）正在编辑", PLACES.get(one.part, ""), ago))
    )
