"""Acts of stage 5 (TR 11): beginning, arrival, groups, roll call, learning products, end of teaching."""

from gongxue.stage5_delivery.actions.arrival import assign_groups, check_in
from gongxue.stage5_delivery.actions.attendance import UNMARKED, WARN_AT, call_roll
from gongxue.stage5_delivery.actions.correcting import confirm_mark, decline_mark, propose_marks
from gongxue.stage5_delivery.actions.leave import approve_leave, ask_leave, refuse_leave, withdraw_leave
from gongxue.stage5_delivery.actions.offline import enter_rolls
from gongxue.stage5_delivery.actions.online import clear_online, set_online
from gongxue.stage5_delivery.actions.products import (
    PRODUCTS_EACH,
    close_hand_in,
    hand_in,
    open_second_hand_in,
)
from gongxue.stage5_delivery.actions.running import finish_class, start_class
from gongxue.stage5_delivery.actions.windows import close_window, join_online, open_window, scan_code

__all__ = [
    "PRODUCTS_EACH",
    "UNMARKED",
    "WARN_AT",
    "approve_leave",
    "ask_leave",
    "assign_groups",
    "call_roll",
    "check_in",
    "clear_online",
    "close_hand_in",
    "close_window",
    "confirm_mark",
    "decline_mark",
    "enter_rolls",
    "finish_class",
    "hand_in",
    "join_online",
    "open_second_hand_in",
    "open_window",
    "propose_marks",
    "refuse_leave",
    "scan_code",
    "set_online",
    "start_class",
    "withdraw_leave",
]
