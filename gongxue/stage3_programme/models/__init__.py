"""Stage 3: the programme, its timetable, its filed versions (TR 9)."""

from gongxue.stage3_programme.models.history import ProgrammeVersion
from gongxue.stage3_programme.models.programme import (
    CourseSession,
    DraftSession,
    FiledProgramme,
    Programme,
    ProgrammeConfirmation,
    Timetabled,
)
from gongxue.stage3_programme.models.registers import ModuleHours, ProgrammeTemplate, Room
from gongxue.stage3_programme.models.together import ProgrammeComment, ReturnedItem, SectionVerdict

__all__ = [
    "CourseSession",
    "DraftSession",
    "FiledProgramme",
    "ModuleHours",
    "Programme",
    "ProgrammeComment",
    "ProgrammeConfirmation",
    "ProgrammeTemplate",
    "ProgrammeVersion",
    "ReturnedItem",
    "Room",
    "SectionVerdict",
    "Timetabled",
]
