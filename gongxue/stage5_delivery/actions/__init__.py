"""Acts of stage 5 (TR 11): beginning, arrival, groups, roll call, learning products, end of teaching."""

from gongxue.stage5_delivery.actions.arrival import check_in, mark_no_show, sign_pledge, undo_arrival
from gongxue.stage5_delivery.actions.assigning import assign_product, change_assignment, withdraw_assignment
from gongxue.stage5_delivery.actions.attendance import UNMARKED, WARN_AT, call_roll
from gongxue.stage5_delivery.actions.ceremonies import (
    add_photo,
    plan_ceremony,
    record_ceremony,
    remove_photo,
)
from gongxue.stage5_delivery.actions.commenting import comment_product
from gongxue.stage5_delivery.actions.correcting import confirm_mark, decline_mark, propose_marks
from gongxue.stage5_delivery.actions.groups import assign_groups, name_groups
from gongxue.stage5_delivery.actions.leave import approve_leave, ask_leave, refuse_leave, withdraw_leave
from gongxue.stage5_delivery.actions.lodging import lodge, note_night, unlodge
from gongxue.stage5_delivery.actions.materials import add_material, hand_out, remove_material
from gongxue.stage5_delivery.actions.notices import see_phone, send_notice, share_contact
from gongxue.stage5_delivery.actions.offline import enter_rolls
from gongxue.stage5_delivery.actions.online import clear_online, set_online
from gongxue.stage5_delivery.actions.packing import pack_portfolio
from gongxue.stage5_delivery.actions.products import (
    PRODUCTS_EACH,
    close_hand_in,
    hand_in,
    hand_in_version,
    open_second_hand_in,
    scoring_complete,
)
from gongxue.stage5_delivery.actions.reminding import remind_discipline
from gongxue.stage5_delivery.actions.running import finish_class, start_class
from gongxue.stage5_delivery.actions.windows import close_window, join_online, open_window, scan_code
from gongxue.stage5_delivery.models.products import RESULTS_STAGE

__all__ = [
    "PRODUCTS_EACH",
    "RESULTS_STAGE",
    "UNMARKED",
    "WARN_AT",
    "add_material",
    "add_photo",
    "approve_leave",
    "ask_leave",
    "assign_groups",
    "assign_product",
    "call_roll",
    "change_assignment",
    "check_in",
    "clear_online",
    "close_hand_in",
    "close_window",
    "comment_product",
    "confirm_mark",
    "decline_mark",
    "enter_rolls",
    "finish_class",
    "hand_in",
    "hand_in_version",
    "hand_out",
    "join_online",
    "lodge",
    "mark_no_show",
    "name_groups",
    "note_night",
    "open_second_hand_in",
    "open_window",
    "pack_portfolio",
    "plan_ceremony",
    "propose_marks",
    "record_ceremony",
    "refuse_leave",
    "remind_discipline",
    "remove_material",
    "remove_photo",
    "scan_code",
    "scoring_complete",
    "see_phone",
    "send_notice",
    "set_online",
    "share_contact",
    "sign_pledge",
    "start_class",
    "undo_arrival",
    "unlodge",
    "withdraw_assignment",
    "withdraw_leave",
]
