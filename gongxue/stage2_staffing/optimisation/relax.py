"""When seats stay empty: what stands in the way, which rule could be relaxed, and what that would give, by trying it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Seat, seat_breaches
from gongxue.stage2_staffing.optimisation.candidates import field_of
from gongxue.stage2_staffing.optimisation.model import Answer, OpenClass, Problem, Teacher
from gongxue.stage2_staffing.optimisation.roster import greedy
from gongxue.stage2_staffing.optimisation.windows import EFFORT, restaff

OBSTACLES = {
    "seat.level": "未登记承担该级别",
    "seat.busy": "在培训期间（含路途）另有任务",
    "seat.own": "为本机构教师，按规定回避",
    "seat.barred": "已婉拒或被撤回",
    "seat.own_trainees": "所在单位有学员参训，不宜考核",
}


@dataclass(frozen=True, slots=True)
class Shortage:
    """Empty seats of one class: what hinders the teachers of its category, and what would fill how many."""

    number: int
    seat: Seat
    missing: int
    hindered: tuple[tuple[str, int], ...]  # obstacle in words, teachers whom it hinders
    relaxations: tuple[tuple[str, int], ...]  # what to relax in words, seats that it would fill

    def as_data(self) -> dict[str, object]:
        """JSON-ready."""
        return {
            "number": self.number, "seat": self.seat.value, "missing": self.missing,
            "hindered": [list(pair) for pair in self.hindered],
            "relaxations": [list(pair) for pair in self.relaxations],
        }  # fmt: skip


def shortages(problem: Problem, answer: Answer) -> list[Shortage]:
    """Every kind of seat that stays empty, in order of the classes."""
    if not answer.unfilled:
        return []
    classes = {c.number: c for c in problem.classes}
    short = {number for number, _, _ in answer.unfilled}
    fixed = problem.fixed | set(answer.jobs)
    tried = {
        words: _filled(variant, short)
        for words, variant in _variants(replace(problem, fixed=frozenset(fixed)), short)
    }
    held = _held(problem, answer)
    found = []
    for number, seat, missing in answer.unfilled:
        gives = [
            (words, min(missing, filled[number, seat]))
            for words, filled in tried.items()
            if filled[number, seat]
        ]
        gives.append((_more(classes[number], missing), missing))
        hindered = _hindered(problem, classes[number], seat, held)
        found.append(Shortage(number, seat, missing, tuple(hindered), tuple(gives)))
    return found


def _variants(problem: Problem, short: set[int]) -> list[tuple[str, Problem]]:
    """The same problem with everything fixed that was found, and one rule relaxed for the classes that are short."""

    def with_classes(change: dict[int, OpenClass]) -> Problem:
        return replace(problem, classes=tuple(change.get(c.number, c) for c in problem.classes))

    short_classes = [c for c in problem.classes if c.number in short]
    own = {
        c.number: replace(
            c, own_allowed=frozenset(t.person for t in problem.teachers if t.employer == c.demand.institution)
        )
        for c in short_classes
    }
    asked = {c.number: replace(c, barred=frozenset()) for c in short_classes}
    strangers = {c.number: replace(c, trainee_employers=frozenset()) for c in short_classes}
    wanted = {(c.demand.category, c.demand.level) for c in short_classes}
    any_level = tuple(_any_level(t, wanted) for t in problem.teachers)
    return [
        ("准予本机构教师承担（须写明理由）", with_classes(own)),
        ("不留往返路途的前后各一天", replace(problem, travel_days=0)),
        ("准予同一专业大类、登记为其他级别的骨干教师承担", replace(problem, teachers=any_level)),
        ("再次邀请已婉拒或被撤回的教师", with_classes(asked)),
        ("准予学员所在单位的教师考核", with_classes(strangers)),
    ]


def _any_level(teacher: Teacher, wanted: set[tuple[str, Level]]) -> Teacher:
    categories = {category for category, _ in teacher.skills}
    added = {(category, level) for category, level in wanted if category in categories}
    return replace(teacher, skills=teacher.skills | added) if added - teacher.skills else teacher


def _filled(problem: Problem, short: set[int]) -> Counter[tuple[int, Seat]]:
    """How many more seats of each kind of the short classes can be filled around everything else."""
    field = field_of(problem)
    free = [n for n, c in enumerate(field.classes) if c.number in short]
    roster = greedy(field, free)
    restaff(roster, free, None, EFFORT)
    return Counter(
        (job.number, job.seat)
        for job in (field.job(*place) for place in roster.places())
        if job.number in short
    )


def _held(problem: Problem, answer: Answer) -> dict[int, frozenset[object]]:
    """Days that each person's fixed and proposed jobs take, with the journey."""
    classes = {c.number: c for c in problem.classes}
    days: dict[int, frozenset[object]] = {}
    for job in (*problem.fixed, *answer.jobs):
        days[job.person] = days.get(job.person, frozenset()) | classes[job.number].demand.days
    return days


def _hindered(
    problem: Problem, shown: OpenClass, seat: Seat, held: dict[int, frozenset[object]]
) -> list[tuple[str, int]]:
    """Active teachers of the category by what hinders them; one teacher counts under each obstacle."""
    counts: Counter[str] = Counter()
    for teacher in problem.teachers:
        candidate = teacher.candidate(shown.demand)
        if shown.demand.category not in candidate.categories:
            continue
        rules = {b.rule for b in seat_breaches(candidate, shown.demand)}
        if held.get(teacher.person, frozenset()) & shown.demand.days:
            rules.add("seat.busy")
        if teacher.person in shown.barred:
            rules.add("seat.barred")
        if seat == Seat.EXAMINER and teacher.employer in shown.trainee_employers:
            rules.add("seat.own_trainees")
        counts.update(rules & set(OBSTACLES))
    return [(OBSTACLES[rule], counts[rule]) for rule in OBSTACLES if counts[rule]]


def _more(shown: OpenClass, missing: int) -> str:
    demand = shown.demand
    year, week, _ = demand.first_day.isocalendar()
    what = f"{category_title(demand.category)}{demand.level.title}骨干教师"
    return f"{year} 年第 {week} 周（{demand.first_day:%m月%d日}起）增加 {missing} 名能承担的{what}"
