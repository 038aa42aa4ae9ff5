"""The waiting list: who is the next to move up, and why somebody ahead is passed over (TR 11.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gongxue.parties.models import Booking
from gongxue.regulations.breaches import Breach
from gongxue.regulations.enrolment import admission_breaches
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.waiting_list import busy_breach, lapsed_breach, offer_words
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import opinions_of_class, reviewers_of


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One of the waiting list with everything that keeps them from being asked by themselves."""

    application: Application
    breaches: tuple[Breach, ...]


def waiting_rows(training_class: TrainingClass) -> list[WaitingRow]:
    """The waiting list in its order. Five queries, however many wait."""
    rows = Application.objects.inside(training_class=training_class, state=ApplicationState.WAITING)
    found = list(rows.select_related("person__account").order_by("waiting_number"))
    opinions, reviewers = opinions_of_class(training_class), [pk for pk, _ in reviewers_of(training_class)]
    busy = _busy({row.person_id for row in found}, training_class)
    shown = []
    for row in found:
        given = [o.agrees for person, o in opinions.get(row.pk, {}).items() if person in reviewers]
        breaches = admission_breaches(
            taken=(), edition=training_class.edition, endorsed=row.is_endorsed, opinions=given,
            instructors=len(reviewers), reason="",
        )  # fmt: skip
        if row.person_id in busy:
            breaches.append(busy_breach(row.person.name))
        if row.offer_lapsed_at:
            breaches.append(lapsed_breach(row.offer_lapsed_at))
        shown.append(WaitingRow(row, tuple(breaches)))
    return shown


def _busy(people: Collection[int], training_class: TrainingClass) -> set[int]:
    """Who is taken on a day of the class, in whatever role: teaching it is such a role."""
    rows = Booking.objects.unscoped("nobody is in two classes at once, wherever the other is")
    taken = rows.filter(person__in=people, day__in=training_class.days_list)
    return set(taken.values_list("person_id", flat=True))


def offer_said(offered: Application | None, passed: Collection[WaitingRow], late: bool) -> str:
    """What became of a free seat, for the institution."""
    if late:
        return "开班在即，不再自动递补。"
    skipped = "".join(
        f"{row.application.person.name}：{'；'.join(breach.says for breach in row.breaches)}\n"
        for row in passed
    )
    if offered is not None and offered.offer_until is not None:
        says = f"已向候补教师{offered.person.name}发出递补通知，答复时限{offer_words(offered.offer_until)}。"
        return f"{says}\n排在前面但暂不能递补的：\n{skipped}" if skipped else says
    return f"候补名单中没有可以自动递补的教师，请人工办理。\n{skipped}" if skipped else ""
