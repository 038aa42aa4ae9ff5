"""URLs of stage 5."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage5_delivery.views import office, products, roll

urlpatterns = [
    route("classes/<int:pk>/office/", office.office, "office", P.SEE_CLASSES),
    act_route("classes/<int:pk>/start/", P.START_CLASS),
    act_route("classes/<int:pk>/finish/", P.FINISH_CLASS),
    act_route("attendees/<int:pk>/check-in/", P.CHECK_IN),
    route("classes/<int:pk>/check-in/", office.check_in_all, "delivery.check_in_all", P.CHECK_IN),
    act_route("classes/<int:pk>/groups/", P.ASSIGN_GROUPS),
    route("classes/<int:pk>/roll/", roll.roll, "roll", P.CALL_ROLL),
    route("classes/<int:pk>/roll/call/", roll.call_roll, P.CALL_ROLL.value, P.CALL_ROLL),
    route("classes/<int:pk>/products/", products.products, "products", P.SEE_CLASSES),
    route("classes/<int:pk>/products/hand-in/", products.hand_in, P.HAND_IN.value, P.HAND_IN),
    route("products/<int:pk>/file/", products.product_file, "product_file", P.SEE_CLASSES),
]
