"""What the pages of stage 2 have in common."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass


def class_for(request: Request, pk: int) -> TrainingClass:
    """The class in scope; its staffing is no business of the trainees."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if request.role.is_(Duty.TRAINEE):
        raise PermissionDenied
    return tc


def search_words(request: Request) -> str:
    """What is looked for."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:40]  # PostgreSQL knows no such character
