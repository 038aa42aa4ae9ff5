"""A module that the page of needs points at (TR 10 复核和优化): which, how many periods more, marked in the editor."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from gongxue.regulations.levels import Module, modules_of
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import module_periods

MOST = 8  # periods more that an address can suggest


@dataclass(frozen=True, slots=True)
class Wanted:
    """The module, its periods in the timetable in force and how many more are suggested (0: only a look)."""

    module: Module
    periods: int
    more: int

    @property
    def reason(self) -> str:
        """What a change of a filed programme is begun with; it may be read by everybody whom the change concerns."""
        return f"根据参训教师需求分析，调整“{self.module.title}”课时"


def wanted_in(sent: QueryDict, training_class: TrainingClass) -> Wanted | None:
    """What the address asks for; None without one, or for a module that the level does not have."""
    code, more = sent.get("module", ""), sent.get("more", "0")
    module = next((m for m in modules_of(training_class.level_enum) if m.code == code), None)
    if module is None:
        return None
    number = int(more) if more.isascii() and more.isdigit() and len(more) < 3 else 0
    return Wanted(module, module_periods(training_class).get(code, 0), min(number, MOST))
