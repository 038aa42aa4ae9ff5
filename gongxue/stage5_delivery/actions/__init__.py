"""Acts of stage 5 (TR 11): beginning, arrival, groups, roll call, learning products, end of teaching."""

from gongxue.stage5_delivery.actions.arrival import assign_groups, check_in
from gongxue.stage5_delivery.actions.attendance import UNMARKED, WARN_AT, call_roll
from gongxue.stage5_delivery.actions.products import (
    PRODUCTS_EACH,
    close_hand_in,
    hand_in,
    open_second_hand_in,
)
from gongxue.stage5_delivery.actions.running import finish_class, start_class

__all__ = [
    "PRODUCTS_EACH",
    "UNMARKED",
    "WARN_AT",
    "assign_groups",
    "call_roll",
    "check_in",
    "close_hand_in",
    "finish_class",
    "hand_in",
    "open_second_hand_in",
    "start_class",
]
