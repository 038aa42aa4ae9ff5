"""URLs of stage 2."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage2_staffing import views

urlpatterns = [
    route("classes/<int:pk>/open/", views.open_class, P.OPEN_CLASS.value, P.OPEN_CLASS),
    route("classes/<int:pk>/open/teachers/", views.find_teachers, "staffing.teachers", P.OPEN_CLASS),
    route("classes/<int:pk>/staffing/", views.staffing, "staffing", P.SEE_CLASSES),
    route("classes/<int:pk>/staffing/experts/", views.find_experts, "staffing.experts", P.NOMINATE),
    act_route("classes/<int:pk>/recommend/", P.RECOMMEND),
    route("classes/<int:pk>/invite/", views.invite, P.INVITE.value, P.INVITE),
    route("classes/<int:pk>/nominate/", views.nominate, P.NOMINATE.value, P.NOMINATE),
    route("invitations/", views.invitations, "invitations", P.ACCEPT),
    route("invitations/<int:pk>/", views.invitation, "invitation", P.ACCEPT),
    route("invitations/<int:pk>/accept/", views.accept, P.ACCEPT.value, P.ACCEPT),
    route("invitations/<int:pk>/decline/", views.decline, P.DECLINE.value, P.DECLINE),
    act_route("invitations/<int:pk>/confirm/", P.CONFIRM_EXPERT),
    act_route("invitations/<int:pk>/withdraw/", P.WITHDRAW_INVITATION),
]
