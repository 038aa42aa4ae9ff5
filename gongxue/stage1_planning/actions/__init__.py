"""Acts of stage 1 (TR 7): round, lines, review by the line, report, publication, exceptions, changes."""

from gongxue.stage1_planning.actions.applying import (
    amend_change,
    apply_addition,
    apply_cancel,
    apply_change,
    take_back_change,
)
from gongxue.stage1_planning.actions.bulk import (
    AT_ONCE,
    accept_lines,
    approve_lines,
    return_lines,
    save_lines,
    send_back_lines,
)
from gongxue.stage1_planning.actions.deciding import (
    MOVED,
    approve_change,
    attach_change_scan,
    question_change,
    record_change,
    refuse_change,
    return_change,
    scan_of_change,
)
from gongxue.stage1_planning.actions.later import (
    end_involvement,
    grant_exception,
    involve,
    reach_stage,
    refuse_cancelled,
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
    "MOVED",
    "accept_lines",
    "add_line",
    "amend_change",
    "apply_addition",
    "apply_cancel",
    "apply_change",
    "approve_change",
    "approve_line",
    "approve_lines",
    "attach_change_scan",
    "change_round",
    "edit_line",
    "end_involvement",
    "grant_exception",
    "involve",
    "open_round",
    "publish_plan",
    "question_change",
    "reach_stage",
    "record_change",
    "refuse_cancelled",
    "refuse_change",
    "refuse_own",
    "remove_line",
    "report_plan",
    "return_change",
    "return_line",
    "return_lines",
    "save_lines",
    "scan_of_change",
    "send_back_line",
    "send_back_lines",
    "submit_plan",
    "take_back_change",
]
