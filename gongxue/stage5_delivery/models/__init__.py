"""Stage 5: arrival, groups, attendance, learning products (TR 11)."""

from gongxue.stage5_delivery.models.attendance import Leave, MarkCorrection, OnlineUnit, RollWindow, Scan
from gongxue.stage5_delivery.models.running import AttendanceMark, Attendee, Delivery, LearningProduct

__all__ = [
    "AttendanceMark",
    "Attendee",
    "Delivery",
    "LearningProduct",
    "Leave",
    "MarkCorrection",
    "OnlineUnit",
    "RollWindow",
    "Scan",
]
