"""URLs of official forms."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.official_forms import views

urlpatterns = [
    route("forms/<slug:code>/", views.blank, "forms.blank", Open.PUBLIC),
]
