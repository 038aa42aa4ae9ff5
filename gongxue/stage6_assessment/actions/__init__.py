"""Acts of stage 6 (TR 12): independent sheets, second attempts, confirmation, corrections."""

from gongxue.stage6_assessment.actions.confirming import (
    confirm_results,
)
from gongxue.stage6_assessment.actions.corrections import (
    countersign_correction,
    refuse_correction,
    request_correction,
)
from gongxue.stage6_assessment.actions.retakes import allow_retake, apply_retake
from gongxue.stage6_assessment.actions.scoring import (
    save_score,
    score_final,
    score_process,
)
from gongxue.stage6_assessment.actions.second_looks import (
    write_second_look,
)

__all__ = [
    "allow_retake",
    "apply_retake",
    "confirm_results",
    "countersign_correction",
    "refuse_correction",
    "request_correction",
    "save_score",
    "score_final",
    "score_process",
    "write_second_look",
]
