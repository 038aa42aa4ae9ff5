"""Acts of stage 1 (TR 7): round, lines, review by the line, report, publication, exceptions."""

from gongxue.stage1_planning.actions.bulk import (
    AT_ONCE,
    accept_lines,
    approve_lines,
    return_lines,
    save_lines,
    send_back_lines,
)
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
from gongxue.stage1_planning.actions.rounds import change_round, open_round

__all__ = [
    "AT_ONCE",
    "EDITABLE",
    "accept_lines",
    "add_line",
    "approve_line",
    "approve_lines",
    "change_round",
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
    "return_lines",
    "save_lines",
    "send_back_line",
    "send_back_lines",
    "submit_plan",
]
