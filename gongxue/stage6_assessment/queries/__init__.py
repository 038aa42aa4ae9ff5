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
    "is_begun",
    "is_confirmed",
    "opened_attempts",
    "part_record",
    "record_of",
    "records_of",
    "records_of_classes",
    "results_of",
    "retake_allowed",
    "revisions_of",
    "score_rows",
    "scoring_breaches",
    "sheets_visible_to",
    "sheets_wanted",
    "took_final",
    "transcript_of",
]
