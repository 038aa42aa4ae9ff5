"""Acts of stage 6 (TR 12): independent sheets, second attempts, confirmation, corrections."""

from gongxue.stage6_assessment.actions.appeals import (
    appeal,
    dismiss_objection,
    keep_mark,
    object_to_answer,
    sustain_objection,
    uphold_appeal,
)
from gongxue.stage6_assessment.actions.confirming import (
    confirm_results,
)
from gongxue.stage6_assessment.actions.corrections import (
    countersign_correction,
    refuse_correction,
    request_correction,
)
from gongxue.stage6_assessment.actions.looking import look_at_pattern
from gongxue.stage6_assessment.actions.presentations import (
    add_recording,
    draw_order,
    move_on,
    note_presentation,
    plan_presentations,
    remove_recording,
)
from gongxue.stage6_assessment.actions.receiving import receive_transcript
from gongxue.stage6_assessment.actions.retakes import allow_retake, apply_retake, set_second_dates
from gongxue.stage6_assessment.actions.rubrics import begin_rubric, drop_rubric, publish_rubric, save_rubric
from gongxue.stage6_assessment.actions.scoring import (
    save_score,
    score_final,
    score_process,
)
from gongxue.stage6_assessment.actions.second_looks import (
    write_second_look,
)

__all__ = [
    "add_recording",
    "allow_retake",
    "appeal",
    "apply_retake",
    "begin_rubric",
    "confirm_results",
    "countersign_correction",
    "dismiss_objection",
    "draw_order",
    "drop_rubric",
    "keep_mark",
    "look_at_pattern",
    "move_on",
    "note_presentation",
    "object_to_answer",
    "plan_presentations",
    "publish_rubric",
    "receive_transcript",
    "refuse_correction",
    "remove_recording",
    "request_correction",
    "save_rubric",
    "save_score",
    "score_final",
    "score_process",
    "set_second_dates",
    "sustain_objection",
    "uphold_appeal",
    "write_second_look",
]
