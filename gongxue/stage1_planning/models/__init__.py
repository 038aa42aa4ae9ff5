"""Stage 1: rounds, planned classes, published editions, changes of what is published (TR 7)."""

from gongxue.stage1_planning.models.changes import PlanChange
from gongxue.stage1_planning.models.classes import (
    LINE_FIELDS,
    DeadlineException,
    Involvement,
    ProvinceReport,
    PublishedEdition,
    ReportingRound,
    TrainingClass,
    in_class_scope,
)
from gongxue.stage1_planning.models.deadlines import Reminder
from gongxue.stage1_planning.models.lines import PlanImport, ReturnedLine, SubmittedLine

__all__ = [
    "LINE_FIELDS",
    "DeadlineException",
    "Involvement",
    "PlanChange",
    "PlanImport",
    "ProvinceReport",
    "PublishedEdition",
    "Reminder",
    "ReportingRound",
    "ReturnedLine",
    "SubmittedLine",
    "TrainingClass",
    "in_class_scope",
]
