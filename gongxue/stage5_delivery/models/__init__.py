"""Stage 5: arrival, groups, attendance, learning products, the class office (TR 11)."""

from gongxue.stage5_delivery.models.attendance import Leave, MarkCorrection, OnlineUnit, RollWindow, Scan
from gongxue.stage5_delivery.models.occasions import (
    Ceremony,
    CeremonyPhoto,
    Lodging,
    NightAbsence,
    NightCheck,
)
from gongxue.stage5_delivery.models.office import (
    ClassNotice,
    ContactShare,
    DisciplineReminder,
    GroupName,
    HandedOut,
    Material,
    NoticeAddressee,
    Pledge,
)
from gongxue.stage5_delivery.models.products import (
    Assignment,
    LearningProduct,
    PortfolioPack,
    ProductComment,
    ProductFile,
)
from gongxue.stage5_delivery.models.running import AttendanceMark, Attendee, Delivery

__all__ = [
    "Assignment",
    "AttendanceMark",
    "Attendee",
    "Ceremony",
    "CeremonyPhoto",
    "ClassNotice",
    "ContactShare",
    "Delivery",
    "DisciplineReminder",
    "GroupName",
    "HandedOut",
    "LearningProduct",
    "Leave",
    "Lodging",
    "MarkCorrection",
    "Material",
    "NightAbsence",
    "NightCheck",
    "NoticeAddressee",
    "OnlineUnit",
    "Pledge",
    "PortfolioPack",
    "ProductComment",
    "ProductFile",
    "RollWindow",
    "Scan",
]
