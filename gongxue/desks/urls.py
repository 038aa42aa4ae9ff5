"""URLs of the desks."""

from gongxue.desks import overdue, trail, views
from gongxue.foundation.access.routes import Open, route
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("", views.home, "home", Open.PUBLIC),
    route("desk/", views.desk, "desk", Open.SIGNED_IN),
    route("classes/", views.classes, "classes", P.SEE_CLASSES),
    route("classes/<int:pk>/", views.class_page, "class", P.SEE_CLASSES),
    route("classes/<int:pk>/trail/", trail.class_trail, "class_trail", P.SEE_TRAIL),
    route("deadlines/", overdue.deadlines, "deadlines", P.SEE_DEADLINES),
    route("deadlines/export.xlsx", overdue.deadlines_workbook, "deadlines.export", P.SEE_DEADLINES),
    route("trail/", trail.trail, "trail", P.SEE_TRAIL),
    route("trail/export.xlsx", trail.trail_workbook, "trail.export", P.SEE_TRAIL),
]
