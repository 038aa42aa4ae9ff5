"""URLs of stage 3."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage3_programme import views

urlpatterns = [
    route("classes/<int:pk>/programme/", views.programme, "programme", P.SEE_CLASSES),
    route("classes/<int:pk>/programme/edit/", views.edit, P.EDIT_PROGRAMME.value, P.EDIT_PROGRAMME),
    route("classes/<int:pk>/programme/filed/<int:version>/", views.filed, "programme.filed", P.SEE_CLASSES),
    act_route("programmes/<int:pk>/confirm/", P.CONFIRM_PROGRAMME),
    act_route("programmes/<int:pk>/submit/", P.SUBMIT_PROGRAMME),
    act_route("programmes/<int:pk>/return/", P.RETURN_PROGRAMME),
    act_route("programmes/<int:pk>/file/", P.FILE_PROGRAMME),
]
