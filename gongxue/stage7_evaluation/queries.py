"""Reads of stage 7: who has answered, and the results as sums. Single sheets are never given out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gongxue.foundation.identity.models import Role
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.queries import version_on
from gongxue.parties.models import SatisfactionSum
from gongxue.parties.queries import qualifications_of
from gongxue.regulations.evaluation import (
    EXAMINER_ITEMS,
    instructor_items,
    points_given,
    results_shown,
)
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.official_forms import Form
from gongxue.regulations.official_forms.statistics import ItemResult as ItemResult
from gongxue.regulations.official_forms.statistics import item_results
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted, seat_of
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage6_assessment.queries import is_confirmed as is_confirmed
from gongxue.stage6_assessment.queries import transcript_of
from gongxue.stage7_evaluation.models import AnswerSheet, Closing, EvaluationParticipation


def form2_of(training_class: TrainingClass) -> FormVersion:
    """The version of form 2 that a class answers: one for all, that of its first day, so that sheets can be summed."""
    return version_on("form2", training_class.first_day)


def has_answered(training_class: TrainingClass, account_id: int) -> bool:
    """Whether somebody has answered form 2 of a class."""
    return EvaluationParticipation.objects.inside(
        training_class=training_class, account_id=account_id
    ).exists()


def classes_answered_by(role: Role) -> set[int]:
    """The ids of the classes whose form 2 somebody has answered: their own, nobody else's."""
    return set(EvaluationParticipation.objects.scope(role).values_list("training_class_id", flat=True))


def answered_count(training_class: TrainingClass) -> int:
    """How many have answered."""
    return EvaluationParticipation.objects.inside(training_class=training_class).count()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of form 2 for a class; empty items while fewer than five sheets are released."""

    answers: int
    shown: bool
    items: tuple[ItemResult, ...]
    form: Form | None = None  # the version whose items these are


def outcome_of(training_class: TrainingClass) -> Outcome:
    """The sums of the released sheets, from five on."""
    sheets = list(
        AnswerSheet.objects.inside(training_class=training_class, released=True)
        .select_related("version")
        .order_by("pk")
    )
    if not results_shown(len(sheets), training_class.edition):
        return Outcome(len(sheets), False, ())
    form = sheets[0].version.form
    results = item_results(form, training_class.level, [sheet.answers for sheet in sheets])
    return Outcome(len(sheets), True, results, form)


def instructor_titles(training_class: TrainingClass) -> dict[str, str]:
    """The two instructors as form 2 names them in 3.1 and 3.2: name and the courses they teach."""
    courses: dict[int | None, dict[str, None]] = {}
    for session in sessions_of(training_class):
        module = module_by_code(session.module)
        if module or session.topic:
            courses.setdefault(session.teacher_id, {})[module.course if module else session.topic] = None
    found = {}
    for n, seat in enumerate(accepted(training_class, Seat.INSTRUCTOR), 1):
        taught = "、".join(courses.get(seat.person_id, {}))
        found[f"instructor_{n}"] = f"{seat.person.name}（{taught}）" if taught else seat.person.name
    return found


def satisfaction_sums(
    training_class: TrainingClass, sheets: Collection[AnswerSheet]
) -> list[SatisfactionSum]:
    """What a group of sheets gives each teacher of the class (unsaved); whoever has fewer than a group gets none.

    The items about an instructor count for that instructor, those about the examiners for each of them.
    """
    given = [(sheet.version.form, sheet.answers) for sheet in sheets]
    teachers = [
        (seat, instructor_items(n)) for n, seat in enumerate(accepted(training_class, Seat.INSTRUCTOR), 1)
    ]
    teachers += [(seat, EXAMINER_ITEMS) for seat in accepted(training_class, Seat.EXAMINER)]
    found = []
    for seat, codes in teachers:
        got = points_given(given, codes)
        if results_shown(got.answers, training_class.edition):
            found.append(
                SatisfactionSum(
                    person_id=seat.person_id, year=training_class.last_day.year, seat=seat.seat, items=len(codes),
                    reference=f"class/{training_class.pk}", answers=got.answers, points=got.points,
                )
            )  # fmt: skip
    return found


def may_read_outcome(training_class: TrainingClass, role: Role) -> bool:
    """Form 2 is read by the institution, the instructors, the province and the centre (TR 13)."""
    if role.is_(Duty.BACKBONE):
        return seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is not None
    return not role.is_(Duty.TRAINEE, Duty.SCHOOL)


def closing_of(training_class: TrainingClass) -> Closing | None:
    """The closing of a visible class, or None before it was begun."""
    found: Closing | None = Closing.objects.inside(training_class=training_class).first()
    return found


def certificates_due(training_class: TrainingClass) -> int:
    """Qualified trainees without a certificate."""
    qualified = sum(1 for line in transcript_of(training_class) if line.qualified)
    return max(0, qualified - qualifications_of(f"class/{training_class.pk}"))
