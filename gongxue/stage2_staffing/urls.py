"""URLs of stage 2."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage2_staffing.views import invitations, opening, rescue, runs, staffing

urlpatterns = [
    route("classes/<int:pk>/open/", opening.open_class, P.OPEN_CLASS.value, P.OPEN_CLASS),
    route("classes/<int:pk>/open/teachers/", opening.find_teachers, "staffing.teachers", P.OPEN_CLASS),
    route("classes/<int:pk>/staffing/", staffing.staffing, "staffing", P.SEE_CLASSES),
    route("classes/<int:pk>/staffing/experts/", opening.find_experts, "staffing.experts", P.NOMINATE),
    act_route("classes/<int:pk>/recommend/", P.RECOMMEND),
    act_route("classes/<int:pk>/lift/", P.LIFT_AVOIDANCE),
    act_route("avoidance-lifts/<int:pk>/revoke/", P.REVOKE_LIFT),
    act_route("openings/<int:pk>/chain/", P.SWITCH_CHAIN),
    act_route("classes/<int:pk>/team/", P.REQUEST_TEAM),
    act_route("team-changes/<int:pk>/approve/", P.APPROVE_TEAM),
    act_route("team-changes/<int:pk>/refuse/", P.REFUSE_TEAM),
    route("classes/<int:pk>/invite/", staffing.invite, P.INVITE.value, P.INVITE),
    route("classes/<int:pk>/rescue/", rescue.rescue, P.RESCUE.value, P.RESCUE),
    route("classes/<int:pk>/nominate/", staffing.nominate, P.NOMINATE.value, P.NOMINATE),
    route("staffing/runs/", runs.runs, "staffing.runs", P.SEE_RUNS),
    act_route("staffing/runs/start/", P.RUN_STAFFING),
    route("staffing/runs/<int:pk>/", runs.one_run, "staffing.one_run", P.SEE_RUNS),
    route("staffing/runs/<int:pk>/progress/", runs.run_progress, "staffing.run_progress", P.SEE_RUNS),
    route("invitations/", invitations.invitations, "invitations", P.ACCEPT),
    route("invitations/<int:pk>/", invitations.invitation, "invitation", P.ACCEPT),
    route("invitations/<int:pk>/accept/", invitations.accept, P.ACCEPT.value, P.ACCEPT),
    route("invitations/<int:pk>/decline/", invitations.decline, P.DECLINE.value, P.DECLINE),
    act_route("invitations/<int:pk>/confirm/", P.CONFIRM_EXPERT),
    act_route("invitations/<int:pk>/withdraw/", P.WITHDRAW_INVITATION),
]
