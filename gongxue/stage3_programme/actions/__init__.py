"""Acts of stage 3 (TR 9): writing together, confirming, submitting, filing."""

from gongxue.stage3_programme.actions.changing import (
    change_programme,
    dates_moved,
    drop_change,
    file_change,
)
from gongxue.stage3_programme.actions.commenting import (
    answer_comment,
    comment_programme,
    resolve_comment,
)
from gongxue.stage3_programme.actions.copying import close_template, copy_programme, save_template
from gongxue.stage3_programme.actions.filing import (
    confirm_programme,
    file_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.actions.registers import add_room, close_room, set_hours
from gongxue.stage3_programme.actions.reviewing import mend_section, review_section
from gongxue.stage3_programme.actions.writing import edit_programme
from gongxue.stage3_programme.timetable import SessionRow

__all__ = [
    "SessionRow",
    "add_room",
    "answer_comment",
    "change_programme",
    "close_room",
    "close_template",
    "comment_programme",
    "confirm_programme",
    "copy_programme",
    "dates_moved",
    "drop_change",
    "edit_programme",
    "file_change",
    "file_programme",
    "mend_section",
    "resolve_comment",
    "return_programme",
    "review_section",
    "save_template",
    "set_hours",
    "submit_programme",
]
