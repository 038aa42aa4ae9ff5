"""What a class needs: self-ratings by module beside the programme's hours, experience, requests (TR 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gongxue.regulations.levels import Module, modules_of
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.official_forms.form1 import SELF_RATING
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import module_periods
from gongxue.stage4_enrolment.models import Application


@dataclass(frozen=True, slots=True)
class ModuleNeed:
    """How the admitted and the applicants rate themselves in one module (form 1 item 19)."""

    module: Module
    counts: tuple[int, ...]  # 较差 一般 较好 很好
    mean: float | None  # 1..4, the lower the greater the need
    periods: int  # of the programme's timetable

    @property
    def total(self) -> int:
        """How many have rated it."""
        return sum(self.counts)

    @property
    def bars(self) -> list[tuple[str, int, float, float]]:
        """(word, people, where the bar begins, its width) in percent."""
        shown, begin = [], 0.0
        for word, n in zip(SELF_RATING, self.counts, strict=True):
            width = 100 * n / self.total if self.total else 0.0
            shown.append((word, n, round(begin, 2), round(width, 2)))
            begin += width
        return shown


def _answers_of(training_class: TrainingClass) -> list[dict[str, Any]]:
    """The plain answers of everybody who may come: submitted, waiting, admitted."""
    rows = Application.objects.inside(training_class=training_class).filter(
        state__in=(*Application.SEATED, ApplicationState.SUBMITTED, ApplicationState.WAITING)
    )
    return list(rows.order_by("pk").values_list("answer__items", flat=True))


def needs_of(training_class: TrainingClass) -> list[ModuleNeed]:
    """Self-ratings per module, the weakest first (TR 10): what the instructors adjust the programme to."""
    answers = _answers_of(training_class)
    planned = module_periods(training_class)
    needs = []
    for module in modules_of(training_class.level_enum):
        counter = Counter(items.get(f"19.{module.code}") for items in answers)
        counts = tuple(counter[word] for word in SELF_RATING)
        total = sum(counts)
        mean = sum(i * n for i, n in enumerate(counts, 1)) / total if total else None
        needs.append(ModuleNeed(module, counts, mean, planned.get(module.code, 0)))
    return sorted(needs, key=lambda need: (need.mean is None, need.mean or 0, need.module.code))


MOST_SUGGESTED, USUALLY_SUGGESTED = 4, 2  # half a day, a double lesson; ours
CLEARLY = 0.1  # below the class's mean, of the steps from 较差 1 to 很好 4; ours


def usual_periods(needs: Sequence[ModuleNeed]) -> float:
    """How many periods a module has on the average of those that were rated."""
    rated = [need.periods for need in needs if need.mean is not None]
    return sum(rated) / len(rated) if rated else 0.0


def periods_suggested(needs: Sequence[ModuleNeed]) -> list[int]:
    """For each module, how many periods more are worth a look at the timetable (TR 10 复核和优化); 0: none. Ours.

    Weaker than the class's mean and fewer periods than the modules' mean: as many as are missing to that mean. Clearly
    weaker and no more periods than the mean: a double lesson.
    """
    means = [need.mean for need in needs if need.mean is not None]
    middle = sum(means) / len(means) if means else 0.0
    usual = usual_periods(needs)
    return [_suggested(need, middle, usual) for need in needs]


def _suggested(need: ModuleNeed, middle: float, usual: float) -> int:
    if need.mean is None or need.mean >= middle or need.periods > usual:
        return 0
    missing = max(1, min(MOST_SUGGESTED, round(usual - need.periods))) if need.periods < usual else 0
    return max(missing, USUALLY_SUGGESTED if need.mean <= middle - CLEARLY else 0)


@dataclass(frozen=True, slots=True)
class Experience:
    """How many of the applicants bring something along (form 1 items 10, 15 to 18)."""

    title: str
    number: int
    of: int

    @property
    def share(self) -> float:
        """In percent of all."""
        return 100 * self.number / self.of if self.of else 0.0


def experience_of(training_class: TrainingClass) -> list[Experience]:
    """What the applicants have done before and where they come from."""
    answers = _answers_of(training_class)
    asked = (
        ("参加过部级工学一体化教师培训（第 17 项）", lambda items: items.get("17") == "是"),
        ("承担过工学一体化建设工作（第 15 项）", lambda items: bool(items.get("15"))),
        ("参与过工学一体化技术开发（第 18 项）", lambda items: bool(items.get("18"))),
        ("所在专业为第一阶段申报专业（第 14 项）", lambda items: items.get("14") == "是"),
        ("硕士及以上（第 10 项）", lambda items: items.get("10") in ("博士", "硕士")),
    )
    return [Experience(title, sum(map(holds, answers)), len(answers)) for title, holds in asked]


def requests_of(training_class: TrainingClass) -> list[tuple[str, str]]:
    """What applicants ask for in form 1 item 20: (name, text)."""
    rows = Application.objects.inside(training_class=training_class).exclude(
        state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN]
    )
    pairs = rows.values_list("person__account__name", "answer__items").order_by("pk")
    return [(name, items["20"]) for name, items in pairs if items.get("20")]
