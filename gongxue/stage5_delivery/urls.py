"""URLs of stage 5."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage5_delivery import views

urlpatterns = [
    route("classes/<int:pk>/office/", views.office, "office", P.SEE_CLASSES),
    act_route("classes/<int:pk>/start/", P.START_CLASS),
    act_route("classes/<int:pk>/finish/", P.FINISH_CLASS),
    act_route("attendees/<int:pk>/check-in/", P.CHECK_IN),
    route("classes/<int:pk>/check-in/", views.check_in_all, "delivery.check_in_all", P.CHECK_IN),
    act_route("classes/<int:pk>/groups/", P.ASSIGN_GROUPS),
    route("classes/<int:pk>/roll/", views.roll, "roll", P.CALL_ROLL),
    route("classes/<int:pk>/roll/call/", views.call_roll, P.CALL_ROLL.value, P.CALL_ROLL),
    route("classes/<int:pk>/products/", views.products, "products", P.SEE_CLASSES),
    route("classes/<int:pk>/products/hand-in/", views.hand_in, P.HAND_IN.value, P.HAND_IN),
    route("products/<int:pk>/file/", views.product_file, "product_file", P.SEE_CLASSES),
]
