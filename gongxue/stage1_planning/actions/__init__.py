"""Acts of stage 1 (TR 7): round, lines, review by the line, report, publication, exceptions."""

from gongxue.stage1_planning.actions.later import (
    end_involvement,
    grant_exception,
    involve,
    reach_stage,
)
from gongxue.stage1_planning.actions.lines import (
    EDITABLE,
    add_line,
    edit_line,
    open_round,
    remove_line,
    submit_plan,
)
from gongxue.stage1_planning.actions.review import (
    approve_line,
    publish_plan,
    refuse_own,
    report_plan,
    return_line,
    send_back_line,
)

__all__ = [
    "EDITABLE",
    "add_line",
    "approve_line",
    "edit_line",
    "end_involvement",
    "grant_exception",
    "involve",
    "open_round",
    "publish_plan",
    "reach_stage",
    "refuse_own",
    "remove_line",
    "report_plan",
    "return_line",
    "send_back_line",
    "submit_plan",
]
