"""What stage 2 watches: opening applications and recommendations (TR 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Min

from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.watching import Ask, Watched
from gongxue.stage2_staffing.models import Opening, Recommendation


def watch_openings(ask: Ask) -> Iterator[Watched]:
    """The opening application until the class would begin, the recommendation once it is filed; two queries.

    Level G is not recommended: its experts are named (AMB-70).
    """
    rows = Opening.objects.inside(training_class__in=ask.classes)
    filed = {pk: day_of(at) for pk, at in rows.values_list("training_class", "filed_at")}
    recommended = _recommended(ask.classes)
    for tc in ask.classes:
        dues = ask.dues(tc)
        done = filed.get(tc.pk)
        if done is not None or ask.today < tc.first_day:
            yield ask.of_class(tc, dues["opening"], done_on=done)
        if done is not None and tc.level_enum != Level.BACKBONE:
            yield ask.of_class(tc, dues["recommendation"], done_on=recommended.get(tc.pk))


def _recommended(classes: list[TrainingClass]) -> dict[int, date]:
    rows = Recommendation.objects.inside(training_class__in=classes).order_by()
    first = rows.values_list("training_class").annotate(at=Min("made_at"))
    return {pk: day_of(at) for pk, at in first}
