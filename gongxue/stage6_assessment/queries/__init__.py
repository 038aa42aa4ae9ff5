"""Reads of stage 6. Sheets of others stay sealed until an attempt is complete: see ScoreSheet.scope_for."""

from gongxue.stage6_assessment.queries.records import (
    PartRecord,
    Record,
    part_record,
    record_of,
    records_of,
    records_of_classes,
    retake_allowed,
    took_final,
)
from gongxue.stage6_assessment.queries.results import (
    corrections_visible_to,
    is_begun,
    is_confirmed,
    results_of,
    revisions_of,
    transcript_of,
)
from gongxue.stage6_assessment.queries.rubrics import in_force, opened_on, rubric_for, versions_for
from gongxue.stage6_assessment.queries.scoring import (
    ScoreRow,
    ScoringFacts,
    attempt_number,
    score_rows,
    scoring_breaches,
    sheets_wanted,
)
from gongxue.stage6_assessment.queries.sheets import (
    OpenedAttempt,
    drafts_of,
    opened_attempts,
    sheets_visible_to,
)

__all__ = [
    "OpenedAttempt",
    "PartRecord",
    "Record",
    "ScoreRow",
    "ScoringFacts",
    "attempt_number",
    "corrections_visible_to",
    "drafts_of",
    "in_force",
    "is_begun",
    "is_confirmed",
    "opened_attempts",
    "opened_on",
    "part_record",
    "record_of",
    "records_of",
    "records_of_classes",
    "results_of",
    "retake_allowed",
    "revisions_of",
    "rubric_for",
    "score_rows",
    "scoring_breaches",
    "sheets_visible_to",
    "sheets_wanted",
    "took_final",
    "transcript_of",
    "versions_for",
]
