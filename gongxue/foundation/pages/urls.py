"""URLs of the page kit and of health."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages import gallery, views
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("livez", views.livez, "livez", Open.PUBLIC),
    route("readyz", views.readyz, "readyz", Open.PUBLIC),
    route("kit/", gallery.gallery, "gallery", P.SEE_ACCOUNTS),
]
