"""Asked once: what form 1 begins with, from the register of certificates and from one's last form 1 (TR 附件1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gongxue.foundation.official_forms.keeping import Offer, last_submitted
from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.official_forms.rendering import REGISTER
from gongxue.parties.models import Person, Qualification
from gongxue.regulations.calendar import day_of
from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import known_of

# Item 17 asks for trainings of the ministry since 2013, 17a for time, place and trade.
TRAINED, WHICH, SINCE = "17", "17a", 2013
SHORT = 12  # characters of a question that is named in full
# What does not change from class to class; ratings, needs and the declaration are given anew each time.
LASTING = ("3", "6", "8", "9", "10", "10a", "11", "12", "13", "14", "15", "16", "18")


def earlier_trainings(person: Person) -> list[str]:
    """One line for each certificate of somebody in the register, the newest first: time, place, category, level."""
    rows = Qualification.objects.inside(person=person, issued_on__year__gte=SINCE).select_related(
        "institution"
    )
    return [
        f"{row.issued_on.year}年{row.issued_on.month}月，{row.institution.name}，{category_title(row.category)}，"
        f"{Level(row.level).title}培训"
        for row in rows.order_by("-issued_on", "-pk")
    ]


def offered_answers(person: Person) -> Offer:
    """What a new form 1 holds before anything is typed; the form takes what its version knows and allows."""
    last, lines = last_submitted(person.account, "form1"), earlier_trainings(person)
    kept = last.all_items() if last else {}
    offered = {code: kept[code] for code in LASTING if code in kept}
    reused = tuple(offered)
    if lines:
        offered |= {TRAINED: "是", WHICH: _joined(lines)}
    day = day_of(last.submitted_at) if last and last.submitted_at else None
    return Offer(offered, reused, day, {WHICH: lines} if lines else {})


def _joined(lines: list[str], limit: int = 300) -> str:
    """As many lines as there is room for, the newest first."""
    found = ""
    for line in lines:
        longer = f"{found}；{line}" if found else line
        if len(longer) > limit:
            break
        found = longer
    return found


@dataclass(frozen=True, slots=True)
class Reused:
    """What a draft was begun with from an earlier sheet."""

    labels: tuple[str, ...]
    day: date


def reused_in(answer: Answer) -> Reused | None:
    """The items that an earlier form 1 gave, or None."""
    codes = answer.offered.get("reused", ())
    if not codes:
        return None
    labels = {
        item.code: item.label if len(item.label) <= SHORT else f"第 {item.number} 项"
        for item in answer.version.form.items
    }
    return Reused(tuple(labels[code] for code in codes), date.fromisoformat(answer.offered["reused_from"]))


def form1_facts(application: Application) -> dict[str, Any]:
    """What form 1 prints without asking, and beside its items what the register of certificates gave."""
    register = application.answer.offered.get("register", {})
    return {**known_of(application), **{f"{REGISTER}{code}": lines for code, lines in register.items()}}
