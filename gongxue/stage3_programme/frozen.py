"""What is frozen beside text and timetable when a programme is filed, so that its paper never changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gongxue.regulations.calendar import day_of, said
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.models import Programme, Timetabled
from gongxue.stage3_programme.queries import snapshot, words_of


def filed_content(programme: Programme, sessions: Sequence[Timetabled]) -> dict[str, Any]:
    """`snapshot` with the class, its teaching team and who stands by this version, JSON-ready."""
    words = [
        [word.name, said(day_of(word.confirmed_at))] for word in words_of(programme) if word.confirmed_at
    ]
    sent = programme.submitted_at
    return snapshot(programme, sessions) | about_class(programme.training_class) | {
        "venue_declared": programme.venue_declared,
        "confirmed": words,
        "submitted": [programme.submitted_by.name, said(day_of(sent))] if sent else [],
    }  # fmt: skip


def about_class(shown: TrainingClass) -> dict[str, Any]:
    """The class and its team as they are today, JSON-ready."""
    team = [
        {"seat": i.seat, "name": i.person.name, "employer": i.person.employer.name} for i in accepted(shown)
    ]
    return {
        "class": {
            "institution": shown.institution.name,
            "kind": shown.institution.kind_title,
            "title": shown.title,
            "days_list": [day.isoformat() for day in shown.days_list],
            "days": shown.days,
            "headcount": shown.headcount,
            "periods_a_day": shown.edition.periods_a_day,
        },
        "team": team,
    }
