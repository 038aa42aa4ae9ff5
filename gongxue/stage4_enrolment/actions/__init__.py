"""Acts of stage 4 (TR 10, TR 11.3): notice, application, opinions, decisions, thirty seats."""

from gongxue.stage4_enrolment.actions.applying import (
    SCANS,
    attach_endorsement,
    endorse_application,
    save_application,
    scan_of,
    submit_application,
    withdraw_application,
)
from gongxue.stage4_enrolment.actions.deciding import (
    admit_applicant,
    give_opinion,
    put_on_waiting_list,
    reject_applicant,
)
from gongxue.stage4_enrolment.actions.notice import (
    CONTACT_LIMIT,
    NOTICE_LIMIT,
    close_enrolment,
    edit_notice,
    publish_notice,
)
from gongxue.stage4_enrolment.actions.photo import attach_photo
from gongxue.stage4_enrolment.actions.reporting import report_applicants
from gongxue.stage4_enrolment.actions.substituting import lapse_colleague, name_colleague, take_back_colleague
from gongxue.stage4_enrolment.actions.waiting import (
    accept_seat,
    decline_seat,
    lapse_seat,
    offer_again,
    offer_seat,
)

__all__ = [
    "CONTACT_LIMIT",
    "NOTICE_LIMIT",
    "SCANS",
    "accept_seat",
    "admit_applicant",
    "attach_endorsement",
    "attach_photo",
    "close_enrolment",
    "decline_seat",
    "edit_notice",
    "endorse_application",
    "give_opinion",
    "lapse_colleague",
    "lapse_seat",
    "name_colleague",
    "offer_again",
    "offer_seat",
    "publish_notice",
    "put_on_waiting_list",
    "reject_applicant",
    "report_applicants",
    "save_application",
    "scan_of",
    "submit_application",
    "take_back_colleague",
    "withdraw_application",
]
