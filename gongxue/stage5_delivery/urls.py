"""URLs of stage 5."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage5_delivery.views import leaves, office, offline, own_attendance, products, roll, windows

urlpatterns = [
    route("classes/<int:pk>/office/", office.office, "office", P.SEE_CLASSES),
    act_route("classes/<int:pk>/start/", P.START_CLASS),
    act_route("classes/<int:pk>/finish/", P.FINISH_CLASS),
    act_route("attendees/<int:pk>/check-in/", P.CHECK_IN),
    route("classes/<int:pk>/check-in/", office.check_in_all, "delivery.check_in_all", P.CHECK_IN),
    act_route("classes/<int:pk>/groups/", P.ASSIGN_GROUPS),
    route("classes/<int:pk>/roll/", roll.roll, "roll", P.CALL_ROLL),
    route("classes/<int:pk>/roll/call/", roll.call_roll, P.CALL_ROLL.value, P.CALL_ROLL),
    route("classes/<int:pk>/roll/propose/", roll.propose_marks, P.PROPOSE_MARKS.value, P.PROPOSE_MARKS),
    route("classes/<int:pk>/roll/offline/", offline.offline, "roll.offline", P.CALL_ROLL),
    route("classes/<int:pk>/roll/pack.zip", offline.pack, "roll.pack", P.CALL_ROLL),
    route("classes/<int:pk>/roll/upload/", offline.upload, "roll.upload", P.ENTER_ROLLS),
    route("classes/<int:pk>/roll/day/", offline.grid, "roll.day", P.CALL_ROLL),
    route("classes/<int:pk>/roll/enter/", offline.enter, P.ENTER_ROLLS.value, P.ENTER_ROLLS),
    route("classes/<int:pk>/check-ins/open/", windows.open_window, P.OPEN_WINDOW.value, P.OPEN_WINDOW),
    route("check-ins/<int:pk>/", windows.screen, "roll_window", P.CALL_ROLL),
    route("check-ins/<int:pk>/code/", windows.code, "roll_window.code", P.CALL_ROLL),
    act_route("check-ins/<int:pk>/close/", P.CLOSE_WINDOW),
    route("check-ins/<int:pk>/in/", windows.scan, "scan", Open.SIGNED_IN),
    route("check-ins/<int:pk>/scan/", windows.check_in, P.SCAN.value, P.SCAN),
    route("check-ins/<int:pk>/join/", windows.join, P.JOIN_ONLINE.value, P.JOIN_ONLINE),
    route("classes/<int:pk>/my-attendance/", own_attendance.my_attendance, "my_attendance", P.SEE_CLASSES),
    route("classes/<int:pk>/my-attendance/leave/", own_attendance.ask_leave, P.ASK_LEAVE.value, P.ASK_LEAVE),
    route("classes/<int:pk>/leaves/", leaves.leaves, "leaves", P.CALL_ROLL),
    act_route("leaves/<int:pk>/approve/", P.APPROVE_LEAVE),
    act_route("leaves/<int:pk>/refuse/", P.REFUSE_LEAVE),
    act_route("leaves/<int:pk>/withdraw/", P.WITHDRAW_LEAVE),
    act_route("mark-corrections/<int:pk>/confirm/", P.CONFIRM_MARK),
    act_route("mark-corrections/<int:pk>/decline/", P.DECLINE_MARK),
    route("classes/<int:pk>/online/", leaves.online_units, "online_units", P.SET_ONLINE),
    route("classes/<int:pk>/online/set/", leaves.set_online, P.SET_ONLINE.value, P.SET_ONLINE),
    act_route("online-units/<int:pk>/clear/", P.CLEAR_ONLINE),
    route("classes/<int:pk>/products/", products.products, "products", P.SEE_CLASSES),
    route("classes/<int:pk>/products/hand-in/", products.hand_in, P.HAND_IN.value, P.HAND_IN),
    route("products/<int:pk>/file/", products.product_file, "product_file", P.SEE_CLASSES),
]
