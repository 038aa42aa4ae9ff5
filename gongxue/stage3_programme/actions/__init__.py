"""Acts of stage 3 (TR 9): writing together, confirming, submitting, filing."""

from gongxue.stage3_programme.actions.changing import (
    change_programme,
    dates_moved,
    drop_change,
    file_change,
)
from gongxue.stage3_programme.actions.copying import close_template, copy_programme, save_template
from gongxue.stage3_programme.actions.filing import (
    confirm_programme,
    file_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.actions.registers import add_room, close_room, set_hours
from gongxue.stage3_programme.actions.writing import edit_programme
from gongxue.stage3_programme.timetable import SessionRow

__all__ = [
    "SessionRow",
    "add_room",
    "change_programme",
    "close_room",
    "close_template",
    "confirm_programme",
    "copy_programme",
    "dates_moved",
    "drop_change",
    "edit_programme",
    "file_change",
    "file_programme",
    "return_programme",
    "save_template",
    "set_hours",
    "submit_programme",
]
