"""Stage 1: rounds, planned classes, published editions, changes of what is published (TR 7)."""

from gongxue.stage1_planning.models.classes import (
    DeadlineException,
    Involvement,
    ProvinceReport,
    PublishedEdition,
    ReportingRound,
    TrainingClass,
    in_class_scope,
)

__all__ = [
    "DeadlineException",
    "Involvement",
    "ProvinceReport",
    "PublishedEdition",
    "ReportingRound",
    "TrainingClass",
    "in_class_scope",
]
