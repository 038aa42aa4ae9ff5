"""Acts of stage 2 (TR 8): opening application, recommendation, invitations and their answers."""

from gongxue.stage2_staffing.actions.adjusting import approve_team, refuse_team, request_team
from gongxue.stage2_staffing.actions.answering import (
    SUCCEEDED,
    accept_invitation,
    decline_invitation,
    expire_invitation,
)
from gongxue.stage2_staffing.actions.inviting import (
    confirm_expert,
    invite,
    nominate_experts,
    withdraw_invitation,
)
from gongxue.stage2_staffing.actions.lifting import lift_avoidance, revoke_lift
from gongxue.stage2_staffing.actions.opening import PREFERENCES, file_opening, recommend_teachers
from gongxue.stage2_staffing.actions.rescuing import rescue_seat
from gongxue.stage2_staffing.actions.running import repeat, run_staffing
from gongxue.stage2_staffing.actions.substituting import invite_substitute, switch_chain

__all__ = [
    "PREFERENCES",
    "SUCCEEDED",
    "accept_invitation",
    "approve_team",
    "confirm_expert",
    "decline_invitation",
    "expire_invitation",
    "file_opening",
    "invite",
    "invite_substitute",
    "lift_avoidance",
    "nominate_experts",
    "recommend_teachers",
    "refuse_team",
    "repeat",
    "request_team",
    "rescue_seat",
    "revoke_lift",
    "run_staffing",
    "switch_chain",
    "withdraw_invitation",
]
