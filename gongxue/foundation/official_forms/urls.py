"""URLs of official forms."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.official_forms import views

urlpatterns = [
    route("forms/", views.forms, "forms", Open.PUBLIC),
    route("forms/<slug:code>/", views.blank, "forms.blank", Open.PUBLIC),
]
