"""Stage 6: attempts, sealed score sheets, results, transcript (TR 12)."""

from gongxue.stage6_assessment.models.appeals import Appeal
from gongxue.stage6_assessment.models.attempts import PART_CHOICES, Attempt
from gongxue.stage6_assessment.models.looks import PatternLook
from gongxue.stage6_assessment.models.presentations import (
    PresentationDay,
    PresentationNote,
    PresentationRecording,
    PresentationSlot,
)
from gongxue.stage6_assessment.models.results import (
    Correction,
    Results,
    Retake,
    SecondDates,
    TranscriptLine,
    TranscriptReceipt,
)
from gongxue.stage6_assessment.models.rubrics import RubricDraft, RubricVersion, slot_title
from gongxue.stage6_assessment.models.second_looks import SecondLook
from gongxue.stage6_assessment.models.sheets import CriterionMark, DraftSheet, ScoreSheet

__all__ = [
    "PART_CHOICES",
    "Appeal",
    "Attempt",
    "Correction",
    "CriterionMark",
    "DraftSheet",
    "PatternLook",
    "PresentationDay",
    "PresentationNote",
    "PresentationRecording",
    "PresentationSlot",
    "Results",
    "Retake",
    "RubricDraft",
    "RubricVersion",
    "ScoreSheet",
    "SecondDates",
    "SecondLook",
    "TranscriptLine",
    "TranscriptReceipt",
    "slot_title",
]
